"""The closed list of reasons in tests/history: what it accounts for, and what it refuses."""

from dataclasses import replace
from typing import Final

import pytest

from tests.history.measure import is_source
from tests.history.reasons import Class, Count, Facts, Reason, explain, is_diff, placed_syntax

# One changed line, the whole of a statement that ran, on which everybody agrees.
ALIKE: Final = Facts(
    line=3,
    first=3,
    known_first=3,
    theirs=Count.HIT,
    ours=Class.HIT,
    known=Count.HIT,
    first_theirs=Count.HIT,
)
# The second line of a statement that ran and whose first line did not change.
FURTHER: Final = replace(
    ALIKE,
    line=4,
    theirs=Count.NOT,
    first_theirs=Count.NOT,
    is_first_theirs=False,
)


def test_two_equal_answers_agree() -> None:
    assert explain(ALIKE) is Reason.BOTH_COVERED
    missing = replace(ALIKE, theirs=Count.MISS, ours=Class.MISS, known=Count.MISS)
    assert explain(missing) is Reason.BOTH_MISSING


def test_two_equal_answers_are_not_believed_against_coverage_itself() -> None:
    assert explain(replace(ALIKE, known=Count.MISS)) is None
    assert explain(replace(ALIKE, known_first=2)) is None


def test_opposite_answers_have_no_reason() -> None:
    assert explain(replace(ALIKE, theirs=Count.MISS)) is None


def test_a_continuation_line_belongs_to_the_statement_that_starts_above() -> None:
    assert explain(FURTHER) is Reason.CONTINUATION


def test_a_continuation_line_of_a_changed_first_line_is_agreement_if_both_count_it_alike() -> None:
    changed = replace(FURTHER, is_first_theirs=True, first_theirs=Count.HIT)
    assert explain(changed) is Reason.SAME_STATEMENT
    assert explain(replace(changed, first_theirs=Count.MISS)) is None
    assert explain(replace(changed, first_theirs=Count.NOT)) is None


def test_a_statement_that_starts_elsewhere_by_coverage_is_unexplained() -> None:
    assert explain(replace(FURTHER, known_first=4)) is None


def test_a_first_line_that_only_qgate_counts_is_unexplained() -> None:
    assert explain(replace(ALIKE, theirs=Count.NOT)) is None


def test_what_coverage_knows_as_a_statement_may_not_be_forgotten_by_both() -> None:
    forgotten = replace(ALIKE, theirs=Count.NOT, ours=Class.NOTHING)
    assert explain(forgotten) is None
    assert explain(replace(forgotten, known=Count.NOT)) is Reason.NEITHER


def test_format_only_needs_the_same_syntax_in_the_base() -> None:
    written_anew = replace(ALIKE, ours=Class.FORMAT_ONLY)
    assert explain(written_anew) is None
    assert explain(replace(written_anew, is_same_syntax=True)) is Reason.FORMAT_ONLY


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("exclude: tests/", Reason.LEFT_OUT),
        ("coverage.py's omit: */vendor/* (setup.cfg)", Reason.OUT_OF_SOURCE),
        ("no report measures files of this kind", None),
    ],
)
def test_a_file_left_out_needs_a_rule_that_may_leave_it_out(
    rule: str, reason: Reason | None
) -> None:
    assert explain(replace(ALIKE, ours=Class.LEFT_OUT, rule=rule)) is reason


def test_an_unmeasured_file_is_missing_and_nothing_else() -> None:
    unmeasured = replace(
        ALIKE, theirs=Count.NOT, ours=Class.MISS, known=Count.NOT, is_measured=False
    )
    assert explain(unmeasured) is Reason.UNMEASURED
    assert explain(replace(unmeasured, ours=Class.HIT)) is None


def test_an_exclusion_that_only_one_of_both_configurations_has_is_a_reason() -> None:
    brought = replace(
        ALIKE, theirs=Count.NOT, ours=Class.MISS, known=Count.NOT, known_excluded=True
    )
    assert explain(brought) is Reason.BASE_EXCLUSIONS
    dropped = replace(ALIKE, ours=Class.EXCLUDED)
    assert explain(dropped) is Reason.BASE_EXCLUSIONS
    assert explain(replace(dropped, known_excluded=True)) is None


def test_a_shared_name_excuses_the_xml_and_not_qgate() -> None:
    mixed_up = replace(ALIKE, theirs=Count.MISS, shares_name=True)
    assert explain(mixed_up) is Reason.SAME_NAME
    assert explain(replace(mixed_up, known=Count.MISS, theirs=Count.HIT)) is None


def test_other_changed_lines_need_two_diffs_that_are_both_right() -> None:
    only_theirs = replace(ALIKE, ours=Class.UNCHANGED)
    assert explain(only_theirs) is Reason.OTHER_DIFF
    assert explain(replace(only_theirs, ours_valid=False)) is None
    only_ours = replace(ALIKE, theirs=Count.NOT, is_theirs=False)
    assert explain(only_ours) is Reason.OTHER_DIFF


def test_a_wrong_diff_of_diff_cover_is_excused_by_the_no_newline_marker_only() -> None:
    shifted = replace(ALIKE, ours=Class.UNCHANGED, theirs_valid=False)
    assert explain(shifted) is None
    assert explain(replace(shifted, lacks_newline=True)) is Reason.NO_NEWLINE


def test_a_diff_is_right_if_the_unchanged_lines_are_the_base_s_in_order() -> None:
    old, new = [b"a", b"b", b"c"], [b"a", b"x", b"c", b"b"]
    assert is_diff(old, new, {2, 4})
    assert is_diff(old, new, {1, 2, 3, 4})
    assert not is_diff(old, new, {4})
    assert not is_diff(old, new, {2})


def test_syntax_is_equal_without_its_layout_and_with_its_headers() -> None:
    one = placed_syntax("if a:\n    f(1, 2)\n")
    assert one[2] == placed_syntax("if a:\n    f(\n        1, 2\n    )\n")[2]
    assert one[2] != placed_syntax("if b:\n    f(1, 2)\n")[2]
    assert one[2] != placed_syntax("if a:\n    pass\nelse:\n    f(1, 2)\n")[4]
    assert one[2] != placed_syntax("if a:\n    f(1, 3)\n")[2]


def test_decorators_and_cases_have_syntax_of_their_own() -> None:
    text = "@d\ndef f(): ...\nmatch x:\n    case 1:\n        pass\n"
    assert sorted(placed_syntax(text)) == [1, 2, 3, 4, 5]
    assert len(placed_syntax(text)[2]) == 2


def test_a_commit_counts_by_the_python_files_that_are_no_tests() -> None:
    assert is_source("src/pkg/core.py", "src")
    assert not is_source("docs/conf.py", "src")
    assert is_source("docs/conf.py")
    assert not is_source("src/pkg/tests/core.py")
    assert not is_source("test_core.py")
    assert not is_source("src/pkg/core.pyi")
