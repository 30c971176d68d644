"""Documents on disk: made exclusively, changed whole, several together.

Numbers are given out under a lock on the folder itself (flock), which ends with its process, also
with one that is killed: there is no lock file that could be left behind. A file appears under its
name only when it is complete, by a link that fails where the name is taken.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from qgate.errors import UsageError
from qgate.system import process


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else who asks is in this folder meanwhile. It is made where it is missing.

    Raises `UsageError` where the folder cannot be made or opened.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        # File systems without locks are left to the exclusive creation.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def create(path: Path, text: str) -> None:
    """Make a file that must not be there yet, whole or not at all. Raises `UsageError`."""
    with _complete(path, text) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError as error:
            hint = "choose another title, or change the file that is there"
            raise UsageError(f"{path} exists already", hint=hint) from error
        except OSError as error:
            raise _cannot_write(path, error) from error


def create_next(folder: Path, make: Callable[[frozenset[str]], tuple[str, str]]) -> Path:
    """Make a file whose name depends on those that are there.

    `make` is given the names in the folder and gives a name and a text; nobody else makes one
    meanwhile. Raises `UsageError`.
    """
    with locked(folder):
        name, text = make(frozenset(each.name for each in folder.iterdir()))
        path = folder / name
        create(path, text)
    return path


def change(texts: Mapping[Path, str]) -> None:
    """Give files other texts: all of them, or where one cannot be written none.

    Signals wait until it is done. Raises `UsageError`.
    """
    with contextlib.ExitStack() as stack:
        temporaries = {
            path: stack.enter_context(_complete(path, text)) for path, text in texts.items()
        }
        before = {path: path.read_bytes() for path in texts if path.exists()}
        stack.enter_context(process.signals_held_back())
        done: list[Path] = []
        try:
            for path, temporary in temporaries.items():
                if path.exists():
                    temporary.chmod(path.stat().st_mode & 0o7777)
                temporary.replace(path)
                done.append(path)
        except OSError as error:
            for path in done:
                with contextlib.suppress(OSError):
                    path.write_bytes(before[path]) if path in before else path.unlink()
            raise _cannot_write(path, error) from error


@contextlib.contextmanager
def _complete(path: Path, text: str) -> Iterator[Path]:
    """A temporary file beside `path` with the whole text, gone at the end."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".qgate-", suffix=".tmp")
    except OSError as error:
        raise _cannot_write(path, error) from error
    temporary = Path(name)
    try:
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
            # mkstemp gives 0600; the file should be as readable as any other that is made.
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
        except OSError as error:
            raise _cannot_write(path, error) from error
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write {path}: {error.strerror}", hint="make room, or make the folder writable"
    )
