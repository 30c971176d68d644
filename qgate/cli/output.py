"""Standard output, which can be closed or full like any other file."""

import os
import sys
from pathlib import Path

from qgate.errors import UsageError


def write(text: str) -> None:
    """Write to standard output, at once.

    A reader that has gone (`qgate check | head`) is no error: the verdict stands. Raises
    `UsageError` where there is no room.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
    except OSError as error:
        _discard_the_rest()
        raise UsageError(
            f"cannot write to standard output: {error.strerror}", hint="make room, or use --output"
        ) from error


def _discard_the_rest() -> None:
    """Let Python's own flush at exit go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def resolved(folder: Path) -> Path:
    """A folder as an absolute path, links resolved. Raises `UsageError`."""
    try:
        # Path.resolve() raises RuntimeError on a loop of links before Python 3.13.
        return Path(os.path.realpath(folder))
    except OSError as error:
        raise UsageError(
            f"the current folder cannot be found: {error.strerror}",
            hint="change into one that exists",
        ) from error
