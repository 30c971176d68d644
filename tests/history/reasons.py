"""Why qgate and diff-cover say different things about one line: a closed list, and who is right.

All of it is pure. What `explain` is given about a statement comes from coverage.py's own parser
and JSON report and from the syntax trees here, not from qgate, so that a wrong answer of qgate
finds no reason and stays unexplained.
"""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
_APART: Final = frozenset({*_BLOCKS, "decorator_list"})

Syntax = tuple[str, ...]


class Count(StrEnum):
    """What a tool makes of a line, as far as its percentage is concerned."""

    HIT = "covered"
    MISS = "missing"
    NOT = "not counted"


class Class(StrEnum):
    """What qgate makes of the statement that a line belongs to."""

    HIT = "covered"
    MISS = "missing"
    EXCLUDED = "excluded"
    FORMAT_ONLY = "format-only"
    NOTHING = "nothing coverable"
    LEFT_OUT = "file left out"
    UNCHANGED = "not changed"

    @property
    def counts_as(self) -> Count:
        """The same as far as the percentage is concerned."""
        return Count(self.value) if self in {Class.HIT, Class.MISS} else Count.NOT


class Reason(StrEnum):
    """Every relation of the two answers. The first four are agreement."""

    BOTH_COVERED = "both: covered"
    BOTH_MISSING = "both: missing"
    NEITHER = "neither counts the line"
    SAME_STATEMENT = "further line of a changed statement that both count alike by its first line"

    CONTINUATION = "continuation line: its statement starts on an unchanged line"
    FORMAT_ONLY = "format-only: the statement's syntax is the base's, in the same place"
    LEFT_OUT = "test file or generated file: left out"
    OUT_OF_SOURCE = "file left out by coverage.py's configuration of the base"
    UNMEASURED = "file that no report knows: its statements count as missing"
    SAME_NAME = "two files share a name in the XML, which keeps the lines of one of them"
    BASE_EXCLUSIONS = "exclusion that this commit brings or drops: the base's configuration holds"
    NO_NEWLINE = "no-newline marker: diff-cover's line numbers are shifted"
    OTHER_DIFF = "git's minimal and default diff attribute the change to different lines"

    @property
    def is_agreement(self) -> bool:
        """Whether both tools judge the statement alike."""
        return self in AGREEMENTS


AGREEMENTS: Final = frozenset(
    {Reason.BOTH_COVERED, Reason.BOTH_MISSING, Reason.NEITHER, Reason.SAME_STATEMENT}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one line.

    - `theirs`, `ours`: the two answers; `rule`: the one by which qgate left the file out;
    - `first`: first line of the statement by qgate, 0 for none; `known_first` by coverage.py;
    - `known`: what coverage.py's JSON says of the statement;
    - `known_excluded`: the JSON, whose configuration is the head's, calls it excluded;
    - `first_theirs`: diff-cover's answer about the first line;
    - `is_theirs`, `is_first_theirs`: diff-cover calls the line, or the first line, changed;
    - `is_measured`: the JSON names the file; `shares_name`: another one has its name in the XML;
    - `is_same_syntax`: the base has the same statement in the same chain of headers;
    - `theirs_valid`, `ours_valid`: without that tool's changed lines the file is part of the
      base's; `lacks_newline`: the diff has a line "no newline at end of file".
    """

    line: int
    theirs: Count
    ours: Class
    rule: str = ""
    first: int = 0
    known_first: int = 0
    known: Count = Count.NOT
    known_excluded: bool = False
    first_theirs: Count = Count.NOT
    is_theirs: bool = True
    is_first_theirs: bool = True
    is_measured: bool = True
    shares_name: bool = False
    is_same_syntax: bool = False
    theirs_valid: bool = True
    ours_valid: bool = True
    lacks_newline: bool = False


def explain(facts: Facts) -> Reason | None:
    """The relation of the two answers; None where no rule of the design accounts for it."""
    if facts.ours.counts_as is not Count.NOT:
        return _counted_by_us(facts)
    if facts.theirs is not Count.NOT:
        return _counted_by_them_only(facts)
    # Nobody counts it; that is only right if coverage.py knows no statement here either.
    is_forgotten = facts.ours is Class.NOTHING and facts.known is not Count.NOT
    return None if is_forgotten else Reason.NEITHER


def _counted_by_us(facts: Facts) -> Reason | None:
    if not facts.is_measured:
        is_rule = facts.ours is Class.MISS and facts.theirs is Count.NOT
        return Reason.UNMEASURED if is_rule else None
    if facts.known_excluded:
        return Reason.BASE_EXCLUSIONS if facts.theirs is Count.NOT else None
    if facts.first != facts.known_first or facts.ours.counts_as is not facts.known:
        return None
    if facts.theirs is facts.ours.counts_as:
        return Reason.BOTH_COVERED if facts.theirs is Count.HIT else Reason.BOTH_MISSING
    if facts.shares_name:
        return Reason.SAME_NAME
    if facts.theirs is not Count.NOT:
        return None
    if facts.first != facts.line:
        if facts.first_theirs is facts.ours.counts_as:
            return Reason.SAME_STATEMENT
        return None if facts.is_first_theirs else Reason.CONTINUATION
    return None if facts.is_theirs else _other_lines(facts)


def _counted_by_them_only(facts: Facts) -> Reason | None:
    match facts.ours:
        case Class.LEFT_OUT if facts.rule.startswith("exclude: "):
            return Reason.LEFT_OUT
        case Class.LEFT_OUT if facts.rule.startswith("coverage.py's "):
            return Reason.OUT_OF_SOURCE
        case Class.FORMAT_ONLY if facts.is_same_syntax:
            return Reason.FORMAT_ONLY
        case Class.EXCLUDED if not facts.known_excluded:
            return Reason.BASE_EXCLUSIONS
        case Class.UNCHANGED:
            return _other_lines(facts)
        case _ if facts.shares_name and facts.known is Count.NOT:
            return Reason.SAME_NAME
    return None


def _other_lines(facts: Facts) -> Reason | None:
    """Why the two tools may disagree about which lines changed."""
    if not facts.ours_valid:
        return None
    if facts.theirs_valid:
        return Reason.OTHER_DIFF
    return Reason.NO_NEWLINE if facts.lacks_newline else None


def is_diff(old: Sequence[bytes], new: Sequence[bytes], changed: Collection[int]) -> bool:
    """Whether these lines of the new text (1-based) can be what changed.

    They can if the rest of it, in order, is found among the lines of the old text.
    """
    left = iter(old)
    return all(
        any(before == line for before in left)
        for number, line in enumerate(new, 1)
        if number not in changed
    )


def placed_syntax(text: str) -> dict[int, list[Syntax]]:
    """All statements, headers and decorators by first line. Raises `SyntaxError`.

    Each is its own syntax, then the headers around it from the inside out.
    """
    found: dict[int, list[Syntax]] = defaultdict(list)
    for line, syntax in _placed(ast.parse(text), ()):
        found[line].append(syntax)
    return found


def _placed(parent: ast.AST, around: Syntax) -> Iterator[tuple[int, Syntax]]:
    for block in _BLOCKS:
        for node in getattr(parent, block, ()):
            own = _header(node)
            for decorator in getattr(node, "decorator_list", ()):
                yield decorator.lineno, (f"@{ast.dump(decorator)}", block, *around)
            start = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
            yield start, (own, block, *around)
            yield from _placed(node, (own, block, *around))


def _header(node: ast.AST) -> str:
    parts = {name: value for name, value in ast.iter_fields(node) if name not in _APART}
    return ast.dump(type(node)(**parts))
