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
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Final

from qgate.errors import QgateError

_BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
_NOT_HEADER: Final = frozenset({*_BLOCKS, "decorator_list"})
_BRANCHING: Final = (
    *(ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    *(ast.ExceptHandler, ast.Match, ast.match_case),
)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class UnparsableSource(QgateError):
    """The source is not Python that this interpreter can parse."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A syntax node that starts a statement or decorates one, and the block it stands in."""

    syntax: ast.AST
    parent: "_Node | None"
    block: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A logical line: physical lines `first` to `last`, and the nodes that start on it."""

    first: int
    last: int
    nodes: tuple[_Node, ...]

    def own_syntax(self) -> str:
        """The statement's syntax without positions; of a header, without what it heads."""
        return "\n".join(_header(node.syntax) for node in self.nodes)

    def syntax_in_place(self) -> str:
        """`own_syntax` together with the chain of headers that enclose it.

        Two statements of two versions are the same code exactly if these are equal: one that
        moved into another branch, or was indented, is another one.
        """
        parts = [self.own_syntax()]
        node = self.nodes[0]
        while node.parent is not None:
            parts.append(f"{node.block} of {_header(node.parent.syntax)}")
            node = node.parent
        return "\n".join(parts)

    def headers(self) -> Iterator[ast.AST]:
        """The statement's own syntax, then the compound statements around it, outwards."""
        node: _Node | None = self.nodes[0]
        while node is not None:
            yield node.syntax
            node = node.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonSource:
    """One parsed source.

    - `statements`: every logical line, in order;
    - `coverable`: first lines of what coverage.py calls statements;
    - `excluded`: first lines that pragmas or configuration leave out;
    - `pragmas`: every line that an exclusion pattern matches;
    - `line_count`: physical lines.
    """

    statements: tuple[Statement, ...]
    coverable: frozenset[int]
    excluded: frozenset[int]
    pragmas: frozenset[int]
    line_count: int
    _owners: list[int] = field(repr=False)

    def owner(self, line: int) -> int:
        """The first line of the statement a line belongs to; 0 for none (blank, comment)."""
        return self._owners[line] if 0 < line < len(self._owners) else 0

    def has_branch(self, firsts: frozenset[int]) -> bool:
        """Whether one of these statements can be left in more than one direction."""
        return any(
            isinstance(node.syntax, _BRANCHING)
            for statement in self.statements
            if statement.first in firsts
            for node in statement.nodes
        )

    def owners(self, lines: Iterable[int]) -> frozenset[int]:
        """The first lines of all statements that the lines belong to."""
        return frozenset(map(self.owner, lines)) - {0}


def parse(source: bytes, *, exclude: str = "") -> PythonSource:
    """Parse a source. `exclude` is one regular expression, joined as coverage.py joins its own.

    Raises `UnparsableSource` for what this interpreter cannot decode or compile, and for
    nesting too deep for it.
    """
    text = decode(source)
    try:
        with warnings.catch_warnings():
            # A changed file's own warnings are for its linter.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            code = compile(text, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        line = getattr(error, "lineno", None)
        said = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise UnparsableSource(f"line {line}: {said}" if line else said) from error
    lines = text.split("\n")
    statements = tuple(_logical_lines(_spans(tree, lines)))
    owners = [0] * (len(lines) + 1)
    for statement in statements:
        owners[statement.first : statement.last + 1] = [statement.first] * (
            statement.last - statement.first + 1
        )
    pragmas = _matching_lines(exclude, text) if exclude else frozenset()
    if pragmas:
        coverable, excluded = _asked_of_coverage(text, exclude)
    else:
        coverable, excluded = _compiled_lines(tree, code, owners), frozenset()
    return PythonSource(
        statements=statements,
        coverable=coverable,
        excluded=excluded & frozenset(statement.first for statement in statements),
        pragmas=pragmas,
        line_count=len(lines) - (not lines[-1]),
        _owners=owners,
    )


def from_git_lines(source: bytes, lines: Iterable[int]) -> Iterator[int]:
    """The Python lines inside lines as git counts them: the same, without lone returns."""
    if b"\r" not in source.replace(b"\r\n", b""):
        yield from lines
        return
    starts = [1]
    for text in source.split(b"\n"):
        starts.append(starts[-1] + 1 + text.removesuffix(b"\r").count(b"\r"))
    for line in lines:
        yield from range(starts[line - 1], starts[line])


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


def _spans(tree: ast.Module, lines: list[str]) -> list[tuple[int, int, _Node]]:
    """First line, last line and node of every statement, header and decorator, by first line."""
    spans = []
    todo: list[tuple[ast.AST, _Node | None]] = [(tree, None)]
    while todo:
        owner, parent = todo.pop()
        for block in _BLOCKS:
            for child in getattr(owner, block, ()):
                node = _Node(child, parent, block)
                for decorator in getattr(child, "decorator_list", ()):
                    span = (decorator.lineno, decorator.end_lineno)
                    spans.append((*span, _Node(decorator, parent, block)))
                if hasattr(child, "body") or hasattr(child, "cases"):
                    spans.append((*_header_lines(child, lines), node))
                    todo.append((child, node))
                else:
                    spans.append((child.lineno, child.end_lineno, node))
    spans.sort(key=lambda span: span[:2])
    return spans


def _header_lines(node: ast.AST, lines: list[str]) -> tuple[int, int]:
    """First and last line of a compound statement's header, which ends at its colon."""
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


def _logical_lines(spans: list[tuple[int, int, _Node]]) -> Iterator[Statement]:
    """Join what shares a physical line: `a; b`, `if x: y`."""
    first = last = 0
    nodes: list[_Node] = []
    for start, end, node in spans:
        if nodes and start <= last:
            nodes.append(node)
            last = max(last, end)
            continue
        if nodes:
            yield Statement(first, last, tuple(nodes))
        first, last, nodes = start, end, [node]
    if nodes:
        yield Statement(first, last, tuple(nodes))


def _header(syntax: ast.AST) -> str:
    """A node's syntax without positions, decorators and the blocks it heads."""
    if not (hasattr(syntax, "body") or hasattr(syntax, "cases")) or isinstance(syntax, ast.expr):
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


def _compiled_lines(tree: ast.Module, code: CodeType, owners: list[int]) -> frozenset[int]:
    """First lines of the statements that have byte code and are no docstrings.

    Deferred annotations (Python 3.14) are left out, as coverage.py leaves them out.
    """
    found: set[int] = set()
    todo = [code]
    while todo:
        part = todo.pop()
        todo.extend(constant for constant in part.co_consts if isinstance(constant, CodeType))
        if part.co_name != "__annotate__":
            found.update(line for _, _, line in part.co_lines() if line)
    docstrings = _docstring_lines(tree)
    return frozenset(owners[line] or line for line in found - docstrings) - docstrings


def _docstring_lines(tree: ast.Module) -> frozenset[int]:
    lines: set[int] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for block in _BLOCKS:
            todo.extend(getattr(node, block, ()))
        if isinstance(node, _DOCUMENTED) and node.body:
            match node.body[0]:
                case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=last):
                    lines.update(range(first, (last or first) + 1))
    return frozenset(lines)
