"""JaCoCo XML. The text is that of JaCoCo 0.8.13, shortened."""

import pytest
from hypothesis import given

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import jacoco
from tests.unit.parse.damage import THOROUGH, damaged, lines, survives

_REPORT = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">'
    b'<report name="demo"><sessioninfo id="vm-da58af6f" start="1795357274202" '
    b'dump="1795357274258"/><package name=""><class name="Root" sourcefilename="Root.java">'
    b'<method name="&lt;init&gt;" desc="()V" line="2">'
    b'<counter type="INSTRUCTION" missed="3" covered="0"/></method></class>'
    b'<sourcefile name="Root.java"><line nr="2" mi="3" ci="0" mb="0" cb="0"/></sourcefile>'
    b'</package><package name="com/acme"><sourcefile name="Grader.java">'
    b'<line nr="3" mi="0" ci="3" mb="0" cb="0"/><line nr="5" mi="2" ci="3" mb="3" cb="1"/>'
    b'<line nr="6" mi="2" ci="0" mb="0" cb="0"/><line nr="8" mi="0" ci="7" mb="0" cb="2"/>'
    b'<line nr="15" mi="2" ci="0" mb="2" cb="0"/>'
    b'<counter type="INSTRUCTION" missed="8" covered="20"/></sourcefile>'
    b'<counter type="LINE" missed="3" covered="7"/></package></report>'
)


def _source(*lines: str) -> str:
    return f'<sourcefile name="A.java">{"".join(lines)}</sourcefile>'


def _report(*groups: str) -> bytes:
    packages = "".join(
        f'<group name="m"><package name="p">{group}</package></group>' for group in groups
    )
    return f'<report name="all">{packages}</report>'.encode()


def test_lines_and_branches_are_read_by_package_and_source_file() -> None:
    report = jacoco.parse(_REPORT)
    assert report.format == "jacoco"
    assert report.file("com/acme/Grader.java") == FileCoverage(
        path="com/acme/Grader.java",
        executed=frozenset({3, 5, 8}),
        missing=frozenset({6, 15}),
        exits={5: Exits(1, 4), 8: Exits(2, 2), 15: Exits(0, 2)},
    )


def test_a_class_without_a_package_has_a_bare_path() -> None:
    assert jacoco.parse(_REPORT).file("Root.java").missing == frozenset({2})


def test_a_line_without_an_instruction_is_no_statement() -> None:
    report = jacoco.parse(_report(_source('<line nr="4" mi="0" ci="0" mb="0" cb="1"/>')))
    assert report.file("p/A.java").statements == frozenset()
    assert report.file("p/A.java").exits == {}


def test_branch_counts_may_be_left_out() -> None:
    file = jacoco.parse(_report(_source('<line nr="4" mi="0" ci="1"/>'))).file("p/A.java")
    assert lines(file) == ({4}, set())
    assert file.exits == {}


def test_modules_that_share_a_source_file_are_a_union() -> None:
    first = _source('<line nr="1" mi="1" ci="0" mb="1" cb="1"/>', '<line nr="2" mi="0" ci="1"/>')
    second = _source('<line nr="1" mi="0" ci="1" mb="2" cb="0"/>', '<line nr="2" mi="1" ci="0"/>')
    file = jacoco.parse(_report(first, second)).file("p/A.java")
    assert lines(file) == ({1, 2}, set())
    assert file.exits == {1: Exits(1, 2)}


def test_modules_with_different_files_under_one_path_are_refused() -> None:
    first = _source('<line nr="1" mi="1" ci="0"/>')
    second = _source('<line nr="2" mi="1" ci="0"/>')
    with pytest.raises(MalformedReport, match=r"two files 'p/A\.java' with different lines"):
        jacoco.parse(_report(first, second))


def test_a_report_of_no_file_is_valid() -> None:
    assert jacoco.parse(b'<report name="all"/>').files == {}


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_report_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="is empty"):
        jacoco.parse(data)


def test_a_truncated_report_is_refused_wherever_it_is_cut() -> None:
    for end in range(1, len(_REPORT)):
        with pytest.raises(MalformedReport):
            jacoco.parse(_REPORT[:end])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<coverage/>", "its root is <coverage>"),
        (b"<report><package/></report>", "<package> has no attribute 'name'"),
        (b"<report><sourcefile name='A'/></report>", "<sourcefile> out of place"),
        (_report(_source(_source())), "<sourcefile> out of place"),
        (_report("<sourcefile/>"), "<sourcefile> has no attribute 'name'"),
        (_report('<line nr="1" mi="1" ci="0"/>'), "<line> outside of any <sourcefile>"),
        (_report(_source('<line nr="0" mi="1" ci="0"/>')), "lines count from 1"),
        (_report(_source('<line nr="-2" mi="1" ci="0"/>')), "nr='-2'"),
        (_report(_source('<line nr="2" mi="1"/>')), "'p/A.java' has no attribute 'ci'"),
        (_report(_source('<line nr="2" mi="1" ci="x"/>')), "ci='x'"),
        (_report(_source('<line nr="2" mi="1" ci="0" cb="1"/>')), "no attribute 'mb'"),
        (_REPORT.replace(b"UTF-8", b"shift_jis"), "encoding"),
        (_REPORT.replace(b'"report.dtd"', b'"report.dtd" [<!ENTITY a "b">]'), "refuses to read"),
        (b"\x89PNG\r\n", "not well-formed"),
    ],
)
def test_another_shape_is_refused_with_what_is_wrong(data: bytes, problem: str) -> None:
    with pytest.raises(MalformedReport, match=problem):
        jacoco.parse(data)


@THOROUGH
@given(damaged(_REPORT))
def test_damage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    survives(jacoco.parse, data)
