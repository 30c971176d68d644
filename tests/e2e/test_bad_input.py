"""Wrong folders, repositories, revisions, names and flags: one message and the next step."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.samples import make_topic, uncovered, usage_error
from tests.support.repo import Ran, Repo, measured

_TOO_LONG = "x" * 300


@pytest.mark.parametrize("folder", ["app.py", "nosuch", _TOO_LONG])
def test_a_wrong_folder_is_named(topic: Repo, folder: str) -> None:
    said = usage_error(topic.call("check", "-C", folder))

    assert f"{folder} is not a folder" in said


def test_a_folder_that_is_a_loop_of_links_is_named(topic: Repo, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    assert str(loop) in usage_error(topic.call("check", "-C", str(loop)))


def test_a_current_folder_that_was_removed_is_said(topic: Repo, tmp_path: Path) -> None:
    script = 'cd "$0" && rmdir "$0" && exec "$@"'
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", script, str(gone), sys.executable, "-m", "qgate", "check"],
        env=measured(topic.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    usage_error(Ran(done.returncode, done.stdout, done.stderr))


def test_an_unknown_gate_is_answered_with_the_nearest(topic: Repo) -> None:
    said = usage_error(topic.call("check", "coverag"))

    assert 'there is no gate "coverag"; did you mean "coverage"?' in said
    assert "hint: gates: coverage" in said


@pytest.mark.parametrize("gate", ["checklist", "approvals"])
def test_a_gate_of_pull_requests_is_told_where_it_runs(topic: Repo, gate: str) -> None:
    said = usage_error(topic.call("check", gate))

    assert f'the gate "{gate}" judges a pull request' in said
    assert "`qgate publish`" in said
    assert "`qgate publish`" in said


def test_an_unknown_rule_is_told_where_the_list_is(topic: Repo) -> None:
    said = usage_error(topic.call("explain", "coverage/nosuch"))

    assert 'there is no rule "coverage/nosuch"' in said
    assert "qgate explain lists them all" in said


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--nosuch",), "--nosuch"),
        (("check", "--nosuch"), "--nosuch"),
        (("chek",), "chek"),
        (("check", "--format", "yaml"), "yaml"),
        (("config", "nosuch"), "nosuch"),
    ],
)
def test_a_wrong_call_is_answered_with_the_way_to_the_help(
    topic: Repo, arguments: tuple[str, ...], wrong: str
) -> None:
    ran = topic.call(*arguments)

    assert (ran.code, ran.out) == (2, "")
    *_, last = ran.err.splitlines()
    assert last.startswith("Error: ")
    assert wrong in last
    assert " --help' for help." in ran.err
    assert "Traceback" not in ran.err


def test_an_option_without_its_value_is_named(topic: Repo) -> None:
    ran = topic.call("check", "--base")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Error: Option '--base' requires an argument.\n"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--committed", "--staged"), "--committed and --staged exclude each other"),
        (("--staged", "--base", "main"), "--staged is always compared with HEAD"),
    ],
)
def test_flags_that_exclude_each_other_are_named(
    topic: Repo, flags: tuple[str, ...], said: str
) -> None:
    assert said in usage_error(topic.call("check", *flags))


def test_without_git_the_hint_says_to_install_it(topic: Repo, tmp_path: Path) -> None:
    ran = topic.call("check", environ={"PATH": str(tmp_path)})

    assert (ran.code, ran.out) == (3, "")
    assert "cannot run git" in ran.err
    assert "hint: install git" in ran.err
    assert "Traceback" not in ran.err


def test_a_git_that_cannot_be_executed_is_like_none(topic: Repo, tmp_path: Path) -> None:
    (tmp_path / "git").write_text("not a program", "utf-8")

    ran = topic.call("check", environ={"PATH": str(tmp_path)})

    assert ran.code == 3
    assert "Permission denied" in ran.err


def test_a_crash_inside_qgate_is_exit_code_4_with_a_report_to_paste(
    topic: Repo, tmp_path: Path
) -> None:
    """A gate of a third party stands for the bug: it is the only code we can bring in."""
    (tmp_path / "broken_gate.py").write_text("def run(_):\n    return 1 / 0\n", "utf-8")
    about = tmp_path / "broken-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text("[qgate.gates]\nbroken = broken_gate\n", "utf-8")
    search = f"{topic.environ['PYTHONPATH']}{os.pathsep}{tmp_path}"

    ran = topic.qgate(
        *("check", "--report", uncovered(tmp_path, ran=1)), environ={"PYTHONPATH": search}
    )

    assert (ran.code, ran.out) == (4, "")
    first, *rest = ran.err.splitlines()
    assert first.startswith("qgate: this is a bug in qgate, not a verdict on your change: ")
    assert "ZeroDivisionError" in first
    assert any(line.startswith("qgate 0.") and "Python 3." in line for line in rest)
    assert "Traceback (most recent call last):" in rest


def test_a_hostile_folder_name_is_shown_inert(tmp_path: Path) -> None:
    repo = make_topic(tmp_path / "evil\x1b[31m\u202e", tmp_path / "home")

    said = usage_error(repo.call("check", "-C", "no\x1b]0;such"))

    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "no\\x1b]0;such" in said
