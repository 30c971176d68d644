"""Processes and folders that a run might leave behind, and who takes them away.

Each run has an id. Every program it starts carries the id in its environment, where also a
process that left its group and its parent still has it (read from /proc: Linux). A file in the
state folder tells the next run of one that was killed; it ends that run's processes and removes
its folders, whose names carry the id too.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from qgate.system import process, temporary

VARIABLE: Final = "_QGATE_RUN"  # not QGATE_...: those are settings
_ROUNDS: Final = 20
_QUIET_ROUNDS: Final = 2
# Who, since when, which run: all in the name, as a file may be read while it is written.
_RECORD: Final = re.compile(r"(\d{1,10})-(\w+)-([0-9a-f]{16})")
_SLOTS: Final = 4


class Run:
    """One run: a context manager. `state` is where runs are recorded, None for nowhere."""

    def __init__(self, state: Path | None) -> None:
        self.id = os.urandom(8).hex()
        self._state = state
        self._record: Path | None = None
        self._folders: list[str] = []
        self._private: dict[Path, Path] = {}
        self._locks: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with process.signals_held_back() as held:
            for handle in self._locks:
                os.close(handle)
            for name in self._folders:
                shutil.rmtree(name, ignore_errors=True)
            if self._record is not None:
                self._record.unlink(missing_ok=True)
        if held and kind is None:
            signal.raise_signal(held[0])

    def marker(self, environ: Mapping[str, str], part: str = "") -> dict[str, str]:
        """The variable for a program's environment; a run inside a run keeps both ids.

        `part` tells what belongs to one program of the run from the rest.
        """
        self._announce()
        before = environ.get(VARIABLE, "")
        own = f"{self.id}.{part}" if part else self.id
        return {VARIABLE: f"{before}:{own}" if before else own}

    def folder(self) -> Path:
        """A temporary folder outside the repository, gone at the end of the run."""
        self._announce()
        # Its name tells whose it is, also if the run is killed right here.
        temporary.make(self._folders, f"{temporary.PREFIX}{self.id}-")
        return Path(self._folders[-1])

    def private_folder(self, place: Path) -> Path:
        """A folder below `place` that no other run uses until this one ends.

        It is the first free of a few, so that two runs side by side both have a warm one, or a
        temporary one where all are taken or the place cannot be written. Nobody waits.
        """
        if place not in self._private:
            self._private[place] = self._first_free(place) or self.folder()
        return self._private[place]

    def _first_free(self, place: Path) -> Path | None:
        for slot in range(_SLOTS):
            folder = place / str(slot)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                handle = os.open(place / f"{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                return None
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                continue
            self._locks.append(handle)
            if (place / f"{slot}.distrusted").exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(exist_ok=True)
                (place / f"{slot}.distrusted").unlink()
            return folder
        return None

    def distrust(self, place: Path) -> None:
        """Let the next run begin with an empty folder in the place of this run's."""
        folder = self._private.get(place)
        if folder is not None and folder.parent == place:
            with contextlib.suppress(OSError):
                (place / f"{folder.name}.distrusted").touch()

    def sweep(self, part: str = "") -> None:
        """End every process that carries this run's marker, or only those of one part."""
        end_marked(f"{self.id}.{part}" if part else self.id)

    def _announce(self) -> None:
        """Record this run before it starts anything, and clean up after killed ones, once."""
        if self._record is None and self._state is not None:
            with contextlib.suppress(OSError):
                self._state.mkdir(parents=True, exist_ok=True)
                clean_up(self._state)
                name = f"{os.getpid()}-{_started(os.getpid())}-{self.id}"
                self._record = self._state / name
                self._record.write_bytes(os.fsencode(tempfile.gettempdir()))


def clean_up(state: Path) -> int:
    """End what killed runs left; how many such runs there were."""
    found = 0
    for record in state.iterdir():
        match = _RECORD.fullmatch(record.name)
        if match is None or _started(int(match[1])) == match[2]:
            continue
        end_marked(match[3])
        for place in {tempfile.gettempdir(), _content(record)}:
            # Only what that run made, whatever the record says: it is a file like any other.
            for folder in _begin_with(place, f"{temporary.PREFIX}{match[3]}-"):
                shutil.rmtree(folder, ignore_errors=True)
        record.unlink(missing_ok=True)
        found += 1
    return found


def _content(record: Path) -> str:
    try:
        return os.fsdecode(record.read_bytes())
    except OSError:
        return ""


def _begin_with(place: str, prefix: str) -> list[str]:
    """The entries of an absolute folder; none where it cannot be listed."""
    if not place.startswith("/"):
        return []
    try:
        with os.scandir(place) as entries:
            return [each.path for each in entries if each.name.startswith(prefix)]
    except (OSError, ValueError):
        return []


def end_marked(run: str) -> None:
    """KILL every process that has the run's (or part's) id in its environment, until none is."""
    quiet = 0
    for _ in range(_ROUNDS):
        alive = False
        for pid in _marked(run.encode()):
            alive = True
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        # Linux shows no environment for an instant while a program starts: look a second time.
        quiet = 0 if alive else quiet + 1
        if quiet == _QUIET_ROUNDS:
            return
        time.sleep(0.01)


def _marked(run: bytes) -> Iterator[int]:
    own = os.getpid()
    needle = f"{VARIABLE}=".encode()
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - names are all it needs
    except OSError:
        return
    for name in names:
        if name.isdecimal() and int(name) != own:
            try:
                with open(f"/proc/{name}/environ", "rb") as stream:  # noqa: PTH123 - hot
                    environ = stream.read()
            except OSError:
                continue
            position = environ.find(needle)
            if position < 0:
                continue
            words = environ[position + len(needle) :].split(b"\0", 1)[0].split(b":")
            if any(word == run or word.startswith(run + b".") for word in words):
                yield int(name)


def _started(pid: int) -> str | None:
    """When a process started, so that a number used again is told apart; None if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        pass
    else:
        # The name in parentheses may hold anything, also a closing one.
        after = text.rpartition(")")[2].split()
        return None if after[0] in {"Z", "X"} else after[19]
    if os.path.isdir("/proc/self"):  # noqa: PTH112
        return None
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return None
    except OSError:
        pass
    return "alive"
