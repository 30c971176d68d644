"""Processes and folders that a run might leave behind, and who takes them away.

Each run has an id. Every program it starts carries the id in its environment, where also a
process that left its group and its parent still has it (read from /proc: Linux). A file in the
state folder tells the next run of one that was killed; it ends that run's processes and removes
its folders.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from qgate.system import temporary

VARIABLE: Final = "_QGATE_RUN"  # not QGATE_...: those are settings
_ROUNDS: Final = 20
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
        for handle in self._locks:
            os.close(handle)
        for name in self._folders:
            shutil.rmtree(name, ignore_errors=True)
        if self._record is not None:
            self._record.unlink(missing_ok=True)

    def marker(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The variable for a program's environment; a run inside a run keeps both ids."""
        self._announce()
        before = environ.get(VARIABLE, "")
        return {VARIABLE: f"{before}:{self.id}" if before else self.id}

    def folder(self) -> Path:
        """A temporary folder outside the repository, gone at the end of the run."""
        self._announce()
        temporary.make(self._folders)
        self._note()
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

    def sweep(self) -> None:
        """End every process that carries this run's marker."""
        end_marked(self.id)

    def _announce(self) -> None:
        """Record this run before it starts anything, and clean up after killed ones, once."""
        if self._record is None and self._state is not None:
            with contextlib.suppress(OSError):
                self._state.mkdir(parents=True, exist_ok=True)
                clean_up(self._state)
                self._record = self._state / f"{os.getpid()}-{self.id}.json"
                self._note()

    def _note(self) -> None:
        if self._record is not None:
            text = json.dumps({"started": _started(os.getpid()), "folders": self._folders})
            with contextlib.suppress(OSError):
                self._record.write_text(text, "utf-8")


def clean_up(state: Path) -> int:
    """End what killed runs left; how many such runs there were."""
    found = 0
    for record in state.glob("*-*.json"):
        pid, _, run = record.stem.partition("-")
        if not pid.isdecimal() or not run.isalnum():
            continue
        try:
            noted = json.loads(record.read_text("utf-8"))
        except (OSError, ValueError):
            noted = {}
        if _started(int(pid)) is not None and _started(int(pid)) == noted.get("started"):
            continue
        end_marked(run)
        for name in noted.get("folders", ()):
            # Only what we could have made: a record is a file like any other.
            if Path(name).name.startswith(temporary.PREFIX):
                shutil.rmtree(name, ignore_errors=True)
        record.unlink(missing_ok=True)
        found += 1
    return found


def end_marked(run: str) -> None:
    """KILL every process that has the run's id in its environment, until there is none."""
    for _ in range(_ROUNDS):
        alive = False
        for pid in _marked(run.encode()):
            alive = True
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not alive:
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
            if position >= 0 and run in environ[position:].split(b"\0", 1)[0]:
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
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "alive"
