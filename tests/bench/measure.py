"""Time and memory of commands, each in fresh processes, contestants by turns."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_TAIL: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Commands to run in order, timed together. Each must end with one of `codes`.

    `before` is done before each run and not timed. What they print must contain `says` and not
    `unsaid`, if these are not empty. `most_runs`: stop after so many, for what takes long.
    """

    name: str
    argvs: tuple[tuple[str, ...], ...]
    cwd: Path
    environ: Mapping[str, str]
    codes: frozenset[int] = frozenset({0})
    most_runs: int = sys.maxsize
    before: Callable[[], object] | None = None
    says: str = ""
    unsaid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """`seconds` of the best run, all runs' `every` second, and the greatest `peak` in bytes."""

    name: str
    seconds: float
    peak: int
    every: tuple[float, ...] = field(repr=False)

    @property
    def median(self) -> float:
        """Seconds of the run in the middle."""
        return statistics.median(self.every)


def by_turns(tasks: Sequence[Task], *, runs: int) -> tuple[Measurement, ...]:
    """Run the tasks alternately, `runs` times each; one measurement for each task."""
    results: list[list[tuple[float, int]]] = [[] for _ in tasks]
    for number in range(runs):
        for task, so_far in zip(tasks, results, strict=True):
            if number < task.most_runs:
                so_far.append(run(task))
    return tuple(
        Measurement(
            name=task.name,
            seconds=min(seconds for seconds, _ in found),
            peak=max(peak for _, peak in found),
            every=tuple(seconds for seconds, _ in found),
        )
        for task, found in zip(tasks, results, strict=True)
    )


def run(task: Task) -> tuple[float, int]:
    """Run a task once: seconds of all its commands, and the greatest peak in bytes.

    Raises `AssertionError` with the end of the output where one fails.
    """
    if task.before is not None:
        task.before()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        job = {
            "cwd": str(task.cwd),
            "env": dict(task.environ),
            "log": str(log),
            "argvs": task.argvs,
        }
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCHER)],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            check=True,
        )
        results: list[tuple[float, int, int]] = json.loads(done.stdout)
        said = log.read_text("utf-8", "replace")[-_TAIL:]
    for (_, _, code), argv in zip(results, task.argvs, strict=True):
        assert code in task.codes, f"{' '.join(argv)} ended with {code}:\n{said}"
    assert task.says in said, f"{task.name} does not say {task.says!r}:\n{said}"
    assert not task.unsaid or task.unsaid not in said, f"{task.name} says {task.unsaid!r}:\n{said}"
    return sum(seconds for seconds, _, _ in results), max(peak for _, peak, _ in results)
