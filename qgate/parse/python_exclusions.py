"""Which statements an exclusion pattern takes along.

The rules are those of coverage.py 7's `PythonParser`, worked out on the syntax tree instead of
on tokens; a test compares both over the standard library, with patterns of many kinds.
"""

import ast
import re
from dataclasses import dataclass
from typing import Final

from qgate.parse.python_spans import BLOCKS, COMPOUND, Span

_KEYWORDS: Final = ("else", "finally")


@dataclass(frozen=True, slots=True)
class Layout:
    """A source's lines, its spans, and for each line number the statement it belongs to."""

    lines: list[str]
    spans: list[Span]
    owners: list[int]


def matching_lines(pattern: str, text: str) -> frozenset[int]:
    """Every physical line that a match of the pattern touches."""
    lines: set[int] = set()
    line, position = 1, 0
    for match in re.finditer(pattern, text, re.MULTILINE):
        line += text.count("\n", position, match.start())
        lines.update(range(line, line + match[0].count("\n") + 1))
        position = match.start()
    return frozenset(lines)


def excluded_lines(layout: Layout, pragmas: frozenset[int], code_lines: set[int]) -> set[int]:
    """What the exclusion patterns take along, by the rules of coverage.py's parser.

    `pragmas` are the lines that a pattern matches, `code_lines` those with byte code.

    A pattern on a header excludes the block it heads, one on a decorator or signature the
    whole definition, and an irrefutable `case` goes with its body.
    """
    owners = layout.owners
    excluded = {owners[line] or line for line in pragmas}
    keywords = [line for line in pragmas if is_keyword(layout, line)]
    for span in layout.spans:
        for block in BLOCKS:
            children = getattr(span[2], block, ()) if type(span[2]) in COMPOUND else ()
            if not children:
                continue
            # `else:` and `finally:` stand on no statement, between two blocks.
            first, last = _first_line(children[0]), _last_line(children[-1])
            is_headed = owners[span[0]] in excluded and block in {"body", "cases"}
            if is_headed or any(_heads(layout, line, first) for line in keywords):
                excluded.update(owners[first : last + 1])
    for span in layout.spans:
        _exclude_with(span[2], excluded, code_lines)
    return excluded - {0}


def is_keyword(layout: Layout, line: int) -> bool:
    """Whether a line is an `else:` or `finally:`, which head a block and are no statement."""
    is_free = not layout.owners[line]
    return is_free and layout.lines[line - 1].lstrip().startswith(_KEYWORDS)


def _heads(layout: Layout, keyword: int, first: int) -> bool:
    """Whether nothing but comments stands between a keyword's line and a block's first."""
    return keyword < first and not any(layout.owners[keyword:first])


def _exclude_with(node: ast.AST, excluded: set[int], code_lines: set[int]) -> None:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            first = _first_line(node)
            if excluded.intersection(range(first, node.lineno + 1)):
                excluded.update(range(first, (node.end_lineno or first) + 1))
        case ast.match_case(guard=None, pattern=pattern) if _always_matches(pattern):
            body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
            run = code_lines.intersection(body)
            if run and run <= excluded:
                excluded.update(range(pattern.lineno, pattern.end_lineno + 1))


def _first_line(node: ast.AST) -> int:
    """Where a statement begins, its decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    lines: list[int] = [each.lineno for each in (node, *getattr(node, "decorator_list", ()))]
    return min(lines)


def _last_line(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        return _last_line(node.body[-1])
    last: int = getattr(node, "end_lineno", 0)
    return last


def _always_matches(pattern: ast.pattern) -> bool:
    """`case _:`, or a name alone: the `else` of a `match`."""
    while isinstance(pattern, ast.MatchOr):
        pattern = pattern.patterns[-1]
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None
