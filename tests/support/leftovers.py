"""A tool that leaves processes behind, and a look at which of them still run."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 10.0
NAMES: Final = ("child", "daemon")

# Arguments: a folder for the process ids, what becomes of the daemon's pipes, what the tool does
# then. It forks a child in its own group that does not listen to TERM, and a daemon that leaves
# the group, the session and its parent.
_TOOL: Final = """\
import os, signal, sys, time

place, pipes, then = sys.argv[1:4]

def live(name):
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    if name == "daemon" and pipes == "closed":
        nothing = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(nothing, each)
    note(name)
    time.sleep(60)
    os._exit(0)

def note(name):
    new = os.path.join(place, "." + name)
    with open(new, "w") as file:
        file.write(str(os.getpid()))
    os.rename(new, os.path.join(place, name))

if os.fork() == 0:
    live("child")
between = os.fork()
if between == 0:
    os.setsid()
    if os.fork() == 0:
        live("daemon")
    os._exit(0)
os.waitpid(between, 0)
while not all(os.path.exists(os.path.join(place, name)) for name in ("child", "daemon")):
    time.sleep(0.005)
print("said", flush=True)
note("tool")
if then == "hangs":
    time.sleep(60)
"""


def command(folder: Path, place: Path, *, pipes: str = "kept", then: str = "hangs") -> list[str]:
    """Write the tool into `folder`; the words to run it. `place` gets the process ids.

    `pipes` is "kept" or "closed" (by the daemon), `then` is "hangs" or "ends" (the tool itself).
    """
    place.mkdir(exist_ok=True)
    tool = folder / "leaves.py"
    tool.write_text(_TOOL, "utf-8")
    return [sys.executable, "-S", str(tool), str(place), pipes, then]


def alive(place: Path) -> set[str]:
    """Which of the noted processes run; a zombie does not."""
    return {name for name in (*NAMES, "tool") if (pid := _noted(place, name)) and is_running(pid)}


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for something that must come."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def end_by_force(place: Path) -> None:
    """For a test that failed: nothing of the tool may outlive it."""
    for name in (*NAMES, "tool"):
        with suppress(ProcessLookupError):
            if pid := _noted(place, name):
                os.kill(pid, signal.SIGKILL)


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie that waits to be reaped."""
    try:
        os.kill(process, 0)
        status = Path(f"/proc/{process}/stat").read_text("utf-8")
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        # It ended just now, or this system has no /proc.
        return not Path("/proc/self").exists()
    return status.rpartition(")")[2].split()[0] != "Z"


def _noted(place: Path, name: str) -> int:
    file = place / name
    return int(file.read_text("utf-8")) if file.exists() else 0
