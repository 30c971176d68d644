"""Code that was there before: statements only written differently, and statements moved.

A statement is *format-only* if its syntax and the chain of headers around it are unchanged.
It is *moved* if it is one of three or more consecutive ones that this change deleted in the
same order somewhere else; indentation aside, the text must be equal.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from qgate.model.changes import ChangedFile, OldLines
from qgate.parse.python_source import PythonSource, Statement

_RUN: Final = 3


def format_only(file: ChangedFile, new: PythonSource, old: PythonSource) -> frozenset[int]:
    """First lines of touched statements of the new side that are the same code as before.

    Matched in order and each old statement once, so that exchanging two is a change.
    """
    ranges = [(hunk.new_lines, hunk.old_lines) for hunk in file.hunks]
    by_first = {statement.first: statement for statement in old.statements}
    line_before = OldLines(file.hunks)
    same = set()
    last_old = hunk = 0
    for statement in _touched(file, new):
        lines = range(statement.first, statement.last + 1)
        while hunk < len(ranges) and ranges[hunk][0].stop <= statement.first:
            hunk += 1
        before = {line for line in map(line_before, lines) if line}
        for new_lines, old_lines in ranges[hunk:]:
            if new_lines.start > statement.last:
                break
            before.update(old_lines)
        for first in sorted(old.owners(before)):
            if first > last_old and statement.is_same_in_place(by_first[first]):
                same.add(statement.first)
                last_old = first
                break
    return frozenset(same)


def _touched(file: ChangedFile, source: PythonSource) -> list[Statement]:
    touched = source.owners_in(hunk.new_lines for hunk in file.hunks)
    return [statement for statement in source.statements if statement.first in touched]


@dataclass(frozen=True, slots=True)
class Run:
    """Three consecutive statements whose lines all changed.

    A digest of their text, the file and hunk they stand in, and their first lines.
    """

    digest: int
    place: tuple[str, int]
    firsts: tuple[int, ...]


def deleted_runs(file: ChangedFile, old: PythonSource) -> Iterator[Run]:
    """The runs that the change took away from this file."""
    hunk_of = {line: number for number, hunk in enumerate(file.hunks) for line in hunk.old_lines}
    return _runs(file.path, old, hunk_of)


def added_runs(file: ChangedFile, new: PythonSource) -> Iterator[Run]:
    """The runs that the change brought into this file."""
    hunk_of = {line: number for number, hunk in enumerate(file.hunks) for line in hunk.new_lines}
    return _runs(file.path, new, hunk_of)


def moved(added: Iterable[Run], deleted: Mapping[int, set[tuple[str, int]]]) -> frozenset[int]:
    """First lines of the statements that came from one of the places in `deleted` (by digest).

    Deleted and written again in one hunk is an edit, such as another indentation, no move.
    """
    return frozenset(
        first
        for run in added
        if deleted.get(run.digest, set()) - {run.place}
        for first in run.firsts
    )


def _runs(path: str, source: PythonSource, hunk_of: Mapping[int, int]) -> Iterator[Run]:
    run: list[Statement] = []
    for statement in source.statements:
        # Most statements have not changed, which their first line tells already.
        if statement.first not in hunk_of or not all(
            line in hunk_of for line in range(statement.first + 1, statement.last + 1)
        ):
            run = []
            continue
        run = [*run[1 - _RUN :], statement]
        if len(run) == _RUN:
            digest = hash(tuple(_text(source, each) for each in run))
            firsts = tuple(each.first for each in run)
            yield Run(digest, (path, hunk_of[run[0].first]), firsts)


def _text(source: PythonSource, statement: Statement) -> str:
    """The statement's text, indentation aside."""
    return "\n".join(line.strip() for line in source.lines[statement.first - 1 : statement.last])
