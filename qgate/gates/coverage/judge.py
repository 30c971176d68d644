"""One file's touched statements, each put into the one class that it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from qgate.gates.coverage.measured import Measured
from qgate.model.coverage import Exits


@dataclass(frozen=True, slots=True)
class Span:
    """A statement's first and last line, and the text of the first."""

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """What became of one file's touched statements.

    `hits` (partial ones included) and `misses` are what can be covered; `moved` marks some of
    both. `unmeasured`: no report knows the file; `lacks_branches`: those that do say nothing
    of branches, although it has some. `pragmas`: excluded statements that this
    change itself excludes, by a pragma on one of its lines.
    """

    path: str
    hits: tuple[Span, ...] = ()
    misses: tuple[Span, ...] = ()
    excluded: tuple[Span, ...] = ()
    pragmas: frozenset[int] = frozenset()
    format_only: int = 0
    moved: frozenset[int] = frozenset()
    exits: Mapping[int, Exits] = field(default_factory=dict)
    unmeasured: bool = False
    lacks_branches: bool = False
    known_statements: int = 0

    @property
    def partial(self) -> tuple[Span, ...]:
        """The hits with an exit that was never taken."""
        return tuple(span for span in self.hits if self._exits(span).is_partial)

    def _exits(self, span: Span) -> Exits:
        return self.exits.get(span.first, Exits(0, 0))

    def score(self, partial: str) -> Fraction:
        """The covered statements, partial ones counted as `hit`, `ratio` or `miss`."""
        if partial == "hit":
            return Fraction(len(self.hits))
        score = Fraction(0)
        for span in self.hits:
            exits = self._exits(span)
            if not exits.is_partial:
                score += 1
            elif partial == "ratio":
                score += Fraction(exits.taken, exits.total)
        return score

    @property
    def coverable(self) -> int:
        """How many statements the percentage is of."""
        return len(self.hits) + len(self.misses)

    def exit_counts(self) -> Exits:
        """All exits of the touched statements together."""
        exits = [self._exits(span) for span in (*self.hits, *self.misses)]
        return Exits(sum(each.taken for each in exits), sum(each.total for each in exits))


def judge(
    path: str,
    touched: Iterable[Span],
    measured: Measured,
    *,
    same: frozenset[int] = frozenset(),
    pragma_lines: frozenset[int] = frozenset(),
    has_branching: bool = False,
) -> FileVerdict:
    """Classify each touched statement once.

    `same` are the format-only ones, `pragma_lines` the changed lines that match an exclusion
    pattern, `has_branching` says that some touched statement has several exits. A statement that is neither coverable nor excluded does not count at all.
    """
    hits: list[Span] = []
    misses: list[Span] = []
    excluded: list[Span] = []
    format_only = 0
    for span in touched:
        is_hit = span.first in measured.hits
        if not is_hit and span.first not in measured.misses:
            if span.first in measured.excluded:
                excluded.append(span)
        elif span.first in same:
            format_only += 1
        else:
            (hits if is_hit else misses).append(span)
    touched_lines = {span.first for span in (*hits, *misses)}
    return FileVerdict(
        path=path,
        hits=tuple(hits),
        misses=tuple(misses),
        excluded=tuple(excluded),
        pragmas=frozenset(
            span.first
            for span in excluded
            if pragma_lines.intersection(range(span.first, span.last + 1))
        ),
        format_only=format_only,
        exits={line: measured.exits[line] for line in touched_lines & measured.exits.keys()},
        unmeasured=not measured.origin,
        lacks_branches=has_branching and bool(measured.origin) and not measured.has_branches,
        known_statements=len(measured.statements | measured.excluded),
    )


def with_moved(verdict: FileVerdict, moved: frozenset[int], *, ignore: bool) -> FileVerdict:
    """The verdict with moved statements marked and, if they are to be ignored, not counted."""
    counted = {span.first for span in (*verdict.hits, *verdict.misses)}
    marked = replace(verdict, moved=moved & counted)
    if not ignore:
        return marked
    return replace(
        marked,
        hits=tuple(span for span in verdict.hits if span.first not in moved),
        misses=tuple(span for span in verdict.misses if span.first not in moved),
    )
