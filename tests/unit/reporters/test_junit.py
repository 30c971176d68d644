"""JUnit XML: a suite a gate, a case for its outcome and for each finding that blocks."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from qgate.model.report import Report
from qgate.reporters import junit
from tests.support.report_samples import FAILED, NO_GATE, PASSED, large


def of(report: Report) -> ET.Element:
    return ET.fromstring(junit.render(report))  # noqa: S314 - we wrote it


def test_each_gate_is_a_suite_that_counts_its_cases() -> None:
    suites = [
        tuple(each.get(key) for key in ("name", "tests", "failures", "errors", "skipped"))
        for each in of(FAILED)
    ]
    assert suites == [
        ("types", "1", "0", "0", "0"),
        ("coverage", "5", "5", "0", "0"),
        ("audit", "1", "0", "1", "0"),
        ("lint", "2", "2", "0", "0"),
        ("documents", "1", "0", "0", "1"),
    ]


@pytest.mark.parametrize("report", [FAILED, PASSED, NO_GATE, large(4_000)])
def test_what_is_counted_is_there(report: Report) -> None:
    root = of(report)
    for each in (root, *root):
        for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert int(each.get(key, "")) == len(list(each.iter(tag)))


def test_a_finding_is_a_failure_with_its_place() -> None:
    case = of(FAILED)[1][1]
    assert case.attrib == {
        "name": "coverage/uncovered src/a.py:3",
        "classname": "qgate.coverage.src/a.py",
        "file": "src/a.py",
        "line": "3",
    }
    failure = case[0]
    assert failure.attrib == {"message": "not covered by any test", "type": "coverage/uncovered"}
    assert failure.text == "src/a.py:3: not covered by any test"


def test_an_incomplete_gate_is_an_error_with_its_hint() -> None:
    error = of(FAILED)[2][0][0]
    assert (error.tag, error.get("type")) == ("error", "timed-out")
    assert error.text == "pip-audit timed out\nrun it again"


def test_a_skipped_gate_says_why() -> None:
    skipped = of(FAILED)[4][0][0]
    assert (skipped.tag, skipped.get("message")) == ("skipped", "there are none")


def test_lines_are_kept_and_begin_no_line_of_the_file() -> None:
    gate = PASSED.gates[1]
    report = Report(base=None, head=None, gates=(replace(gate, summary="a\n::error::b ##[c]"),))
    assert "\n::" not in junit.render(report)
    assert of(report)[0][0][0].get("message") == "a\n::error::b ##[c]"
