"""Temporary folders that an interruption cannot leave behind."""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete
from qgate.system import process

PREFIX: Final = "qgate-"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new folder, gone at the end. Links in its path are resolved."""
    made: list[str] = []
    try:
        make(made)
        yield Path(made[0])
    finally:
        for name in made:
            shutil.rmtree(name, ignore_errors=True)


def make(made: list[str], prefix: str = PREFIX) -> None:
    """Make a folder and note it; no signal comes between the two. Raises `Incomplete`."""
    with process.signals_held_back() as held:
        try:
            made.append(os.path.realpath(tempfile.mkdtemp(prefix=prefix)))
        except OSError as error:
            raise Incomplete(
                "no-room",
                f"cannot make a temporary folder: {error.strerror}",
                hint="make room, or set TMPDIR to a folder that has some",
            ) from error
    if held:
        signal.raise_signal(held[0])
