"""The JSON of `ruff check --output-format json`."""

from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import json_text

_SYNTAX: Final = frozenset({"invalid-syntax", "E999"})
# ruff 0.17 reports a file that it cannot read as a finding, and ends with 1 as for any other.
_UNREADABLE: Final = "E902"


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings with their ranges. An unreadable file is something that was not judged."""
    del tool
    return json_text.reading(output.stdout, _reading)


def _reading(whole: Any) -> ToolReading:
    findings = tuple(_finding(each) for each in whole)
    return json_text.without_unreadable(findings, _UNREADABLE)


def _finding(each: dict[str, Any]) -> ToolFinding:
    # Older versions give no code for a syntax error.
    rule = str(each["code"] or "invalid-syntax")
    return ToolFinding(
        path=str(each["filename"]),
        rule=rule,
        message=str(each["message"]),
        line=int(each["location"]["row"]),
        end_line=int(each["end_location"]["row"]),
        column=int(each["location"]["column"]),
        is_parse_error=rule in _SYNTAX,
    )
