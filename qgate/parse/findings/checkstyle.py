"""Checkstyle's XML, which many linters write: `checkstyle/file@name/error@line...`."""

from collections.abc import Mapping
from typing import Final

from qgate.errors import MalformedOutput, MalformedReport
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse import xml_events
from qgate.parse.findings import said

_LEVELS: Final = {"info": "note"}
_MOST_DIGITS: Final = 9


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings, and the files that an `exception` kept Checkstyle itself from judging."""
    reading = _Reading(tool.name)
    try:
        xml_events.parse(
            said.stream(output, tool), start=reading.start, end=reading.end, text=reading.text
        )
    except MalformedReport as error:
        raise MalformedOutput(error.message) from error
    said.require_reason(output, is_explained=reading.is_explained)
    return ToolReading(tuple(reading.findings), tuple(reading.unjudged))


class _Reading:
    """What the events so far have told; elements are known by all that they stand in."""

    def __init__(self, tool: str) -> None:
        self.findings: list[ToolFinding] = []
        self.unjudged: list[Unjudged] = []
        self.is_explained = False
        self._tool = tool
        self._inside: list[str] = []
        self._path = ""
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._inside and name != "checkstyle":
            raise MalformedOutput(f"not a report of Checkstyle's: it begins with <{name}>")
        match [*self._inside, name]:
            case ["checkstyle", "file"]:
                self._path = _required(attributes, "name")
            case ["checkstyle", "file", "error"]:
                self._add(attributes)
            case ["checkstyle", "file", "exception"] | ["checkstyle", "exception"]:
                self._text = []
        self._inside.append(name)

    def text(self, part: str) -> None:
        if self._inside[-1] == "exception":
            self._text.append(part)

    def end(self, name: str) -> None:
        self._inside.pop()
        match [*self._inside, name]:
            case ["checkstyle", "file"]:
                self._path = ""
            case ["checkstyle", "file", "exception"] | ["checkstyle", "exception"]:
                self.is_explained = True
                reason = "".join(self._text).strip()
                self.unjudged.append(Unjudged(self._path or self._tool, reason, self._path))

    def _add(self, attributes: Mapping[str, str]) -> None:
        self.is_explained = True
        severity = attributes.get("severity", "error").lower()
        if severity == "ignore":
            return
        self.findings.append(
            ToolFinding(
                path=self._path,
                rule=attributes.get("source") or self._tool,
                message=_required(attributes, "message"),
                line=_number(attributes.get("line", "0")),
                column=_number(attributes.get("column", "0")),
                level=_LEVELS.get(severity, severity),
                severity=severity,
            )
        )


def _required(attributes: Mapping[str, str], name: str) -> str:
    if name not in attributes:
        raise MalformedOutput(f"an element without {name}")
    return attributes[name]


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise MalformedOutput(f"{digits[:40]!r} is not a line or column")
    return int(digits)
