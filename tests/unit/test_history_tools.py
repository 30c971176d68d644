"""The pure parts of tests/history/tools.py: matching by hand, and the reasons it refuses."""

from dataclasses import replace
from typing import Final

from tests.history.tool_reasons import (
    Edit,
    Edited,
    Facts,
    Found,
    Known,
    Reason,
    Said,
    classify,
    edits,
    explain,
    is_range_touched,
    is_touched,
    old_line,
    pair,
)

# Two lines inserted behind the first, the old fifth rewritten, the old seventh deleted.
DIFF: Final = b"@@ -1,0 +2,2 @@\n+@@ -9 +9 @@\n+b\n@@ -5 +7 @@\n-c\n+d\n@@ -7 +8,0 @@\n-e\n"
CHANGED: Final = {"a.py": Edited("old.py", edits(DIFF))}
ALIKE: Final = Facts(
    known=Known.SAME,
    said=Said.OLD,
    is_asked=True,
    is_per_file=False,
    is_changed=True,
    is_touched=False,
)


def found(line: int, message: str = "m", path: str = "a.py") -> Found:
    """A finding on one line."""
    return Found(path, line, "R", message, end_line=line)


def test_hunks_are_read_from_headers_only() -> None:
    assert edits(DIFF) == (
        Edit(range(2, 2), range(2, 4)),
        Edit(range(5, 6), range(7, 8)),
        Edit(range(7, 8), range(9, 9)),
    )


def test_an_unchanged_line_has_its_old_number_and_a_changed_one_none() -> None:
    changes = edits(DIFF)
    lines = [old_line(changes, line) for line in range(10)]
    assert lines == [0, 1, None, None, 2, 3, 4, None, 6, 8]


def test_a_range_is_touched_by_any_of_its_lines() -> None:
    changes = edits(DIFF)
    assert is_range_touched(changes, replace(found(5), end_line=7))
    assert not is_range_touched(changes, found(5))
    # A deletion leaves no line that could be touched.
    assert not is_range_touched(changes, replace(found(8), end_line=9))


def test_a_finding_is_touched_by_the_line_on_which_it_starts_alone() -> None:
    changes = edits(DIFF)
    assert is_touched(changes, replace(found(7), end_line=8))
    assert not is_touched(changes, replace(found(5), end_line=7))
    # The file as a whole has no line.
    assert not is_touched(changes, replace(found(0), end_line=9))


def test_a_finding_of_the_base_is_found_at_its_old_line_under_its_old_name() -> None:
    base = [found(4, path="old.py")]
    assert classify([found(6)], base, CHANGED) == [Known.SAME]
    assert classify([found(5)], base, CHANGED) == [Known.NEW]
    assert classify([replace(found(6), rule="S")], base, CHANGED) == [Known.NEW]
    assert classify([found(6)], [found(4)], CHANGED) == [Known.NEW]


def test_one_finding_of_the_base_accounts_for_one_of_the_head() -> None:
    assert classify([found(6), found(6)], [found(4, path="old.py")], CHANGED) == [
        Known.SAME,
        Known.NEW,
    ]


def test_line_numbers_in_a_message_do_not_matter_and_other_numbers_do() -> None:
    base = [found(4, "unused, see line 3 (5 > 4)", "old.py")]
    assert classify([found(6, "unused, see line 5 (5 > 4)")], base, CHANGED) == [Known.SAME]
    assert classify([found(6, "unused, see line 3 (6 > 4)")], base, CHANGED) == [Known.NEW]


def test_on_a_rewritten_line_the_old_finding_is_told_from_one_that_moved_there() -> None:
    assert classify([found(7)], [found(5, path="old.py")], CHANGED) == [Known.TOUCHED]
    assert classify([found(7)], [found(7, path="old.py")], CHANGED) == [Known.MOVED]
    assert classify([found(7)], [found(5, "n", "old.py")], CHANGED) == [Known.NEW]


def test_like_findings_are_paired_with_like_answers() -> None:
    known = [Known.NEW, Known.SAME]
    assert pair(known, [Said.NEW, Said.OLD]) == [(Known.SAME, Said.OLD), (Known.NEW, Said.NEW)]
    assert pair(known, [Said.NEW]) == [(Known.SAME, Said.NOTHING), (Known.NEW, Said.NEW)]


def test_equal_answers_agree() -> None:
    assert explain(ALIKE) is Reason.BOTH_OLD
    assert explain(replace(ALIKE, known=Known.NEW, said=Said.NEW)) is Reason.BOTH_NEW


def test_a_new_finding_that_qgate_calls_old_or_does_not_have_is_never_explained() -> None:
    for said in (Said.OLD, Said.NOTHING):
        for touched in (False, True):
            missed = replace(ALIKE, known=Known.NEW, said=said, is_touched=touched)
            assert explain(missed) is None
            assert explain(replace(missed, is_asked=False)) is None


def test_a_tool_for_single_files_is_not_asked_about_unchanged_ones() -> None:
    elsewhere = replace(ALIKE, said=Said.NOTHING, is_asked=False, is_per_file=True)
    assert explain(elsewhere) is Reason.NOT_ASKED
    assert explain(replace(elsewhere, known=Known.NEW)) is Reason.OTHER_FILE
    assert explain(replace(elsewhere, is_asked=True)) is None


def test_old_debt_may_block_only_where_it_was_touched_or_cannot_be_read() -> None:
    blocked = replace(ALIKE, said=Said.NEW)
    assert explain(blocked) is None
    assert explain(replace(blocked, is_touched=True, known=Known.TOUCHED)) is Reason.TOUCHED
    assert explain(replace(blocked, is_touched=True, known=Known.MOVED)) is Reason.MOVED
    # Its own line is not: whoever edited a later line of its range did not bring it in.
    assert explain(replace(blocked, is_range_touched=True)) is None
    assert explain(replace(ALIKE, is_range_touched=True)) is Reason.RANGE
    assert Reason.RANGE.is_agreement
    unreadable = replace(blocked, is_parse_error=True)
    assert explain(unreadable) is Reason.PARSE_ERROR
    assert explain(replace(unreadable, is_changed=False)) is None
