"""Statements that were there before: format-only and moved."""

import difflib
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.gates.coverage.earlier import added_runs, deleted_runs, format_only, moved
from qgate.model.changes import ChangedFile, Hunk, OldLines, Status
from qgate.parse.python_source import PythonSource


def diffed(
    old: str, new: str, path: str = "a.py"
) -> tuple[ChangedFile, PythonSource, PythonSource]:
    """The change from one text to another, and both versions."""
    before, after = textwrap.dedent(old), textwrap.dedent(new)
    hunks = []
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            olds, news = old_end - old_start, new_end - new_start
            # git puts an empty range on the line before the gap.
            hunks.append(Hunk(old_start + bool(olds), olds, new_start + bool(news), news))
    file = ChangedFile(
        path=path,
        old_path=path,
        status=Status.MODIFIED,
        old_mode="100644",
        new_mode="100644",
        hunks=tuple(hunks),
    )
    return file, PythonSource(before.encode()), PythonSource(after.encode())


def same(old: str, new: str) -> set[int]:
    file, before, after = diffed(old, new)
    return set(format_only(file, after, before))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x = f(a, b)\n", "x = f(\n    a,\n    b,\n)\n", {1}),
        ("x = f(\n    a,\n    b,\n)\n", "x = f(a, b)\n", {1}),
        ("x = 'a'\n", 'x = "a"\n', {1}),
        ("x = 1\n", "x = 1  # why\n", {1}),
        ("f(\n    a,\n)\n", "f(\n    # why\n    a,\n)\n", {1}),
        ("if (a):\n    x = 1\n", "if a:\n    x = 1\n", {1}),
        ("x = 1\n", "x = 2\n", set()),
        ("x = 1\n", "if a:\n    x = 1\n", set()),
        ("if a:\n    x = 1\n", "if a :\n    x = 1\n", {1}),
        ("if a:\n    x()\nelse:\n    y()\n", "if a:\n    y()\nelse:\n    x()\n", set()),
        ("a()\nb( )\n", "b()\na( )\n", {1}),
        ("x()\n", "x()\nx()\n", set()),
        ("@one\ndef f(): pass\n", "@two\ndef f( ): pass\n", {2}),
        ("def f(a):\n    return 1\n", "def f(a, b):\n    return 1\n", set()),
    ],
    ids=[
        "wrapped",
        "unwrapped",
        "quotes",
        "comment added",
        "comment inside a call",
        "brackets",
        "another value",
        "indented",
        "a header",
        "branches exchanged",
        "two exchanged",
        "doubled",
        "decorator",
        "signature",
    ],
)
def test_only_the_same_syntax_in_the_same_place_is_the_same(
    old: str, new: str, expected: set[int]
) -> None:
    assert same(old, new) == expected


BLOCK = "alpha = one()\nbeta = two()\ngamma = three()\n"


def moved_lines(old: str, new: str, target_old: str, target_new: str) -> set[int]:
    """What moved from one file into another."""
    source, before, _ = diffed(old, new, "source.py")
    target, _, after = diffed(target_old, target_new, "target.py")
    deleted = {run.digest: {run.place} for run in deleted_runs(source, before)}
    return set(moved(added_runs(target, after), deleted))


def test_three_statements_that_went_elsewhere_are_moved_whatever_their_indent() -> None:
    indented = textwrap.indent(BLOCK, "    ")
    new = f"def f():\n{indented}"
    assert moved_lines(f"{BLOCK}x = 1\n", "x = 1\n", "", new) == {2, 3, 4}


def test_two_statements_are_too_few_to_be_a_move() -> None:
    two = "alpha = one()\nbeta = two()\n"
    assert moved_lines(f"{two}x = 1\n", "x = 1\n", "", two) == set()


def test_statements_in_another_order_are_not_moved() -> None:
    other = "gamma = three()\nalpha = one()\nbeta = two()\n"
    assert moved_lines(f"{BLOCK}x = 1\n", "x = 1\n", "", other) == set()


def test_indenting_in_place_is_no_move() -> None:
    file, before, after = diffed(BLOCK, "if a:\n" + textwrap.indent(BLOCK, "    "))
    deleted = {run.digest: {run.place} for run in deleted_runs(file, before)}
    assert deleted
    assert moved(added_runs(file, after), deleted) == set()


LINES = st.lists(st.sampled_from("abc"), max_size=12)


@given(LINES, LINES)
def test_unchanged_lines_find_their_old_numbers(old: list[str], new: list[str]) -> None:
    file, _, _ = diffed("\n".join(old), "\n".join(new))
    before = OldLines(file.hunks)
    changed = set(file.changed_lines())
    for number, text in enumerate(new, 1):
        if number in changed:
            assert before(number) is None
        else:
            found = before(number)
            assert found is not None
            assert old[found - 1] == text
