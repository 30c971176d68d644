"""Coverage reports that are damaged, hostile, foreign or old: exit code 3, never a verdict."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.samples import (
    NATIVE,
    NOTHING_MEASURED,
    TEXT_FORMATS,
    XML_FORMATS,
    incomplete,
    report,
    write_native,
)
from tests.support.repo import Repo

_PAGE: Final = 4096
_LAUGHS: Final = (
    "<!DOCTYPE coverage [\n"
    '<!ENTITY a0 "ha">\n'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">\n' for n in range(1, 10))
    + "]>\n"
)


def _judge(topic: Repo, path: Path, reason: str) -> str:
    return incomplete(topic.call("check", "coverage", "--report", str(path)), reason)


@pytest.mark.parametrize("format_", TEXT_FORMATS)
def test_the_whole_report_of_each_format_is_judged(
    topic: Repo, tmp_path: Path, format_: str
) -> None:
    """What the damaged ones below are made from; without this they would prove nothing."""
    path = tmp_path / "report"
    path.write_text(report(format_), "utf-8")

    ran = topic.call("check", "coverage", "--report", str(path), "--format", "json")

    (gate,) = json.loads(ran.out)["gates"]
    assert (ran.code, [each["line"] for each in gate["findings"]]) == (1, [6])
    assert gate["evidence"] == [f"{path} ({format_})"]


def test_whole_native_data_is_judged(topic: Repo, tmp_path: Path) -> None:
    path = write_native(tmp_path / "native")

    ran = topic.call("check", "coverage", "--report", str(path), "--format", "json")

    (gate,) = json.loads(ran.out)["gates"]
    assert (ran.code, [each["line"] for each in gate["findings"]]) == (1, [6])
    assert gate["evidence"] == [f"{path} ({NATIVE})"]


@pytest.mark.parametrize("format_", TEXT_FORMATS)
def test_a_report_that_was_cut_off_is_refused(topic: Repo, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "report"
    whole = report(format_)
    # In the middle of the last line's account, the one that a cut could turn into a pass.
    path.write_text(whole[: whole.rindex("6")], "utf-8")

    assert f"the coverage report {path}: " in _judge(topic, path, "unreadable-report")


@pytest.mark.parametrize("pages", [0, 1, 6, 12])
def test_native_data_that_was_cut_off_is_refused(topic: Repo, tmp_path: Path, pages: int) -> None:
    path = write_native(tmp_path / "native")
    with path.open("r+b") as stream:
        stream.truncate(pages * _PAGE or 100)

    assert f"the coverage report {path}: " in _judge(topic, path, "unreadable-report")


def test_native_data_with_any_one_page_destroyed_gives_no_wrong_verdict(
    topic: Repo, tmp_path: Path
) -> None:
    whole = write_native(tmp_path / "native").read_bytes()
    damaged = tmp_path / "damaged"
    refused = 0
    for page in (0, *(place // _PAGE for place in _places(whole, b"app.py")), 1):
        start = page * _PAGE or len(b"SQLite format 3\0")
        end = (page + 1) * _PAGE
        damaged.write_bytes(whole[:start] + b"\xff" * (end - start) + whole[end:])
        ran = topic.call("check", "coverage", "--report", str(damaged))
        if ran.code == 1:
            assert "app.py:6: error: not covered" in ran.out
        else:
            refused += 1
            assert f"the coverage report {damaged}: " in incomplete(ran, "unreadable-report")
    assert refused


def _places(data: bytes, word: bytes) -> list[int]:
    places, at = [], data.find(word)
    while at >= 0:
        places.append(at)
        at = data.find(word, at + 1)
    return places


@pytest.mark.parametrize("content", [b"", b"   \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(topic: Repo, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report"
    path.write_bytes(content)

    _judge(topic, path, "unreadable-report")


@pytest.mark.parametrize("format_", TEXT_FORMATS)
def test_a_report_that_measured_nothing_is_refused(
    topic: Repo, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / "report"
    path.write_text(NOTHING_MEASURED[format_], "utf-8")

    assert "nothing was measured" in _judge(topic, path, "empty-report")


@pytest.mark.parametrize(
    ("format_", "doctype"),
    [
        *((format_, _LAUGHS) for format_ in XML_FORMATS),
        ("jacoco", '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>\n'),
        ("cobertura", '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>\n'),
    ],
)
def test_xml_that_declares_entities_is_refused(
    topic: Repo, tmp_path: Path, format_: str, doctype: str
) -> None:
    path = tmp_path / "report"
    declaration, rest = report(format_).split("\n", 1)
    path.write_text(f"{declaration}\n{doctype}{rest.replace('app.py', '&a9;app.py')}", "utf-8")

    said = _judge(topic, path, "unreadable-report")

    assert "internal DTD" in said
    assert "root:" not in said


@pytest.mark.parametrize("format_", TEXT_FORMATS)
def test_a_report_that_is_not_utf_8_is_refused(topic: Repo, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "report"
    path.write_bytes(report(format_).encode().replace(b"app.py", b"\xff\xfeapp.py"))

    said = topic.call("check", "coverage", "--report", str(path))

    # LCOV and Go name files by bytes, as git does: there it is a file that we do not have.
    incomplete(said, "foreign-report" if format_ in {"lcov", "go"} else "unreadable-report")


@pytest.mark.parametrize("content", ["hello\n", "PK\x03\x04", "<html></html>\n", "[1]", "{}"])
def test_what_is_no_report_at_all_is_refused(topic: Repo, tmp_path: Path, content: str) -> None:
    path = tmp_path / "report"
    path.write_text(content, "utf-8")

    _judge(topic, path, "unreadable-report")
