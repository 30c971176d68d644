"""Statements of a Python source, with coverage.py's own parser as the oracle."""

import ast
import sysconfig
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from coverage.config import DEFAULT_EXCLUDE
from coverage.misc import join_regex
from coverage.parser import PythonParser

from qgate.parse import python_text
from qgate.parse.python_source import PythonSource, Statement
from qgate.parse.python_text import UnparsableSource

EXCLUDE = join_regex(DEFAULT_EXCLUDE)
STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
# A spread over the library: every ninth top-level module and one package of odd syntax.
PATTERNS = [
    *("", EXCLUDE, r"else:", r"finally:|try:", r"^\s*@", r"def __", r"if .*:\n\s+return"),
    *(r"except", r"#", r"class |lambda", r"self\._", r"with |for |while "),
]
MODULES = [
    *sorted(STANDARD_LIBRARY.glob("[a-z]*.py"))[::12],
    *sorted(STANDARD_LIBRARY.glob("asyncio/*.py"))[::5],
]
# Every pattern meets a third of the modules, and every module a third of the patterns.
PAIRS = [
    pytest.param(module, exclude, id=f"{module.name}-{exclude}")
    for row, module in enumerate(MODULES)
    for column, exclude in enumerate(PATTERNS)
    if (row + column) % 3 == 0
]


def parsed(text: str, *, exclude: str = "") -> PythonSource:
    return PythonSource(textwrap.dedent(text).encode(), exclude)


@pytest.mark.parametrize(("module", "exclude"), PAIRS)
def test_statements_and_owners_are_those_of_coverage_py(module: Path, exclude: str) -> None:
    data = module.read_bytes()
    text = python_text.decode(data)
    theirs = PythonParser(text=text, exclude=exclude or None)
    theirs.parse_source()
    ours = PythonSource(data, exclude)
    assert ours.coverable == theirs.statements
    assert ours.excluded == theirs.excluded.intersection(ours.owners_by_line) - {0}
    owners = {line: ours.owner(line) for line in theirs.multiline_map if ours.owner(line)}
    assert owners == {line: theirs.multiline_map[line] for line in owners}


def test_the_oracle_sees_sources_with_and_without_exclusions() -> None:
    sources = [PythonSource(module.read_bytes(), EXCLUDE) for module in MODULES]
    assert any(source.excluded for source in sources)
    assert any(not source.pragmas for source in sources)


CALL = """\
def f(a, b):
    return call(
        a,
        b,  # why
    )
"""


def test_every_line_of_a_call_belongs_to_its_first() -> None:
    source = parsed(CALL)
    assert [source.owner(line) for line in range(1, 7)] == [1, 2, 2, 2, 2, 0]


HEADERS = {
    "def": "def f(\n    a,\n    b=1,  # :\n) -> int:\n    return a\n",
    "def without arguments": "def f(\n):\n    return 1\n",
    "class": "class A(\n    B,\n    metaclass=M,\n):\n    x = 1\n",
    "if": "if (\n    a\n    and b\n):\n    x = 1\n",
    "with": "with (\n    a as b,\n    c as d,\n):\n    x = 1\n",
    "except": "try:\n    x = 1\nexcept (\n    A,\n    B,\n) as e:\n    y = 1\n",
    "case": "match x:\n    case (\n        A()\n        | B()\n    ):\n        y = 1\n",
    "backslash": "if a and \\\n   b:\n    x = 1\n",
    "non-ASCII": "def f(\n    ä='ö:',\n    ü=': #',\n):\n    return ä\n",
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_reaches_to_its_colon_and_no_further(text: str) -> None:
    theirs = PythonParser(text=text)
    theirs.parse_source()
    ours = PythonSource(text.encode())
    lines = range(1, text.count("\n") + 1)
    assert ours.coverable == theirs.statements
    assert {line: ours.owner(line) for line in theirs.multiline_map} == theirs.multiline_map
    assert all(ours.owner(line) for line in lines if text.split("\n")[line - 1] != "try:")


def test_what_shares_a_line_is_one_statement() -> None:
    source = parsed("a = 1; b = (\n  2)\nif a: b = 3\n")
    assert [(each.first, each.last) for each in source.statements] == [(1, 2), (3, 3)]


def test_a_decorator_is_a_statement_of_its_own() -> None:
    source = parsed("@first(\n    1\n)\n@second\ndef f():\n    pass\n")
    assert [each.first for each in source.statements] == [1, 4, 5, 6]


def test_blank_lines_comments_and_else_belong_to_nothing() -> None:
    source = parsed("if a:\n    x = 1\n# note\n\nelse:\n    x = 2\n")
    assert [source.owner(line) for line in (3, 4, 5)] == [0, 0, 0]


def test_a_docstring_is_not_coverable() -> None:
    assert parsed('"""One\ntwo."""\nx = 1\n').coverable == {3}


def test_line_breaks_inside_a_line_do_not_count() -> None:
    source = PythonSource("x = 1\n\f\ny = '\u2028'\nz = 3\n".encode())
    assert source.coverable == {1, 3, 4}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbfx = 1\r\ny = 2\r\n", {1, 2}),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", {2}),
        (b"x = 1", {1}),
        (b"", set()),
        (b"# only a comment\n", set()),
    ],
    ids=["BOM and CRLF", "latin-1", "no newline", "empty", "comment"],
)
def test_any_encoding_and_ending_of_python_is_read(data: bytes, expected: set[int]) -> None:
    assert PythonSource(data).coverable == expected


