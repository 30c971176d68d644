"""`bandit --format json`. A file that it cannot parse is in `errors`, and bandit ends with 0."""

from functools import partial
from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import said
from qgate.parse.findings.shape import items, number, record, text

# bandit ends with 1 for every severity, so none of them is a mere note.
_LEVELS: Final = {"high": "error"}


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings with bandit's severity: high, medium, low or undefined."""
    del tool
    said.require_ran(output, (0, 1))
    return said.json_answer(output, output.stdout, partial(_reading, output))


def _reading(output: ToolOutput, whole: Any) -> ToolReading:
    errors = [record(each) for each in items(record(whole)["errors"])]
    results = [record(each) for each in items(whole["results"])]
    said.require_reason(output, is_explained=bool(results))
    return ToolReading(
        tuple(map(_finding, results)),
        tuple(
            Unjudged(text(each["filename"]), text(each["reason"]), each["filename"])
            for each in errors
        ),
    )


def _finding(result: dict[str, Any]) -> ToolFinding:
    line = number(result["line_number"])
    severity = text(result["issue_severity"]).lower()
    return ToolFinding(
        path=text(result["filename"]),
        rule=text(result["test_id"]),
        message=text(result["issue_text"]),
        line=line,
        end_line=max([line, *(number(each) for each in items(result["line_range"]))]),
        # Offsets count from 0; -1 stands for none, and older versions give none at all.
        column=number(result.get("col_offset", -1), least=-1) + 1,
        level=_LEVELS.get(severity, "warning"),
        severity=severity,
    )
