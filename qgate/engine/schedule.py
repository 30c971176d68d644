"""Gates side by side in one thread.

A gate that needs programs is a generator: it yields a list of jobs, or of further generators,
goes on with what became of each, in the same order, and ends in its result.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qgate.errors import Incomplete
from qgate.system.job import Job
from qgate.system.jobs import Jobs

Steps = Generator[Sequence[Any], Sequence[Any], Any]


@dataclass(slots=True, eq=False)
class _Task:
    steps: Steps
    deliver: Callable[[Any], None]
    fail: Callable[[Incomplete], None]
    results: list[Any] = field(default_factory=list)
    missing: int = 0


def run_all(tasks: Mapping[str, Steps], jobs: Jobs) -> dict[str, Any]:
    """What each generator ended in, or the `Incomplete` that it raised, by name."""
    outcomes: dict[str, Any] = {}
    scheduler = _Scheduler(jobs)
    for name, steps in tasks.items():

        def deliver(value: Any, name: str = name) -> None:
            outcomes[name] = value

        scheduler.advance(_Task(steps, deliver, deliver), None)
    scheduler.finish()
    return {name: outcomes[name] for name in tasks}


class _Scheduler:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._waiting: dict[int, Callable[[Any], None]] = {}

    def finish(self) -> None:
        while self._jobs.is_busy:
            for ended in self._jobs.wait():
                self._waiting.pop(id(ended.job))(ended)

    def advance(self, task: _Task, value: Any, error: Incomplete | None = None) -> None:
        """Let a task go on, and start what it asks for."""
        try:
            wanted = task.steps.throw(error) if error else task.steps.send(value)
        except StopIteration as stop:
            task.deliver(stop.value)
            return
        except Incomplete as raised:
            task.fail(raised)
            return
        task.results = [None] * len(wanted)
        task.missing = len(wanted)
        if not wanted:
            self.advance(task, [])
            return
        for index, each in enumerate(wanted):
            self._begin(task, index, each)

    def _begin(self, task: _Task, index: int, each: Any) -> None:
        def deliver(result: Any) -> None:
            task.results[index] = result
            task.missing -= 1
            if not task.missing:
                self.advance(task, task.results)

        if isinstance(each, Job):
            self._waiting[id(each)] = deliver
            self._jobs.submit([each])
        else:
            # A part that cannot be judged is a result like any other for the whole.
            self.advance(_Task(each, deliver, deliver), None)
