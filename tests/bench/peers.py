"""The programs that run hooks or tools for others, found on PATH or in a folder that is named."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.measure import Task
from tests.bench.typed_projects import Project

Hooks = Mapping[str, str]
TRIVIAL: Final[Hooks] = {"trivial": "true"}
# As the repository astral-sh/ruff-pre-commit calls them.
RUFF: Final[Hooks] = {
    "ruff": "ruff check --force-exclude",
    "ruff-format": "ruff format --force-exclude",
}
_VERSION: Final = re.compile(r"\d+\.\d+\S*")


@dataclass(frozen=True, slots=True)
class Peer:
    """A hook runner: where it is, its version, and how it runs the hooks of a commit."""

    name: str
    program: str
    version: str
    arguments: tuple[str, ...]

    def task(self, project: Project, hooks: Hooks) -> Task:
        """Running the hooks that `settings` put into the project."""
        names = " and ".join(hooks)
        return Task(
            name=f"{self.name} {self.version}, {names}",
            argvs=((self.program, *self.arguments),),
            cwd=project.repo.path,
            environ=project.repo.environ,
        )


_RUNNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "pre-commit": ("run",),
    "prek": ("run",),
    # Without a staged file it would skip what the others do.
    "lefthook": ("run", "pre-commit", "--force"),
}


def runners(folder: Path | None) -> tuple[tuple[Peer, ...], tuple[str, ...]]:
    """Those hook runners that are there, and in words those that are not."""
    path = os.environ["PATH"] if folder is None else f"{folder}{os.pathsep}{os.environ['PATH']}"
    there: list[Peer] = []
    missing: list[str] = []
    for name, arguments in _RUNNERS.items():
        if program := shutil.which(name, path=path):
            there.append(Peer(name, program, _version(program), arguments))
        else:
            missing.append(f"{name} is not on PATH")
    return tuple(there), tuple(missing)


def settings(hooks: Hooks) -> dict[str, str]:
    """The settings files of all runners for the same hooks; JSON is YAML.

    A hook whose command is `true` gets no files and always runs.
    """
    for_framework = [
        {"id": name, "name": name, "language": "system", "entry": entry}
        | (
            {"always_run": True, "pass_filenames": False}
            if entry == "true"
            else {"types": ["python"]}
        )
        for name, entry in hooks.items()
    ]
    commands = {
        name: {"run": entry}
        if entry == "true"
        else {"run": f"{entry} {{staged_files}}", "glob": "*.py"}
        for name, entry in hooks.items()
    }
    return {
        ".pre-commit-config.yaml": json.dumps(
            {"repos": [{"repo": "local", "hooks": for_framework}]}
        ),
        "lefthook.yml": json.dumps({"pre-commit": {"commands": commands}}),
    }


def by_hand(project: Project, name: str, *commands: Sequence[str]) -> Task:
    """Tools started by a shell at the same time; all must end well."""
    waits = " && ".join(f"wait $p{index}" for index, _ in enumerate(commands))
    starts = "; ".join(f"{' '.join(words)} & p{index}=$!" for index, words in enumerate(commands))
    argv = ("sh", "-c", f"{starts}; {waits}") if len(commands) > 1 else tuple(commands[0])
    return Task(name=name, argvs=(argv,), cwd=project.repo.path, environ=project.repo.environ)


def diff_quality(project: Project) -> Task:
    """diff-quality with mypy, then with ruff, as it takes one at a time."""
    return Task(
        name="diff-quality, mypy and then ruff",
        argvs=tuple(
            (
                *(sys.executable, "-m", "diff_cover.diff_quality_tool", "--violations", driver),
                *("--compare-branch", project.base),
                *("--format", f"json:{_diff_quality_result(project, driver)}"),
            )
            for driver in _DRIVERS
        ),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )


_DRIVERS: Final = ("mypy", "ruff.check")


def seen_by_diff_quality(project: Project) -> frozenset[tuple[str, int]]:
    """The paths and lines of what it found in its last run."""
    return frozenset(_violations(project))


def _violations(project: Project) -> Iterator[tuple[str, int]]:
    for driver in _DRIVERS:
        result = json.loads(_diff_quality_result(project, driver).read_text("utf-8"))
        for path, stats in result["src_stats"].items():
            for line in stats["violation_lines"]:
                yield path, line


def _diff_quality_result(project: Project, driver: str) -> Path:
    return project.outside / f"diff-quality-{driver}.json"


def _version(program: str) -> str:
    word = "version" if Path(program).name.startswith("lefthook") else "--version"
    done = subprocess.run([program, word], capture_output=True, check=True, text=True)
    found = _VERSION.search(done.stdout)
    return found[0] if found else "of an unknown version"
