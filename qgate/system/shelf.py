"""Documents on disk: made exclusively, changed whole, several together.

Numbers are given out under a lock on the folder itself (flock), which ends with its process, also
with one that is killed: there is no lock file that could be left behind. A file appears under its
name only when it is complete, by a link that fails where the name is taken.

Links are not followed out of the repository, which is the nearest folder with a `.git`. A process
that is killed (KILL, loss of power) can leave whole files of hidden names, `.qgate-*.tmp`, and of
several files that `change` was given some changed and some not.
"""

import contextlib
import fcntl
import os
import signal
import stat
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
    _refuse_links_out(folder)
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
    _refuse_links_out(path.parent)
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

    A file that is not there yet is made. Signals wait until it is done. Who reads before writing
    holds the folder `locked` meanwhile. Raises `UsageError`.
    """
    for path in texts:
        _refuse_links_out(path.parent)
        _refuse_other_than_files(path)
    with contextlib.ExitStack() as stack:
        temporaries = {
            path: stack.enter_context(_complete(path, text)) for path, text in texts.items()
        }
        befores: dict[Path, Path | None] = {}
        for path in texts:
            befores[path] = before = _second_name(path)
            if before is not None:
                stack.callback(before.unlink, missing_ok=True)
        with process.signals_held_back() as held:
            _replace_all(temporaries, befores)
        if held:
            signal.raise_signal(held[0])


def _replace_all(temporaries: Mapping[Path, Path], befores: Mapping[Path, Path | None]) -> None:
    """Put each file into its place; if one cannot be, put the others back."""
    done: list[Path] = []
    path = Path()
    try:
        for path, temporary in temporaries.items():
            if befores[path] is not None:
                temporary.chmod(path.stat().st_mode & 0o7777)
            temporary.replace(path)
            done.append(path)
    except OSError as error:
        for each in done:
            before = befores[each]
            # A name for an older file, so neither needs room.
            with contextlib.suppress(OSError):
                before.replace(each) if before is not None else each.unlink()
        raise _cannot_write(path, error) from error


def _second_name(path: Path) -> Path | None:
    """Another, hidden name for a file as it is; None where there is no file."""
    other = path.with_name(f".qgate-{os.urandom(8).hex()}.tmp")
    try:
        os.link(path, other)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot_write(path, error) from error
    return other


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
                stream.write(_encoded(path, text))
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


def _refuse_other_than_files(path: Path) -> None:
    """Raise `UsageError` for a link, a folder or a device of that name."""
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(path.lstat().st_mode):
            hint = "name the file itself"
            raise UsageError(f"{path} is a link, or no regular file: left as it is", hint=hint)


def _refuse_links_out(folder: Path) -> None:
    """Raise `UsageError` where a link on the way from the repository's root leads out of it."""
    place, links = folder.absolute(), []
    while place != place.parent:
        if place.is_symlink():
            links.append(place)
        elif (place / ".git").exists():
            outside = [each for each in links if not each.resolve().is_relative_to(place.resolve())]
            if outside:
                hint = "name a folder of this repository"
                raise UsageError(f"{outside[0]} leads out of the repository", hint=hint)
            return
        place = place.parent


def _encoded(path: Path, text: str) -> bytes:
    """The text as UTF-8. Raises `UsageError` for bytes of the command line that were none."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        hint = "the terminal or script sent bytes in another encoding"
        raise UsageError(f"{path.name} would not be UTF-8 text", hint=hint) from error
