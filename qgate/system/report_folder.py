"""The folder with the files of a report, in which nothing is written through a link."""

import os
from pathlib import Path

from qgate.errors import UsageError
from qgate.system import files


def refuse_linked(folder: Path, root: Path) -> None:
    """Raise `UsageError` for a folder that by its name is in `root` and by a link is not there."""
    written = Path(os.path.normpath(folder))
    if not written.is_relative_to(root):
        return
    real = Path(os.path.realpath(root)) / written.relative_to(root)
    if Path(os.path.realpath(written)) != real:
        raise UsageError(f"{folder} is, or is reached through, a link", hint="name another folder")


def made(folder: Path) -> Path:
    """The folder, made where it is missing. Raises `UsageError`, also for a link."""
    hint = "name another one with --report-dir"
    if os.path.islink(folder):  # noqa: PTH114 - pathlib raises for a name that is too long
        raise UsageError(f"{folder} is a link", hint=hint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror}", hint=hint) from error
    return folder


def remove(folder: Path, name: str) -> None:
    """Take a file away, or a link to one. Raises `UsageError`."""
    path = folder / name
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        hint = "take it away by hand"
        raise UsageError(f"cannot replace {path}: {error.strerror}", hint=hint) from error


def write(folder: Path, name: str, text: str) -> None:
    """Write one file, whole or not at all; what has that name is replaced. Raises `UsageError`."""
    made(folder)
    # What stands there now may be a pipe or a link, and both are written through.
    remove(folder, name)
    files.write(folder / name, text)