@pytest.mark.parametrize(
    "data",
    [
        b"def f(:\n",
        b"x = '\xff'\n",
        b"# -*- coding: no-such -*-\n",
        b"x = 1\0\n",
        b"(" * 1000 + b")" * 1000,
        b"x = " + b"-" * 100_000 + b"1",
    ],
    ids=["syntax", "not UTF-8", "encoding", "NUL", "brackets", "nesting"],
)
def test_what_is_not_python_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnparsableSource):
        PythonSource(data)


def test_a_lone_return_ends_a_line_for_python_and_not_for_git() -> None:
    data = b"a = 1\rb = 2\r\nc = 3\nd = 4\re = 5\n"
    assert PythonSource(data).coverable == {1, 2, 3, 4, 5}
    ranges = [range(1, 2), range(3, 4)]
    assert python_text.from_git_lines(data, ranges) == [range(1, 3), range(4, 6)]
    assert python_text.from_git_lines(data.replace(b"\r", b""), ranges) == ranges


def test_a_pragma_excludes_what_it_heads() -> None:
    source = parsed(
        """\
        def f():  # pragma: no cover
            x = 1
            return x
        y = 1
        """,
        exclude=EXCLUDE,
    )
    assert source.coverable == {4}
    assert source.excluded == {1, 2, 3}
    assert source.pragmas == {1}


def test_a_pattern_may_span_lines() -> None:
    source = parsed("x = 1\nif a:\n    stop()\ny = 1\n", exclude=r"if a:\n\s+stop")
    assert source.excluded == {2, 3}
    assert source.pragmas == {2, 3}


def last(text: str) -> Statement:
    return parsed(text).statements[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = f('a', 16)\n", 'x = f(\n    "a",\n    0x10,\n)\n'),
        ("if (a):\n    x()\n", "if a:\n    x( )\n"),
        ("@d\ndef f(): x()\n", "@e\ndef f(): x( )\n"),
    ],
)
def test_spelling_does_not_change_the_code(one: str, other: str) -> None:
    assert last(one).is_same_in_place(last(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("if a:\n    x()\n", "if b:\n    x()\n"),
        ("if a:\n    x()\n", "if a:\n    y()\nelse:\n    x()\n"),
        ("x()\n", "if a:\n    x()\n"),
        ("if a:\n    x()\n", "x()\n"),
        ("while a:\n    x()\n", "if a:\n    x()\n"),
        ("def f(a):\n    x()\n", "def f(b):\n    x()\n"),
    ],
)
def test_the_same_code_in_another_place_is_another(one: str, other: str) -> None:
    assert last(one).is_same_code(last(other))
    assert not last(one).is_same_in_place(last(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1\n", "x = 1.0\n"),
        ("x = 1\n", "x = True\n"),
        ("x = 0.0\n", "x = -0.0\n"),
        ("x = 'a'\n", "x = b'a'\n"),
        ("x = f(a)\n", "x = f(a, b)\n"),
        ("x = a\n", "x == a\n"),
        ("x; y\n", "x\n"),
        ("async def f(): pass\n", "def f(): pass\n"),
        ("x = [a for a in b]\n", "x = [a async for a in b]\n"),
        ("return_ = a + b\n", "return_ = a - b\n"),
        ("global x\n", "global y\n"),
        ("from a import b\n", "from .a import b\n"),
    ],
)
def test_other_code_is_another(one: str, other: str) -> None:
    assert not last(one).is_same_code(last(other))


@pytest.mark.parametrize("module", MODULES[::3], ids=lambda path: path.name)
def test_same_code_is_what_ast_dump_says(module: Path) -> None:
    """The oracle is `ast.dump`, over all neighbours and every third pair."""
    statements = [
        each for each in parsed(module.read_text("utf-8")).statements if len(each.nodes) == 1
    ][:400]
    for one, other in [*pairwise(statements), *zip(statements, statements[3:], strict=False)]:
        (mine,), (theirs,) = one.nodes, other.nodes
        if not hasattr(mine, "body") and not hasattr(theirs, "body"):
            assert one.is_same_code(other) == (ast.dump(mine) == ast.dump(theirs))


MATCHES = """\
match x:
    case 1:
        a()
    case [y, *_] if y:
        b()
"""
CATCH_ALL = ["A(x=1) | _", "z", "(A() as b)", "_ if y", "[*_]"]


@pytest.mark.parametrize("exclude", ["raise", "never", "case 1", "b()", "match"])
@pytest.mark.parametrize("last", CATCH_ALL)
def test_cases_are_excluded_as_coverage_py_does(exclude: str, last: str) -> None:
    text = f"{MATCHES}    case {last}:  # never\n        raise E\n"
    theirs = PythonParser(text=text, exclude=exclude)
    theirs.parse_source()
    ours = PythonSource(text.encode(), exclude)
    assert ours.coverable == theirs.statements
    assert ours.excluded == theirs.excluded.intersection(ours.owners_by_line) - {0}
