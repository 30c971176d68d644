"""Where the report goes: a file that is whole or untouched, a full disk, a reader that left."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.samples import report, uncovered, usage_error
from tests.support.repo import Ran, Repo

_VERDICT: Final = (
    "qgate failed: coverage failed: 50.00 % of 2 changed statements covered, 90 % needed "
    "(1 missing)"
)
_OTHERS: Final = (
    "; lint, types, audit skipped: no tool is set up for it here; "
    "documents skipped: there are none here\n"
)


def _in_shell(topic: Repo, script: str, *arguments: str) -> Ran:
    """Run a shell script in which `$qgate` is the whole command."""
    command = shlex.join([sys.executable, "-m", "qgate", *arguments])
    done = subprocess.run(
        ["sh", "-c", f"qgate() {{ {command}; }}; {script}"],
        cwd=topic.path,
        env={**topic.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_the_report_goes_to_a_file_and_the_verdict_to_standard_output(
    topic: Repo, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "report.json"
    output.parent.mkdir()
    output.write_text("old, and longer than nothing", "utf-8")
    flags = ("--report", uncovered(tmp_path), "--format", "json", "--output", str(output))

    ran = topic.call("check", *flags)

    assert (ran.code, ran.out, ran.err) == (1, _VERDICT + _OTHERS, "")
    assert json.loads(output.read_text("utf-8"))["verdict"] == "failed"
    assert list(output.parent.iterdir()) == [output]


def test_a_report_in_a_file_is_plain_text(topic: Repo, tmp_path: Path) -> None:
    output = tmp_path / "report.txt"

    ran = topic.call("check", "--report", uncovered(tmp_path), "--output", str(output))

    assert ran.out == _VERDICT + _OTHERS
    text = output.read_text("utf-8")
    assert "app.py:6: error: not covered by any test [coverage/uncovered]" in text
    assert text.endswith(_VERDICT + _OTHERS)


@pytest.mark.parametrize("name", [".", "file/below", "nosuch/report", "x" * 300, "loop/x"])
def test_an_output_that_cannot_be_written_is_said(topic: Repo, tmp_path: Path, name: str) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "file").write_text("old", "utf-8")
    (output / "loop").symlink_to("loop")
    flags = ("--report", uncovered(tmp_path, ran=1), "--output", str(output / name))

    said = usage_error(topic.call("check", *flags))

    assert str(output) in said
    assert sorted(path.name for path in output.iterdir()) == ["file", "loop"]
    assert (output / "file").read_text("utf-8") == "old"


def test_a_full_disk_leaves_the_old_output_and_no_temporary_file(
    topic: Repo, tmp_path: Path
) -> None:
    """A limit on file sizes stands for the disk: the write fails when part of it is done."""
    output = tmp_path / "out" / "report.json"
    output.parent.mkdir()
    output.write_text("old", "utf-8")

    ran = _in_shell(
        topic,
        "ulimit -f 1; qgate",
        *("check", "--report", uncovered(tmp_path), "--format", "json", "--output", str(output)),
    )

    assert f"cannot write {output}: File too large" in usage_error(ran)
    assert output.read_text("utf-8") == "old"
    assert list(output.parent.iterdir()) == [output]


needs_dev_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full"
)


@needs_dev_full
def test_a_full_device_as_output_is_said(topic: Repo, tmp_path: Path) -> None:
    flags = ("--report", uncovered(tmp_path, ran=1), "--output", "/dev/full")

    assert "/dev/full: No space left on device" in usage_error(topic.call("check", *flags))


@needs_dev_full
@pytest.mark.parametrize("format_", ["terminal", "json"])
def test_a_full_disk_behind_standard_output_is_said(
    topic: Repo, tmp_path: Path, format_: str
) -> None:
    flags = ("check", "--report", uncovered(tmp_path, ran=1), "--format", format_)

    ran = _in_shell(topic, "qgate > /dev/full", *flags)

    assert "cannot write to standard output: No space left on device" in usage_error(ran)


def test_a_pipe_as_output_is_written_not_replaced(topic: Repo, tmp_path: Path) -> None:
    flags = ("check", "--report", uncovered(tmp_path), "--output", "/dev/stderr")

    ran = _in_shell(topic, "qgate 2>&1 >/dev/null | cat", *flags)

    assert "app.py:6: error: not covered by any test" in ran.out


@pytest.mark.parametrize(("ran", "code"), [(1, 0), (0, 1), (None, 3)])
def test_a_reader_that_left_does_not_change_the_verdict(
    topic: Repo, tmp_path: Path, ran: int | None, code: int
) -> None:
    """`qgate check | head -1` under `set -o pipefail` must mean what `qgate check` means."""
    path = "nosuch.info" if ran is None else uncovered(tmp_path, ran=ran)

    done = _in_shell(
        topic,
        f"{{ sleep 0.1; qgate; echo $? > {shlex.quote(str(tmp_path / 'code'))}; }} | true",
        *("check", "--report", path),
    )

    assert (tmp_path / "code").read_text("utf-8") == f"{code}\n"
    assert (done.out, done.err) == ("", "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_streams_that_are_closed_do_not_change_the_verdict(
    topic: Repo, tmp_path: Path, closed: str
) -> None:
    ran = _in_shell(topic, f"qgate {closed}", "check", "--report", uncovered(tmp_path, ran=1))

    assert (ran.code, ran.err) == (0, ""), ran


def test_json_is_utf_8_whatever_the_encoding_of_standard_output(own: Repo) -> None:
    """RFC 8259, 8.1: JSON exchanged between systems is UTF-8."""
    own.write({"grün.py": "x = 1\n", "fresh.info": report("lcov", ran=1)})
    flags = ("check", "coverage", "--report", "fresh.info", "--format", "json")

    ran = own.call(*flags, environ={"PYTHONIOENCODING": "latin-1"})

    (gate,) = json.loads(ran.out)["gates"]
    assert {each["path"] for each in gate["findings"]} == {"grün.py"}


def test_a_console_that_lacks_a_character_gets_its_number(own: Repo) -> None:
    own.write({"gr\u0142.py": "x = 1\n", "fresh.info": report("lcov", ran=1)})

    ran = own.qgate(*("check", "--report", "fresh.info"), environ={"PYTHONIOENCODING": "latin-1"})

    assert ran.code == 1, ran
    assert "gr\\u0142.py" in ran.out
