"""Typed entry points for programs. They never print and never exit."""

from qgate.engine.check import check
from qgate.engine.request import Request
from qgate.errors import Incomplete, QgateError, SettingsError, UsageError
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.reporters.json_v1 import render as report_json

__all__ = [
    "Finding",
    "GateResult",
    "Incomplete",
    "Level",
    "Outcome",
    "QgateError",
    "Report",
    "Request",
    "SettingsError",
    "UsageError",
    "check",
    "report_json",
]
