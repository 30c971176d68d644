"""Cases of every release, part three: Python's syntax, and files left out by rule."""

from textwrap import dedent

import pytest

from qgate.model.report import GateResult, LeftOut, Outcome
from tests.support.check import counts, coverage_of, missing, of_rule
from tests.support.repo import Repo
from tests.support.reports import lcov_missing


def change(repo: Repo, source: str, before: str, after: str, *, misses: set[int]) -> GateResult:
    """The coverage of `m.py` with `after` for `before`, all covered but `misses`."""
    old = dedent(source).lstrip()
    new = old.replace(before, after, 1)
    assert new != old
    repo.commit({"m.py": old})
    repo.write({"m.py": new})
    lcov_missing(repo, {"m.py": misses})
    return coverage_of(repo, base="HEAD")


DECORATED = """
    def plain(function): return function
    fancy = plain
    @plain
    def f(
        a,
        b=1,
    ):
        return a + b
    """


def test_a_changed_decorator_is_a_statement_of_its_own(repo: Repo) -> None:
    gate = change(repo, DECORATED, "@plain", "@fancy", misses={3, 4, 8})
    assert missing(gate) == [("m.py", 3)]
    assert counts(gate, "coverable") == (1,)


def test_a_default_argument_on_its_own_line_belongs_to_the_definition(repo: Repo) -> None:
    gate = change(repo, DECORATED, "b=1", "b=2", misses={4})
    assert missing(gate) == [("m.py", 4)]
    assert counts(gate, "coverable") == (1,)


def test_a_covered_definition_with_another_default_is_a_hit(repo: Repo) -> None:
    gate = change(repo, DECORATED, "b=1", "b=2", misses={8})
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "covered")
    assert counts(gate, "covered", "coverable") == (1, 1)


TEXTS = '''
    """What this module
    is about."""
    a = """first
    second
    third"""
    b = 2
    '''


def test_a_line_of_a_multi_line_string_belongs_to_its_statement(repo: Repo) -> None:
    gate = change(repo, TEXTS, "second", "other", misses={3, 6})
    assert missing(gate) == [("m.py", 3)]
    assert of_rule(gate, "coverage/uncovered")[0].end_line == 5


@pytest.mark.parametrize("edit", [("is about", "is not about"), ("b = 2\n", "b = 2\n\n# Why.\n")])
def test_a_docstring_or_comment_has_nothing_to_cover(repo: Repo, edit: tuple[str, str]) -> None:
    gate = change(repo, TEXTS, *edit, misses={3, 6})
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "no-coverable-lines")


MATCH = """
    def f(x):
        match x:
            case 1:
                return "one"
            case [
                2,
                *_,
            ]:
                return "two"
            case _:
                return "many"
    """


def test_a_changed_case_is_a_statement(repo: Repo) -> None:
    gate = change(repo, MATCH, "case 1", "case 11", misses={3, 4})
    assert missing(gate) == [("m.py", 3)]


def test_a_line_of_a_pattern_belongs_to_its_case(repo: Repo) -> None:
    gate = change(repo, MATCH, "2,", "3,", misses={5, 9})
    assert missing(gate) == [("m.py", 5)]


def test_the_body_of_a_case_is_judged_by_itself(repo: Repo) -> None:
    gate = change(repo, MATCH, '"two"', '"2"', misses={9})
    assert missing(gate) == [("m.py", 9)]
    assert counts(gate, "coverable") == (1,)


def test_a_changed_subject_is_the_match_statement(repo: Repo) -> None:
    gate = change(repo, MATCH, "match x", "match +x", misses={2})
    assert missing(gate) == [("m.py", 2)]


GUARDED = """
    from typing import TYPE_CHECKING
    if TYPE_CHECKING:
        from pathlib import Path
    def f(p: "Path") -> int:
        return 1
    """


def test_an_added_pragma_hides_no_miss_but_is_named(repo: Repo) -> None:
    edit = ("return 1", "return 2  # pragma: no cover")
    gate = change(repo, GUARDED, *edit, misses=set())
    assert gate.reason == "no-coverable-lines"
    assert counts(gate, "excluded_changed") == (1,)
    (finding,) = of_rule(gate, "coverage/excluded")
    assert (finding.path, finding.line) == ("m.py", 5)
    assert "pragma" in finding.message


