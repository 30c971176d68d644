"""coverage.py's JSON report. The texts are those of coverage.py 7.17.3, less the summaries."""

import json
from typing import Any

import pytest
from hypothesis import given

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import coverage_json
from tests.unit.parse.damage import THOROUGH, damaged, survives

_BRANCHES = b"""\
{"meta": {"format": 3, "version": "7.17.3", "timestamp": "2026-11-22T14:30:47.556081",
 "branch_coverage": true, "show_contexts": false},
 "files": {"pkg/n.py": {"executed_lines": [1, 2, 3, 10],
  "summary": {"covered_lines": 4, "num_statements": 4, "percent_covered": 83.33333333333333},
  "missing_lines": [12], "excluded_lines": [6, 7],
  "executed_branches": [[2, 3]], "missing_branches": [[2, -1], [12, 13], [12, 14]],
  "functions": {"f": {"executed_lines": [2, 3], "missing_lines": [], "excluded_lines": [],
   "start_line": 1, "executed_branches": [[2, 3]], "missing_branches": [[2, -1]]}},
  "classes": {"": {"executed_lines": [1], "start_line": 1}}}},
 "totals": {"covered_lines": 4, "num_statements": 4}}
"""
_LINES = b"""\
{"meta": {"format": 3, "version": "7.17.3", "timestamp": "2026-11-22T14:20:34.388648",
 "branch_coverage": false, "show_contexts": false},
 "files": {"pkg/__init__.py": {"executed_lines": [], "missing_lines": [], "excluded_lines": []},
  "pkg/m.py": {"executed_lines": [1, 4, 5], "missing_lines": [6, 8], "excluded_lines": [14, 15]}},
 "totals": {"covered_lines": 3}}
"""


def _with(**changes: object) -> bytes:
    """The branch report with keys of its one file replaced."""
    report: dict[str, Any] = json.loads(_BRANCHES)
    report["files"]["pkg/n.py"].update(changes)
    return json.dumps(report).encode()


def test_lines_and_branches_of_a_file_are_read() -> None:
    report = coverage_json.parse(_BRANCHES)
    assert report.format == "coverage-json"
    assert report.file("pkg/n.py") == FileCoverage(
        path="pkg/n.py",
        executed=frozenset({1, 2, 3, 10}),
        missing=frozenset({12}),
        excluded=frozenset({6, 7}),
        exits={2: Exits(1, 2), 12: Exits(0, 2)},
    )


def test_a_report_without_branch_data_has_no_exits() -> None:
    report = coverage_json.parse(_LINES)
    assert list(report.paths) == ["pkg/__init__.py", "pkg/m.py"]
    assert report.file("pkg/m.py").missing == frozenset({6, 8})
    assert report.file("pkg/m.py").excluded == frozenset({14, 15})
    assert report.file("pkg/m.py").exits == {}


def test_nothing_excluded_is_said_not_left_open() -> None:
    assert coverage_json.parse(_LINES).file("pkg/__init__.py").excluded == frozenset()


def test_the_first_format_had_no_number_and_is_read() -> None:
    old = _LINES.replace(b'"format": 3, ', b"")
    assert coverage_json.parse(old).file("pkg/m.py").executed == {1, 4, 5}


def test_a_later_format_is_refused() -> None:
    with pytest.raises(MalformedReport, match="has format 4; qgate knows formats up to 3"):
        coverage_json.parse(_LINES.replace(b'"format": 3', b'"format": 4'))


def test_a_report_of_no_file_is_valid() -> None:
    assert coverage_json.parse(b'{"meta": {"branch_coverage": false}, "files": {}}').files == {}


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_report_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="is empty"):
        coverage_json.parse(data)


def test_a_truncated_report_is_refused_wherever_it_is_cut() -> None:
    for end in range(1, len(_BRANCHES.rstrip())):
        with pytest.raises(MalformedReport):
            coverage_json.parse(_BRANCHES[:end])


@pytest.mark.parametrize(
    "data",
    [
        _with(executed_lines=[0]),
        _with(missing_lines=[-3]),
        _with(excluded_lines=[1.5]),
        _with(executed_lines=["1"]),
        _with(executed_branches=[[0, 3]]),
        _with(executed_branches=[[2, 3, 4]]),
        _with(missing_lines=None),
        b"{}",
        b'{"meta": {"format": 3}, "files": {}}',
        b"[]",
        b"\x00\x01\x02",
        _LINES.replace(b"pkg/m.py", b"pkg/\xe9.py"),
        _LINES.replace(b'"totals": {', b'"totals": {"deep": ' + b"[" * 100_000 + b"{"),
    ],
)
def test_another_shape_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        coverage_json.parse(data)


def test_the_refusal_says_where_the_shape_is_wrong() -> None:
    with pytest.raises(MalformedReport, match=r"files.*executed_lines"):
        coverage_json.parse(_with(executed_lines=[0]))


@THOROUGH
@given(damaged(_BRANCHES))
def test_damage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    survives(coverage_json.parse, data)
