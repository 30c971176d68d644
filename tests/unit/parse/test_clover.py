"""Clover XML. The texts are those of OpenClover 4.5.2 and istanbul (nyc 18), shortened.

PHPUnit's and gcovr's follow their writers (src/Report/Clover.php, formats/clover/write.py).
"""

import pytest
from hypothesis import given

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import clover
from tests.unit.parse.damage import THOROUGH, damaged, lines, survives

_OPENCLOVER = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1795357847286" clover="4.5.2">
   <project timestamp="1795357847116">
      <metrics coveredelements="10" complexity="6" conditionals="4" coveredconditionals="2"/>
      <package name="com.acme">
         <file path="/w/src/com/acme/Grader.java" name="Grader.java">
            <class name="Grader">
               <metrics coveredelements="8" coveredconditionals="2" complexity="5"/>
            </class>
            <line complexity="4" visibility="public" signature="grade(int,boolean) : String" \
num="3" count="1" type="method"/>
            <line num="4" count="1" type="stmt"/>
            <line num="4" count="0" type="stmt"/>
            <line falsecount="1" truecount="0" num="4" type="cond"/>
            <line num="6" count="0" type="stmt"/>
            <line complexity="1" signature="never() : int" num="9" count="1" type="method"/>
            <line num="9" count="0" type="stmt"/>
         </file>
      </package>
   </project>
   <testproject timestamp="1795357847116"/>
</coverage>
"""
_ISTANBUL = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1795357233662" clover="3.2.0">
  <project timestamp="1795357233662" name="All files">
    <metrics statements="9" coveredstatements="7" conditionals="8" coveredconditionals="6"/>
    <file name="a.js" path="/w/src/a.js">
      <metrics statements="7" coveredstatements="5" conditionals="8" coveredconditionals="6"/>
      <line num="2" count="2" type="cond" truecount="4" falsecount="0"/>
      <line num="3" count="1" type="stmt"/>
      <line num="5" count="1" type="cond" truecount="1" falsecount="1"/>
      <line num="6" count="0" type="stmt"/>
    </file>
  </project>
</coverage>
"""
_PHPUNIT = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1700000000">
  <project timestamp="1700000000">
    <file name="/w/src/Foo.php">
      <class name="Foo" namespace="global"><metrics complexity="3" methods="2"/></class>
      <line num="3" type="method" name="bar" visibility="public" complexity="1" crap="1" count="2"/>
      <line num="5" type="stmt" count="2"/>
      <line num="9" type="method" name="baz" visibility="public" complexity="1" crap="2" count="0"/>
      <line num="11" type="stmt" count="0"/>
      <metrics loc="12" ncloc="10" classes="1" methods="2" coveredmethods="1"/>
    </file>
  </project>
