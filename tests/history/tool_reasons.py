"""Findings of two commits, matched by hand, and the closed list of reasons to differ from qgate.

Nothing here is qgate's: hunks are read from plain `git diff --unified=0`, findings from what ruff
and mypy printed on full checkouts.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

_HEADER: Final = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_LINE_NUMBER: Final = re.compile(r"\bline \d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One finding of one tool. Lines are 1-based; 0 is the file as a whole.

    `message` is its first line. mypy words the hints below by what it has in its cache.
    """

    path: str
    line: int
    rule: str
    message: str
    end_line: int = field(default=0, compare=False)
    is_parse_error: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Edit:
    """A hunk: the old lines that became the new ones; a range without lines is empty."""

    old: range
    new: range


@dataclass(frozen=True, slots=True)
class Edited:
    """A changed file: its path at the base ("" for a new file), and its edits in order."""

    old_path: str
    edits: tuple[Edit, ...] = ()


class Known(IntEnum):
    """By hand: where in the base a finding of the head is, too."""

    SAME = 0  # at the same line, which the diff moves only
    TOUCHED = 1  # on a line of the hunk that this line belongs to
    MOVED = 2  # elsewhere in the file, and here on a line of a hunk
    NEW = 3


class Said(IntEnum):
    """What qgate says of it; nothing where its report does not have it."""

    NOTHING = 0
    OLD = 1
    NEW = 2


class Reason(StrEnum):
    """Why qgate's word is what it has to be. The first four are no differences."""

    BOTH_NEW = "new by both"
    BOTH_OLD = "old by both"
    RANGE = "old by both, though a later line of its range was touched"
    NOT_ASKED = "old, in a file or of a tool that qgate need not ask about"
    TOUCHED = "old, but its line was touched"
    MOVED = "old, but moved: it stands on a touched line now"
    PARSE_ERROR = "old, but it keeps a changed file from being read"
    OTHER_FILE = "new, but in an unchanged file, which a tool for single files is not asked about"

    @property
    def is_agreement(self) -> bool:
        """Whether both say the same."""
        return self in {Reason.BOTH_NEW, Reason.BOTH_OLD, Reason.RANGE, Reason.NOT_ASKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Both answers on one finding, and what may excuse a difference.

    `is_asked` says that qgate had to ask the tool about this file; `is_changed` that the file
    is part of the change, `is_touched` that the line on which the finding starts is, and
    `is_range_touched` that any line of its range is. Only the first of these two may excuse.
    """

    known: Known
    said: Said
    is_asked: bool
    is_per_file: bool
    is_changed: bool
    is_touched: bool
    is_range_touched: bool = False
    is_parse_error: bool = False


def explain(facts: Facts) -> Reason | None:
    """The reason, None if there is no good one: then one of the two is wrong."""
    match facts.known, facts.said:
        case Known.NEW, Said.NEW:
            return Reason.BOTH_NEW
        case Known.SAME, Said.OLD:
            return Reason.RANGE if facts.is_range_touched else Reason.BOTH_OLD
        case Known.SAME, Said.NOTHING if not facts.is_asked:
            return Reason.NOT_ASKED
        case Known.NEW, Said.NOTHING if facts.is_per_file and not facts.is_asked:
            return Reason.OTHER_FILE
        case Known.TOUCHED, Said.NEW if facts.is_touched:
            return Reason.TOUCHED
        case Known.MOVED, Said.NEW if facts.is_touched:
            return Reason.MOVED
        case _, Said.NEW if facts.is_parse_error and facts.is_changed:
            return Reason.PARSE_ERROR
    return None


def edits(diff: bytes) -> tuple[Edit, ...]:
    """The hunks of one file's diff without context."""
    return tuple(
        Edit(_range(match[1], match[2]), _range(match[3], match[4]))
        for match in _HEADER.finditer(diff)
    )


def _range(start: bytes, count: bytes | None) -> range:
    # With a count of zero git names the line before the gap.
    length = int(count) if count is not None else 1
    first = int(start) + (length == 0)
    return range(first, first + length)


def old_line(changes: Iterable[Edit], line: int) -> int | None:
    """Where an unchanged line was; None for a line of an edit. The file as a whole stays 0."""
    if not line:
        return 0
    shift = 0
    for each in changes:
        if line in each.new:
            return None
        if each.new.start <= line:
            shift += len(each.old) - len(each.new)
    return line + shift


def is_touched(changes: Iterable[Edit], found: Found) -> bool:
    """Whether the line on which it starts is in an edit."""
    return old_line(changes, found.line) is None


def is_range_touched(changes: Iterable[Edit], found: Found) -> bool:
    """Whether any line of its range is in an edit."""
    last = max(found.line, found.end_line)
    return any(
        found.line <= each.new.stop - 1 and each.new.start <= last for each in changes if each.new
    )


def classify(
    head: Sequence[Found], base: Iterable[Found], changed: Mapping[str, Edited]
) -> list[Known]:
    """For each finding of the head what it was; each of the base accounts for one at most."""
    left = Counter(_key(each, each.path, each.line) for each in base)
    known = [Known.NEW] * len(head)
    for place, each in enumerate(head):
        file = changed.get(each.path, Edited(each.path))
        line = old_line(file.edits, each.line)
        if line is not None and _take(left, _key(each, file.old_path, line)):
            known[place] = Known.SAME
    for chosen in (Known.TOUCHED, Known.MOVED):
        for place, each in enumerate(head):
            file = changed.get(each.path, Edited(each.path))
            if known[place] is Known.NEW and old_line(file.edits, each.line) is None:
                lines = _old_lines(each, file, left if chosen is Known.MOVED else None)
                if any(_take(left, _key(each, file.old_path, line)) for line in lines):
                    known[place] = chosen
    return known


def pair(known: Iterable[Known], said: Collection[Said]) -> list[tuple[Known, Said]]:
    """Both answers on findings that nobody can tell apart, the like ones together."""
    ours = sorted(said)
    theirs = sorted(known)
    return list(zip(theirs, [Said.NOTHING] * (len(theirs) - len(ours)) + ours, strict=True))


def _key(found: Found, path: str, line: int) -> Found:
    return Found(path, line, found.rule, _LINE_NUMBER.sub("line #", found.message))


def _take(left: Counter[Found], key: Found) -> bool:
    if not left[key]:
        return False
    left[key] -= 1
    return True


def _old_lines(found: Found, file: Edited, left: Counter[Found] | None) -> list[int]:
    """Lines of the base at which the same finding may have been."""
    if left is None:
        return [line for each in file.edits if found.line in each.new for line in each.old]
    like = _key(found, file.old_path, 0)
    return [
        each.line
        for each, count in left.items()
        if count and (each.path, each.rule, each.message) == (like.path, like.rule, like.message)
    ]
