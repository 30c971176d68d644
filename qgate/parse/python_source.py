"""Python source to the statements that coverage can be about, and what each line belongs to.

A *statement* here is a logical line, as coverage.py counts: a simple statement with all its
physical lines, or the header of a compound one up to its colon; `a; b` and `if x: y` are one,
a decorator is one of its own. It is known by its first line.

Coverable statements and exclusions equal those of coverage.py's `PythonParser` (a test compares
them over the standard library). Only a source that an exclusion pattern matches is handed to
that parser itself: asking the compiler is several times faster than reading tokens.

Lines are Python's own: a lone carriage return ends one too (`from_git_lines` translates).
"""

import ast
import contextlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter
from types import CodeType
from typing import Final

from qgate.errors import QgateError

_BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
_NOT_HEADER: Final = frozenset({*_BLOCKS, "decorator_list"})
_BRANCHING: Final = (
    *(ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    *(ast.ExceptHandler, ast.Match, ast.match_case),
)
_COMPOUND: Final = frozenset(
    (
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
        *(ast.Try, ast.TryStar, ast.ExceptHandler, ast.Match, ast.match_case),
    )
)
_KEYWORDS: Final = ("else", "finally")
_FIRST_AND_LAST: Final = itemgetter(0, 1)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class UnparsableSource(QgateError):
    """The source is not Python that this interpreter can parse."""


# First and last line, syntax, the span of the header around it, and the block it stands in.
_Span = tuple[int, int, ast.AST, "_Span | None", str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A logical line: physical lines `first` to `last`, and what starts on it."""

    first: int
    last: int
    _spans: tuple[_Span, ...]

    def own_syntax(self) -> str:
        """The statement's syntax without positions; of a header, without what it heads."""
        return "\n".join(_header(span[2]) for span in self._spans)

    def syntax_in_place(self) -> str:
        """`own_syntax` together with the chain of headers that enclose it.

        Two statements of two versions are the same code exactly if these are equal: one that
        moved into another branch, or was indented, is another one.
        """
        parts = [self.own_syntax()]
        span = self._spans[0]
        while span[3] is not None:
            parts.append(f"{span[4]} of {_header(span[3][2])}")
            span = span[3]
        return "\n".join(parts)

    def headers(self) -> Iterator[ast.AST]:
        """The statement's own syntax, then the compound statements around it, outwards."""
        span: _Span | None = self._spans[0]
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
        self._exclude = exclude
        with _refusing():
            self._tree = ast.parse(self.text)
        self.lines = self.text.split("\n")
        self._spans, docstrings = _spans(self._tree, self.lines)
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
        return _matching_lines(self._exclude, self.text) if self._exclude else frozenset()

    @property
    def coverable(self) -> frozenset[int]:
        """First lines of what coverage.py calls statements."""
        return self._counted[0]

    @property
    def excluded(self) -> frozenset[int]:
        """First lines of the statements that pragmas or configuration leave out."""
        return self._counted[1]

    @cached_property
    def _counted(self) -> tuple[frozenset[int], frozenset[int]]:
        with _refusing():
            if self.pragmas:
                coverable, excluded = _asked_of_coverage(self.text, self._exclude)
                return coverable, excluded.intersection(self.owners_by_line)
            code = compile(self.text, "<source>", "exec", dont_inherit=True)
        found = _lines_of_code(code) - self.docstrings
        owners = self.owners_by_line
        return frozenset(owners[line] or line for line in found) - self.docstrings, frozenset()

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
        keywords = [
            line
            for line in lines
            if not owners[line] and self.lines[line - 1].lstrip().startswith(_KEYWORDS)
        ]
        return frozenset(
            next(filter(None, owners[line:])) for line in keywords if line in self.pragmas
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


def from_git_lines(source: bytes, ranges: Iterable[range]) -> list[range]:
    """The Python lines inside lines as git counts them: the same, without lone returns."""
    if b"\r" not in source or b"\r" not in source.replace(b"\r\n", b""):
        return list(ranges)
    starts = [0, 1]
    for text in source.split(b"\n"):
        starts.append(starts[-1] + 1 + text.removesuffix(b"\r").count(b"\r"))
    return [range(starts[lines.start], starts[lines.stop]) for lines in ranges]


def decode(source: bytes) -> str:
    """Text by its byte-order mark or coding line, every newline a line feed.

    Raises `UnparsableSource`.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UnparsableSource(f"cannot decode it: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Logical lines ------------------------------------------------------------------------------


def _spans(tree: ast.Module, lines: list[str]) -> tuple[list[_Span], list[range]]:
    """Every statement, header and decorator, by first line; and the lines of docstrings."""
    spans: list[_Span] = []
    docstrings = []
    todo: list[tuple[ast.AST, _Span | None]] = [(tree, None)]
    while todo:
        owner, parent = todo.pop()
        if isinstance(owner, _DOCUMENTED) and owner.body:
            match owner.body[0]:
                case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=last):
                    docstrings.append(range(first, (last or first) + 1))
        for block in _BLOCKS:
            for child in getattr(owner, block, ()):
                if type(child) not in _COMPOUND:
                    spans.append((child.lineno, child.end_lineno, child, parent, block))
                    continue
                for decorator in getattr(child, "decorator_list", ()):
                    place = (decorator.lineno, decorator.end_lineno)
                    spans.append((*place, decorator, parent, block))
                span = (*_header_lines(child, lines), child, parent, block)
                spans.append(span)
                todo.append((child, span))
    spans.sort(key=_FIRST_AND_LAST)
    return spans, docstrings


def _header_lines(node: ast.AST, lines: list[str]) -> tuple[int, int]:
    """First and last line of a compound statement's header, which ends at its colon."""
    body = getattr(node, "body", None)
    first = getattr(node, "lineno", 0)
    if (
        first
        and body
        and body[0].lineno == first + 1
        and not lines[first][: body[0].col_offset].strip()
    ):
        # Nearly every header: its block begins on the next line, and nothing stands before it.
        return first, first
    if isinstance(node, ast.match_case):
        first = node.pattern.lineno
        while not lines[first - 1].lstrip().startswith("case"):
            first -= 1
        start = (first, 0)
    else:
        start = (node.lineno, node.col_offset)  # type: ignore[attr-defined]  # all others have
    line, column = max(start, _last_position(node))
    # Behind the last expression stand only brackets, names and comments: no string, no colon
    # but the one that is looked for. Columns are counted in UTF-8 bytes.
    rest = lines[line - 1].encode()[column:].decode()
    while ":" not in rest.split("#", 1)[0] and line < len(lines):
        rest = lines[line]
        line += 1
    return start[0], line


def _last_position(node: ast.AST) -> tuple[int, int]:
    """Where the last expression of a header ends; (0, 0) if there is none."""
    last = (0, 0)
    for name in node._fields:
        if name in _NOT_HEADER:
            continue
        value = getattr(node, name, None)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, (ast.arguments, ast.withitem)):
                last = max(last, _last_position(child))
            elif isinstance(child, ast.AST):
                # Contexts and operators have no position.
                last = max(
                    last, (getattr(child, "end_lineno", 0), getattr(child, "end_col_offset", 0))
                )
    return last


def _logical_lines(spans: list[_Span]) -> Iterator[Statement]:
    """Join what shares a physical line: `a; b`, `if x: y`."""
    last = 0
    group: list[_Span] = []
    for span in spans:
        if group and span[0] > last:
            yield Statement(group[0][0], last, tuple(group))
            group = []
        group.append(span)
        last = max(last, span[1])
    if group:
        yield Statement(group[0][0], last, tuple(group))


def _header(syntax: ast.AST) -> str:
    """A node's syntax without positions, decorators and the blocks it heads."""
    if type(syntax) not in _COMPOUND:
        return ast.dump(syntax)
    fields = (
        f"{name}={_dump(getattr(syntax, name, None))}"
        for name in syntax._fields
        if name not in _NOT_HEADER
    )
    return f"{type(syntax).__name__}({', '.join(fields)})"


def _dump(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_dump, value))}]"
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)


# Coverable statements -----------------------------------------------------------------------


def _matching_lines(pattern: str, text: str) -> frozenset[int]:
    """Every physical line that a match of the pattern touches."""
    lines: set[int] = set()
    line, position = 1, 0
    for match in re.finditer(pattern, text, re.MULTILINE):
        line += text.count("\n", position, match.start())
        lines.update(range(line, line + match[0].count("\n") + 1))
        position = match.start()
    return frozenset(lines)


def _asked_of_coverage(text: str, exclude: str) -> tuple[frozenset[int], frozenset[int]]:
    """Statements and exclusions as coverage.py itself sees them."""
    from coverage.exceptions import NotPython  # noqa: PLC0415 - most sources need none of it
    from coverage.parser import PythonParser  # noqa: PLC0415

    parser = PythonParser(text=text, exclude=exclude)
    try:
        parser.parse_source()
    except NotPython as error:
        raise UnparsableSource(str(error)) from error
    return frozenset(parser.statements), frozenset(parser.excluded)


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
