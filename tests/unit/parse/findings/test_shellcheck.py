"""ShellCheck's JSON. The text is that of ShellCheck 0.11.0."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding, Unjudged
from qgate.parse.findings import shellcheck
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

_REPORT = b"""\
{"comments":[{"file":"bin/a.sh","line":4,"endLine":5,"column":8,"endColumn":5,"level":"warning",\
"code":2046,"message":"Quote this to prevent word splitting.","fix":null},\
{"file":"bin/a.sh","line":2,"endLine":2,"column":6,"endColumn":8,"level":"info","code":2086,\
"message":"Double quote to prevent globbing and word splitting.","fix":{"replacements":[]}}]}
"""


def _comment(**fields: Any) -> bytes:
    comment = {
        "file": "a.sh", "line": 1, "endLine": 1, "column": 1, "level": "error", "code": 1072,
        "message": "Unexpected keyword/token. Fix any mentioned problems and try again.",
    }  # fmt: skip
    return json.dumps({"comments": [{**comment, **fields}]}).encode()


def test_a_comment_is_a_finding_with_its_range_and_severity() -> None:
    first, second = shellcheck.read(output(_REPORT, code=1), TOOL).findings
    assert first == ToolFinding(
        path="bin/a.sh",
        rule="SC2046",
        message="Quote this to prevent word splitting.",
        line=4,
        end_line=5,
        column=8,
        level="warning",
        severity="warning",
    )
    assert (second.rule, second.level, second.severity) == ("SC2086", "warning", "info")


def test_an_error_keeps_its_level() -> None:
    (found,) = shellcheck.read(output(_comment(code=2148), code=1), TOOL).findings
    assert found.level == "error"
    assert not found.is_parse_error


@pytest.mark.parametrize("code", [1072, 1073])
def test_what_keeps_shellcheck_from_the_rest_of_a_file_is_a_parse_error(code: int) -> None:
    (found,) = shellcheck.read(output(_comment(code=code), code=1), TOOL).findings
    assert found.is_parse_error


def test_a_script_in_another_language_was_not_judged() -> None:
    report = _comment(file="z.sh", code=1071, message="ShellCheck only supports sh/bash/dash/ksh")
    reading = shellcheck.read(output(report, code=1), TOOL)
    assert not reading.findings
    assert reading.unjudged == (
        Unjudged("z.sh", "ShellCheck only supports sh/bash/dash/ksh", "z.sh"),
    )


def test_no_comments_are_no_findings() -> None:
    assert is_clean(shellcheck.read(output(b'{"comments":[]}\n'), TOOL))


def test_a_file_that_was_not_processed_is_refused_with_its_name() -> None:
    words = b"gone.sh: gone.sh: openBinaryFile: does not exist (No such file or directory)\n"
    assert "gone.sh" in refusal(shellcheck.read, output(b'{"comments":[]}\n', words, code=2))


def test_a_wrong_call_is_refused_with_its_words() -> None:
    words = b"unrecognized option `--nosuch'\n\nUsage: shellcheck [OPTIONS...] FILES...\n"
    assert "--nosuch" in refusal(shellcheck.read, output(b"", words, code=3))


def test_exit_code_1_without_a_comment_is_refused() -> None:
    assert "without a finding" in refusal(shellcheck.read, output(b'{"comments":[]}', code=1))


@pytest.mark.parametrize(
    "report", [b"", b" \n", b"[]", b"{}", b"null", b'""', b'{"comments":{}}', b'{"comments":""}']
)
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(shellcheck.read, output(report))


def test_an_exit_code_that_means_failure_is_refused_even_with_a_report() -> None:
    assert "exit code 4" in refusal(shellcheck.read, output(_REPORT, code=4))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(shellcheck.read, output(cut, code=1))
        refusal(shellcheck.read, output(cut, code=0))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 2, 3]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(shellcheck.read, output(report, code=code))
