"""Programs side by side: order, tokens, limits, and nothing left behind."""

import gc
import os
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from qgate.engine.schedule import run_all
from qgate.system.job import Ended, How, Job, Running, tail
from qgate.system.jobs import MAX_BYTES, MEMORY_BYTES, Jobs
from qgate.system.sweep import Run
from tests.support import leftovers
from tests.support.repo import ROOT

_MEBI: Final = 1 << 20
# Two that only end together; who waits in vain ends with 1.
_MEET: Final = (
    "touch {0}; i=0; while [ ! -e {1} ]; do i=$((i+1)); [ $i -gt 200 ] && exit 1; sleep 0.02; done"
)
# Ends with 1 if another one is inside at the same time.
_ALONE: Final = "mkdir inside || exit 1; sleep 0.1; rmdir inside"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the programs run."""
    return tmp_path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Where a tool that leaves processes behind notes them; they are ended after the test."""
    yield tmp_path / "noted"
    leftovers.end_by_force(tmp_path / "noted")


def _job(folder: Path, *argv: str, **more: Any) -> Job:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    settings = {"label": argv[0], "timeout": 20.0, "env": env, **more}
    return Job(argv=argv, cwd=folder, **settings)


def _sh(folder: Path, script: str, **more: Any) -> Job:
    return _job(folder, "sh", "-c", script, **{"label": script, **more})


def _ended(
    jobs: Sequence[Job], *, slots: int = 2, deadline: float = 60.0, seen: list[int] | None = None
) -> list[Ended]:
    """What became of each job, in the order of the jobs. `seen` gets how many ran at once."""
    found: list[Ended] = []

    def watch(running: Sequence[Running]) -> None:
        if seen is not None:
            seen.append(sum(not each.is_done for each in running))

    with (
        Run(None) as run,
        Jobs(run=run, slots=slots, deadline=deadline, watch=watch) as runner,
    ):
        runner.submit(jobs)
        while runner.is_busy:
            found += runner.wait()
    return sorted(found, key=lambda each: [id(job) for job in jobs].index(id(each.job)))


def _codes(ended: Sequence[Ended]) -> list[int]:
    assert {each.how for each in ended} <= {How.BY_ITSELF}, ended
    return [each.code for each in ended]


def test_jobs_run_side_by_side(folder: Path) -> None:
    jobs = [_sh(folder, _MEET.format("a", "b")), _sh(folder, _MEET.format("b", "a"))]

    assert _codes(_ended(jobs, slots=2)) == [0, 0]


def test_no_more_run_at_once_than_there_are_slots(folder: Path) -> None:
    seen: list[int] = []

    assert _codes(_ended([_sh(folder, _ALONE) for _ in range(3)], slots=1)) == [0, 0, 0]
    _ended([_sh(folder, "sleep 0.25") for _ in range(5)], slots=2, seen=seen)
    assert max(seen) == 2


@pytest.mark.parametrize("is_first", [True, False])
def test_network_jobs_do_not_take_a_slot(folder: Path, *, is_first: bool) -> None:
    here = _sh(folder, _MEET.format("a", "b"))
    there = _sh(folder, _MEET.format("b", "a"), network=True)

    assert _codes(_ended([there, here] if is_first else [here, there], slots=1)) == [0, 0]


def test_four_network_jobs_run_at_once_and_no_more(folder: Path) -> None:
    seen: list[int] = []

    _ended([_sh(folder, "sleep 0.25", network=True) for _ in range(6)], slots=1, seen=seen)

    assert max(seen) == 4


def test_jobs_with_the_same_lock_never_run_together(folder: Path) -> None:
    jobs = [_sh(folder, _ALONE, lock="cache") for _ in range(3)]

    assert _codes(_ended(jobs, slots=4)) == [0, 0, 0]


