"""Lines of text that a definition's regular expression knows.

Its named groups are what a finding has: `path`, `line`, `column`, `end_line`, `rule`, `message`,
`level`. Three more say what a line means, by taking part in the match at all:

- `more`: the line goes on with the message of the finding above it;
- `syntax`: the file could not be read as its language;
- `unjudged`: the tool could not judge something; its text says what.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import said

# An expression can need the square of a line's length, so a line that nobody would read is refused.
_LONGEST: Final = 10_000
_MOST_DIGITS: Final = 9
_WORDS: Final = {
    "error": ("e", "err", "fatal", "critical"),
    "warning": ("w", "warn"),
    "note": ("n", "i", "info", "information", "hint"),
}
_LEVELS: Final = {word: level for level, words in _WORDS.items() for word in words}


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings of the lines that match; other lines are passed over.

    Raises `MalformedOutput` where the exit code is not 0 and no line matches, and for a line of
    more than 10,000 characters.
    """
    try:
        expression = re.compile(tool.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise MalformedOutput(f"the definition's pattern: {error}") from error
    if not tool.pattern:
        raise MalformedOutput("the definition has no pattern to read the output with")
    findings: list[ToolFinding] = []
    unjudged: list[Unjudged] = []
    for number, line in enumerate(said.decoded(said.stream(output, tool)).split("\n"), 1):
        if len(line) > _LONGEST:
            raise MalformedOutput(f"line {number} of the output has {len(line)} characters")
        if match := expression.search(line.removesuffix("\r")):
            _take(match, tool, findings, unjudged)
    said.require_reason(output, is_explained=bool(findings or unjudged))
    return ToolReading(tuple(findings), tuple(unjudged))


def _take(
    match: re.Match[str], tool: Tool, findings: list[ToolFinding], unjudged: list[Unjudged]
) -> None:
    groups = match.groupdict()
    if groups.get("unjudged") is not None:
        path = groups.get("path") or ""
        unjudged.append(Unjudged(path or tool.name, groups["unjudged"], path))
    elif groups.get("more") is not None:
        if findings:
            message = f"{findings[-1].message}\n{groups['more']}"
            findings[-1] = replace(findings[-1], message=message)
    else:
        findings.append(_finding(groups, match[0], tool))


def _finding(groups: Mapping[str, str | None], whole: str, tool: Tool) -> ToolFinding:
    line = _number(groups.get("line"))
    level = (groups.get("level") or "error").lower()
    return ToolFinding(
        path=groups.get("path") or "",
        rule=groups.get("rule") or tool.name,
        message=groups.get("message") or whole.strip(),
        line=line,
        end_line=max(line, _number(groups.get("end_line"))),
        column=_number(groups.get("column")),
        level=_LEVELS.get(level, level),
        is_parse_error=groups.get("syntax") is not None,
    )


def _number(digits: str | None) -> int:
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise MalformedOutput(f"{digits[:40]!r} is not a line or column")
    return int(digits)
