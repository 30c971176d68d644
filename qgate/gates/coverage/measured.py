"""What one or several reports say about one file, in terms of its statements.

Whatever the format, a file ends as four sets of first lines; several reports are merged:
hit is a union, measured is a union, excluded only where excluded everywhere it was measured.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from qgate.errors import Incomplete
from qgate.gates.coverage.rules import Rule
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse.python_source import PythonSource

ExitsOfArcs = Callable[[], Mapping[int, Exits]]

# Comment and brace lines of the C family, Go, shell and SQL: no statement starts on them.
_NO_CODE: Final = re.compile(r"\s*(?://.*|#.*|--.*|/?\*.*|[\[\](){};,]*)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Statements by first line.

    `origin` names the report or reports, empty for none; `has_branches` says that branches
    were measured in this file.
    """

    origin: str
    hits: frozenset[int]
    misses: frozenset[int]
    exclusions: Callable[[], frozenset[int]] = frozenset
    exits: Mapping[int, Exits] = field(default_factory=dict)
    has_branches: bool = False

    @property
    def excluded(self) -> frozenset[int]:
        """Statements left out by pragma or configuration; worked out when asked for."""
        return self.exclusions() - self.hits - self.misses

    @property
    def statements(self) -> frozenset[int]:
        """All that can be covered."""
        return self.hits | self.misses


def of_python(
    origin: str,
    coverage: FileCoverage,
    source: PythonSource,
    exits_of_arcs: ExitsOfArcs,
) -> Measured:
    """A Python file's coverage.

    The statements are the report's, or the source's where the report knows only what ran;
    `exits_of_arcs` is asked only where native data has arcs.

    A statement that only the report's own configuration excludes counts as missing: the
    change may have brought that configuration.
    """
    hits = source.owners(coverage.executed)
    if coverage.missing is None:
        hits &= source.coverable
        exits = exits_of_arcs() if coverage.arcs is not None else {}
        return Measured(
            origin=origin,
            hits=hits,
            misses=source.coverable - hits,
            exclusions=lambda: source.excluded,
            exits=exits,
            has_branches=coverage.arcs is not None,
        )
    misses = source.owners(coverage.missing) - hits
    if coverage.excluded:
        misses |= (source.owners(coverage.excluded) & source.coverable) - hits
    return Measured(
        origin=origin,
        hits=hits,
        misses=misses,
        exclusions=lambda: source.excluded,
        exits=_by_owner(coverage.exits, source.owner),
        has_branches=bool(coverage.exits),
    )


def of_lines(origin: str, coverage: FileCoverage, texts: Sequence[str]) -> Measured:
    """A file in another language: each line the report knows is a statement.

    `texts` are the file's lines where the report knows blocks of lines, as Go's does: then
    those that are blank, a comment or brackets only are none.
    """
    hits = coverage.executed
    misses = (coverage.missing or frozenset()) - hits
    if texts:
        code = _code_lines(texts)
        hits, misses = hits & code, misses & code
    return Measured(
        origin=origin,
        hits=hits,
        misses=misses,
        exclusions=lambda: coverage.excluded or frozenset(),
        exits=coverage.exits,
    )


def nothing(source: PythonSource) -> Measured:
    """A file no report knows: every statement is missing."""
    return Measured(
        origin="", hits=frozenset(), misses=source.coverable, exclusions=lambda: source.excluded
    )


def nothing_of_lines(texts: Sequence[str]) -> Measured:
    """The same in another language, where every line that looks like code is a statement."""
    return Measured(origin="", hits=frozenset(), misses=_code_lines(texts))


def _code_lines(texts: Sequence[str]) -> frozenset[int]:
    return frozenset(line for line, text in enumerate(texts, 1) if not _NO_CODE.fullmatch(text))


def merge(path: str, parts: Iterable[Measured]) -> Measured | None:
    """All of it together; None for nothing.

    Raises `Incomplete` where two reports know the file with different statements: then they
    measured two versions of it.
    """
    whole: Measured | None = None
    for part in parts:
        if whole is None:
            whole = part
            continue
        if whole.statements | whole.excluded != part.statements | part.excluded:
            odd = min((whole.statements | whole.excluded) ^ (part.statements | part.excluded))
            raise Incomplete(
                Rule.CONFLICTING_REPORTS.slug,
                f"{whole.origin} and {part.origin} know different statements of {path}, "
                f"the first at line {odd}: they measured two versions of it",
                path=path,
                hint="delete old reports, measure again, and merge only reports of one commit",
            )
        hits = whole.hits | part.hits
        whole = Measured(
            origin=f"{whole.origin}, {part.origin}",
            hits=hits,
            misses=(whole.misses | part.misses) - hits,
            exclusions=partial(frozenset.union, whole.excluded, part.excluded),
            exits=_best(whole.exits, part.exits),
            has_branches=whole.has_branches or part.has_branches,
        )
    return whole


def _by_owner(exits: Mapping[int, Exits], owner: Callable[[int], int]) -> dict[int, Exits]:
    """Exits by statement: those of all its lines together."""
    taken: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    for line, counted in exits.items():
        taken[owner(line)] += counted.taken
        total[owner(line)] += counted.total
    return {line: Exits(taken[line], total[line]) for line in total if line}


def _best(one: Mapping[int, Exits], other: Mapping[int, Exits]) -> dict[int, Exits]:
    """Reports give counts, not names, of exits: the better of the two is what is certain."""
    return {
        line: max(
            (exits[line] for exits in (one, other) if line in exits), key=lambda exits: exits.taken
        )
        for line in one.keys() | other.keys()
    }
