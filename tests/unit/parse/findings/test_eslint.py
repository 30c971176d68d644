"""ESLint's JSON. The text is that of ESLint 10.15.0, without the sources."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding, Unjudged
from qgate.parse.findings import eslint
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import (
    TOOL,
    cuts,
    is_clean,
    misshapen,
    never_clean,
    output,
    refusal,
)


def _file(*messages: dict[str, Any], path: str = "/project/a.js") -> dict[str, Any]:
    return {"filePath": path, "messages": messages, "suppressedMessages": [], "errorCount": 1}


def _report(*files: dict[str, Any]) -> bytes:
    return json.dumps(files).encode()


_UNUSED = {
    "ruleId": "no-unused-vars",
    "severity": 2,
    "message": "'x' is assigned a value but never used.",
    "line": 1,
    "column": 7,
    "messageId": "unusedVar",
    "endLine": 2,
    "endColumn": 8,
}
_FATAL = {
    "ruleId": None,
    "fatal": True,
    "severity": 2,
    "message": "Parsing error: The keyword 'let' is reserved",
    "line": 1,
    "column": 1,
}
_DIRECTIVE = {
    "ruleId": None,
    "message": "Unused eslint-disable directive (no problems were reported from 'no-undef').",
    "line": 3,
    "column": 1,
    "severity": 1,
    "fix": {"range": [0, 36], "text": " "},
}
_IGNORED = {
    "ruleId": None,
    "fatal": False,
    "severity": 1,
    "message": "File ignored because of a matching ignore pattern.",
}
_REPORT = _report(_file(_UNUSED), _file(path="/project/ok.js"))


def test_a_message_is_a_finding_with_its_range() -> None:
    (found,) = eslint.read(output(_REPORT, code=1), TOOL).findings
    assert found == ToolFinding(
        path="/project/a.js",
        rule="no-unused-vars",
        message="'x' is assigned a value but never used.",
        line=1,
        end_line=2,
        column=7,
    )


def test_a_warning_is_one() -> None:
    report = _report(_file({**_UNUSED, "severity": 1}))
    (found,) = eslint.read(output(report), TOOL).findings
    assert found.level == "warning"


def test_a_fatal_message_is_a_parse_error() -> None:
    (found,) = eslint.read(output(_report(_file(_FATAL)), code=1), TOOL).findings
    assert found.is_parse_error
    assert (found.rule, found.level) == ("parse-error", "error")


def test_a_message_about_a_comment_has_no_rule_and_is_no_parse_error() -> None:
    (found,) = eslint.read(output(_report(_file(_DIRECTIVE))), TOOL).findings
    assert (found.rule, found.line, found.is_parse_error) == ("directive", 3, False)


def test_a_message_of_several_lines_is_kept_whole() -> None:
    report = _report(_file({**_UNUSED, "message": "is invalid:\n\tExpected severity.\n"}))
    (found,) = eslint.read(output(report, code=1), TOOL).findings
    assert found.message == "is invalid:\n\tExpected severity.\n"


def test_a_file_that_was_passed_over_was_not_judged() -> None:
    reading = eslint.read(output(_report(_file(_IGNORED))), TOOL)
    assert not reading.findings
    assert reading.unjudged == (
        Unjudged("/project/a.js", str(_IGNORED["message"]), "/project/a.js"),
    )


def test_a_message_without_a_line_is_about_the_file() -> None:
    message = {"ruleId": "x/file", "severity": 2, "message": "too long"}
    (found,) = eslint.read(output(_report(_file(message)), code=1), TOOL).findings
    assert (found.line, found.end_line, found.column) == (0, 0, 0)


@pytest.mark.parametrize("report", [b"[]", _report(_file())])
def test_files_without_messages_are_no_findings(report: bytes) -> None:
    assert is_clean(eslint.read(output(report), TOOL))


def test_a_crash_is_refused_with_its_words() -> None:
    words = b"\nOops! Something went wrong! :(\n\nESLint: 10.15.0\n\nError: rule crash\n    at Pr\n"
    assert "rule crash" in refusal(eslint.read, output(b"", words, code=2))


def test_exit_code_2_is_refused_even_with_a_report() -> None:
    refusal(eslint.read, output(_REPORT, b"Oops!", code=2))


def test_what_a_configuration_prints_into_the_report_is_refused() -> None:
    refusal(eslint.read, output(b"hello from config\n" + _REPORT, code=1))


def test_exit_code_1_without_a_message_is_refused() -> None:
    refusal(eslint.read, output(_report(_file()), code=1))


def test_an_unknown_severity_is_refused() -> None:
    refusal(eslint.read, output(_report(_file({**_UNUSED, "severity": 3})), code=1))


@pytest.mark.parametrize(
    "report", [b"", b"{}", b'""', b"null", b'[{"filePath":"a"}]', b'[{"messages":[]}]', b"[[]]",
               b'[{"filePath":"a","messages":{}}]']
)  # fmt: skip
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(eslint.read, output(report))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(eslint.read, output(cut, code=1))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(eslint.read, output(report, code=code))
