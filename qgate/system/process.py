"""The one door to other programs: argument lists only, never a shell.

Each program runs in a process group of its own with standard input closed, so that a timeout,
Ctrl-C or TERM ends it together with its children (except those that leave the group).
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GRACE_SECONDS: Final = 2.0
_GRACE_STEP_SECONDS: Final = 0.01
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
    failure: OSError | None = None
    with signals_held_back() as held:
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
            failure = error
    if failure is not None:
        if held:
            signal.raise_signal(held[0])
        raise ProgramMissing(f"cannot run {argv[0]}: {failure.strerror}") from failure
    with child:
        try:
            if held:
                signal.raise_signal(held[0])
            yield child
        finally:
            if child.returncode is None:
                _end(child)


@contextlib.contextmanager
def signals_held_back() -> Iterator[list[signal.Signals]]:
    """Collect the signals that would raise, instead of raising; only the main thread gets any."""
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
    end_groups([child])


def end_groups(leaders: Sequence[subprocess.Popen[bytes]]) -> None:
    """TERM to each group whose leader lives, two seconds of grace together, then KILL to all."""
    try:
        for child in leaders:
            if not has_ended(child):
                _signal_group(child, signal.SIGTERM)
        until = time.monotonic() + _GRACE_SECONDS
        for child in leaders:
            while not has_ended(child) and time.monotonic() < until:
                time.sleep(_GRACE_STEP_SECONDS)
    finally:
        # Also where a second Ctrl-C cuts the grace short; and the leader may have ended while a
        # child of its own lives on in the group. Not reaped yet, its number is still its own.
        for child in leaders:
            if child.returncode is None:
                _signal_group(child, signal.SIGKILL)
        for child in leaders:
            child.wait()


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether a child has ended, without reaping it, so that nobody else gets its number.

    macOS has no `waitid` in Python before 3.13; there it is reaped.
    """
    if child.returncode is not None:
        return True
    if not hasattr(os, "waitid"):
        return child.poll() is not None
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # macOS answers "not permitted" for a group of which only zombies are left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
