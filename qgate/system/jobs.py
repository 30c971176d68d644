"""Programs side by side: one thread, one loop, each program in a process group of its own.

Standard input is closed or a file. What a program prints is kept up to a limit, first in memory,
then in an unnamed file. When its time is over, its group gets TERM, two seconds, KILL; then every
process is looked for that carries this run's marker in its environment and left the group.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Final, Self

from qgate.errors import Incomplete
from qgate.system import process
from qgate.system.job import Ended, How, Job, Running, Watch
from qgate.system.secrets import NONE, Secrets
from qgate.system.sweep import Run

MEMORY_BYTES: Final = 8 << 20
MAX_BYTES: Final = 64 << 20
_CHUNK_BYTES: Final = 1 << 18
_TAIL_BYTES: Final = 1 << 16
# More than any pipe holds at once.
_DRAIN_READS: Final = 64
_TICK_SECONDS: Final = 0.1
_NETWORK_TOKENS: Final = 4
# Without a file descriptor for a process (Linux only) its end is looked for this often.
_POLL_SECONDS: Final = 0.02


@dataclass(slots=True)
class _Child:
    job: Job
    process: subprocess.Popen[bytes]
    started: float
    part: str
    sinks: dict[str, IO[bytes]] = field(default_factory=dict)
    descriptor: int = -1
    size: int = 0
    is_over: bool = False


class Jobs:
    """Runs jobs as tokens allow; a context manager that leaves no process behind.

    `slots` is how many may use a processor at once, `deadline` the seconds for all together;
    `secrets` are hidden from what is said of their output.
    """

    def __init__(
        self,
        *,
        run: Run,
        slots: int,
        deadline: float,
        watch: Watch,
        secrets: Secrets = NONE,
    ) -> None:
        self._run = run
        self._secrets = secrets
        self._slots = slots
        self._end = time.monotonic() + deadline
        self._watch = watch
        self._selector = selectors.DefaultSelector()
        self._waiting: list[Job] = []
        self._children: list[_Child] = []
        self._done: list[Running] = []
        self._ended: list[Ended] = []
        self._next_tick = 0.0
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is not None or self._children:
                with process.signals_held_back() as held:
                    left = list(self._children)
                    self._end_all(left)
                    self._run.sweep()
                    for child in left:
                        for sink in child.sinks.values():
                            sink.close()
                if held and kind is None:
                    signal.raise_signal(held[0])
        finally:
            self._selector.close()

    @property
    def is_busy(self) -> bool:
        """Whether anything runs, waits, or has ended and was not taken."""
        return bool(self._waiting or self._children or self._ended)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Add jobs; `wait` starts them, those that usually take longest first."""
        self._waiting += jobs
        self._waiting.sort(key=lambda job: -job.expected)

    def wait(self) -> list[Ended]:
        """Wait until something has ended, and take all that has."""
        while not self._ended and (self._children or self._waiting):
            self._start()
            if not self._ended:
                self._step()
        ended, self._ended = self._ended, []
        return ended

    def _start(self) -> None:
        for job in list(self._waiting):
            if self._may_start(job):
                self._waiting.remove(job)
                self._launch(job)

    def _may_start(self, job: Job) -> bool:
        running = [child.job for child in self._children]
        if not running:
            return True
        if job.exclusive or any(each.exclusive for each in running):
            return False
        if job.lock and any(each.lock == job.lock for each in running):
            return False
        of_kind = sum(each.network == job.network for each in running)
        return of_kind < (_NETWORK_TOKENS if job.network else self._slots)

    def _launch(self, job: Job) -> None:
        if time.monotonic() >= self._end:
            self._ended.append(Ended(job=job, how=How.DEADLINE))
            return
        self._started += 1
        part = str(self._started)
        env = {**job.env, **self._run.marker(job.env, part)}
        held: list[signal.Signals] = []
        try:
            # A signal between the fork and its record would leave a child that nobody knows of.
            with process.signals_held_back() as held, _input(job.stdin) as stdin:
                child = subprocess.Popen(
                    job.argv,
                    cwd=job.cwd,
                    env=env,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT if job.joined else subprocess.PIPE,
                    process_group=0,
                )
                self._adopt(job, child, part)
        except (OSError, ValueError) as error:
            self._ended.append(Ended(job=job, how=How.MISSING, error=_reason(job, error)))
        if held:
            signal.raise_signal(held[0])

    def _adopt(self, job: Job, child: subprocess.Popen[bytes], part: str) -> None:
        entry = _Child(job, child, time.monotonic(), part)
        self._children.append(entry)
        for name in ("stdout", "stderr"):
            stream = getattr(child, name)
            if stream is None:
                continue
            os.set_blocking(stream.fileno(), False)
            # Closed in _finish, whatever happens.
            entry.sinks[name] = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115
            self._selector.register(stream, selectors.EVENT_READ, (entry, name))
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                entry.descriptor = os.pidfd_open(child.pid)
                self._selector.register(entry.descriptor, selectors.EVENT_READ, (entry, ""))

    def _step(self) -> None:
        for key, _ in self._selector.select(self._patience()):
            child, name = key.data
            if name:
                self._read(child, name, key.fileobj)
            else:
                child.is_over = True
        now = time.monotonic()
        # Together, so that several share one grace.
        over = [(child, how) for child in self._children if (how := self._how(child, now))]
        if over:
            self._finish(over)
        self._tell(now)

    def _how(self, child: _Child, now: float) -> How | None:
        """How a child ends now; None if it goes on."""
        if child.is_over or (child.descriptor < 0 and process.has_ended(child.process)):
            return How.BY_ITSELF
        if child.size > MAX_BYTES:
            return How.TOO_MUCH
        if now - child.started >= child.job.timeout:
            return How.TIMED_OUT
        return How.DEADLINE if now >= self._end else None

    def _patience(self) -> float:
        now = time.monotonic()
        ends = [child.started + child.job.timeout for child in self._children]
        soonest = max(0.0, min([*ends, self._end]) - now)
        is_blind = any(child.descriptor < 0 for child in self._children)
        return min(soonest, _POLL_SECONDS if is_blind else _TICK_SECONDS)

    def _read(self, child: _Child, name: str, stream: Any) -> bool:
        """Take what is there; whether anything was."""
        try:
            data = os.read(stream.fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if data:
            sink = child.sinks[name]
            try:
                sink.write(data)
            except OSError as error:
                raise Incomplete(
                    "no-room",
                    f"cannot keep what {child.job.label} prints: {error.strerror}",
                    hint="make room, or set TMPDIR to a folder that has some",
                ) from error
            if not child.job.joined:
                child.size += len(data)
            elif sink.tell() > MEMORY_BYTES:
                sink.seek(-_TAIL_BYTES, os.SEEK_END)
                end = sink.read()
                sink.seek(0)
                sink.truncate()
                sink.write(end)
        else:
            self._selector.unregister(stream)
        return bool(data)

    def _finish(self, over: Sequence[tuple[_Child, How]]) -> None:
        """Take children out, ending whatever of their groups still lives."""
        for child, how in over:
            if how is How.BY_ITSELF:
                self._drain(child)
        with process.signals_held_back() as held:
            self._end_all([child for child, _ in over])
            for child, how in over:
                if how is not How.BY_ITSELF:
                    # What it alone left: its neighbours carry the run's marker as well.
                    self._run.sweep(child.part)
        for child, how in over:
            self._record(child, how)
        if held:
            signal.raise_signal(held[0])

    def _record(self, child: _Child, how: How) -> None:
        seconds = time.monotonic() - child.started
        self._ended.append(
            Ended(
                job=child.job,
                how=How.TOO_MUCH if child.size > MAX_BYTES else how,
                code=child.process.returncode,
                stdout=_content(child.sinks["stdout"]),
                stderr=b"" if child.job.joined else _content(child.sinks["stderr"]),
                seconds=seconds,
                secrets=self._secrets,
            )
        )
        self._done.append(Running(child.job.label, seconds, is_done=True))

    def _drain(self, child: _Child) -> None:
        """What is in the pipes already; a process left behind may hold them open for ever."""
        for key in list(self._selector.get_map().values()):
            if key.data[0] is child and key.data[1]:
                for _ in range(_DRAIN_READS):
                    if not self._read(child, key.data[1], key.fileobj):
                        break

    def _end_all(self, children: Sequence[_Child]) -> None:
        alive = list(children)
        for child in alive:
            self._forget(child)
        process.end_groups([child.process for child in alive])
        for child in alive:
            for stream in (child.process.stdout, child.process.stderr):
                if stream:
                    stream.close()

    def _forget(self, child: _Child) -> None:
        self._children.remove(child)
        for key in list(self._selector.get_map().values()):
            if key.data[0] is child:
                self._selector.unregister(key.fileobj)
        if child.descriptor >= 0:
            os.close(child.descriptor)

    def _tell(self, now: float) -> None:
        if now >= self._next_tick:
            self._next_tick = now + _TICK_SECONDS
            running = [Running(each.job.label, now - each.started) for each in self._children]
            self._watch([*self._done, *running])


@contextlib.contextmanager
def _input(content: bytes | None) -> Iterator[int | IO[bytes]]:
    """Nothing, or an unnamed file with the content: a pipe could deadlock."""
    if content is None:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def _reason(job: Job, error: OSError | ValueError) -> str:
    """Why a program could not start; "no such file" has three reasons, and should say which."""
    if isinstance(error, FileNotFoundError):
        if not job.cwd.is_dir():
            return f"the folder {job.cwd} does not exist"
        if "/" in job.argv[0] and (job.cwd / job.argv[0]).exists():
            return "the interpreter that its first line names does not exist"
    text = error.strerror if isinstance(error, OSError) else str(error)
    return text or repr(error)


def _content(sink: IO[bytes]) -> bytes:
    with sink:
        sink.seek(0)
        return sink.read(MAX_BYTES)
