"""Findings that say the same of one file are one thing to a reader: ranked, with their lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qgate.model.report import Finding, Level, Standing

_LOUD: Final = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}

Rank = tuple[bool, int]
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
    return not finding.blocking, _LOUD[finding.level]


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The groups by file: the file with the worst first, in a file the worst first.

    Otherwise the order given stays.
    """
    found: dict[tuple[object, ...], list[Finding]] = {}
    files: dict[str, Rank] = {}
    for each in findings:
        worth = rank(each)
        files[each.path] = min(worth, files.get(each.path, worth))
        key = (each.path, worth, each.rule, each.message, each.standing)
        found.setdefault(key, []).append(each)
    order = {path: place for place, path in enumerate(files)}
    listed = sorted(
        found.values(),
        key=lambda group: (files[group[0].path], order[group[0].path], rank(group[0])),
    )
    return tuple(Group(first=group[0], ranges=ranges(group), count=len(group)) for group in listed)


def ranges(findings: Iterable[Finding]) -> tuple[Range, ...]:
    """First and last lines in order; ranges that touch or overlap are one."""
    spans = sorted((each.line, max(each.line, each.end_line)) for each in findings if each.line)
    made: list[Range] = []
    for first, last in spans:
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return tuple(made)


def is_new(finding: Finding) -> bool:
    """Whether this change brought it in."""
    return finding.standing is Standing.NEW
