"""Which findings block, row by row of the table in the documentation."""

import signal
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.gates.tools.blocking import Change, is_loud, mark, mark_by_message, needs_base
from qgate.model.changes import ChangedFile, Hunk, Status
from qgate.model.tool import Blocks, ToolFinding

FILE: Final = "100644"
# Line 3 became lines 3 and 4; after line 10 of old (11 of new) two lines came in; one went at 20.
HUNKS: Final = (Hunk(3, 1, 3, 2), Hunk(10, 0, 12, 2), Hunk(20, 1, 22, 0))
ALL: Final = tuple(Blocks)


def changed(
    path: str = "a.py",
    *hunks: Hunk,
    old: str | None = None,
    status: Status = Status.MODIFIED,
) -> ChangedFile:
    return ChangedFile(
        path=path,
        old_path=path if old is None else old,
        status=status,
        old_mode=FILE,
        new_mode=FILE,
        hunks=hunks,
    )


MODIFIED: Final = changed("a.py", *HUNKS)
ADDED: Final = changed("new.py", Hunk(0, 0, 1, 5), status=Status.ADDED)
RENAMED: Final = changed("to.py", Hunk(3, 1, 3, 2), old="from.py", status=Status.RENAMED)
MOVED: Final = changed("moved.py", old="from.py", status=Status.RENAMED)
DELETED: Final = changed("gone.py", Hunk(1, 5, 0, 0), status=Status.DELETED)
CHANGE: Final = Change([MODIFIED, ADDED, RENAMED, DELETED])


def found(
    line: int = 0,
    *,
    path: str = "a.py",
    end: int = 0,
    rule: str = "F401",
    message: str = "unused",
    broken: bool = False,
) -> ToolFinding:
    return ToolFinding(
        path=path, rule=rule, message=message, line=line, end_line=end, is_parse_error=broken
    )


def is_new(
    finding: ToolFinding,
    blocks: Blocks,
    *base: ToolFinding,
    change: Change = CHANGE,
) -> bool:
    (marked,) = mark([finding], change, blocks, base)
    assert marked.finding is finding
    return marked.is_new


# What it is, the finding, and whether it blocks by changed-lines, new (base silent), all.
TABLE: Final = [
    ("on a changed line", found(3), (True, True, True)),
    ("on the last changed line", found(4), (True, True, True)),
    ("on an inserted line", found(13), (True, True, True)),
    ("just before the change", found(2), (False, True, True)),
    ("just behind the change", found(5), (False, True, True)),
    ("where lines went", found(22), (False, True, True)),
    ("its range ends in the change", found(1, end=3), (True, True, True)),
    ("its range begins in the change", found(4, end=9), (True, True, True)),
    ("its range goes around the change", found(1, end=9), (True, True, True)),
    ("its range lies between changes", found(5, end=11), (False, True, True)),
    ("an end before its line is no range", found(5, end=1), (False, True, True)),
    ("the file is broken elsewhere", found(9, broken=True), (True, True, True)),
    ("the file is broken as a whole", found(0, broken=True), (True, True, True)),
    ("an old file as a whole", found(0), (False, True, True)),
    ("a new file as a whole", found(0, path="new.py"), (True, True, True)),
    ("a new file's line", found(5, path="new.py"), (True, True, True)),
    ("a renamed file as a whole", found(0, path="to.py"), (False, True, True)),
    ("a renamed file's changed line", found(3, path="to.py"), (True, True, True)),
    ("a renamed file's other line", found(9, path="to.py"), (False, True, True)),
    ("a file that is not of the change", found(3, path="b.py"), (False, True, True)),
    ("another file that is broken", found(3, path="b.py", broken=True), (False, True, True)),
    ("a deleted file", found(3, path="gone.py"), (False, True, True)),
    ("a deleted file that was broken", found(3, path="gone.py", broken=True), (False, True, True)),
    ("no file at all", found(0, path=""), (False, True, True)),
]


@pytest.mark.parametrize(("what", "finding", "expected"), TABLE)
def test_what_blocks_if_the_base_was_silent(
    what: str, finding: ToolFinding, expected: tuple[bool, bool, bool]
) -> None:
    assert tuple(is_new(finding, blocks) for blocks in ALL) == expected, what


# The finding of the head, that of the base, and whether it is an older one.
MATCHES: Final = [
    ("the same line before the change", found(2), found(2), True),
    ("moved down by one", found(5), found(4), True),
    ("moved down by three", found(14), found(11), True),
    ("moved up again behind what went", found(24), found(22), True),
    ("the line number stayed and the line did not", found(5), found(5), False),
    ("another rule", found(2), found(2, rule="E501"), False),
    ("another message", found(2), found(2, message="other"), False),
    ("another file", found(2), found(2, path="b.py"), False),
    ("another column", found(2), replace(found(2), column=7), True),
    ("another end", found(5, end=6), found(4, end=4), True),
    ("another level", found(2), replace(found(2), level="note"), True),
    ("the file as a whole", found(0), found(0), True),
    ("a file that nobody touched", found(7, path="b.py"), found(7, path="b.py"), True),
    ("a renamed file", found(9, path="to.py"), found(8, path="from.py"), True),
    ("a renamed file as a whole", found(0, path="to.py"), found(0, path="from.py"), True),
    ("a renamed file by its new name", found(9, path="to.py"), found(8, path="to.py"), False),
    ("the change itself", found(3), found(3), False),
    ("no file at all", found(0, path=""), found(0, path=""), True),
    (
        "a line number in the message",
        found(5, message="redefinition of `x` from line 4"),
        found(4, message="redefinition of `x` from line 3"),
        True,
    ),
    (
        "a place in the message",
        found(5, message="see b.py:14:3"),
        found(4, message="see b.py:11:1"),
        True,
    ),
    (
        "several lines in the message",
        found(5, message="same as lines 14 and 15"),
        found(4, message="same as lines 11 and 12"),
        True,
    ),
    (
        "a range of lines in the message",
        found(5, message="same as lines 14-15"),
        found(4, message="same as lines 11-12"),
        True,
    ),
    (
        "a number in the message that is no line",
        found(5, message="takes 3 arguments"),
        found(4, message="takes 2 arguments"),
        False,
    ),
    (
        "a name with a number in the message",
        found(5, message="undefined name `line2`"),
        found(4, message="undefined name `line1`"),
        False,
    ),
]