</coverage>
"""


def _file(*lines: str, name: str = "a") -> str:
    return f'<file name="{name}">{"".join(lines)}</file>'


def _report(*files: str) -> bytes:
    return f"<coverage><project>{''.join(files)}</project></coverage>".encode()


def test_the_report_of_openclover_is_read() -> None:
    report = clover.parse(_OPENCLOVER)
    assert report.format == "clover"
    assert report.files == {
        "/w/src/com/acme/Grader.java": FileCoverage(
            path="/w/src/com/acme/Grader.java",
            executed=frozenset({3, 4}),
            missing=frozenset({6, 9}),
            exits={4: Exits(1, 2)},
        )
    }


def test_a_condition_without_a_count_ran_if_it_was_true_or_false() -> None:
    ran = '<line num="1" type="cond" truecount="0" falsecount="3"/>'
    not_run = '<line num="2" type="cond" truecount="0" falsecount="0"/>'
    file = clover.parse(_report(_file(ran, not_run))).file("a")
    assert lines(file) == ({1}, {2})
    assert file.exits == {1: Exits(1, 2), 2: Exits(0, 2)}


def test_istanbul_counts_branches_where_others_count_evaluations() -> None:
    file = clover.parse(_ISTANBUL).file("/w/src/a.js")
    assert file.exits == {2: Exits(4, 4), 5: Exits(1, 2)}
    assert lines(file) == ({2, 3, 5}, {6})


@pytest.mark.parametrize(
    ("before", "after"), [(b'"3.2.0"', b'"4.5.2"'), (b'"All files"', b'"My project"')]
)
def test_istanbul_is_told_by_its_version_and_its_project_name(before: bytes, after: bytes) -> None:
    file = clover.parse(_ISTANBUL.replace(before, after)).file("/w/src/a.js")
    assert file.exits == {2: Exits(1, 2), 5: Exits(2, 2)}


def test_phpunit_puts_the_path_into_the_name_and_its_methods_are_lines() -> None:
    file = clover.parse(_PHPUNIT).file("/w/src/Foo.php")
    assert lines(file) == ({3, 5}, {9, 11})


def test_a_method_without_a_count_is_no_line() -> None:
    line = '<line num="3" type="method" name="f"/>'
    assert clover.parse(_report(_file(line))).file("a").statements == frozenset()


def test_the_statement_on_the_line_of_a_method_decides_whichever_comes_first() -> None:
    method = '<line num="3" type="method" count="1"/>'
    statement = '<line num="3" type="stmt" count="0"/>'
    for both in ((method, statement), (statement, method)):
        assert clover.parse(_report(_file(*both))).file("a").missing == frozenset({3})


def test_a_line_of_two_statements_ran_if_either_did() -> None:
    ran = '<line num="3" type="stmt" count="1"/>'
    not_run = '<line num="3" type="stmt" count="0"/>'
    for both in ((ran, not_run), (not_run, ran)):
        assert lines(clover.parse(_report(_file(*both))).file("a")) == ({3}, set())


def test_the_exits_of_two_conditions_on_a_line_add_up() -> None:
    first = '<line num="3" type="cond" truecount="1" falsecount="0"/>'
    second = '<line num="3" type="cond" truecount="7" falsecount="2"/>'
    assert clover.parse(_report(_file(first, second))).file("a").exits == {3: Exits(3, 4)}


def test_a_file_that_comes_twice_with_the_same_lines_is_a_union() -> None:
    first = _file('<line num="1" type="stmt" count="1"/>', '<line num="2" type="stmt" count="0"/>')
    second = _file('<line num="1" type="stmt" count="0"/>', '<line num="2" type="stmt" count="5"/>')
    assert clover.parse(_report(first, second)).file("a").executed == {1, 2}


def test_a_file_that_comes_twice_with_different_lines_is_refused() -> None:
    first = _file('<line num="1" type="stmt" count="1"/>')
    second = _file('<line num="2" type="stmt" count="1"/>')
    with pytest.raises(MalformedReport, match="two files 'a' with different lines"):
        clover.parse(_report(first, second))


def test_a_file_without_a_line_is_named() -> None:
    assert clover.parse(_report(_file())).file("a").statements == frozenset()


def test_a_report_of_no_file_is_valid() -> None:
    assert clover.parse(_report()).files == {}


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_report_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="is empty"):
        clover.parse(data)


def test_a_truncated_report_is_refused_wherever_it_is_cut() -> None:
    for end in range(1, len(_OPENCLOVER.rstrip())):
        with pytest.raises(MalformedReport):
            clover.parse(_OPENCLOVER[:end])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<report/>", "its root is <report>"),
        (b"<coverage/>", "no <project>"),
        (b"<coverage><project><line/></project></coverage>", "<line> outside of any <file>"),
        (b"<coverage><project><file/></project></coverage>", "without path and name"),
        (_report(_file(_file())), "a <file> inside of 'a'"),
        (_report(_file('<line type="stmt" count="1"/>')), "no attribute 'num'"),
        (_report(_file('<line num="0" type="stmt" count="1"/>')), "lines count from 1"),
        (_report(_file('<line num="-1" type="stmt" count="1"/>')), "num='-1'"),
        (_report(_file('<line num="\u0663" type="stmt" count="1"/>')), "no whole number"),
        (_report(_file('<line num="1" type="stmt"/>')), "of 'a' has no attribute 'count'"),
        (_report(_file('<line num="1" type="stmt" count="many"/>')), "count='many'"),
        (_report(_file('<line num="1" type="cond"/>')), "no attribute 'truecount'"),
        (_OPENCLOVER.replace(b"UTF-8", b"utf-7"), "encoding"),
        (_OPENCLOVER.replace(b"UTF-8", b"klingon"), "encoding"),
        (b"\x00\x01", "not well-formed"),
    ],
)
def test_another_shape_is_refused_with_what_is_wrong(data: bytes, problem: str) -> None:
    with pytest.raises(MalformedReport, match=problem):
        clover.parse(data)


@THOROUGH
@given(damaged(_OPENCLOVER) | damaged(_ISTANBUL))
def test_damage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    survives(clover.parse, data)
