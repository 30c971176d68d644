"""Findings that say the same of one file are one thing to a reader: ranked, with their lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from qgate.model.report import Finding, Level, Standing

_LOUD: Final = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}

_FEWEST: Final = 2

Rank = int
Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one rule with one message in one file.

    `first` is one of them; `ranges` are their lines, in order, those that touch made one; empty
    if it is about the whole file. `count` is how many findings they are.
    """

    first: Finding
    ranges: tuple[Range, ...]
    count: int


def rank(finding: Finding) -> Rank:
    """The worst is the least: what blocks first, then by level."""
    return _LOUD[finding.level] + (0 if finding.blocking else len(_LOUD))


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The groups by file: the file with the worst first, in a file the worst first.

    Otherwise the order given stays.
    """
    found: dict[tuple[str, Rank, str, str, Standing], list[Finding]] = {}
    files: dict[str, Rank] = {}
    for each in findings:
        worth = rank(each)
        if files.setdefault(each.path, worth) > worth:
            files[each.path] = worth
        key = (each.path, worth, each.rule, each.message, each.standing)
        found.setdefault(key, []).append(each)
    first = {path: (files[path], place) for place, path in enumerate(files)}
    # A key begins with the path and the rank.
    listed = sorted(found.items(), key=lambda item: (first[item[0][0]], item[0][1]))
    return tuple(
        Group(first=group[0], ranges=ranges(group), count=len(group)) for _, group in listed
    )


def ranges(findings: Sequence[Finding]) -> tuple[Range, ...]:
    """First and last lines in order; ranges that touch or overlap are one."""
    spans = [(each.line, max(each.line, each.end_line)) for each in findings if each.line]
    if len(spans) < _FEWEST:
        return tuple(spans)
    made: list[Range] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return tuple(made)
