"""`eslint --format json`: a record for each file that was linted, also for those without fault."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import said
from qgate.parse.findings.shape import items, number, number_or_zero, record, text

_LEVELS: Final = {1: "warning", 2: "error"}


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings. A file that ESLint was given and passes over is something that was not judged.

    A problem without a rule is a syntax error if it is fatal, else about ESLint's own comments.
    Exit code 2 is a crash, of a rule or of the configuration.
    """
    del tool
    said.require_ran(output, (0, 1))
    return said.json_answer(output, output.stdout, partial(_reading, output))


def _reading(output: ToolOutput, whole: Any) -> ToolReading:
    files = [record(each) for each in items(whole)]
    reading = ToolReading(
        tuple(each for file in files for each in _findings(file)),
        tuple(each for file in files for each in _unjudged(file)),
    )
    said.require_reason(output, is_explained=bool(reading.findings))
    return reading


def _findings(file: dict[str, Any]) -> Iterator[ToolFinding]:
    for each in items(file["messages"]):
        if _is_passed_over(each):
            continue
        line = number_or_zero(each.get("line"))
        is_fatal = each.get("fatal") is True
        yield ToolFinding(
            path=text(file["filePath"]),
            rule=text(each["ruleId"] or ("parse-error" if is_fatal else "directive")),
            message=text(each["message"]),
            line=line,
            end_line=max(line, number_or_zero(each.get("endLine"))),
            column=number_or_zero(each.get("column")),
            level="error" if is_fatal else _LEVELS[number(each["severity"])],
            is_parse_error=is_fatal,
        )


def _unjudged(file: dict[str, Any]) -> Iterator[Unjudged]:
    path = text(file["filePath"])
    for each in items(file["messages"]):
        if _is_passed_over(each):
            yield Unjudged(path, text(each["message"]), path)


def _is_passed_over(message: dict[str, Any]) -> bool:
    """Whether it is "File ignored because ...", the only one to say that it is not fatal."""
    return record(message).get("fatal") is False and message.get("ruleId") is None
