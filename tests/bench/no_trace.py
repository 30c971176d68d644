"""What hook runners leave behind when they are interrupted: a table, and no part of the tests.

    python -m tests.bench.no_trace

In a repository with a partially staged file each runner starts a tool that forks a child which
does not listen, and a daemon (tests/support/leftovers.py). While the tool works, the runner gets
INT (its whole group, as Ctrl-C does), TERM or KILL (itself alone). Then it runs once more, with a
tool that ends at once. Of both moments the table says which processes live, whether the edits
that were not staged are in the working tree, whether the index is another one, and which files
are there that were not there before; and what brings missing edits back.

pre-commit, prek and lefthook are looked for on PATH; one that is not there is named and left out.
Linux only.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tests.support import leftovers
from tests.support.repo import Repo, make_repo

_ENDINGS: Final = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}
_PATIENCE: Final = 15.0
_SETTLE: Final = 0.5
_STAGED: Final = "staged\nfirst\n"
_EDITED: Final = "staged\nfirst\nnot staged\n"
_HEADER: Final = (
    *("runner", "ending", "exit", "processes left", "edits", "index", "files left"),
    *("after the next run: processes", "edits", "index", "files left", "edits come back by"),
)
# The tool reads this: a run with another value is another question, also to a cache.
_QUICK: Final = "LEAVES_QUICK"
_MEANT: Final = (
    *("repo/.git/objects", "repo/.git/logs", "home/.cache/pre-commit/pre-commit.log"),
    *("home/.cache/prek/prek.log", "home/.cache/qgate/entries", "home/.cache/qgate/replay"),
)


@dataclass(frozen=True)
class Runner:
    """A hook runner: its settings file, how it runs and how it says its version.

    `patches` is where it keeps the edits that it took away, below the folder of HOME and the
    repository.
    """

    name: str
    file: str
    command: tuple[str, ...]
    version: tuple[str, ...]
    patches: str = ""

    def settings(self, words: Sequence[str]) -> str:
        """What the file holds so that `words` and the staged *.txt are run."""
        line = " ".join(words)
        match self.name:
            case "lefthook":
                command = {"glob": "*.txt", "run": f"{line} {{staged_files}}"}
                return yaml.safe_dump({"pre-commit": {"commands": {"leaves": command}}})
            case "qgate":
                tool = {"gate": "leaving", "command": [*words, "{files}"], "files": ["*.txt"]}
                tool["environment"] = [_QUICK]
                reading = {"output": "regex", "pattern": r"^(?P<path>\S+):(?P<message>.*)$"}
                return yaml.safe_dump({"version": 1, "tools": {"leaves": {**tool, **reading}}})
            case _:
                hook = {"id": "leaves", "name": "leaves", "language": "system", "entry": line}
                repo = {"repo": "local", "hooks": [{**hook, "files": r"\.txt$"}]}
                return yaml.safe_dump({"repos": [repo]})


_QGATE: Final = (sys.executable, "-m", "qgate")
RUNNERS: Final = (
    Runner(
        "pre-commit",
        ".pre-commit-config.yaml",
        ("pre-commit", "run"),
        ("pre-commit", "--version"),
        "home/.cache/pre-commit/patch*",
    ),
    Runner(
        "prek",
        ".pre-commit-config.yaml",
        ("prek", "run"),
        ("prek", "--version"),
        "home/.cache/prek/patches/*.patch",
    ),
    Runner(
        "lefthook",
        "lefthook.yml",
        ("lefthook", "run", "pre-commit"),
        ("lefthook", "version"),
        "repo/.git/info/lefthook-unstaged.patch",
    ),
    Runner(
        "qgate", ".qgate.yml", (*_QGATE, "check", "--staged", "leaving"), (*_QGATE, "--version")
    ),
)


@dataclass(frozen=True)
class Scene:
    """A repository in the middle of work, prepared for one runner."""

    runner: Runner
    repo: Repo
    top: Path

    @property
    def place(self) -> Path:
        """Where the tool notes its processes."""
        return self.top / "noted"

    def files(self) -> set[str]:
        """Every file below HOME, TMPDIR and .git, but for objects, logs and caches of answers."""
        found = set()
        for folder in (self.top / "home", self.top / "temporary", self.repo.path / ".git"):
            for path in folder.rglob("*"):
                name = str(path.relative_to(self.top))
                if path.is_file() and not name.startswith(_MEANT):
                    found.add(name)
        return found

    def index(self) -> str:
        """What is staged."""
        return self.repo.git("--no-optional-locks", "ls-files", "--stage")

    def has_edits(self) -> bool:
        """Whether what was not staged is in the working tree."""
        files = {"a.txt": _EDITED, "b.txt": "edited\n", "new.txt": "untracked\n"}
        return all((self.repo.path / name).read_text("utf-8") == files[name] for name in files)

    def repair(self) -> str:
        """What brought the edits back, if they were gone."""
        if self.has_edits():
            return "not needed"
        for patch in sorted(self.top.glob(self.runner.patches)):
            self.repo.git("apply", str(patch), check=False)
            if self.has_edits():
                return f"git apply {_shown(str(patch.relative_to(self.top)))}"
        return "nothing found"

    def state(self, before: set[str], index: str) -> list[str]:
        """The four columns of one moment."""
        new = sorted({_shown(name) for name in self.files() - before})
        return [
            ", ".join(sorted(leftovers.alive(self.place))) or "none",
            "there" if self.has_edits() else "MISSING",
            "same" if self.index() == index else "CHANGED",
            ", ".join(new) or "none",
        ]


def _shown(name: str) -> str:
    """A file's name without what is different each time."""
    for begin, shown in (("repo/.git", ".git"), ("home", "~"), ("temporary", "TMPDIR")):
        if name.startswith(begin):
            name = shown + name.removeprefix(begin)
    return re.sub(
        r"\d+", "N", re.sub(r"qgate-[^/]+", "qgate-N", re.sub(r"[0-9a-f]{16}", "N", name))
    )


