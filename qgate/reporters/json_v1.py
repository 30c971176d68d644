"""The published JSON report, `qgate.report/1`.

Its schema ships as rules/schemas/report-1.schema.json; fields may be added, never changed.
"""

import json
from typing import Any, Final

import msgspec

from qgate import __version__
from qgate.model.changes import Endpoint
from qgate.model.report import Finding, GateResult, Metric, Report
from qgate.reporters.inert import inert, inert_lines, logged_json

SCHEMA: Final = "qgate.report/1"


def render(report: Report) -> str:
    """The whole report as indented JSON with a newline at the end. Text from outside is inert."""
    # The module's indented form never uses its C encoder; msgspec's is ten times faster.
    compact = json.dumps(_report(report), separators=(",", ":"))
    return logged_json(msgspec.json.format(compact, indent=2)) + "\n"


def _report(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "qgate": __version__,
        "verdict": report.verdict.value,
        "base": _endpoint(report.base),
        "head": _endpoint(report.head),
        "gates": [_gate(gate) for gate in report.gates],
        "notices": [_finding(notice) for notice in report.notices],
        "notes": [inert(note) for note in report.notes],
    }


def _endpoint(endpoint: Endpoint | None) -> dict[str, str] | None:
    if endpoint is None:
        return None
    return {"sha": endpoint.sha, "found": inert(endpoint.found), "side": endpoint.side.value}


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "name": inert(gate.name),
        "outcome": gate.outcome.value,
        "reason": inert(gate.reason),
        "summary": inert_lines(gate.summary),
        "hint": inert_lines(gate.hint),
        "metrics": {inert(key): _metric(value) for key, value in gate.metrics.items()},
        "findings": [_finding(finding) for finding in gate.findings],
        "left_out": [
            {"path": inert(each.path), "rule": inert(each.rule)} for each in gate.left_out
        ],
        "evidence": [inert(name) for name in gate.evidence],
    }


def _metric(value: Metric) -> Metric | list[str]:
    if isinstance(value, tuple):
        return list(map(inert_lines, value))
    return inert_lines(value) if isinstance(value, str) else value


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": inert(finding.rule),
        "path": inert(finding.path),
        "line": finding.line,
        "end_line": finding.end_line,
        "column": finding.column,
        "message": inert_lines(finding.message),
        "level": finding.level.value,
        "blocking": finding.blocking,
        "standing": finding.standing.value,
    }
