"""A project's commits, each in a clone of its own with its tests run under coverage once.

The checkout is only read. Everything lies below one folder; what a run finds there already is
not measured again.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.support.repo import clean_environment

_TESTED: Final = "tests.txt"
_SECONDS: Final = 1800.0
_TESTS_FAILED: Final = 1


class CannotMeasure(Exception):
    """A commit whose tests do not run, or run without giving any coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What is measured, and how.

    `python` runs the tests, `test` are its arguments behind `coverage run`; `source` is handed
    to coverage.py where the project's configuration names none; `under` is the folder that a
    commit has to touch, "" for any.
    """

    checkout: Path
    work: Path
    python: Path
    test: str
    source: str = ""
    under: str = ""
    first_parent: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One commit in its clone, which holds .coverage, coverage.xml and coverage.json.

    `tests` is the last line of the tests' output.
    """

    sha: str
    folder: Path
    tests: str


def git(folder: Path, *arguments: str) -> bytes:
    """What git prints. Raises `CalledProcessError`."""
    argv = ["git", "-C", str(folder), *arguments]
    return subprocess.run(argv, capture_output=True, check=True).stdout


def candidates(project: Project) -> Iterator[str]:
    """Commits that touch Python outside the tests, from HEAD backwards."""
    walk = "--first-parent" if project.first_parent else "--no-merges"
    for sha in git(project.checkout, "rev-list", walk, "HEAD").decode().split():
        parents = git(project.checkout, "rev-list", "--parents", "-n1", sha).split()[1:]
        if not parents:
            continue
        names = git(
            *(project.checkout, "diff", "--name-only", "--diff-filter=d", "-z"),
            *(parents[0].decode(), sha),
        )
        if any(is_source(os.fsdecode(name), project.under) for name in names.split(b"\0")):
            yield sha


def is_source(path: str, under: str = "") -> bool:
    """Whether a path below `under` is Python and no test."""
    parts = PurePosixPath(path)
    is_test = {"test", "tests"}.intersection(parts.parts) or parts.name.startswith("test_")
    return parts.suffix == ".py" and not is_test and parts.is_relative_to(under)


def measure(project: Project, sha: str) -> Measured:
    """Clone, check out, run the tests, write the reports. Raises `CannotMeasure`."""
    folder = project.work / f"{project.checkout.name}-{sha[:12]}"
    if not (folder / ".git" / _TESTED).exists():
        _clone(project, sha, folder)
        _run_tests(project, folder)
    tests = (folder / ".git" / _TESTED).read_text()
    if not (folder / "coverage.json").exists():
        raise CannotMeasure(tests)
    return Measured(sha, folder, tests)


def _clone(project: Project, sha: str, folder: Path) -> None:
    if not folder.exists():
        # Objects are borrowed from the checkout: nothing is copied, nothing there is written.
        source = str(project.checkout.resolve())
        git(project.work, "clone", "--quiet", "--shared", "--no-checkout", source, str(folder))
    git(folder, "checkout", "--quiet", "--force", "--detach", sha)


def _run_tests(project: Project, folder: Path) -> None:
    options = ["--source", project.source] if project.source else []
    ran = _python(project, folder, "coverage", "run", *options, *shlex.split(project.test))
    last = (ran.stdout.strip().splitlines() or ["no output"])[-1].strip("= ")
    # Failing tests are still tests that ran; pytest's other codes mean that the suite did not.
    if ran.returncode in {0, _TESTS_FAILED}:
        if any(folder.glob(".coverage.*")):
            _python(project, folder, "coverage", "combine", "--append")
        for kind in ("json", "xml"):
            arguments = ("--fail-under=0", "--ignore-errors", "-o", f"coverage.{kind}")
            _python(project, folder, "coverage", kind, *arguments)
    (folder / ".git" / _TESTED).write_text(last)


def _python(
    project: Project, folder: Path, module: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    argv: Sequence[str] = (str(project.python), "-m", module, *arguments)
    return subprocess.run(
        argv,
        cwd=folder,
        env=_environment(project, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )


def _environment(project: Project, folder: Path) -> dict[str, str]:
    home = project.work / "home"
    home.mkdir(exist_ok=True)
    code = folder / "src" if (folder / "src").is_dir() else folder
    return {
        **clean_environment(home),
        "PATH": f"{project.python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(code),
        "COVERAGE_FILE": str(folder / ".coverage"),
    }
