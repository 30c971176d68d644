"""Whole reports that say nothing about this source: foreign, old, not there; and no source."""

import os
from pathlib import Path

import pytest

from tests.e2e.samples import AFTER, EVERY_GATE, incomplete, uncovered, write_native
from tests.support.repo import Repo


def _judge(topic: Repo, path: Path, reason: str) -> str:
    return incomplete(topic.call("check", "coverage", "--report", str(path)), reason)


def test_a_report_of_another_project_shows_three_pairs(topic: Repo, tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text(
        "".join(f"SF:/build/{name}.rs\nDA:1,1\nend_of_record\n" for name in "abcd"), "utf-8"
    )

    said = _judge(topic, path, "foreign-report")

    pairs = "; ".join(f"/build/{name}.rs / app.py" for name in "abc")
    assert f"(report / repository: {pairs})" in said
    assert "[paths]" in said


def test_a_report_older_than_the_source_is_stale(topic: Repo, tmp_path: Path) -> None:
    path = Path(uncovered(tmp_path, ran=1))
    written = (topic.path / "app.py").stat().st_mtime
    os.utime(path, (written - 60, written - 60))

    said = _judge(topic, path, "stale-report")

    assert f"{path} did not measure this version of app.py" in said
    assert "run the tests under coverage again" in said


def test_a_report_of_an_earlier_text_is_stale_whatever_its_time(
    topic: Repo, tmp_path: Path
) -> None:
    path = tmp_path / "report"
    path.write_text("SF:app.py\nDA:1,1\nDA:2,1\nDA:4,1\nend_of_record\n", "utf-8")

    _judge(topic, path, "stale-report")


def test_what_the_working_tree_changed_since_the_commit_is_stale_for_the_commit(
    own: Repo, tmp_path: Path
) -> None:
    own.write({"app.py": AFTER + "three = 3\n"})

    said = incomplete(
        own.call("check", "coverage", "--committed", "--report", uncovered(tmp_path)),
        "stale-report",
    )

    assert "working tree" in said


def test_a_folder_in_the_place_of_a_report_is_refused(topic: Repo, tmp_path: Path) -> None:
    assert "Is a directory" in _judge(topic, tmp_path, "unreadable-report")


@pytest.mark.parametrize("name", ["loop", "x" * 300, "[ab]" + "x" * 300, "app.py/report"])
def test_a_report_that_cannot_be_opened_is_incomplete(
    topic: Repo, tmp_path: Path, name: str
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "app.py").write_text("", "utf-8")

    ran = topic.call("check", "--report", str(tmp_path / name))

    assert "qgate incomplete: coverage incomplete" in ran.out, ran
    assert ran.code == 3


def test_a_report_without_permission_is_refused(topic: Repo, tmp_path: Path) -> None:
    path = Path(uncovered(tmp_path))
    path.chmod(0)
    _skip_if_readable(path)

    assert "Permission denied" in _judge(topic, path, "unreadable-report")


def _skip_if_readable(path: Path) -> None:
    if os.access(path, os.R_OK):
        pytest.skip("this user, root it seems, may read everything")


@pytest.mark.parametrize("name", ["nosuch.info", "nosuch-*.info"])
def test_a_named_report_that_is_not_there_is_incomplete(topic: Repo, name: str) -> None:
    assert name in incomplete(topic.call("check", "coverage", "--report", name), "no-report")


def test_without_any_report_the_way_to_one_is_said(topic: Repo) -> None:
    assert "coverage run -m pytest" in incomplete(topic.call("check", "coverage"), "no-report")


def test_one_bad_report_among_good_ones_is_refused(topic: Repo, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("SF:app.py\nDA:1,1\n", "utf-8")

    ran = topic.call(
        *("check", "coverage", "--report", uncovered(tmp_path, ran=1), "--report", str(bad))
    )

    assert f"the coverage report {bad}: " in incomplete(ran, "unreadable-report")


@pytest.mark.parametrize(
    "source",
    [
        b"x = '\xff'\n",
        b"def broken(:\n",
        b"x = 1\0\n",
        b"# coding: nosuch\n",
        b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
    ],
)
def test_a_source_that_is_no_python_is_incomplete(own: Repo, tmp_path: Path, source: bytes) -> None:
    own.write({"app.py": source})

    said = incomplete(
        own.call("check", "coverage", "--report", uncovered(tmp_path, ran=1)),
        "unparsable-source",
    )

    assert ": app.py: " in said
    assert "mend the syntax" in said


def test_a_source_without_permission_is_incomplete(own: Repo, tmp_path: Path) -> None:
    report = uncovered(tmp_path, ran=1)
    (own.path / "app.py").chmod(0)
    _skip_if_readable(own.path / "app.py")

    ran = own.call("check", "--report", report)

    assert (ran.code, ran.err) == (3, ""), ran
    assert "app.py" in ran.out


def test_an_untracked_source_without_permission_is_incomplete(own: Repo, tmp_path: Path) -> None:
    report = uncovered(tmp_path, ran=1)
    own.write({"new.py": "x = 1\n"})
    (own.path / "new.py").chmod(0)
    _skip_if_readable(own.path / "new.py")

    ran = own.call("check", "--report", report)

    assert "new.py" in incomplete(ran, "unreadable-source", gates=EVERY_GATE)


def test_nothing_is_written_beside_native_data(own: Repo) -> None:
    write_native(own.path / ".coverage")
    before = sorted(own.path.iterdir())

    assert own.call("check").code == 1

    assert sorted(own.path.iterdir()) == before


def test_a_corrupt_report_in_a_usual_place_is_named_by_its_short_name(own: Repo) -> None:
    own.write({"coverage.xml": "<coverage"})

    said = incomplete(own.call("check", "coverage"), "unreadable-report")

    assert "the coverage report coverage.xml: " in said
