"""Which findings block: pure decisions on a change, a tool's findings, and those of the base."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from qgate.model.changes import ChangedFile, OldLines, Status
from qgate.model.tool import Blocks, ToolFinding

_LEVELS: Final = ("note", "warning", "error")
# "redefinition of unused `x` from line 5": the number moves with the lines above it.
_LINE_NUMBER: Final = re.compile(
    r"(?<=\w):\d+|\blines?:?\s+\d+(?:(?:\s*[-\u2013,]\s*|\s+(?:and|to)\s+)\d+)*", re.IGNORECASE
)

Identity = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True)
class Marked:
    """A finding with its path from the root, and whether the change brought it in."""

    finding: ToolFinding
    is_new: bool


def is_loud(finding: ToolFinding, least: str) -> bool:
    """Whether a finding reaches the least level that blocks; an unknown level does."""
    if finding.level not in _LEVELS:
        return True
    return _LEVELS.index(finding.level) >= _LEVELS.index(least)


class Change:
    """The changed files by path, as a finding asks for them.

    In the `miscounted` ones a tool may count lines otherwise than git, so that nobody can tell
    whether a finding is on a changed line: there it is.
    """

    def __init__(
        self, files: Iterable[ChangedFile], miscounted: Collection[str] = frozenset()
    ) -> None:
        self._miscounted = miscounted
        self._files = {file.path: file for file in files}
        self._old: dict[str, OldLines] = {}

    def touches(self, finding: ToolFinding, *, is_start_only: bool = False) -> bool:
        """Whether a finding is the change's by its place alone.

        Where the base can be asked, only the line on which it starts counts: mypy says of an
        untyped function that it reaches to its end, and who edits the body did not bring that in.
        It is on a changed line, keeps a changed file from being read, or is about a new file as
        a whole.
        """
        file = self._files.get(finding.path)
        if file is None or file.status is Status.DELETED:
            return False
        if finding.is_parse_error or finding.path in self._miscounted:
            return True
        if not finding.line:
            return file.status is Status.ADDED
        last = finding.line if is_start_only else max(finding.line, finding.end_line)
        return any(
            hunk.new_count and hunk.new_start <= last and finding.line < hunk.new_lines.stop
            for hunk in file.hunks
        )

    def before(self, finding: ToolFinding) -> Identity | None:
        """What the same finding looked like in the base; None where its line is new there."""
        file = self._files.get(finding.path)
        path, line = finding.path, finding.line
        if file is not None:
            path = file.old_path
            if line:
                old = self._old.setdefault(finding.path, OldLines(file.hunks))(line)
                if old is None:
                    return None
                line = old
        return _identity(finding, path, line)


def _identity(finding: ToolFinding, path: str, line: int) -> Identity:
    # Below the first line are hints; mypy words them by what it has in its cache.
    first = finding.message.partition("\n")[0]
    return path, line, finding.rule, _LINE_NUMBER.sub("#", first)


def needs_base(findings: Iterable[ToolFinding], change: Change, blocks: Blocks) -> bool:
    """Whether the answer hangs on what the tool says of the base."""
    return blocks is Blocks.NEW and any(
        not change.touches(each, is_start_only=True) for each in findings
    )


def mark(
    findings: Sequence[ToolFinding],
    change: Change,
    blocks: Blocks,
    base: Sequence[ToolFinding],
) -> list[Marked]:
    """Every finding, marked; none is dropped. `base` is empty where it was not asked."""
    match blocks:
        case Blocks.ALL:
            return [Marked(each, is_new=True) for each in findings]
        case Blocks.CHANGED_LINES:
            return [Marked(each, change.touches(each)) for each in findings]
        case Blocks.NEW:
            known = Counter(_identity(each, each.path, each.line) for each in base)
            return [Marked(each, _is_new(each, change, known)) for each in findings]


def mark_by_message(findings: Sequence[ToolFinding], base: Sequence[ToolFinding]) -> list[Marked]:
    """Marked by rule and message alone, for findings about things that have no lines."""
    known = {(each.rule, each.message) for each in base}
    return [Marked(each, (each.rule, each.message) not in known) for each in findings]


def _is_new(finding: ToolFinding, change: Change, known: Counter[Identity]) -> bool:
    if change.touches(finding, is_start_only=True):
        return True
    before = change.before(finding)
    if before is None or not known[before]:
        return True
    known[before] -= 1
    return False
