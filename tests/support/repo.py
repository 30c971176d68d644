"""Real git repositories in temporary folders, with an environment of their own."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest import mock

from qgate.cli import main

ROOT: Final = Path(__file__).resolve().parent.parent.parent


def clean_environment(home: Path) -> dict[str, str]:
    """No user's git configuration, no CI variables, one author, one date."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(ROOT / "tests/support/git.config"),
        "GIT_AUTHOR_NAME": "Author",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_COMMITTER_NAME": "Author",
        "GIT_COMMITTER_EMAIL": "author@example.com",
    }


def measured(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which a program of ours counts for the coverage of this test run.

    To measure a short run takes as long again as the run; only those ask for it that reach what no
    call inside the tests' own process does. None that a signal ends: coverage.py 7.17.5 then puts
    lines of one file down to another, and the report is rightly refused as that of other sources.
    """
    names = ("COVERAGE_PROCESS", "COV_CORE")
    ours = {name: value for name, value in os.environ.items() if name.startswith(names)}
    return {**environ, **ours}


@dataclass(frozen=True)
class Ran:
    """A finished program."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Repo:
    """A repository: `path` is its working tree, `environ` what its programs see."""

    path: Path
    environ: dict[str, str]

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git; standard output without the newline at the end."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(done.stderr.decode("utf-8", "replace"))
        return os.fsdecode(done.stdout).rstrip("\n")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files by path, making folders; text as UTF-8 without newline translation."""
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "x") -> str:
        """Write, add all, commit; the new commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def lcov(self, hits: Mapping[str, Mapping[int, int]], name: str = "lcov.info") -> None:
        """Write an LCOV report: hits by path and line."""
        self.write(
            {
                name: "".join(
                    f"SF:{path}\n"
                    + "".join(f"DA:{line},{count}\n" for line, count in lines.items())
                    + "end_of_record\n"
                    for path, lines in hits.items()
                )
            }
        )

    def measure(self, *arguments: str) -> Ran:
        """Run `coverage run ARGUMENTS` here, for real."""
        environ = {k: v for k, v in self.environ.items() if k != "PYTHONPATH"}
        return self._run(sys.executable, "-m", "coverage", "run", *arguments, environ=environ)

    def measure_with(self, variables: Mapping[str, str], *arguments: str) -> Ran:
        """The same with some more environment variables."""
        argv = (sys.executable, "-m", "coverage", "run", *arguments)
        return self._run(*argv, environ={**self.environ, **variables})

    def coverage(self, *arguments: str) -> Ran:
        """Run another coverage command, such as `json` or `xml`."""
        environ = {k: v for k, v in self.environ.items() if k != "PYTHONPATH"}
        return self._run(sys.executable, "-m", "coverage", *arguments, environ=environ)

    def qgate(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        """Run the real command in the working tree, standard streams not a terminal."""
        whole = measured({**self.environ, **(environ or {})})
        return self._run(sys.executable, "-m", "qgate", *arguments, environ=whole)

    def call(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        """The same command line in this process: no start-up, no signals, no answer given again."""
        return call(arguments, folder=self.path, environ={**self.environ, **(environ or {})})

    def _run(self, *argv: str, environ: Mapping[str, str]) -> Ran:
        done = subprocess.run(
            argv,
            cwd=self.path,
            env=dict(environ),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ran(
            done.returncode,
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"),
        )


def call(arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> Ran:
    """Run the command line in this process as if it were one of its own."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in range(2))
    before = Path.cwd(), dict(os.environ)
    with (
        Path(os.devnull).open(encoding="utf-8") as nothing,
        mock.patch.multiple(sys, stdin=nothing, stdout=out, stderr=err, argv=["qgate", *arguments]),
    ):
        try:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environ)
            code = main._code()
        finally:
            os.environ.clear()
            os.environ.update(before[1])
            os.chdir(before[0])
    for stream in (out, err):
        stream.flush()
    said = (bytes(stream.buffer.getvalue()).decode("utf-8", "replace") for stream in (out, err))
    return Ran(code, *said)


def make_repo(folder: Path, home: Path) -> Repo:
    """An empty repository with the branch `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    repo = Repo(folder, clean_environment(home))
    repo.git("init", "--quiet", "--initial-branch=main")
    return repo
