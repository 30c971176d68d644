"""bandit's JSON. The text is that of bandit 1.9.4, without the metrics' numbers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding, Unjudged
from qgate.parse.findings import bandit
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

_RESULT: dict[str, Any] = {
    "code": '3 assert True\n4 eval(\n5  "x")\n',
    "col_offset": 0,
    "end_col_offset": 5,
    "filename": "./a.py",
    "issue_confidence": "HIGH",
    "issue_severity": "MEDIUM",
    "issue_text": "Use of possibly insecure function - consider using safer ast.literal_eval.",
    "line_number": 4,
    "line_range": [4, 5],
    "test_id": "B307",
    "test_name": "blacklist",
}


def _report(*results: dict[str, Any], errors: tuple[dict[str, str], ...] = ()) -> bytes:
    whole = {"errors": errors, "metrics": {"_totals": {}}, "results": results}
    return json.dumps(whole, indent=2).encode()


_REPORT = _report(_RESULT)


def test_a_result_is_a_finding_with_its_range_and_severity() -> None:
    (found,) = bandit.read(output(_REPORT, code=1), TOOL).findings
    assert found == ToolFinding(
        path="./a.py",
        rule="B307",
        message="Use of possibly insecure function - consider using safer ast.literal_eval.",
        line=4,
        end_line=5,
        column=1,
        level="warning",
        severity="medium",
    )


@pytest.mark.parametrize(
    ("severity", "level"), [("HIGH", "error"), ("LOW", "warning"), ("UNDEFINED", "warning")]
)
def test_only_the_highest_severity_is_an_error_and_none_is_a_note(
    severity: str, level: str
) -> None:
    report = _report({**_RESULT, "issue_severity": severity})
    (found,) = bandit.read(output(report, code=1), TOOL).findings
    assert (found.level, found.severity) == (level, severity.lower())


def test_a_file_with_an_error_was_not_judged_although_bandit_ends_with_0() -> None:
    error = {"filename": "./b.py", "reason": "syntax error while parsing AST from file"}
    reading = bandit.read(output(_report(errors=(error,))), TOOL)
    assert reading.unjudged == (
        Unjudged("./b.py", "syntax error while parsing AST from file", "./b.py"),
    )


def test_no_results_and_no_errors_are_no_findings() -> None:
    assert is_clean(bandit.read(output(_report()), TOOL))


def test_an_error_does_not_explain_exit_code_1() -> None:
    error = {"filename": "./b.py", "reason": "syntax error while parsing AST from file"}
    refusal(bandit.read, output(_report(errors=(error,)), code=1))


def test_a_configuration_that_cannot_be_used_is_refused_with_its_words() -> None:
    words = b"[main]\tERROR\tpyproject.toml : Could not read config file.\n"
    assert "pyproject.toml" in refusal(bandit.read, output(b"", words, code=2))


def test_a_stack_trace_is_refused() -> None:
    words = b"Traceback (most recent call last):\n  File ...\nKeyError: 'x'\n"
    assert "KeyError" in refusal(bandit.read, output(b"", words, code=1))


@pytest.mark.parametrize(
    "report",
    [b"", b"[]", b"{}", b'{"results":[]}', b'{"errors":[]}', b'{"errors":[],"results":{}}',
     b'{"errors":{},"results":[]}'],
)  # fmt: skip
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(bandit.read, output(report))


def test_an_exit_code_that_means_failure_is_refused_even_with_a_report() -> None:
    assert "exit code 4" in refusal(bandit.read, output(_REPORT, code=4))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(bandit.read, output(cut, code=1))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(bandit.read, output(report, code=code))
