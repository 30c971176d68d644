"""`mypy --output json`: an object a line, since mypy 1.11.

With exit code 2 mypy stopped early: what it did not reach is not judged. Before it judged anything
it prints plain text, or, for files that it cannot tell apart, an object without a line.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import json_text, said
from qgate.parse.findings.shape import number, record, text

_STOPPED: Final = 2
_CRASH: Final = re.compile(r"^Traceback \(|INTERNAL ERROR", re.MULTILINE)
# mypy goes on without what it cannot use of its settings, and ends with 0.
_SETTINGS: Final = re.compile(r"(?P<path>[^:]+\.(?:ini|cfg|toml)|[^:]*mypy/config): (?P<words>.+)")
_HARMLESS: Final = "note: "


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """Findings; notes have the level `note`, and hints are further lines of the message.

    Settings that mypy complains about are findings of the rule `config`.

    Raises `MalformedOutput`, with mypy's last words, for a crash and all that is not an answer.
    """
    del tool
    said.require_ran(output, (0, 1, _STOPPED))
    errors = said.decoded(output.stderr)
    if _CRASH.search(errors):
        raise MalformedOutput(said.last_words(output))
    findings = tuple(_findings(output))
    said.require_reason(output, is_explained=bool(findings))
    unjudged: tuple[Unjudged, ...] = ()
    if output.code == _STOPPED:
        if aside := [each.message for each in findings if not each.line]:
            raise MalformedOutput(f"mypy judged nothing: {aside[0]}")
        unjudged = (Unjudged("the other modules", "mypy stops at a file that it cannot read"),)
    return ToolReading((*findings, *_complaints(errors)), unjudged)


def _findings(output: ToolOutput) -> Iterator[ToolFinding]:
    *lines, rest = output.stdout.split(b"\n")
    if rest:
        raise MalformedOutput("the last line is cut off")
    for line in lines:
        if not line.startswith(b"{"):
            settings = _SETTINGS.fullmatch(said.decoded(line).rstrip())
            if line.strip() and not (settings and settings["words"].startswith(_HARMLESS)):
                raise MalformedOutput(f"not JSON: {said.decoded(line)[:500]}")
            continue
        yield from json_text.reading(line, _reading).findings


def _reading(whole: Any) -> ToolReading:
    each = record(whole)
    line = max(0, number(each["line"], least=-1))
    last = each.get("end_line")
    hint = each.get("hint")
    code = text(each["code"] or "misc")
    finding = ToolFinding(
        path=text(each["file"]),
        rule=code,
        message="\n".join([text(each["message"]), *([text(hint)] if hint else [])]),
        line=line,
        end_line=max(line, 0 if last is None else number(last, least=-1)),
        # mypy's own text counts from 1.
        column=number(each["column"], least=-1) + 1,
        level=text(each["severity"]),
        is_parse_error=code == "syntax",
    )
    return ToolReading((finding,))


def _complaints(errors: str) -> Iterator[ToolFinding]:
    for line in errors.split("\n"):
        match = _SETTINGS.fullmatch(line)
        if match and not match["words"].startswith(_HARMLESS):
            yield ToolFinding(path=match["path"], rule="config", message=match["words"])
