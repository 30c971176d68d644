"""Typed entry points for programs. They never print and never exit."""

from qgate.engine.check import check
from qgate.engine.formats import render
from qgate.engine.request import Request
from qgate.engine.reviewers import plan as plan_reviewers
from qgate.engine.reviewers_lint import check as lint_reviewers
from qgate.errors import Incomplete, QgateError, SettingsError, UsageError
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.model.reviewers import Facts, Plan
from qgate.reporters.json_v1 import render as report_json
from qgate.reporters.reviewers_json import render as plan_json

__all__ = [
    "Facts",
    "Finding",
    "GateResult",
    "Incomplete",
    "Level",
    "Outcome",
    "Plan",
    "QgateError",
    "Report",
    "Request",
    "SettingsError",
    "UsageError",
    "check",
    "lint_reviewers",
    "plan_json",
    "plan_reviewers",
    "render",
    "report_json",
]
