"""Raw findings kept between runs: self-checking files, written by rename; anything odd is a miss.

The folder is `QGATE_CACHE_DIR`, else qgate in the user's cache folder. Keys are hashes over all
inputs (qgate.gates.tools.fingerprint); the folder knows nothing of them.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "QGATE_CACHE_DIR"
MAX_BYTES: Final = 256 << 20
MAX_AGE_SECONDS: Final = 30 * 24 * 3600
_MAGIC: Final = "qgate-cache 1"
_PRUNE_EVERY_SECONDS: Final = 24 * 3600
_ENTRIES: Final = "entries"
_MAX_ENTRY_BYTES: Final = 64 << 20


def folder(environ: Mapping[str, str]) -> Path:
    """The folder, which need not exist."""
    if named := environ.get(VARIABLE):
        return Path(named)
    base = environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative one is to be ignored.
    if not os.path.isabs(base):  # noqa: PTH117
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")  # noqa: PTH118, PTH111
    return Path(base, "qgate")


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries by kind and key. Without `may_save` it is only read, as in a fork's CI run."""

    folder: Path
    may_save: bool = True

    def load(self, kind: str, key: str) -> Any:
        """The value that was saved, None for a miss of whatever cause."""
        path = self._path(kind, key)
        try:
            status = path.lstat()
            # A pipe or a device would never end.
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_ENTRY_BYTES:
                return None
            head, _, body = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if head != _head(kind, key, body):
            return None
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return None
        # The age that counts for pruning is that of the last use.
        with contextlib.suppress(OSError):
            os.utime(path)
        return value

    def save(self, kind: str, key: str, value: Any) -> None:
        """Keep a value of JSON's types. A full disk or a read-only folder is not an error."""
        if not self.may_save:
            return
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()
        path = self._path(kind, key)
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
            with os.fdopen(handle, "wb") as stream:
                stream.write(_head(kind, key, body) + b"\n" + body)
            os.replace(temporary, path)  # noqa: PTH105
            temporary = None
        except OSError:
            pass
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108

    def for_tool(self, repository: str, tool: str) -> Path:
        """A folder for a tool's own cache."""
        return self.folder / "tools" / repository / tool

    def _path(self, kind: str, key: str) -> Path:
        name = hashlib.sha256(f"{kind}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / _ENTRIES / name[:2] / name

    def prune(self) -> None:
        """Once a day take away what is old or too much; not for the hot path."""
        stamp = self.folder / "pruned"
        with contextlib.suppress(OSError):
            if time.time() - stamp.stat().st_mtime < _PRUNE_EVERY_SECONDS:
                return
        if not self.may_save or not self.folder.is_dir():
            return
        with contextlib.suppress(OSError):
            stamp.touch()
        prune(self.folder, now=time.time())


@dataclass(frozen=True, slots=True)
class Unit:
    """What is pruned as one: an entry, or the cache folder of one tool in one repository."""

    path: Path
    size: int
    used: float


def units(place: Path) -> Iterator[Unit]:
    """Everything in the cache, with its bytes and the time of its last use."""
    for path in _below(place / _ENTRIES):
        with contextlib.suppress(OSError):
            status = path.stat()
            yield Unit(path, status.st_size, status.st_mtime)
    for path in () if (place / "replay").is_symlink() else (place / "replay").glob("*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            yield Unit(path, status.st_size, status.st_mtime)
    for path in _below(place / "tools"):
        sizes, times = [0], [0.0]
        for base, _, names in os.walk(path):
            for name in names:
                with contextlib.suppress(OSError):
                    status = os.stat(os.path.join(base, name))  # noqa: PTH116, PTH118 - hot
                    sizes.append(status.st_size)
                    times.append(status.st_mtime)
        yield Unit(path, sum(sizes), max(times))


def _below(place: Path) -> Iterator[Path]:
    """What is two levels down, and not behind a link, which may lead to anybody's files."""
    for folder in () if place.is_symlink() else place.glob("*"):
        if not folder.is_symlink():
            yield from folder.glob("*")


def prune(place: Path, *, now: float, most: int = MAX_BYTES, age: float = MAX_AGE_SECONDS) -> None:
    """Remove what was not used for `age` seconds, then the oldest until `most` bytes are left."""
    kept = sorted(units(place), key=lambda unit: -unit.used)
    total = 0
    for unit in kept:
        total += unit.size
        if now - unit.used > age or total > most:
            total -= unit.size
            _remove(unit.path)


def is_writable(place: Path) -> bool:
    """Whether the folder, or the nearest one above that exists, can be written."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return os.access(place, os.W_OK)


def clear(place: Path) -> int:
    """Remove everything that is the cache's; the bytes it had."""
    size = sum(unit.size for unit in units(place))
    for name in (_ENTRIES, "tools", "replay", "pruned"):
        _remove(place / name)
    return size


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _head(kind: str, key: str, body: bytes) -> bytes:
    check = hashlib.sha256(body).hexdigest()
    name = hashlib.sha256(f"{kind}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{_MAGIC} {name} {check}".encode()
