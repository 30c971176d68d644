"""Cases of every release, part one: the bytes inside a changed file."""

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import counts, coverage_of, missing, of_rule
from tests.support.repo import Repo
from tests.support.reports import lcov_missing

LINE_SEPARATOR = "\u2028"


def change(repo: Repo, old: str | bytes, new: str | bytes, misses: set[int]) -> GateResult:
    """The coverage of `m.py` when it goes from `old` to `new`, all covered but `misses`."""
    repo.commit({"m.py": old})
    repo.write({"m.py": new})
    lcov_missing(repo, {"m.py": misses})
    return coverage_of(repo, base="HEAD")


def test_a_missing_newline_at_the_end_shifts_no_line(repo: Repo) -> None:
    gate = change(repo, "a = 1\nb = 2", "a = 1\nb = 2\nc = 3", {3})
    assert missing(gate) == [("m.py", 3)]
    assert counts(gate, "coverable", "format_only") == (1, 1)


def test_the_last_line_of_an_untracked_file_counts_without_a_newline(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({"new.py": "a = 1\nb = 2", "one.py": "a = 1"})
    lcov_missing(repo, {"new.py": {2}, "one.py": {1}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("new.py", 2), ("one.py", 1)]
    assert counts(gate, "coverable") == (3,)


def test_a_newline_added_at_the_end_is_no_change_of_code(repo: Repo) -> None:
    gate = change(repo, "a = 1\nb = 2", "a = 1\nb = 2\n", {2})
    assert gate.outcome is Outcome.PASSED
    assert counts(gate, "coverable", "format_only") == (0, 1)


def test_a_file_with_crlf_is_judged_line_by_line(repo: Repo) -> None:
    gate = change(
        repo, "a = 1\r\nb = 2\r\nc = 3\r\n", "a = 1\r\nb = 3\r\nc = 3\r\nd = 4\r\n", {2, 3}
    )
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable") == (2,)


def test_another_kind_of_newline_is_no_change_of_code(repo: Repo) -> None:
    gate = change(repo, "a = 1\nb = 2\n", "a = 1\r\nb = 2\r\n", {2})
    assert gate.reason == "no-coverable-lines"
    assert counts(gate, "coverable", "format_only") == (0, 2)


def test_a_byte_order_mark_is_no_change_of_code(repo: Repo) -> None:
    gate = change(repo, "a = 1\nb = 2\n", "\ufeffa = 1\nb = 3\n", {1, 2})
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable", "format_only") == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        f'a = "one{LINE_SEPARATOR}line"',
        'a = "next\u0085line"',
        "\x0ca = 1",
        "a = 1  # form\x0cfeed",
        "a = 1  # \x1c \x1d \x1e \x0b",
    ],
    ids=["u+2028", "u+0085", "form feed before", "form feed within", "other separators"],
)
def test_what_only_some_call_a_line_break_shifts_no_line(repo: Repo, line: str) -> None:
    repo.commit({"m.py": f"{line}\n{line}\nb = 2\n"})
    repo.write({"m.py": f"{line}\n{line}\nb = 3\nc = 4\n"})
    # By hand: coverage.py 7.17 cannot analyse a first line that begins with a form feed.
    repo.lcov({"m.py": {1: 1, 2: 1, 3: 0, 4: 1}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("m.py", 3)]
    assert of_rule(gate, "coverage/uncovered")[0].source == "b = 3"
    assert counts(gate, "coverable") == (2,)


def test_such_a_line_break_shifts_no_header(repo: Repo) -> None:
    start = f'a = "{LINE_SEPARATOR}"\n'
    old = (
        f"{start}if (\n    a\n    and not a\n):\n    b = 2\nmatch a:\n    case 1:\n        c = 3\n"
    )
    gate = change(repo, old, old.replace("not a", "not  (a)").replace("case 1", "case 11"), {2, 8})
    assert missing(gate) == [("m.py", 8)]
    assert counts(gate, "coverable", "format_only") == (1, 1)


def test_such_a_line_break_shifts_no_line_of_a_source_with_pragmas(repo: Repo) -> None:
    start = f'a = "{LINE_SEPARATOR}"\n\x0c\nb = 2  # pragma: no cover\n'
    gate = change(repo, f"{start}c = 3\n", f"{start}c = 4\nd = 5  # pragma: no cover\n", {4})
    assert missing(gate) == [("m.py", 4)]
    assert [finding.line for finding in of_rule(gate, "coverage/excluded")] == [5]


def test_a_latin_1_source_is_read_by_its_coding_line(repo: Repo) -> None:
    head = b"# -*- coding: latin-1 -*-\n"
    gate = change(repo, head + b'a = "\xe9"\n', head + b'a = "\xe8"\nb = "\xff"\n', {3})
    assert missing(gate) == [("m.py", 3)]
    assert of_rule(gate, "coverage/uncovered")[0].source == 'b = "ÿ"'


def test_a_source_that_cannot_be_decoded_is_never_a_pass(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({"m.py": b'a = "\xe9"\n'})
    repo.lcov({"m.py": {1: 1}})
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "unparsable-source")


def test_a_lone_carriage_return_ends_a_line_for_python_not_for_git(repo: Repo) -> None:
    gate = change(repo, "a = 1\rb = 2\nc = 3\nd = 4\n", "a = 1\rb = 2\nc = 3\nd = 5\n", {3, 4})
    assert missing(gate) == [("m.py", 4)]


def test_every_python_line_inside_a_changed_line_of_git_counts(repo: Repo) -> None:
    gate = change(repo, "a = 1\rb = 2\nc = 3\n", "a = 1\rb = 3\nc = 3\n", {2, 3})
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable") == (2,)


def test_a_carriage_return_doubled_by_a_broken_tool_shifts_no_line(repo: Repo) -> None:
    gate = change(repo, "a = 1\r\r\nb = 2\r\r\n", "a = 1\r\r\nb = 3\r\r\n", {3})
    assert missing(gate) == [("m.py", 3)]
    assert counts(gate, "coverable") == (1,)


def test_an_empty_file_has_nothing_to_cover(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({"pkg/__init__.py": "", "other/__init__.py": ""})
    repo.git("add", "pkg")
    lcov_missing(repo, {"m.py": set()})
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "no-coverable-lines")


def test_a_file_that_was_empty_before_is_all_new(repo: Repo) -> None:
    gate = change(repo, "", "a = 1\nb = 2\n", {2})
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable") == (2,)


def test_deletions_leave_nothing_to_cover(repo: Repo) -> None:
    repo.commit({"gone.py": "a = 1\n"})
    repo.git("rm", "--quiet", "gone.py")
    gate = change(repo, "a = 1\nb = 2\nc = 3\n", "a = 1\nc = 3\n", {1, 2})
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "no-coverable-lines")
    assert counts(gate, "coverable", "format_only") == (0, 0)


def test_indenting_again_is_a_change_of_code(repo: Repo) -> None:
    old = "if a:\n    b()\nc()\n"
    new = "if a:\n    b()\n    c()\n"
    gate = change(repo, f"a = b = c = print\n{old}", f"a = b = c = print\n{new}", {4})
    assert missing(gate) == [("m.py", 4)]
