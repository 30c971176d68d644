"""ruff and mypy by hand: on a full checkout of a commit, the whole project, nothing cached.

Every checkout is a clone below one folder; what a run finds there is not run again.
"""

import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.history.measure import git
from tests.history.tool_reasons import Edited, Found, edits
from tests.support.repo import clean_environment

TOOLS: Final = {"ruff": "lint", "mypy": "types"}
_CONFIGURATION: Final = (
    *("pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "mypy.ini", ".mypy.ini"),
    ".gitignore",
)
_SYNTAX: Final = frozenset({"invalid-syntax", "syntax"})
_TARGETS: Final = frozenset({"files", "modules", "packages"})
# All that ruff and mypy can find, so that there is old debt to tell from new.
EVERYTHING: Final = {"ruff": ["--select=ALL"], "mypy": ["--strict", "--disallow-any-expr"]}


class CannotRun(Exception):
    """A tool that gave no answer on a checkout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where commits are taken from and put, and the Python beside which ruff and mypy lie.

    `everything` turns on all rules, whatever the project is configured to.
    """

    checkout: Path
    work: Path
    python: Path
    everything: bool = False

    def environ(self) -> dict[str, str]:
        """Nothing of the user's; the virtual environment is the active one."""
        home = self.work / "home"
        home.mkdir(parents=True, exist_ok=True)
        programs = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        active = str(self.python.parent.parent)
        return {**clean_environment(home), "PATH": programs, "VIRTUAL_ENV": active}


def clone(place: Place, sha: str, name: str = "") -> Path:
    """A clone of its own with a commit checked out."""
    folder = place.work / f"{place.checkout.name}-{name or sha[:12]}"
    if not folder.exists():
        source = str(place.checkout)
        git(place.work, "clone", "--quiet", "--shared", "--no-checkout", source, str(folder))
        git(folder, "checkout", "--quiet", "--force", "--detach", sha)
    return folder


def changed(folder: Path, base: str, head: str) -> dict[str, Edited]:
    """The changed files that the head has, each with its edits."""
    listing = git(folder, "diff", "--raw", "-z", "--no-abbrev", "--find-renames", base, head)
    fields = listing.decode("utf-8", "surrogateescape").split("\0")
    found = {}
    while len(fields) > 1:
        _, mode, old, new, status = fields.pop(0).removeprefix(":").split(" ")
        path = old_path = fields.pop(0)
        if status.startswith("R"):
            path = fields.pop(0)
        if status == "D" or mode == "160000":
            continue
        if status == "A":
            count = git(folder, "cat-file", "blob", new).count(b"\n") + 1
            found[path] = Edited("", edits(b"@@ -0,0 +1,%d @@" % count))
        else:
            diff = git(folder, "diff", "--unified=0", "--minimal", "--text", old, new)
            found[path] = Edited(old_path, edits(diff))
    return found


def with_configuration(place: Place, base: str, head: str) -> Path:
    """The base, with each of the tools' configuration files as the head has it."""
    names = git(place.checkout, "diff", "--name-only", "--no-renames", base, head).decode().split()
    told = [name for name in names if Path(name).name in _CONFIGURATION]
    if not told:
        return clone(place, base)
    folder = clone(place, base, f"{base[:12]}-as-{head[:12]}")
    for name in told:
        try:
            content = git(folder, "cat-file", "blob", f"{head}:{name}")
        except subprocess.CalledProcessError:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def run(place: Place, tool: str, folder: Path) -> list[Found]:
    """What a tool finds in the whole of a checkout. Raises `CannotRun`."""
    kept = folder / ".git" / f"{tool}-{place.everything:d}.said"
    if not kept.exists():
        kept.write_text(json.dumps(_run(place, tool, folder)))
    stdout, stderr = json.loads(kept.read_text())
    return sorted(_read_ruff(stdout, folder) if tool == "ruff" else _read_mypy(stdout, stderr))


def _run(place: Place, tool: str, folder: Path) -> tuple[str, str]:
    """Both streams."""
    done = subprocess.run(
        _ruff(place) if tool == "ruff" else _mypy(place, folder),
        cwd=folder,
        env=place.environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode not in {0, 1}:
        raise CannotRun(f"{tool} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout, done.stderr


def _ruff(place: Place) -> list[str]:
    argv = [str(place.python.parent / "ruff"), "check", "--no-fix", "--no-cache", "--quiet"]
    return [*argv, "--output-format=json", *(EVERYTHING["ruff"] * place.everything), "."]


def _mypy(place: Place, folder: Path) -> list[str]:
    argv = [str(place.python.parent / "mypy"), "--output=json", "--no-error-summary"]
    # Its cache takes a file of the same size and time for unchanged, and clones are made quickly.
    argv += [f"--cache-dir={os.devnull}", f"--python-executable={place.python}"]
    told = tomllib.loads((folder / "pyproject.toml").read_text())
    names = told.get("tool", {}).get("mypy", {}).keys()
    return [*argv, *(EVERYTHING["mypy"] * place.everything), *([] if names & _TARGETS else ["."])]


def _read_ruff(text: str, folder: Path) -> Iterator[Found]:
    for each in json.loads(text):
        rule = each["code"] or "invalid-syntax"
        yield Found(
            path=Path(each["filename"]).relative_to(folder).as_posix(),
            line=each["location"]["row"],
            rule=rule,
            message=each["message"].partition("\n")[0],
            end_line=each["end_location"]["row"],
            is_parse_error=rule in _SYNTAX,
        )


def _read_mypy(text: str, errors: str) -> Iterator[Found]:
    for line in filter(None, text.split("\n")):
        each: dict[str, Any] = json.loads(line)
        yield Found(
            path=Path(each["file"]).as_posix(),
            line=max(0, each["line"]),
            rule=each["code"] or "misc",
            message=each["message"].partition("\n")[0],
            end_line=each.get("end_line") or 0,
            is_parse_error=each["code"] in _SYNTAX,
        )
    for line in errors.splitlines():
        # What mypy cannot use of its settings: "pyproject.toml: [mypy]: ...".
        path, mark, words = line.partition(": ")
        if mark and path in _CONFIGURATION:
            yield Found(path=path, line=0, rule="config", message=words)
