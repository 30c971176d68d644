"""Files that a command writes into a repository: what they should hold, and what they hold."""

import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from qgate.errors import UsageError
from qgate.system import files

# What is larger was written by no person.
_MOST_BYTES: Final = 1 << 20


class State(StrEnum):
    """What there is of a file."""

    NEW = "new"
    SAME = "unchanged"
    DIFFERENT = "different"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A file by its path from the root: what it should hold, and what it holds, None without it.

    `kept` says why it is never written, whatever it holds; empty where it may be.
    """

    name: str
    text: str
    before: str | None
    kept: str = ""

    @property
    def state(self) -> State:
        """What there is of it; line ends make no difference."""
        if self.kept:
            return State.KEPT
        if self.before is None:
            return State.NEW
        is_same = lines_fed(self.before) == lines_fed(self.text)
        return State.SAME if is_same else State.DIFFERENT


def lines_fed(text: str) -> str:
    """A text whose lines end in line feeds."""
    return text.replace("\r\n", "\n")


def content(root: Path, name: str) -> bytes | None:
    """What a file holds, None if there is none. Raises `UsageError` for what is no file."""
    path = root / name
    if Path(os.path.realpath(path)) != Path(os.path.realpath(root)) / name:
        hint = "put the file itself there"
        raise UsageError(f"{name} is, or is reached through, a link", hint=hint)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UsageError(f"{name} is no file", hint="take it away")
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        hint = "it must be a file that can be read, in a folder"
        raise UsageError(f"{name} cannot be read: {error.strerror}", hint=hint) from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{name} is larger than {_MOST_BYTES >> 20} MiB", hint="take it away")
    return data


def write(root: Path, planned: Planned) -> None:
    """Write one file and the folders that it needs. Raises `UsageError`."""
    path = root / planned.name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "there must be folders of these names, or nothing"
        raise UsageError(f"cannot make {path.parent}: {error.strerror}", hint=hint) from error
    files.write(path, planned.text)
