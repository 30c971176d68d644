"""What a run leaves behind is found by its marker and its record, and nothing else is touched."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from qgate.system import sweep
from qgate.system.sweep import VARIABLE, Run
from tests.support import leftovers
from tests.support.repo import ROOT

_LINUX: Final = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="only Linux shows another's environment"
)

# Starts the given words with the run's marker, in a folder of the run; says so, and waits.
_RUN: Final = """\
import os, subprocess, sys, time
from pathlib import Path
from qgate.system.sweep import Run
with Run(Path(sys.argv[1])) as run:
    folder = run.folder()
    (folder / "file").write_text("x")
    env = {**os.environ, **run.marker(os.environ)}
    child = subprocess.Popen(["sleep", "60"], env=env, start_new_session=True)
    print(folder, child.pid, flush=True)
    time.sleep(60)
"""


@contextmanager
def _sleeping(**env: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], env={**os.environ, **env}) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def _a_run(state: Path, temporary: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path, int]]:
    """Another run at work: its process, its folder, and a process of its."""
    temporary.mkdir(exist_ok=True)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    argv = [sys.executable, "-c", _RUN, str(state)]
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        folder, child = process.stdout.readline().split()
        try:
            yield process, Path(os.fsdecode(folder)), int(child)
        finally:
            process.kill()
            process.wait()
            sweep.clean_up(state)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where runs are recorded."""
    return tmp_path / "state" / "runs"


@_LINUX
def test_a_sweep_ends_what_carries_the_marker_and_nothing_else() -> None:
    run, other = Run(None), Run(None)
    with (
        _sleeping(**run.marker({})) as own,
        _sleeping(**other.marker({})) as foreign,
        _sleeping(OTHER=run.id) as similar,
        _sleeping() as plain,
    ):
        run.sweep()

        assert own.wait(5) == -9
        assert [each.poll() for each in (foreign, similar, plain)] == [None] * 3


@_LINUX
def test_an_outer_run_ends_an_inner_ones_processes_but_not_the_other_way_round() -> None:
    outer, inner = Run(None), Run(None)
    marker = outer.marker({})
    with _sleeping(**marker) as of_outer, _sleeping(**inner.marker(marker)) as of_inner:
        inner.sweep()
        assert of_inner.wait(5) == -9
        assert of_outer.poll() is None
    with _sleeping(**inner.marker(marker)) as of_inner:
        outer.sweep()
        assert of_inner.wait(5) == -9


@_LINUX
def test_a_sweep_never_ends_the_run_itself(tmp_path: Path) -> None:
    """A run that was started under its own marker's variable would otherwise end itself."""
    script = (
        "import os, sys; from qgate.system.sweep import Run, VARIABLE\n"
        "run = Run(None); run.id = os.environ[VARIABLE]; run.sweep(); print('alive')"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: "abc"}

    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=tmp_path, capture_output=True, check=True
    )

    assert done.stdout == b"alive\n"


@_LINUX
def test_a_sweep_ends_a_process_that_starts_another_one_again_and_again(tmp_path: Path) -> None:
    run = Run(None)
    again = "i=0; while [ $i -lt 150 ]; do sleep 20 & i=$((i+1)); done"
    script = " ".join(f"({again}) &" for _ in range(5)) + " wait"
    env = {**os.environ, **run.marker({})}
    with subprocess.Popen(["sh", "-c", script], env=env, cwd=tmp_path):
        leftovers.wait_until(lambda: len(list(sweep._marked(run.id.encode()))) > 3)

        run.sweep()

        assert list(sweep._marked(run.id.encode())) == []


def test_the_folders_of_a_run_end_with_it(state: Path) -> None:
    with Run(state) as run:
        first, second = run.folder(), run.folder()
        (first / "in").mkdir()
        (first / "in" / "file").write_text("x", "utf-8")
        assert first != second
        assert len(list(state.iterdir())) == 1
        assert run.marker({})[VARIABLE] == run.id

    assert not first.exists()
    assert not second.exists()
    assert list(state.iterdir()) == []


def test_a_run_that_starts_nothing_records_nothing(state: Path) -> None:
    with Run(state):
        pass

    assert not state.exists()


def test_a_state_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")

    with Run(tmp_path / "file" / "runs") as run:
        folder = run.folder()
        assert run.marker({}) == {VARIABLE: run.id}
        assert folder.is_dir()

    assert not folder.exists()


def test_what_a_killed_run_left_is_taken_away_by_the_next(state: Path, tmp_path: Path) -> None:
    with _a_run(state, tmp_path / "t") as (process, folder, child):
        process.kill()
        process.wait()
        assert leftovers.is_running(child)
        assert (folder / "file").exists()

        with Run(state) as run:
            run.folder()
            assert not folder.exists()
            if Path("/proc/self/environ").exists():
                leftovers.wait_until(lambda: not leftovers.is_running(child))
            assert len(list(state.iterdir())) == 1

    assert list(state.iterdir()) == []


