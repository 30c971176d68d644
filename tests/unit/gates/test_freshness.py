"""A report of another version of the file is never believed."""

import base64
import hashlib

import pytest

from qgate.gates.coverage import freshness
from qgate.model.coverage import FileCoverage
from qgate.parse.python_source import PythonSource

SOURCE = b"""\
import os

def f(x):
    # note
    return call(
        x,
    )

y = 1
"""
FRESH = frozenset({1, 3, 5, 9})


def against(
    executed: frozenset[int],
    missing: frozenset[int] | None = frozenset(),
    source: bytes = SOURCE,
    **more: object,
) -> str:
    coverage = FileCoverage(
        path="a.py",
        executed=executed,
        missing=missing,
        **more,  # type: ignore[arg-type]  # the other fields by name
    )
    return freshness.against_python(coverage, PythonSource(source))


def test_a_report_of_this_source_has_nothing_against_it() -> None:
    assert against(FRESH) == ""
    assert against(FRESH - {5}, frozenset({5})) == ""
    assert against(frozenset({1, 3}), None) == ""


@pytest.mark.parametrize(
    ("executed", "missing", "why"),
    [
        (FRESH | {12}, frozenset(), "it knows line 12, the file has 9"),
        (FRESH | {4}, frozenset(), "it knows a statement on line 4, where there is none"),
        (FRESH | {2}, None, "it knows a statement on line 2, where there is none"),
        (FRESH - {9}, frozenset(), "it does not know the statement on line 9"),
    ],
)
def test_what_speaks_against_a_report_is_named(
    executed: frozenset[int], missing: frozenset[int] | None, why: str
) -> None:
    assert against(executed, missing) == why


def test_an_excluded_statement_may_be_unknown() -> None:
    assert against(FRESH - {9}, excluded=frozenset({9})) == ""


@pytest.mark.parametrize(
    "source",
    [
        b"class A:\n    x: int\n    y = 1\n",
        b"class A:\n    pass\n    y = 1\n",
        b"if __debug__:\n    x = 1\ny = 1\n",
        b"while 0:\n    x = 1\ny = 1\n",
    ],
)
def test_what_another_interpreter_compiles_to_nothing_may_be_unknown(source: bytes) -> None:
    last = source.count(b"\n")
    known = frozenset({1, last}) if source.startswith(b"class") else frozenset({last})
    assert against(known, source=source) == ""


def test_the_line_of_an_else_may_be_known() -> None:
    source = b"if a:\n    x = 1\nelse:\n    x = 2\n"
    assert against(frozenset({1, 2, 3, 4}), source=source) == ""


def test_an_empty_module_may_have_run_its_first_line() -> None:
    assert against(frozenset({1}), None, source=b"") == ""


def digest(line: bytes) -> str:
    return base64.b64encode(hashlib.md5(line, usedforsecurity=False).digest()).decode()


def test_a_checksum_of_another_text_is_stale() -> None:
    good = digest(b"import os").rstrip("=")
    assert against(FRESH, checksums={1: good}) == ""
    bad = digest(b"import re")
    assert against(FRESH, checksums={1: bad}) == "line 1 had another text when it was measured"


def test_another_language_is_checked_by_length_and_checksum() -> None:
    text = b"let a = 1;\nlet b = 2;\n"
    known = FileCoverage(path="a.js", executed=frozenset({1, 2}))
    assert freshness.against_lines(known, text) == ""
    longer = FileCoverage(path="a.js", executed=frozenset({3}))
    assert freshness.against_lines(longer, text) == "it knows line 3, the file has 2"
