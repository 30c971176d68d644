"""`gates.coverage.command`: qgate runs the tests, and says plainly when that did not work."""

import shlex
import sys
import time

import pytest

from tests.e2e.samples import incomplete, is_running, report
from tests.support.repo import Repo


def _command(own: Repo, script: str, *settings: str) -> None:
    """Let a shell script be the command; more settings as `key: value`."""
    more = "".join(f"    {each}\n" for each in settings)
    own.write(
        {
            "run.sh": script,
            ".qgate.yml": f"gates:\n  coverage:\n    command: [sh, run.sh]\n{more}",
        }
    )


def test_the_command_writes_the_report_that_is_judged(own: Repo) -> None:
    own.write({"fresh": report("lcov", ran=1)})
    _command(own, "cat fresh > lcov.info\n")

    ran = own.call("check")

    assert (ran.code, ran.err) == (0, "")


def test_progress_goes_to_standard_error_after_a_second(own: Repo) -> None:
    own.write({"fresh": report("lcov", ran=1)})
    _command(own, "sleep 1.5\ncat fresh > lcov.info\n")

    ran = own.call("check", "--format", "json")

    assert ran.code == 0
    assert ran.out.startswith("{")
    assert ran.err == "running sh run.sh 1 s\n"


def test_a_command_that_does_not_exist_is_incomplete(own: Repo) -> None:
    own.write({".qgate.yml": "gates: {coverage: {command: [nosuch-program]}}\n"})

    said = incomplete(own.call("check", "coverage"), "command-failed")

    assert "cannot run nosuch-program: No such file or directory" in said
    assert "mend gates.coverage.command" in said


def test_a_failing_command_shows_the_end_of_what_it_said(own: Repo) -> None:
    own.write({"lcov.info": report("lcov", ran=1)})
    _command(own, "for n in $(seq 100); do echo line $n; done\nprintf '\\033[31mred' >&2\nexit 7\n")

    said = incomplete(own.call("check", "coverage"), "command-failed")

    assert "sh run.sh ended with exit code 7" in said
    assert "\nline 100\n" in said
    assert "\\x1b[31mred" in said
    assert "\x1b" not in said
    assert "line 50\n" not in said


def test_a_command_killed_by_a_signal_is_told_so(own: Repo) -> None:
    _command(own, "kill -9 $$\n")

    assert "ended with signal 9" in incomplete(own.call("check", "coverage"), "command-failed")


@pytest.mark.parametrize("output", [b"\\377\\376 no text", b"", b"x" * 10])
def test_a_failing_command_may_say_anything(own: Repo, output: bytes) -> None:
    _command(own, f"printf {shlex.quote(output.decode())}\nexit 1\n")

    incomplete(own.call("check", "coverage"), "command-failed")


def test_a_command_that_takes_too_long_is_ended_with_its_children(own: Repo) -> None:
    _command(own, "echo started\nsleep 30 & echo $! > child\nwait\n", "timeout: 1")
    started = time.monotonic()

    said = incomplete(own.call("check", "coverage"), "command-failed")

    assert time.monotonic() - started < 10
    assert "sh did not end within 1 s" in said
    assert "started" in said
    assert "raise gates.coverage.timeout" in said
    assert not is_running(int((own.path / "child").read_text()))


def test_a_command_that_leaves_an_old_report_is_stale(own: Repo) -> None:
    own.write({"lcov.info": report("lcov", ran=1)})
    _command(own, "true\n")

    said = incomplete(own.call("check", "coverage"), "stale-report")

    assert "gates.coverage.command did not write lcov.info" in said


def test_a_command_that_writes_no_report_is_incomplete(own: Repo) -> None:
    _command(own, "true\n")

    incomplete(own.call("check", "coverage"), "no-report")


def test_a_real_test_run_by_the_command_is_judged(own: Repo) -> None:
    own.write(
        {
            "test_app.py": "import app\napp.one()\n",
            # The run that measures us must not reach into this one.
            ".qgate.yml": "gates: {coverage: {command: "
            "[env, -u, COVERAGE_PROCESS_START, -u, COVERAGE_PROCESS_CONFIG, "
            f"{sys.executable}, -m, coverage, run, --source=., test_app.py]}}}}\n",
        }
    )

    ran = own.call("check")

    assert ran.code == 1, ran
    assert "app.py:6: error: not covered by any test" in ran.out
