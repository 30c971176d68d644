"""Temporary folders that an interruption cannot leave behind."""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
    """Make a folder and note it; no signal comes between the two."""
    with process.signals_held_back() as held:
        made.append(os.path.realpath(tempfile.mkdtemp(prefix=prefix)))
    if held:
        signal.raise_signal(held[0])
