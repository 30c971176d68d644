"""`ruff format --diff`: differences on standard output, everything else on standard error.

Hunks are consumed by their counts, so a line of code that looks like a header is code. ruff ends
each file's part with an empty line and says at the end how many files there were (not for
standard input), which shows a cut.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import said
from qgate.parse.findings.ruff_hunks import Hunk, runs

_HEADER: Final = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_UNPARSED: Final = re.compile(r"error: Failed to parse (.+?):(\d{1,9}):(\d{1,9}): (.*)")
_ERROR: Final = re.compile(r"(error|panic|ruff failed)\b", re.IGNORECASE)
_COUNT: Final = re.compile(r"(\d+) files? would be reformatted\b")
# The cells of a notebook are numbered, and their lines are not those of the file.
_CELL: Final = re.compile(r"(.+\.ipynb):(?:cell )?\d+")


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """One finding for each run of lines that ruff would write otherwise, and for each syntax error.

    Raises `MalformedOutput` for any other error on standard error, and where the exit code, the
    differences and the number of files do not agree.
    """
    del tool
    said.require_ran(output, (0, 1, 2))
    unparsed = tuple(_unparsed(output))
    files = tuple(_files(said.decoded(output.stdout).split("\n")))
    if (output.code == 2) != bool(unparsed) or (output.code == 0 and files):  # noqa: PLR2004
        raise MalformedOutput(f"exit code {output.code}: {said.last_words(output)}")
    said.require_reason(output, is_explained=bool(unparsed or files))
    _require_count(output, {path for path, _ in files})
    findings = (
        _finding(path, run) for path, hunks in files for hunk in hunks for run in runs(hunk)
    )
    return ToolReading(tuple(chain(findings, unparsed)))


def _unparsed(output: ToolOutput) -> Iterator[ToolFinding]:
    for line in said.decoded(output.stderr).split("\n"):
        if match := _UNPARSED.fullmatch(line):
            path, at, column, message = match.groups()
            cell = _CELL.fullmatch(path)
            yield ToolFinding(
                path=cell[1] if cell else path,
                rule="invalid-syntax",
                message=message,
                line=0 if cell else int(at),
                end_line=0 if cell else int(at),
                column=0 if cell else int(column),
                is_parse_error=True,
            )
        elif _ERROR.match(line):
            raise MalformedOutput(said.last_words(output))


def _require_count(output: ToolOutput, paths: set[str]) -> None:
    count = _COUNT.search(said.decoded(output.stderr))
    if count is not None and int(count[1]) != len({_CELL.sub(r"\1", path) for path in paths}):
        raise MalformedOutput(f"{count[0]}, but the differences are of {len(paths)}")


def _files(lines: list[str]) -> Iterator[tuple[str, list[Hunk]]]:
    """Path and hunks of each file."""
    if lines.pop():
        raise MalformedOutput("the differences are cut off")
    at = 0
    while at < len(lines):
        old, new = lines[at : at + 2] if at + 1 < len(lines) else ("", "")
        path = old.removeprefix("--- ")
        if not path or old != f"--- {path}" or new != f"+++ {path}":
            raise MalformedOutput(f"{lines[at][:80]!r} is not the head of a difference")
        at += 2
        hunks = []
        while at >= len(lines) or lines[at]:
            hunk, at = _hunk(lines, at)
            hunks.append(hunk)
        at += 1
        if not hunks:
            raise MalformedOutput(f"a difference of {path} without a line")
        yield path, hunks


def _hunk(lines: list[str], at: int) -> tuple[Hunk, int]:
    """One hunk, and where it ends."""
    header = _HEADER.fullmatch(lines[at]) if at < len(lines) else None
    if header is None:
        raise MalformedOutput("the differences are cut off, or not ruff's")
    first, old, _, new = (1 if part is None else int(part) for part in header.groups())
    start = at = at + 1
    while old or new or (at < len(lines) and lines[at].startswith("\\")):
        mark = lines[at][:1] if at < len(lines) else ""
        old -= mark in {" ", "-"}
        new -= mark in {" ", "+"}
        if mark not in {" ", "-", "+", "\\"}:
            raise MalformedOutput("a difference does not have the lines that it announces")
        at += 1
    return Hunk(max(first, 1), tuple(lines[start:at])), at


def _finding(path: str, run: tuple[int, int, str]) -> ToolFinding:
    first, last, message = run
    cell = _CELL.fullmatch(path)
    return ToolFinding(
        path=cell[1] if cell else path,
        rule="format",
        message=message,
        line=0 if cell else first,
        end_line=0 if cell else last,
    )