def test_a_lock_holds_up_nobody_else(folder: Path) -> None:
    jobs = [
        _sh(folder, _MEET.format("a", "b"), lock="one"),
        _sh(folder, "true", lock="one"),
        _sh(folder, _MEET.format("b", "a"), lock="two"),
    ]

    assert _codes(_ended(jobs, slots=2)) == [0, 0, 0]


@pytest.mark.parametrize("is_first", [True, False])
def test_an_exclusive_job_runs_alone(folder: Path, *, is_first: bool) -> None:
    jobs = [_sh(folder, "mkdir inside || exit 1; sleep 0.1; rmdir inside", exclusive=True)]
    jobs += [_sh(folder, "[ ! -e inside ] && sleep 0.1 && [ ! -e inside ]") for _ in range(3)]

    assert _codes(_ended(jobs if is_first else jobs[::-1], slots=4)) == [0] * 4


def test_the_longest_expected_starts_first(folder: Path) -> None:
    jobs = [
        _sh(folder, f"echo {seconds} >> order", expected=float(seconds)) for seconds in (1, 3, 2)
    ]

    _ended(jobs, slots=1)

    assert (folder / "order").read_text("utf-8").split() == ["3", "2", "1"]


def _steps(jobs: Sequence[Job]) -> Generator[Sequence[Any], Sequence[Any], Any]:
    ended = yield jobs
    return [each.stdout.decode().strip() for each in ended]


def test_the_longest_expected_of_all_gates_starts_first(folder: Path) -> None:
    def one(seconds: int) -> Generator[Sequence[Any], Sequence[Any], Any]:
        return _steps([_sh(folder, f"echo {seconds} >> order", expected=float(seconds))])

    with Run(None) as run, Jobs(run=run, slots=1, deadline=60, watch=lambda _: None) as runner:
        run_all({"short": one(1), "long": one(3), "middle": one(2)}, runner)

    assert (folder / "order").read_text("utf-8").split() == ["3", "2", "1"]


def test_results_come_in_the_order_asked_for_not_of_ending(folder: Path) -> None:
    jobs = [_sh(folder, f"sleep {wait}; echo {wait}") for wait in ("0.3", "0.1", "0.2")]

    with Run(None) as run, Jobs(run=run, slots=3, deadline=60, watch=lambda _: None) as runner:
        found = run_all({"b": _steps(jobs), "a": _steps([_sh(folder, "echo a")])}, runner)

    assert list(found.items()) == [("b", ["0.3", "0.1", "0.2"]), ("a", ["a"])]


def test_both_streams_and_the_code_are_kept_apart(folder: Path) -> None:
    (ended,) = _ended([_sh(folder, "echo out; echo err >&2; exit 7")])

    assert (ended.how, ended.code) == (How.BY_ITSELF, 7)
    assert (ended.stdout, ended.stderr) == (b"out\n", b"err\n")


def test_a_signal_that_killed_a_program_is_a_negative_code(folder: Path) -> None:
    assert _codes(_ended([_sh(folder, "kill -SEGV $$")])) == [-11]


def test_a_tool_whose_time_is_over_may_say_goodbye(folder: Path) -> None:
    script = "trap 'echo bye > farewell; exit 3' TERM; echo began; while :; do sleep 0.05; done"
    begin = time.monotonic()

    (ended,) = _ended([_sh(folder, script, timeout=0.5)])

    assert (ended.how, ended.stdout) == (How.TIMED_OUT, b"began\n")
    assert (folder / "farewell").read_text("utf-8") == "bye\n"
    assert time.monotonic() - begin < 2.0, "the whole grace was waited for"


def test_a_tool_that_ignores_term_is_killed_after_two_seconds(folder: Path) -> None:
    begin = time.monotonic()

    (ended,) = _ended([_sh(folder, "trap '' TERM; while :; do sleep 0.05; done", timeout=0.3)])

    assert (ended.how, ended.code) == (How.TIMED_OUT, -9)
    assert 2.2 <= time.monotonic() - begin < 4.0


