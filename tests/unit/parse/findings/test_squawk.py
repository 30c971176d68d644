"""squawk's JSON. The text is that of squawk 2.70.0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding
from qgate.parse.findings import squawk
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
[{"file":"db/1.sql","line":1,"column":0,"level":"Warning","message":"Missing `set lock_timeout` \
before potentially slow ACCESS EXCLUSIVE lock operations","help":"Configure a `lock_timeout` \
before this statement.","rule_name":"require-lock-timeout","column_end":28,"line_end":2},\
{"file":"db/2.sql","line":0,"column":7,"level":"Error","message":"expected command, found IDENT",\
"help":null,"rule_name":"syntax-error","column_end":7,"line_end":0}]
"""


def test_lines_and_columns_count_from_1_and_advice_goes_with_the_message() -> None:
    first, _ = squawk.read(output(_REPORT, code=1), TOOL).findings
    assert first == ToolFinding(
        path="db/1.sql",
        rule="require-lock-timeout",
        message="Missing `set lock_timeout` before potentially slow ACCESS EXCLUSIVE lock "
        "operations\nConfigure a `lock_timeout` before this statement.",
        line=2,
        end_line=3,
        column=1,
        level="warning",
    )


def test_a_syntax_error_is_a_parse_error_without_advice() -> None:
    _, second = squawk.read(output(_REPORT, code=1), TOOL).findings
    assert second.is_parse_error
    assert (second.line, second.column, second.level) == (1, 8, "error")
    assert second.message == "expected command, found IDENT"


def test_an_empty_list_is_no_findings() -> None:
    assert is_clean(squawk.read(output(b"[]\n"), TOOL))


@pytest.mark.parametrize(
    "words",
    [
        b'Failed to find files for provided patterns: ["gone.sql"]\n',
        b"Configuration error: unexpected eof encountered at line 1 column 6\n",
        b"Error: stream did not contain valid UTF-8\n\nStack backtrace:\n   0: <anyhow::Error>\n",
    ],
)
def test_a_run_that_failed_is_refused_with_its_words(words: bytes) -> None:
    assert words.decode().partition("\n")[0] in refusal(squawk.read, output(b"", words, code=1))


def test_the_reason_in_front_of_a_long_stack_is_told() -> None:
    words = b"Error: stream did not contain valid UTF-8\n" + b"   9: a::long::name\n" * 100
    assert "valid UTF-8" in refusal(squawk.read, output(b"", words, code=1))


def test_the_shape_of_squawk_1_is_refused() -> None:
    old = b'[{"file":"a","line":1,"column":0,"level":"Warning","messages":[],"rule_name":"x"}]'
    refusal(squawk.read, output(old, code=1))


def test_exit_code_1_without_a_finding_is_refused() -> None:
    refusal(squawk.read, output(b"[]", code=1))


@pytest.mark.parametrize("report", [b"", b"{}", b"null", b'""', b'{"a":1}', b"[[]]", b"[1]"])
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(squawk.read, output(report))


def test_an_unknown_exit_code_is_refused() -> None:
    refusal(squawk.read, output(_REPORT, code=101))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(squawk.read, output(cut, code=1))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 2, 101]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(squawk.read, output(report, code=code))
