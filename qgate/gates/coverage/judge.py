"""One file's touched statements, each put into the one class that it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from qgate.gates.coverage.measured import Measured
from qgate.model.coverage import Exits

_NONE: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """A statement's first and last line, and the text of the first."""

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """What became of one file's touched statements, each known by its first line.

    - `hits` (partial ones included) and `misses` are what can be covered; `moved` marks some;
    - `pragmas`: of `excluded`, those that a pragma on a changed line excludes;
    - `format_only`: how many were only written differently;
    - `exits`: branch exits of hits and misses;
    - `unmeasured`: no report knows the file, which `has_statements` or not;
    - `lacks_branches`: reports know it, and none says a word of its branches;
    - `spans`: where each statement is that a finding may name.
    """

    path: str
    hits: frozenset[int] = _NONE
    misses: frozenset[int] = _NONE
    excluded: frozenset[int] = _NONE
    pragmas: frozenset[int] = _NONE
    format_only: int = 0
    moved: frozenset[int] = _NONE
    exits: Mapping[int, Exits] = field(default_factory=dict)
    unmeasured: bool = False
    has_statements: bool = True
    lacks_branches: bool = False
    spans: Mapping[int, Span] = field(default_factory=dict)

    @property
    def partial(self) -> frozenset[int]:
        """The hits with an exit that was never taken."""
        measured = self.hits & self.exits.keys()
        return frozenset(line for line in measured if self.exits[line].is_partial)

    def score(self, partial: str) -> Fraction:
        """The covered statements, partial ones counted as `hit`, `ratio` or `miss`."""
        score = Fraction(len(self.hits))
        if partial != "hit":
            for line in self.partial:
                exits = self.exits[line]
                score -= 1
                score += Fraction(exits.taken, exits.total) if partial == "ratio" else 0
        return score

    @property
    def coverable(self) -> int:
        """How many statements the percentage is of."""
        return len(self.hits) + len(self.misses)

    def exit_counts(self) -> Exits:
        """All exits of the touched statements together."""
        exits = self.exits.values()
        return Exits(sum(each.taken for each in exits), sum(each.total for each in exits))


def judge(
    path: str,
    touched: frozenset[int],
    measured: Measured,
    *,
    span: Callable[[int], Span],
    same: frozenset[int] = _NONE,
    pragmas: Callable[[], frozenset[int]] = frozenset,
    has_branching: Callable[[], bool] = bool,
) -> FileVerdict:
    """Classify each touched statement once.

    `same` are the format-only ones. A statement that is neither coverable nor excluded does
    not count at all. What costs time is asked for only where it matters: `pragmas`, statements
    with an exclusion on a changed line; `has_branching`, whether a touched statement has
    several exits; `span`, where a statement is.
    """
    hits, misses = touched & measured.hits, touched & measured.misses
    others = touched - hits - misses
    excluded = others & measured.excluded if others else _NONE
    format_only = same & (hits | misses)
    hits, misses = hits - format_only, misses - format_only
    exits = {line: measured.exits[line] for line in (hits | misses) & measured.exits.keys()}
    partial = {line for line in hits & exits.keys() if exits[line].is_partial}
    return FileVerdict(
        path=path,
        hits=hits,
        misses=misses,
        excluded=excluded,
        pragmas=excluded & pragmas() if excluded else _NONE,
        format_only=len(format_only),
        exits=exits,
        unmeasured=not measured.origin,
        has_statements=bool(measured.origin or measured.statements or measured.excluded),
        lacks_branches=bool(measured.origin) and not measured.has_branches and has_branching(),
        spans={line: span(line) for line in (*misses, *excluded, *partial)},
    )


def with_moved(verdict: FileVerdict, moved: frozenset[int], *, ignore: bool) -> FileVerdict:
    """The verdict with moved statements marked and, if they are to be ignored, not counted."""
    marked = replace(verdict, moved=moved & (verdict.hits | verdict.misses))
    if not ignore:
        return marked
    exits = {line: each for line, each in verdict.exits.items() if line not in moved}
    return replace(marked, hits=verdict.hits - moved, misses=verdict.misses - moved, exits=exits)