@pytest.mark.parametrize(("what", "head", "base", "is_old"), MATCHES)
def test_what_is_an_older_finding(
    what: str,
    head: ToolFinding,
    base: ToolFinding,
    is_old: bool,  # noqa: FBT001
) -> None:
    assert is_new(head, Blocks.NEW, base) is not is_old, what


def test_of_several_alike_only_as_many_are_older_as_there_were() -> None:
    three = [found(2), found(2), found(2)]
    marks = [each.is_new for each in mark(three, CHANGE, Blocks.NEW, [found(2), found(2)])]
    assert marks == [False, False, True]


@given(st.integers(0, 5), st.integers(0, 5))
def test_new_are_as_many_as_there_are_more_than_before(now: int, before: int) -> None:
    marked = mark([found(2)] * now, CHANGE, Blocks.NEW, [found(2)] * before)
    assert sum(each.is_new for each in marked) == max(0, now - before)
    assert len(marked) == now


def test_a_finding_on_a_changed_line_takes_no_older_ones_place() -> None:
    marks = mark([found(3), found(2)], CHANGE, Blocks.NEW, [found(2)])
    assert [each.is_new for each in marks] == [True, False]


@given(
    st.lists(st.builds(found, st.integers(0, 30), path=st.sampled_from(("a.py", "b.py", "to.py")))),
    st.lists(st.builds(found, st.integers(0, 30), path=st.sampled_from(("a.py", "from.py")))),
    st.sampled_from(ALL),
)
def test_marking_drops_nothing_and_keeps_the_order(
    head: list[ToolFinding], base: list[ToolFinding], blocks: Blocks
) -> None:
    assert [each.finding for each in mark(head, CHANGE, blocks, base)] == head


def test_a_pure_rename_brings_nothing_in() -> None:
    change = Change([MOVED])
    old = [found(line, path="from.py") for line in (0, 1, 9)]
    new = [found(line, path="moved.py") for line in (0, 1, 9)]
    assert not any(each.is_new for each in mark(new, change, Blocks.NEW, old))
    assert not any(each.is_new for each in mark(new, change, Blocks.CHANGED_LINES, ()))


def test_a_new_file_under_an_old_ones_name_has_no_older_findings() -> None:
    change = Change([replace(ADDED, path="from.py", old_path="from.py"), RENAMED])
    assert is_new(found(2, path="from.py"), Blocks.NEW, found(2, path="from.py"), change=change)
    assert not is_new(found(2, path="to.py"), Blocks.NEW, found(2, path="from.py"), change=change)


def _too_long(*_: object) -> None:
    raise AssertionError("it takes as long as the range")


def test_a_range_without_an_end_costs_no_time() -> None:
    """A tool may give any number as the last line; counting to this one takes for ever."""
    far = Change([changed("a.py", Hunk(1, 1, 1, 1), Hunk(9, 0, 9, 0))])
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        assert not is_new(found(5, end=10**15), Blocks.CHANGED_LINES, change=far)
        assert is_new(found(1, end=10**15), Blocks.CHANGED_LINES, change=far)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("findings", "blocks", "expected"),
    [
        ([], Blocks.NEW, False),
        ([found(3)], Blocks.NEW, False),
        ([found(3), found(9)], Blocks.NEW, True),
        ([found(9, path="b.py")], Blocks.NEW, True),
        ([found(0)], Blocks.NEW, True),
        ([found(9)], Blocks.CHANGED_LINES, False),
        ([found(9)], Blocks.ALL, False),
    ],
)
def test_the_base_is_asked_only_if_the_answer_hangs_on_it(
    findings: list[ToolFinding],
    blocks: Blocks,
    expected: bool,  # noqa: FBT001
) -> None:
    assert needs_base(findings, CHANGE, blocks) is expected


def test_a_vulnerability_is_known_by_rule_and_message_wherever_it_stands() -> None:
    base = [found(3, rule="GHSA-1", message="jinja2 2.10")]
    head = [
        found(9, path="lock", rule="GHSA-1", message="jinja2 2.10"),
        found(3, rule="GHSA-2", message="jinja2 2.10"),
        found(3, rule="GHSA-1", message="jinja2 2.9"),
    ]
    assert [each.is_new for each in mark_by_message(head, base)] == [False, True, True]


@pytest.mark.parametrize(
    ("level", "least", "expected"),
    [
        ("error", "error", True),
        ("warning", "error", False),
        ("warning", "warning", True),
        ("note", "warning", False),
        ("note", "note", True),
        ("style", "error", True),
        ("", "error", True),
    ],
)
def test_a_level_that_nobody_knows_is_loud(
    level: str,
    least: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_loud(replace(found(1), level=level), least) is expected