def test_a_stopped_tool_is_ended_too(folder: Path) -> None:
    (ended,) = _ended([_sh(folder, "kill -STOP $$", timeout=0.2)])

    assert (ended.how, ended.code) == (How.TIMED_OUT, -9)


@pytest.mark.parametrize("pipes", ["kept", "closed"])
def test_a_tool_whose_time_is_over_leaves_no_child_and_no_daemon(
    folder: Path, place: Path, pipes: str
) -> None:
    argv = leftovers.command(folder, place, pipes=pipes)

    (ended,) = _ended([_job(folder, *argv, timeout=1.0)])

    assert (ended.how, ended.stdout) == (How.TIMED_OUT, b"said\n")
    assert (place / "daemon").exists()
    assert leftovers.alive(place) == set()


def test_the_end_of_one_tool_spares_its_neighbours(folder: Path) -> None:
    """The sweep after a timeout is for what that tool left, not for what still works."""
    late = _sh(folder, "sleep 30", timeout=0.2)
    neighbour = _sh(folder, "sleep 0.6; echo whole")

    first, second = _ended([late, neighbour])

    assert first.how is How.TIMED_OUT
    assert (second.how, second.code, second.stdout) == (How.BY_ITSELF, 0, b"whole\n")


@pytest.mark.parametrize("pipes", ["kept", "closed"])
def test_what_a_tool_leaves_behind_does_not_hang_the_run(
    folder: Path, place: Path, pipes: str
) -> None:
    argv = leftovers.command(folder, place, pipes=pipes, then="ends")
    begin = time.monotonic()

    (ended,) = _ended([_job(folder, *argv)])

    assert (ended.how, ended.code, ended.stdout) == (How.BY_ITSELF, 0, b"said\n")
    assert time.monotonic() - begin < 5.0
    leftovers.wait_until(lambda: "child" not in leftovers.alive(place))


def test_a_chatty_process_left_behind_does_not_hang_the_run(folder: Path) -> None:
    begin = time.monotonic()

    (ended,) = _ended([_sh(folder, "yes & echo $! > noisy; exit 0")])

    assert ended.how in {How.BY_ITSELF, How.TOO_MUCH}
    assert time.monotonic() - begin < 5.0
    noisy = int((folder / "noisy").read_text("utf-8"))
    leftovers.wait_until(lambda: not leftovers.is_running(noisy))


def test_a_tool_that_closes_its_output_is_waited_for(folder: Path) -> None:
    (ended,) = _ended([_sh(folder, "exec >&- 2>&-; sleep 0.2; exit 4")])

    assert (ended.how, ended.code) == (How.BY_ITSELF, 4)
    # Two clocks may differ by a little.
    assert ended.seconds > 0.19


def test_output_that_does_not_fit_into_memory_is_kept_whole(folder: Path) -> None:
    size = MEMORY_BYTES + 3 * _MEBI

    (ended,) = _ended([_sh(folder, f"head -c {size} /dev/zero; echo x >&2")])

    assert (ended.how, len(ended.stdout), ended.stderr) == (How.BY_ITSELF, size, b"x\n")


def test_output_just_within_the_limit_is_whole(folder: Path) -> None:
    (ended,) = _ended([_sh(folder, f"head -c {MAX_BYTES} /dev/zero")])

    assert (ended.how, len(ended.stdout)) == (How.BY_ITSELF, MAX_BYTES)


@pytest.mark.parametrize("stream", ["1", "2"])
def test_one_byte_over_the_limit_is_too_much(folder: Path, stream: str) -> None:
    (ended,) = _ended([_sh(folder, f"head -c {MAX_BYTES + 1} /dev/zero >&{stream}")])

    assert ended.how is How.TOO_MUCH
    assert len(ended.stdout) + len(ended.stderr) <= MAX_BYTES


