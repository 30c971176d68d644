"""What a step of GitHub Actions has of its runner: files to append to, and a temporary folder.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions describes them.
GITHUB_ENV and GITHUB_PATH are never written: later steps would run by what they say.
"""

import os
import stat
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qgate.errors import UsageError

# "Job summaries ... are limited to 1 MiB": of one step.
_SUMMARY_BYTES: Final = 1 << 20
_OUTPUT: Final = "GITHUB_OUTPUT"
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """The files of one step, and a folder that is outside of the working tree."""

    output: Path
    summary: Path
    temporary: Path


def of(environ: Mapping[str, str]) -> Runner:
    """The runner's files, which can be written.

    Raises `UsageError` for a variable that is not set and a file that cannot be written.
    """
    names = (_OUTPUT, _SUMMARY, "RUNNER_TEMP")
    missing = [name for name in names if not os.path.isabs(environ.get(name, ""))]  # noqa: PTH117
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} must name absolute paths in GitHub Actions",
            hint="run `qgate ci` in a step of a job; elsewhere unset GITHUB_ACTIONS",
        )
    output, summary, temporary = (Path(environ[name]) for name in names)
    runner = Runner(output=output, summary=summary, temporary=temporary)
    # Not after an hour of tests.
    for path in (output, summary):
        append(path, "")
    return runner


def room(path: Path) -> int:
    """The bytes that a step summary can still take."""
    try:
        return max(0, _SUMMARY_BYTES - path.lstat().st_size)
    except OSError:
        return _SUMMARY_BYTES


def append(path: Path, text: str) -> None:
    """Append text with one write, never through a link. Raises `UsageError`."""
    data = text.encode("utf-8", "backslashreplace")
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, 0o644)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    with os.fdopen(handle, "ab", buffering=0) as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unwritable(path, "it is not a regular file")
        try:
            whole = stream.write(data) == len(data)
            os.fsync(handle)
        except OSError as error:
            os.ftruncate(handle, status.st_size)
            raise _unwritable(path, error.strerror) from error
        if not whole:
            os.ftruncate(handle, status.st_size)
            raise _unwritable(path, "there is no room")


def outputs(values: Mapping[str, str]) -> str:
    """The text that sets outputs: one line a value, between delimiters that nobody can guess."""
    lines = []
    for name, value in values.items():
        delimiter = f"qgate-{uuid.uuid4()}"
        lines += [f"{name}<<{delimiter}", " ".join(value.splitlines()), delimiter]
    return "".join(f"{line}\n" for line in lines)


def _unwritable(path: Path, why: str | None) -> UsageError:
    return UsageError(
        f"cannot write {path}: {why}", hint="the runner's own files must be writable and have room"
    )
