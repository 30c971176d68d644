"""`squawk --reporter json` of squawk 2. Its lines and columns count from 0."""

from functools import partial
from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import said
from qgate.parse.findings.shape import items, number, record, text

_SYNTAX: Final = "syntax-error"


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings; squawk's advice is a further line of the message."""
    del tool
    said.require_ran(output, (0, 1))
    return said.json_answer(output, output.stdout, partial(_reading, output))


def _reading(output: ToolOutput, whole: Any) -> ToolReading:
    findings = tuple(_finding(record(each)) for each in items(whole))
    said.require_reason(output, is_explained=bool(findings))
    return ToolReading(findings)


def _finding(each: dict[str, Any]) -> ToolFinding:
    line = number(each["line"]) + 1
    advice = each["help"]
    rule = text(each["rule_name"])
    return ToolFinding(
        path=text(each["file"]),
        rule=rule,
        message="\n".join([text(each["message"]), *([text(advice)] if advice else [])]),
        line=line,
        end_line=max(line, number(each["line_end"]) + 1),
        column=number(each["column"]) + 1,
        level=text(each["level"]).lower(),
        is_parse_error=rule == _SYNTAX,
    )
