"""Ctrl-C, TERM and HUP while the tests run: the documented code, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.samples import is_running, report
from tests.support.repo import Ran, Repo

_PATIENCE: Final = 10.0

# The shell dies of TERM; the child of its own must be killed, it does not listen.
_LONG: Final = """\
sh -c 'trap "" TERM INT HUP; echo $$ > child; while :; do sleep 30; done' &
wait
"""
_STUBBORN: Final = "trap '' TERM\necho $$ > child\nwhile :; do sleep 30; done\n"


@pytest.fixture
def slow(own: Repo, tmp_path: Path) -> Repo:
    """A repository whose command runs for half a minute; its TMPDIR is empty."""
    own.write({".qgate.yml": "gates: {coverage: {command: [sh, run.sh]}}\n", "run.sh": _LONG})
    (tmp_path / "temporary").mkdir()
    own.environ["TMPDIR"] = str(tmp_path / "temporary")
    return own


@contextmanager
def _started(
    repo: Repo, *arguments: str, prefix: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """`qgate check` at work, its command running; ended by force if the test did not."""
    argv = [*prefix, sys.executable, "-m", "qgate", "check", *arguments]
    with subprocess.Popen(
        argv,
        cwd=repo.path,
        env=repo.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            _wait_until((repo.path / "child").exists)
            _wait_until(lambda: (repo.path / "child").read_text("utf-8").endswith("\n"))
            yield process
        finally:
            process.kill()
            _kill_the_group_of(_child(repo))


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def _ended(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=_PATIENCE)
    return Ran(process.returncode, out.decode(), err.decode())


def _child(repo: Repo) -> int:
    """The process id that the command wrote down; 0 where it did not come so far."""
    file = repo.path / "child"
    return int(file.read_text("utf-8") or 0) if file.exists() else 0


def _kill_the_group_of(child: int) -> None:
    """A test that failed must not leave the command behind."""
    with suppress(ProcessLookupError):
        if child and os.getpgid(child) != os.getpgid(0):
            os.killpg(os.getpgid(child), signal.SIGKILL)


def _assert_nothing_is_left(repo: Repo) -> None:
    _wait_until(lambda: not is_running(_child(repo)))
    assert not list(Path(repo.environ["TMPDIR"]).iterdir())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_an_interruption_ends_the_command_and_its_children(
    slow: Repo, number: signal.Signals, code: int
) -> None:
    with _started(slow) as process:
        process.send_signal(number)
        ran = _ended(process)
        _assert_nothing_is_left(slow)

    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err
    if number is signal.SIGINT:
        assert ran.err.strip() == "qgate: interrupted"


def test_an_interruption_leaves_the_old_output_as_it_was(slow: Repo, tmp_path: Path) -> None:
    output = tmp_path / "out" / "report.json"
    output.parent.mkdir()
    output.write_text("old", "utf-8")

    with _started(slow, "--format", "json", "--output", str(output)) as process:
        process.send_signal(signal.SIGTERM)
        assert _ended(process).code == 143

    assert output.read_text("utf-8") == "old"
    assert list(output.parent.iterdir()) == [output]


def test_impatient_interruptions_end_a_stubborn_command_too(slow: Repo) -> None:
    """TERM is given two seconds; who presses Ctrl-C again meanwhile must not free the command."""
    slow.write({"run.sh": _STUBBORN})

    with _started(slow) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        ran = _ended(process)
        _assert_nothing_is_left(slow)

    assert ran.code == 130
    assert "Traceback" not in ran.err


def test_nohup_is_respected(slow: Repo) -> None:
    """A run that was told to outlive its terminal does."""
    slow.write(
        {
            "run.sh": "echo $$ > child\nwhile [ ! -e go ]; do sleep 0.02; done\n"
            "cat fresh > lcov.info\n",
            "fresh": report("lcov", ran=1),
        }
    )

    with _started(slow, prefix=("sh", "-c", 'trap "" HUP; exec "$@"', "sh")) as process:
        os.kill(process.pid, signal.SIGHUP)
        (slow.path / "go").touch()
        ran = _ended(process)

    assert ran.code == 0, ran
