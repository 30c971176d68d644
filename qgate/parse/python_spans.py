"""A syntax tree to spans: which lines each statement, header and decorator takes up."""

import ast
from operator import itemgetter
from typing import Final

BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
COMPOUND: Final = frozenset(
    (
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
        *(ast.Try, ast.TryStar, ast.ExceptHandler, ast.Match, ast.match_case),
    )
)
_NOT_HEADER: Final = frozenset({*BLOCKS, "decorator_list"})
_FIRST_AND_LAST: Final = itemgetter(0, 1)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# First and last line, syntax, the span of the header around it, and the block it stands in.
Span = tuple[int, int, ast.AST, "Span | None", str]


def spans_of(tree: ast.Module, lines: list[str]) -> tuple[list[Span], list[range]]:
    """Every statement, header and decorator, by first line; and the lines of docstrings."""
    spans: list[Span] = []
    docstrings = []
    todo: list[tuple[ast.AST, Span | None]] = [(tree, None)]
    while todo:
        owner, parent = todo.pop()
        if isinstance(owner, _DOCUMENTED) and owner.body:
            match owner.body[0]:
                case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=last):
                    docstrings.append(range(first, (last or first) + 1))
        for block in BLOCKS:
            for child in getattr(owner, block, ()):
                if type(child) not in COMPOUND:
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


def is_same_header(one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes have the same syntax, positions, decorators and blocks aside.

    It ends at the first difference, unlike a comparison of `ast.dump`, which writes both down.
    """
    if type(one) is not type(other):
        return False
    left_out = _NOT_HEADER if type(one) in COMPOUND else frozenset()
    return all(
        name in left_out or _is_same(getattr(one, name, None), getattr(other, name, None))
        for name in one._fields
    )


def _is_same(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(
            _is_same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    # Of numbers, 0.0 and -0.0 are equal and not the same constant.
    return one == other and repr(one) == repr(other)
