"""Python source to the statements that coverage can be about, and what each line belongs to.

A *statement* here is a logical line, as coverage.py counts: a simple statement with all its
physical lines, or the header of a compound one up to its colon; `a; b` and `if x: y` are one,
a decorator is one of its own. It is known by its first line.

Coverable statements and exclusions equal those of coverage.py's `PythonParser`; a test compares
them over the standard library. Asking the compiler and the syntax tree is several times faster
than that parser's reading of tokens.

Lines are Python's own: a lone carriage return ends one too (`python_text.from_git_lines`).
"""

import ast
import contextlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import CodeType
from typing import Final

from qgate.parse.python_exclusions import Layout, excluded_lines, is_keyword, matching_lines
from qgate.parse.python_spans import Span, is_same_header, spans_of
from qgate.parse.python_text import UnparsableSource, decode

_BRANCHING: Final = (
    *(ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    *(ast.ExceptHandler, ast.Match, ast.match_case),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A logical line: physical lines `first` to `last`, and what starts on it."""

    first: int
    last: int
    spans: tuple[Span, ...]

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The syntax nodes that start on it: one, or several that share a line."""
        return tuple(span[2] for span in self.spans)

    def is_same_code(self, other: "Statement") -> bool:
        """Whether both have the same syntax; for headers, without what they head."""
        return len(self.spans) == len(other.spans) and all(
            is_same_header(mine[2], theirs[2])
            for mine, theirs in zip(self.spans, other.spans, strict=True)
        )

    def is_same_in_place(self, other: "Statement") -> bool:
        """Whether both also stand in the same chain of enclosing headers and their blocks.

        Two statements of two versions are the same code only then: one that moved into another
        branch, or was indented, is another one.
        """
        if not self.is_same_code(other):
            return False
        mine, theirs = self.spans[0], other.spans[0]
        while mine[3] is not None and theirs[3] is not None:
            if mine[4] != theirs[4] or not is_same_header(mine[3][2], theirs[3][2]):
                return False
            mine, theirs = mine[3], theirs[3]
        return mine[3] is theirs[3]

    def headers(self) -> Iterator[ast.AST]:
        """The statement's own syntax, then the compound statements around it, outwards."""
        span: Span | None = self.spans[0]
        while span is not None:
            yield span[2]
            span = span[3]


class PythonSource:
    """One parsed source; every further fact is worked out when it is first asked for.

    `source` are its bytes, `exclude` is one regular expression, joined as coverage.py joins
    its own. Raises `UnparsableSource` for what this interpreter cannot decode or parse, and
    for nesting too deep for it; `coverable` and `excluded` raise it for what parses and does
    not compile.
    """

    def __init__(self, source: bytes, exclude: str = "") -> None:
        self.text = decode(source)
        self._bytes = source
        self._exclude = exclude
        with _refusing():
            tree = ast.parse(self.text)
        self.lines = self.text.split("\n")
        self._spans, docstrings = spans_of(tree, self.lines)
        self.docstrings = frozenset(chain.from_iterable(docstrings))

    @property
    def line_count(self) -> int:
        """Physical lines."""
        return len(self.lines) - (not self.lines[-1])

    @cached_property
    def owners_by_line(self) -> list[int]:
        """For each line (from 0, which is none) the first line of the statement it belongs to.

        0 for no statement: blank, comment, `else:`.
        """
        owners = [0] * (len(self.lines) + 1)
        first = last = 0
        for start, end, *_ in self._spans:
            if start > last:
                first, last = start, start - 1
            if end > last:
                owners[last + 1 : end + 1] = [first] * (end - last)
                last = end
        return owners

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every logical line, in order."""
        return tuple(_logical_lines(self._spans))

    @cached_property
    def pragmas(self) -> frozenset[int]:
        """Every line that an exclusion pattern matches."""
        return matching_lines(self._exclude, self.text) if self._exclude else frozenset()

    @property
    def coverable(self) -> frozenset[int]:
        """First lines of what coverage.py calls statements."""
        return self._counted[0]

    @property
    def excluded(self) -> frozenset[int]:
        """First lines of the statements that pragmas or configuration leave out."""
        return self._counted[1]

    def excluded_by(self, exclude: str) -> frozenset[int]:
        """What another regular expression would leave out."""
        return PythonSource(self._bytes, exclude).excluded

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.lines, self._spans, self.owners_by_line)

    def is_keyword(self, line: int) -> bool:
        """Whether a line is an `else:` or `finally:`, which head a block and are no statement."""
        return is_keyword(self._layout, line)

    @cached_property
    def _counted(self) -> tuple[frozenset[int], frozenset[int]]:
        with _refusing():
            code = compile(self.text, "<source>", "exec", dont_inherit=True)
        found = _lines_of_code(code)
        owners = self.owners_by_line
        excluded = excluded_lines(self._layout, self.pragmas, found) if self.pragmas else set()
        ignored = excluded | self.docstrings
        coverable = frozenset(owners[line] or line for line in found - ignored) - ignored
        return coverable, frozenset(excluded.intersection(owners))

    def owner(self, line: int) -> int:
        """The first line of the statement a line belongs to; 0 for none, or no such line."""
        return self.owners_by_line[line] if 0 < line < len(self.owners_by_line) else 0

    def has_branch(self, firsts: frozenset[int]) -> bool:
        """Whether one of these statements can be left in more than one direction."""
        owners = self.owners_by_line
        return any(
            isinstance(span[2], _BRANCHING) and owners[span[0]] in firsts for span in self._spans
        )

    def owners_in(self, ranges: Iterable[range]) -> frozenset[int]:
        """The first lines of all statements that a line of the ranges belongs to."""
        found: set[int] = set()
        for lines in ranges:
            found.update(self.owners_by_line[lines.start : lines.stop])
        return frozenset(found) - {0}

    def pragmas_on_keywords(self, lines: Iterable[int]) -> frozenset[int]:
        """The first statement below each of these lines that is an `else:` with a pragma."""
        owners = self.owners_by_line
        keywords = [line for line in lines if self.is_keyword(line)]
        return frozenset(
            next(filter(None, owners[line:]))
            for line in keywords
            # Nearly none has a comment, and searching the whole source takes its time.
            if "#" in self.lines[line - 1] and line in self.pragmas
        )

    def last_line(self, first: int) -> int:
        """The last line of the statement that starts on `first`."""
        last = first
        while self.owner(last + 1) == first:
            last += 1
        return last

    def owners(self, lines: Iterable[int]) -> frozenset[int]:
        """The first lines of all statements that the lines belong to."""
        return frozenset(map(self.owner, lines)) - {0}


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the compiler says into `UnparsableSource`."""
    try:
        with warnings.catch_warnings():
            # A changed file's own warnings are for its linter.
            warnings.simplefilter("ignore")
            yield
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        line = getattr(error, "lineno", None)
        said = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise UnparsableSource(f"line {line}: {said}" if line else said) from error


def _lines_of_code(code: CodeType) -> set[int]:
    """Every line that has byte code.

    Deferred annotations (Python 3.14) are left out, as coverage.py leaves them out.
    """
    found: set[int] = set()
    todo = [code]
    while todo:
        part = todo.pop()
        todo.extend(constant for constant in part.co_consts if isinstance(constant, CodeType))
        if part.co_name != "__annotate__":
            found.update(line for _, _, line in part.co_lines() if line)
    return found


def _logical_lines(spans: list[Span]) -> Iterator[Statement]:
    """Join what shares a physical line: `a; b`, `if x: y`."""
    last = 0
    group: list[Span] = []
    for span in spans:
        if group and span[0] > last:
            yield Statement(group[0][0], last, tuple(group))
            group = []
        group.append(span)
        last = max(last, span[1])
    if group:
        yield Statement(group[0][0], last, tuple(group))
