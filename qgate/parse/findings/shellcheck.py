"""`shellcheck --format json1`.

With exit code 2 some files were not processed; only standard error names them.
"""

from functools import partial
from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import json_text, said
from qgate.parse.findings.shape import items, number, record, text

# "Fix to allow more checks": the rest of the file was not looked at.
_SYNTAX: Final = frozenset({"SC1070", "SC1072", "SC1073", "SC1088", "SC1089"})
# "ShellCheck only supports sh/bash/dash/ksh": nothing of the file was.
_UNSUPPORTED: Final = "SC1071"
# ShellCheck ends with 1 for every level, so none of them is a mere note.
_LEVELS: Final = {"error": "error"}


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings; the severity is ShellCheck's level: error, warning, info or style."""
    del tool
    said.require_ran(output, (0, 1))
    return said.json_answer(output, output.stdout, partial(_reading, output))


def _reading(output: ToolOutput, whole: Any) -> ToolReading:
    findings = tuple(_finding(record(each)) for each in items(record(whole)["comments"]))
    said.require_reason(output, is_explained=bool(findings))
    return json_text.without_unreadable(findings, _UNSUPPORTED)


def _finding(comment: dict[str, Any]) -> ToolFinding:
    rule = f"SC{number(comment['code'])}"
    line = number(comment["line"])
    level = text(comment["level"])
    return ToolFinding(
        path=text(comment["file"]),
        rule=rule,
        message=text(comment["message"]),
        line=line,
        end_line=max(line, number(comment["endLine"])),
        column=number(comment["column"]),
        level=_LEVELS.get(level, "warning"),
        is_parse_error=rule in _SYNTAX,
        severity=level,
    )
