"""Files: bounded reads, shell patterns, and writes that leave nothing half-written."""

import contextlib
import glob
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qgate.errors import UsageError


def expand(pattern: str, folder: Path) -> tuple[Path, ...]:
    """The files that a path or shell pattern names, sorted; a plain path is always given back.

    Relative ones are taken from `folder`.
    """
    whole = folder / Path(pattern).expanduser()
    if not glob.has_magic(pattern) or os.path.exists(whole):  # noqa: PTH110
        return (whole,)
    # Path.glob takes no absolute pattern.
    found = glob.glob(str(whole), recursive=True)  # noqa: PTH207
    return tuple(sorted(map(Path, found)))


def refuse_unwritable(path: Path) -> None:
    """Raise `UsageError` for a file that plainly cannot be written: a folder, or in none."""
    if os.path.isdir(path):  # noqa: PTH112 - pathlib raises for a name that is too long
        raise UsageError(f"{path} is a folder, not a file", hint="name a file to write")
    if not os.path.isdir(path.parent):  # noqa: PTH112
        hint = "make the folder, or name another file"
        raise UsageError(f"cannot write {path}: its folder does not exist", hint=hint)


@contextlib.contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place at the end, if nothing went wrong.

    It gets the permissions `mode`, less what the process's mask takes away.
    On any error, also an interruption, the temporary file is gone and `path` is as it was.
    Raises `UsageError` where the folder cannot be written or the disk is full.
    """
    refuse_unwritable(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise _cannot_write(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp gives 0600; the file should be as readable as any other that is made.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(mode & ~mask)
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a whole text as UTF-8, or nothing. Raises `UsageError`.

    A device or pipe is written as it is: it cannot be replaced.
    """
    data = text.encode("utf-8", "backslashreplace")
    # os.path says no where pathlib raises, as for a name that is too long.
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):  # noqa: PTH110, PTH113, PTH112
        try:
            with path.open("wb") as stream:
                stream.write(data)
        except OSError as error:
            raise _cannot_write(path, error) from error
        return
    with replacing(path) as temporary, temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write {path}: {error.strerror}",
        hint="name a file in a folder that exists, may be written and has room",
    )