def test_an_endless_printer_ends_quickly_and_memory_stays_bounded(folder: Path) -> None:
    """In a process of its own, whose peak is nobody else's: kibibytes on Linux, bytes on macOS."""
    script = (
        "import resource, sys, os; from pathlib import Path\n"
        "from qgate.system.jobs import Job, Jobs; from qgate.system.sweep import Run\n"
        "def peak():\n"
        "    unit = 1 if sys.platform == 'darwin' else 1024\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit\n"
        "before = peak()\n"
        "with Run(None) as run, Jobs(run=run, slots=1, deadline=60, watch=print) as jobs:\n"
        "    jobs.submit([Job(label='', argv=('sh', '-c', sys.argv[1]), cwd=Path.cwd(),\n"
        "        env=dict(os.environ), timeout=50.0)])\n"
        "    jobs._watch = lambda _: None\n"
        "    (ended,) = jobs.wait()\n"
        "    print(ended.how.name, peak() - before)\n"
    )
    argv = (sys.executable, "-c", script, "head -c 400000000 /dev/zero; sleep 30")
    begin = time.monotonic()

    (ended,) = _ended([_job(folder, *argv)])
    how, grown = ended.stdout.split()[-2:]

    assert (ended.code, how) == (0, b"TOO_MUCH"), ended
    assert time.monotonic() - begin < 8.0
    assert int(grown) < MAX_BYTES + MEMORY_BYTES + 40 * _MEBI