@contextmanager
def _scene(runner: Runner) -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        top = Path(folder)
        for name in ("home", "temporary"):
            (top / name).mkdir()
        repo = make_repo(top / "repo", top / "home")
        repo.environ["TMPDIR"] = str(top / "temporary")
        scene = Scene(runner, repo, top)
        words = leftovers.command(top, scene.place, pipes="closed")
        gate = top / "tool.sh"
        gate.write_text(f'#!/bin/sh\n[ "${_QUICK}" ] && exit 0\nexec {" ".join(words)}\n')
        gate.chmod(0o755)
        settings = runner.settings([str(gate)])
        repo.commit({"a.txt": "first\n", "b.txt": "b\n", runner.file: settings})
        repo.write({"a.txt": _STAGED})
        repo.git("add", "a.txt")
        repo.write({"a.txt": _EDITED, "b.txt": "edited\n", "new.txt": "untracked\n"})
        try:
            yield scene
        finally:
            leftovers.end_by_force(scene.place)


def _start(scene: Scene, quick: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        scene.runner.command,
        cwd=scene.repo.path,
        env={**scene.repo.environ, _QUICK: quick},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _run_quickly(scene: Scene, how: str) -> None:
    with _start(scene, how) as process:
        process.wait(_PATIENCE)


def measure(runner: Runner, ending: str) -> list[str]:
    """One row of the table."""
    with _scene(runner) as scene:
        # What a first run makes for good, such as a cache, is not left behind by the second.
        _run_quickly(scene, "first")
        before, index = scene.files(), scene.index()
        with _start(scene) as process:
            leftovers.wait_until((scene.place / "tool").exists)
            if ending == "INT":
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.send_signal(_ENDINGS[ending])
            try:
                code = str(process.wait(_PATIENCE))
            except subprocess.TimeoutExpired:
                code = f"none in {_PATIENCE:g} s"
                process.kill()
        time.sleep(_SETTLE)
        first = scene.state(before, index)
        with suppress(subprocess.TimeoutExpired):
            _run_quickly(scene, "next")
        time.sleep(_SETTLE)
        then = scene.state(before, index)
        return [runner.name, ending, code, *first, *then, scene.repair()]


def _version(runner: Runner) -> str:
    done = subprocess.run(runner.version, capture_output=True, check=True)
    return done.stdout.decode().split()[-1]


def main() -> None:
    """Print the versions and the table."""
    there = []
    for runner in RUNNERS:
        if shutil.which(runner.command[0]) is None:
            print(f"left out: {runner.name} is not on PATH")
            continue
        there.append(runner)
        print(f"{runner.name} {_version(runner)}")
    print()
    print(f"| {' | '.join(_HEADER)} |")
    print(f"|{'---|' * len(_HEADER)}")
    for runner in there:
        for ending in _ENDINGS:
            print(f"| {' | '.join(measure(runner, ending))} |", flush=True)


if __name__ == "__main__":
    main()
