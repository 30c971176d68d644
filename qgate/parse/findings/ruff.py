"""The JSON of `ruff check --output-format json`, as 0.17 prints it."""

from functools import partial
from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import json_text, said
from qgate.parse.findings.shape import items, number, record, text

_SYNTAX: Final = frozenset({"invalid-syntax", "E999"})
# A file that cannot be read is reported as a finding, with exit code 1 as for any other.
_UNREADABLE: Final = "E902"


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings with their ranges. An unreadable file is something that was not judged."""
    del tool
    said.require_ran(output, (0, 1))
    return said.json_answer(output, output.stdout, partial(_reading, output))


def _reading(output: ToolOutput, whole: Any) -> ToolReading:
    findings = tuple(_finding(record(each)) for each in items(whole))
    said.require_reason(output, is_explained=bool(findings))
    return json_text.without_unreadable(findings, _UNREADABLE)


def _finding(each: dict[str, Any]) -> ToolFinding:
    # Older versions give no code for a syntax error.
    rule = text(each["code"] or "invalid-syntax")
    return ToolFinding(
        path=text(each["filename"]),
        rule=rule,
        message=text(each["message"]),
        line=number(record(each["location"])["row"]),
        end_line=number(record(each["end_location"])["row"]),
        column=number(each["location"]["column"]),
        is_parse_error=rule in _SYNTAX,
    )