def test_a_run_at_work_is_left_alone(state: Path, tmp_path: Path) -> None:
    with _a_run(state, tmp_path / "t") as (process, folder, child):
        with Run(state) as run:
            run.folder()

        assert process.poll() is None
        assert leftovers.is_running(child)
        assert (folder / "file").exists()
        assert len(list(state.iterdir())) == 1


def test_a_number_that_another_process_has_by_now_is_no_run_at_work(
    state: Path, tmp_path: Path
) -> None:
    with _a_run(state, tmp_path / "t") as (process, folder, child):
        process.kill()
        process.wait()
        (record,) = state.iterdir()
        record.rename(state / record.name.replace(str(process.pid), str(os.getpid()), 1))

        assert sweep.clean_up(state) == 1

        assert not folder.exists()
        assert list(state.iterdir()) == []
        if Path("/proc/self/environ").exists():
            leftovers.wait_until(lambda: not leftovers.is_running(child))


_ODD: Final = (
    *(b"", b"/", b"relative", b"\0", b"\xff", b"/nowhere", b"[]", b"null", b"x" * 100_000),
    *(b'{"started": "1", "fold', b'{"folders": 5}', b'{"folders": [5]}', b"[" * 100_000),
)


@pytest.mark.parametrize("content", _ODD, ids=lambda each: repr(each[:20]))
def test_an_odd_record_of_a_run_at_work_does_it_no_harm(
    state: Path, tmp_path: Path, content: bytes
) -> None:
    """A record is read while its run writes it."""
    with _a_run(state, tmp_path / "t") as (process, folder, child):
        (record,) = state.iterdir()
        whole = record.read_bytes()
        record.write_bytes(content)

        assert sweep.clean_up(state) == 0

        assert leftovers.is_running(child)
        assert (folder / "file").exists()
        assert process.poll() is None
        record.write_bytes(whole)


@pytest.mark.parametrize("content", _ODD, ids=lambda each: repr(each[:20]))
def test_an_odd_record_of_a_killed_run_is_taken_away_with_its_processes(
    state: Path, tmp_path: Path, content: bytes
) -> None:
    with _a_run(state, tmp_path / "t") as (process, _folder, child):
        process.kill()
        process.wait()
        (record,) = state.iterdir()
        record.write_bytes(content)

        assert sweep.clean_up(state) == 1

        assert not record.exists()
        if Path("/proc/self/environ").exists():
            leftovers.wait_until(lambda: not leftovers.is_running(child))


def test_a_file_that_is_no_record_stays(state: Path) -> None:
    state.mkdir(parents=True)
    names = ("notes.json", "a-b.json", "1-", "1-2-x", "-1-2-0123456789abcdef", ".tmp")
    for name in names:
        (state / name).write_text("{}", "utf-8")

    assert sweep.clean_up(state) == 0
    assert {each.name for each in state.iterdir()} == set(names)


def test_a_record_cannot_name_a_folder_that_its_run_did_not_make(
    state: Path, tmp_path: Path
) -> None:
    """A record is a file like any other: it may come with a restored cache."""
    with _a_run(state, tmp_path / "t") as (process, folder, _child):
        process.kill()
        process.wait()
        (record,) = state.iterdir()
        here = folder.parent
        precious = [here / name for name in ("work", "qgate-toolkit", f"qgate-{'f' * 16}-x")]
        for each in precious:
            each.mkdir()
            (each / "file").write_text("x", "utf-8")
        (here / f"{folder.name}-link").symlink_to(precious[0])
        record.write_bytes(os.fsencode(here))

        sweep.clean_up(state)

        assert not folder.exists()
        assert all((each / "file").exists() for each in precious)


def test_runs_that_begin_together_do_each_other_no_harm(state: Path) -> None:
    """Each writes its record while another reads it."""
    stop = threading.Event()
    mistaken: list[int] = []

    def read() -> None:
        while not stop.is_set():
            if state.exists():
                mistaken.append(sweep.clean_up(state))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for _ in range(200):
            with Run(state) as run:
                run.folder()
                assert len(list(state.iterdir())) == 1
    finally:
        stop.set()
        thread.join()

    assert len(mistaken) > 10
    assert sum(mistaken) == 0


def test_two_runs_never_share_a_private_folder(tmp_path: Path) -> None:
    place = tmp_path / "mypy"
    with Run(None) as first, Run(None) as second:
        own = first.private_folder(place)
        assert first.private_folder(place) == own
        assert second.private_folder(place) != own

    with Run(None) as third:
        assert third.private_folder(place) == own, "a warm one is used again"


def test_where_no_private_folder_is_free_a_temporary_one_serves(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with Run(None) as run:
        folder = run.private_folder(tmp_path / "file" / "mypy")
        assert folder.is_dir()
    assert not folder.exists()


def test_the_lock_of_a_private_folder_is_not_a_childs(tmp_path: Path) -> None:
    """Else a daemon that a tool left would keep the folder for ever."""
    with Run(None) as first:
        own = first.private_folder(tmp_path)
        child = subprocess.Popen(["sleep", "60"])
    try:
        with Run(None) as second:
            assert second.private_folder(tmp_path) == own
    finally:
        child.kill()
        child.wait()
