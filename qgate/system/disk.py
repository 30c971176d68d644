"""Files as they lie in the working tree, in git's terms, and the copies that are made of them."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete

LINK: Final = "120000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path: its git mode, and the id of its content (of git's blob, or of the disk's bytes)."""

    mode: str
    id: str


def is_of_the_project(folder: Path) -> bool:
    """Whether a folder may hold sources of the project, not what was installed."""
    is_installed = folder.name in {"node_modules", "site-packages", "__pycache__"}
    return not (is_installed or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists())


def below(root: Path, top: Path) -> list[str]:
    """Every file below a folder, as a path from the root."""
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if is_of_the_project(Path(folder, name))]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]  # noqa: PTH118
    return found


def entry(path: Path) -> Entry:
    """Mode and id by the disk; an id of its own for a missing or unreadable file."""
    kind = mode(path)
    if kind == LINK:
        return Entry(kind, f"link {path.readlink()}")
    data = read(path)
    if data is None:
        return Entry("", "missing")
    # git's own formula, so that a staged file has the id that it had on disk.
    return Entry(
        kind, hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    )


def read(path: Path) -> bytes | None:
    """The bytes of a regular file, None where there is none."""
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def mode(path: Path) -> str:
    """The mode that git would record, nothing for what it would not track."""
    if path.is_symlink():
        return LINK
    if not path.is_file():
        return ""
    return "100755" if os.access(path, os.X_OK) else "100644"


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Say what to do where a copy cannot be written."""
    try:
        yield
    except OSError as error:
        raise Incomplete(
            "no-room",
            f"cannot copy files into a temporary folder: {error.strerror}",
            hint="make room, or set TMPDIR to a folder that has some",
        ) from error


def write(folder: Path, path: str, data: bytes, kind: str) -> None:
    """Write a file below a folder, with git's mode."""
    file = folder / path
    # A path from git never has "..", but a defence costs nothing.
    if not Path(os.path.normpath(file)).is_relative_to(folder):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    if kind == "100755":
        file.chmod(0o755)
