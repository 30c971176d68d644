"""Repositories for the tests of hooks: in one of two files every change passes, in one none.

`good.py` and `bad.py` have three statements each. The report says that those of `good.py` ran and
those of `bad.py` did not, so what a commit holds decides what becomes of it.
"""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.repo import Ran, Repo, clean_environment, make_repo

GATE: Final = ("--gate", "coverage")
PASSED: Final = "qgate passed: coverage passed: 100.00 % of 1 changed statement covered"
STAGES: Final = ("pre-commit", "pre-merge-commit", "pre-push")
EARLIER: Final = b'#!/bin/sh\necho earlier ran with $#: "$@"\ncat\n'
FAILED: Final = "bad.py:1: error: not covered by any test [coverage/uncovered]"


def make_hooked(folder: Path, home: Path) -> Repo:
    """`good.py` and `bad.py` on `main`, a report, and no hook yet."""
    home.mkdir(parents=True, exist_ok=True)
    repo = make_repo(folder, home)
    fill(repo)
    return repo


def fill(repo: Repo) -> None:
    """Commit both files, and put the report beside them where git ignores it."""
    # A checkout makes files younger than the report, which is still about them.
    repo.environ["CI"] = "true"
    repo.commit({".gitignore": "lcov.info\n", "good.py": content(), "bad.py": content()})
    report(repo)


def report(repo: Repo) -> None:
    """The report, for another working tree of the same repository."""
    repo.lcov({"good.py": {1: 1, 2: 1, 3: 1}, "bad.py": {1: 0, 2: 0, 3: 0}})


def content(one: int = 0, two: int = 0, three: int = 0) -> str:
    """Either file, with these values in its three lines."""
    return f"one = {one}\ntwo = {two}\nthree = {three}\n"


def install(repo: Repo, *arguments: str) -> Ran:
    """`qgate hook install` with the one gate these tests use, which must work."""
    ran = repo.call("hook", "install", *GATE, *arguments)
    assert (ran.code, ran.err) == (0, ""), ran
    return ran


def git(repo: Repo, *arguments: str) -> Ran:
    """A git command that may fail."""
    return repo._run("git", *arguments, environ={**repo.environ, "GIT_EDITOR": "true"})


def at(repo: Repo, path: Path) -> Repo:
    """Another working tree with the same environment."""
    return Repo(path, repo.environ)


def environment(home: Path) -> dict[str, str]:
    """What git and qgate see where the package is not on Python's path."""
    environ = clean_environment(home)
    environ.pop("PYTHONPATH")
    return environ


@dataclass(frozen=True)
class Seen:
    """All of a working tree that a hook must not touch."""

    head: str
    status: str
    staged: str
    index: str
    files: dict[str, tuple[bytes, int]]


def seen(repo: Repo) -> Seen:
    """The branch, git's status, the index byte by byte, every file with its time."""
    index = Path(repo.path, repo.git("rev-parse", "--git-path", "index"))
    digest = hashlib.sha256(index.read_bytes()).hexdigest()
    return Seen(
        head=repo.git("rev-parse", "HEAD"),
        # Without the option git would write the index just now.
        status=repo.git("--no-optional-locks", "status", "--porcelain=v2", "--branch", "--ignored"),
        staged=repo.git("ls-files", "--stage"),
        index=digest,
        files={
            str(path.relative_to(repo.path)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(repo.path.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(repo.path).parts
        },
    )


def settle(repo: Repo) -> Seen:
    """Let git write what it knows about the files, so that only a hook can change the index."""
    for path in repo.path.glob("*.py"):
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**10))
    repo.git("status")
    repo.git("write-tree")
    return seen(repo)


def hook(repo: Repo, name: str, text: bytes = EARLIER, mode: int = 0o755) -> Path:
    """Somebody else's hook."""
    path = repo.path / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    path.chmod(mode)
    return path


def run_hook(repo: Repo, stage: str, *arguments: str, stdin: bytes = b"") -> Ran:
    """The hook as git would run it, for its own exit code."""
    path = repo.git("rev-parse", "--git-path", f"hooks/{stage}")
    done = subprocess.run(
        # git ignores SIGPIPE while a hook runs.
        ["sh", "-c", 'trap "" PIPE; exec "$@"', "sh", str(repo.path / path), *arguments],
        cwd=repo.path,
        env=repo.environ,
        input=stdin,
        capture_output=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
