"""Checkstyle's XML. The text is that of ShellCheck 0.11.0; `exception` is Checkstyle's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding, Unjudged
from qgate.parse.findings import checkstyle
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import (
    TOOL,
    cuts,
    is_clean,
    never_clean,
    output,
    refusal,
    tool,
)

_REPORT = b"""\
<?xml version='1.0' encoding='UTF-8'?>
<checkstyle version='4.3'>
<file name='bin/a.sh' >
<error line='3' column='6' severity='warning' message='x is referenced but not assigned.' \
source='ShellCheck.SC2154' />
<error line='4' column='8' severity='info' message='Use &#36;&#40;...&#41; notation.' \
source='ShellCheck.SC2006' />
</file>
<file name='bin/ok.sh' >
</file>
</checkstyle>
"""


def _error(attributes: str) -> bytes:
    return f"<checkstyle><file name='a'><error {attributes}/></file></checkstyle>".encode()


def test_an_error_is_a_finding_in_the_file_around_it() -> None:
    first, second = checkstyle.read(output(_REPORT, code=1), TOOL).findings
    assert first == ToolFinding(
        path="bin/a.sh",
        rule="ShellCheck.SC2154",
        message="x is referenced but not assigned.",
        line=3,
        column=6,
        level="warning",
        severity="warning",
    )
    assert (second.message, second.level) == ("Use $(...) notation.", "note")


def test_what_a_writer_leaves_out_has_a_default() -> None:
    (found,) = checkstyle.read(output(_error("message='m'")), tool("vale")).findings
    assert found == ToolFinding(path="a", rule="vale", message="m", severity="error")


def test_an_unknown_severity_is_kept_as_the_level() -> None:
    (found,) = checkstyle.read(output(_error("message='m' severity='Blocker'")), TOOL).findings
    assert found.level == "blocker"


def test_an_error_to_ignore_is_no_finding() -> None:
    report = _error("message='m' severity='ignore'")
    assert is_clean(checkstyle.read(output(report, code=1), TOOL))


def test_a_message_of_several_lines_is_kept_whole() -> None:
    (found,) = checkstyle.read(output(_error("message='one&#10;two'")), TOOL).findings
    assert found.message == "one\ntwo"


def test_a_file_that_threw_an_exception_was_not_judged() -> None:
    report = b"""<checkstyle version="10.21">
    <file name="src/A.java">
    <exception><![CDATA[
CheckstyleException: an error occurred
\tat com.puppycrawl.tools.checkstyle.JavaParser
]]></exception>
    </file></checkstyle>"""
    reading = checkstyle.read(output(report, code=254), TOOL)
    assert reading.unjudged == (
        Unjudged(
            "src/A.java",
            "CheckstyleException: an error occurred\n"
            "\tat com.puppycrawl.tools.checkstyle.JavaParser",
            "src/A.java",
        ),
    )


def test_an_exception_outside_of_files_is_the_tools() -> None:
    report = b"<checkstyle><file name='a'/><exception>no memory</exception></checkstyle>"
    reading = checkstyle.read(output(report, code=1), tool("vale"))
    assert reading.unjudged == (Unjudged("vale", "no memory", ""),)


def test_no_files_are_no_findings() -> None:
    assert is_clean(checkstyle.read(output(b'<checkstyle version="4.3"/>'), TOOL))


def test_a_failure_without_an_error_is_refused_with_its_words() -> None:
    given_words = output(b'<checkstyle version="4.3"/>', b"no such file", code=1)
    assert "no such file" in refusal(checkstyle.read, given_words)


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"Exception in thread main java.lang.Error\n\tat A.main(A.java:1)\n",
        b"<html/>",
        b"<testsuite><file name='a'/></testsuite>",
        b"<checkstyle><file><error message='m'/></file></checkstyle>",
        _error("line='1'"),
        _error("message='m' line='-1'"),
        _error("message='m' line='1e3'"),
        _error("message='m' column='99999999999'"),
        b"<!DOCTYPE checkstyle [<!ENTITY x 'y'>]><checkstyle/>",
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_other_text_is_refused(report: bytes, code: int) -> None:
    refusal(checkstyle.read, output(report, code=code))


def test_an_attribute_that_is_missing_is_named() -> None:
    assert "without message" in refusal(checkstyle.read, output(_error("line='1'")))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(checkstyle.read, output(cut))


@THOROUGH
@given(damaged(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(checkstyle.read, output(report, code=code))