def test_a_budget_for_exclusions_can_be_set(repo: Repo) -> None:
    repo.commit({".qgate.yml": "gates:\n  coverage:\n    excluded_changed_max: 0\n"})
    edit = ("return 1", "return 2  # pragma: no cover")
    gate = change(repo, GUARDED, *edit, misses=set())
    assert (gate.outcome, gate.reason) == (Outcome.FAILED, "too-many-excluded")


def test_type_checking_imports_are_excluded_by_rule(repo: Repo) -> None:
    gate = change(repo, GUARDED, "import Path", "import Path, PurePath", misses=set())
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "no-coverable-lines")
    (finding,) = of_rule(gate, "coverage/excluded")
    assert (finding.line, "pragma" in finding.message) == (3, False)


def test_a_type_checking_block_does_not_hide_its_neighbours(repo: Repo) -> None:
    edit = ("import Path\n", "import Path, PurePath\na = 1\n")
    gate = change(repo, GUARDED, *edit, misses={4})
    assert missing(gate) == [("m.py", 4)]


STUBS = """
    class Reader:
        def read(self) -> int: ...
        def close(self) -> None:
            ...
    """


def test_dots_for_a_body_have_nothing_to_cover(repo: Repo) -> None:
    edit = ("    def close", "    def open(self) -> None:\n        ...\n    def close")
    gate = change(repo, STUBS, *edit, misses=set())
    assert (gate.outcome, missing(gate)) == (Outcome.PASSED, [])
    assert counts(gate, "covered", "coverable", "excluded_changed") == (0, 0, 2)


ONE_LINE = """
    def f(x):
        if x: return "some"
        return "none"
    """


def test_a_one_line_if_is_one_statement(repo: Repo) -> None:
    gate = change(repo, ONE_LINE, '"some"', '"any"', misses={2})
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable") == (1,)


def test_a_one_line_if_never_taken_is_partial_by_real_branch_data(repo: Repo) -> None:
    source = dedent(ONE_LINE).lstrip()
    repo.commit({"m.py": source})
    repo.write({"m.py": source.replace("some", "any") + "f(0)\n"})
    assert repo.measure("--branch", "m.py").code == 0
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.evidence) == (Outcome.PASSED, (".coverage (coverage.py data)",))
    # coverage.py sees no two exits on one line; the statement as a whole ran.
    assert counts(gate, "covered", "coverable") == (2, 2)


def test_real_branch_data_shows_a_header_left_one_way_only(repo: Repo) -> None:
    source = "def f(x):\n    if x:\n        x = 2\n    return x\n"
    repo.commit({"m.py": source})
    repo.write({"m.py": source.replace("if x", "if x > 0") + "f(1)\n"})
    assert repo.measure("--branch", "m.py").code == 0
    gate = coverage_of(repo, base="HEAD")
    (finding,) = of_rule(gate, "coverage/partial")
    assert (finding.line, finding.message.startswith("1 of 2 branch")) == (2, True)
    assert counts(gate, "covered", "coverable", "partial") == (2, 2, 1)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("api/user_pb2.py", "exclude: *_pb2.py"),
        ("conftest.py", "exclude: conftest.py"),
        ("pkg/conftest.py", "exclude: conftest.py"),
        ("tests/helper.py", "exclude: tests/"),
    ],
)
def test_generated_and_test_files_are_left_out_by_a_named_rule(
    repo: Repo, path: str, rule: str
) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({path: "a = 1\n", "m.py": "a = 2\n"})
    lcov_missing(repo, {"m.py": set()})
    gate = coverage_of(repo, base="HEAD")
    assert LeftOut(path=path, rule=rule) in gate.left_out
    assert counts(gate, "coverable") == (1,)


def test_a_change_cannot_leave_itself_out(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({"m.py": "a = 2\n", ".qgate.yml": "gates:\n  coverage:\n    exclude: ['*.py']\n"})
    lcov_missing(repo, {"m.py": {1}})
    assert missing(coverage_of(repo, base="HEAD")) == [("m.py", 1)]
