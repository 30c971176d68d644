"""The one door to other programs: argument lists only, never a shell.

Each program runs in a process group of its own with standard input closed, so that a timeout,
Ctrl-C or TERM ends it together with its children (except those that leave the group).
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GRACE_SECONDS: Final = 2.0
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_PIPE: Final = subprocess.PIPE


class ProgramMissing(Exception):
    """The program to run does not exist or may not be executed."""


class TimedOut(Exception):
    """The program was ended because its time was over."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself. A negative `code` is the signal that killed it."""

    code: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float | None = None,
    stdin: bytes = b"",
) -> Finished:
    """Run to the end on the given input, both streams captured. `timeout` is in seconds.

    Raises `ProgramMissing` and `TimedOut`.
    """
    with _group(argv, cwd=cwd, env=env, stdin=stdin, stdout=_PIPE, stderr=_PIPE) as child:
        try:
            stdout, stderr = child.communicate(stdin or None, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"{argv[0]} did not end within {timeout:g} s") from error
    return Finished(child.returncode, stdout, stderr)


def run_watched(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    log: Path,
    every: float,
    tick: Callable[[float], None],
) -> int:
    """Run with both streams in the file `log`, calling `tick(seconds so far)` now and then.

    `every` and `timeout` are in seconds. Gives the exit code. Raises as `run` does.
    """
    with (
        log.open("wb") as sink,
        _group(argv, cwd=cwd, env=env, stdout=sink.fileno(), stderr=subprocess.STDOUT) as child,
    ):
        waited = 0.0
        while True:
            try:
                return child.wait(timeout=min(every, timeout - waited))
            except subprocess.TimeoutExpired as error:
                waited += every
                if waited >= timeout:
                    raise TimedOut(f"{argv[0]} did not end within {timeout:g} s") from error
                tick(waited)


@contextlib.contextmanager
def _group(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: bytes = b"",
    stdout: int,
    stderr: int,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that leads its own process group, ended with all of it on the way out."""
    # A signal between the fork and Popen's return would leave a child that nobody knows of.
    with _signals_held_back() as held:
        try:
            child = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=_PIPE if stdin else subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                process_group=0,
            )
        except OSError as error:
            raise ProgramMissing(f"cannot run {argv[0]}: {error.strerror}") from error
    with child:
        try:
            if held:
                signal.raise_signal(held[0])
            yield child
        finally:
            if child.returncode is None:
                _end(child)


@contextlib.contextmanager
def _signals_held_back() -> Iterator[list[signal.Signals]]:
    """Collects the signals that would raise, instead of raising; only the main thread gets any."""
    held: list[signal.Signals] = []
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if callable(signal.getsignal(number)):
                before[number] = signal.signal(
                    number, lambda number, _frame: held.append(signal.Signals(number))
                )
    try:
        yield held
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(child: subprocess.Popen[bytes]) -> None:
    """TERM to the group, two seconds of grace, then KILL."""
    try:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=_GRACE_SECONDS)
    finally:
        # Also where a second Ctrl-C cuts the grace short; and the leader may have ended while a
        # child of its own lives on in the group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