def test_output_that_there_is_no_room_for_is_not_judged(folder: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    script = (
        "import os, resource; from pathlib import Path\n"
        "from qgate.errors import Incomplete\n"
        "from qgate.system.jobs import Job, Jobs; from qgate.system.sweep import Run\n"
        "size = 1 << 20\n"
        "argv = ('head', '-c', '9000000', '/dev/zero')\n"
        "job = Job(label='head', argv=argv, cwd=Path.cwd(), env=dict(os.environ), timeout=20.0)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "try:\n"
        "    with Run(None) as run, Jobs(\n"
        "        run=run, slots=1, deadline=30, watch=lambda _: None\n"
        "    ) as jobs:\n"
        "        jobs.submit([job]); jobs.wait()\n"
        "except Incomplete as error:\n"
        "    print(error.reason, error.message)\n"
    )

    (ended,) = _ended([_job(folder, sys.executable, "-c", script)])

    assert ended.stdout == b"no-room cannot keep what head prints: File too large\n", ended


@pytest.mark.parametrize("content", [b"", b"x", b"y" * (3 * _MEBI)], ids=len)
def test_standard_input_holds_the_content_and_ends(folder: Path, content: bytes) -> None:
    (ended,) = _ended([_job(folder, "cat", stdin=content)])

    assert (ended.code, ended.stdout) == (0, content)


def test_a_tool_that_does_not_read_its_input_does_not_hang(folder: Path) -> None:
    (ended,) = _ended([_job(folder, "true", stdin=b"y" * (3 * _MEBI))])

    assert (ended.how, ended.code) == (How.BY_ITSELF, 0)


def test_standard_input_is_empty_unless_given(folder: Path) -> None:
    (ended,) = _ended([_job(folder, "cat")])

    assert (ended.code, ended.stdout) == (0, b"")


def _script(folder: Path, text: str, mode: int) -> str:
    file = folder / "tool"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return str(file)


def test_a_program_that_is_not_there_is_missing(folder: Path) -> None:
    (ended,) = _ended([_job(folder, "/nowhere/tool")])

    assert (ended.how, ended.error) == (How.MISSING, "No such file or directory")


def test_a_program_that_may_not_be_executed_is_missing(folder: Path) -> None:
    (ended,) = _ended([_job(folder, _script(folder, "#!/bin/sh\n", 0o644))])

    assert (ended.how, ended.error) == (How.MISSING, "Permission denied")


def test_a_script_whose_interpreter_is_gone_is_missing_and_says_so(folder: Path) -> None:
    """Plain "no such file" sends people to look for a script that is there."""
    (ended,) = _ended([_job(folder, _script(folder, "#!/nowhere/python\n", 0o755))])

    assert ended.how is How.MISSING
    assert "interpreter" in ended.error


def test_a_program_in_no_known_format_is_missing(folder: Path) -> None:
    (ended,) = _ended([_job(folder, _script(folder, "\x00\x01nothing", 0o755))])

    assert (ended.how, ended.error) == (How.MISSING, "Exec format error")


def test_a_folder_that_is_gone_is_told_from_a_program_that_is_gone(folder: Path) -> None:
    (ended,) = _ended([_job(folder / "gone", "true")])

    assert ended.how is How.MISSING
    assert "gone" in ended.error


def test_too_many_arguments_are_said_to_be_so(folder: Path) -> None:
    words = ["x" * 100_000] * 60

    (ended,) = _ended([_job(folder, "true", *words)])

    assert (ended.how, ended.error) == (How.MISSING, "Argument list too long")


def test_an_argument_that_no_program_can_get_is_refused(folder: Path) -> None:
    (ended,) = _ended([_job(folder, "true", "a\0b")])

    assert ended.how is How.MISSING
    assert ended.error


def test_what_cannot_start_does_not_hold_up_the_rest(folder: Path) -> None:
    jobs = [_job(folder, "/nowhere/tool"), _sh(folder, "echo fine")]

    first, second = _ended(jobs, slots=1)

    assert (first.how, second.stdout) == (How.MISSING, b"fine\n")


def test_at_the_deadline_what_runs_is_ended_and_the_rest_is_not_begun(folder: Path) -> None:
    stubborn = "trap '' TERM; touch begun; sleep 0.2"
    jobs = [_sh(folder, "echo began; sleep 30"), _sh(folder, stubborn)]

    first, second = _ended(jobs, slots=1, deadline=0.3)

    assert (first.how, first.stdout) == (How.DEADLINE, b"began\n")
    assert second.how is How.DEADLINE
    assert not (folder / "begun").exists()


def test_at_the_deadline_all_share_one_grace(folder: Path) -> None:
    stubborn = "trap '' TERM; while :; do sleep 0.05; done"
    begin = time.monotonic()

    ended = _ended([_sh(folder, stubborn) for _ in range(3)], slots=3, deadline=0.3)

    assert {each.how for each in ended} == {How.DEADLINE}
    assert time.monotonic() - begin < 4.0


def test_jobs_run_off_the_main_thread_too(folder: Path) -> None:
    found: list[Ended] = []
    thread = threading.Thread(target=lambda: found.extend(_ended([_sh(folder, "echo here")])))
    thread.start()
    thread.join(10)

    assert [each.stdout for each in found] == [b"here\n"]


def _children() -> set[str]:
    """This process's children, also those that ended and were not reaped."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {child for task in tasks for child in task.read_text("utf-8").split()}


def _handles() -> set[str]:
    # What an earlier test dropped may otherwise be closed in between.
    gc.collect()
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers, as names


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_zombie_and_no_open_file_stays(folder: Path, place: Path) -> None:
    _ended([_sh(folder, "true")])
    before, others = _handles(), _children()
    jobs = [
        _sh(folder, "true"),
        _job(folder, "/nowhere/tool", stdin=b"x"),
        _job(folder, "cat", stdin=b"x"),
        _sh(folder, f"head -c {MEMORY_BYTES + 1} /dev/zero"),
        _sh(folder, f"head -c {MAX_BYTES + 1} /dev/zero"),
        _job(folder, *leftovers.command(folder, place), timeout=0.5),
        _job(folder / "gone", "true"),
    ]

    _ended(jobs, slots=3)

    assert _handles() == before
    assert _children() <= others


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_an_exception_ends_everything_and_leaves_no_file_open(folder: Path, place: Path) -> None:
    before, others = _handles(), _children()
    argv = leftovers.command(folder, place)
    noisy = f"head -c {MEMORY_BYTES + 1} /dev/zero; touch printed; sleep 30"

    def watch(_running: Sequence[Running]) -> None:
        if (place / "tool").exists() and (folder / "printed").exists():
            raise KeyboardInterrupt

    def interrupted() -> None:
        with Run(None) as run, Jobs(run=run, slots=2, deadline=30, watch=watch) as runner:
            runner.submit([_job(folder, *argv), _sh(folder, noisy)])
            runner.wait()

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert leftovers.alive(place) == set()
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - not after a collection
    assert _children() <= others


# A signal at the worst moment: when Popen returns, the child is there and nobody has it yet.
_SIGNAL_AT_START: Final = """\
import os, signal, subprocess, sys
from pathlib import Path
from qgate.cli.main import Terminated, _terminate
from qgate.system.jobs import Job, Jobs
from qgate.system.sweep import Run

signal.signal(signal.SIGTERM, _terminate)
number = getattr(signal, sys.argv[1])

def at(frame, event, argument):
    if event == "return" and frame.f_code is subprocess.Popen.__init__.__code__:
        sys.setprofile(None)
        os.kill(os.getpid(), number)

try:
    with Run(None) as run, Jobs(run=run, slots=1, deadline=20, watch=lambda _: None) as jobs:
        sys.setprofile(at)
        jobs.submit([Job(label="", argv=tuple(sys.argv[2:]), cwd=Path.cwd(),
            env=dict(os.environ), timeout=15.0)])
        for ended in jobs.wait():
            print(ended.how.name)
except (KeyboardInterrupt, Terminated) as error:
    print(type(error).__name__)
"""


# The same for one program alone, such as git: there the group is all, no marker, no sweep.
_SIGNAL_AT_START_OF_ONE: Final = (
    _SIGNAL_AT_START.partition("    with Run(None)")[0]
    + """\
    from qgate.system import process
    sys.setprofile(at)
    process.run(sys.argv[2:], cwd=Path.cwd(), env=os.environ, timeout=15.0)
    print("ended")
except process.ProgramMissing:
    print("MISSING")
"""
    + _SIGNAL_AT_START[_SIGNAL_AT_START.index("except (") :]
)


@pytest.mark.parametrize("script", [_SIGNAL_AT_START, _SIGNAL_AT_START_OF_ONE], ids=["job", "one"])
@pytest.mark.parametrize(
    ("number", "name"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "Terminated")]
)
def test_a_signal_while_a_program_starts_ends_it(
    folder: Path, script: str, number: str, name: str
) -> None:
    child = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); "
    argv = (sys.executable, "-S", "-c", child + "time.sleep(15)")
    begin = time.monotonic()

    (ended,) = _ended([_job(folder, sys.executable, "-c", script, number, *argv)])

    assert ended.stdout.decode().split() == [name], ended
    assert time.monotonic() - begin < 8.0
    # It may have been ended before it wrote anything down.
    time.sleep(0.3)
    noted = folder / "pid"
    assert not noted.exists() or not leftovers.is_running(int(noted.read_text("utf-8")))


@pytest.mark.parametrize("script", [_SIGNAL_AT_START, _SIGNAL_AT_START_OF_ONE], ids=["job", "one"])
@pytest.mark.parametrize(
    ("number", "name"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "Terminated")]
)
def test_a_signal_while_a_program_fails_to_start_is_not_lost(
    folder: Path, script: str, number: str, name: str
) -> None:
    argv = (sys.executable, "-c", script, number, "/nowhere/tool")

    (ended,) = _ended([_job(folder, *argv)])

    assert ended.stdout.decode().split() == [name], ended


def test_the_tail_is_what_was_said_last(folder: Path) -> None:
    (loud,) = _ended([_sh(folder, "seq 30; echo broken >&2")])
    (quiet,) = _ended([_sh(folder, "seq 30")])

    assert tail(loud) == "broken"
    assert tail(quiet, lines=2) == "29\n30"
