"""From classified statements to one verdict, in whole numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.config.settings import CoverageSettings
from qgate.errors import Incomplete
from qgate.gates.coverage.judge import FileVerdict, Span
from qgate.gates.coverage.verdict import decide, percent
from qgate.model.coverage import Exits
from qgate.model.report import GateResult, Level, Outcome


def lines(count: int, start: int = 1) -> frozenset[int]:
    return frozenset(range(start, start + count))


def a_file(hits: int, misses: int, path: str = "a.py", **more: object) -> FileVerdict:
    return FileVerdict(
        path=path,
        hits=lines(hits),
        misses=lines(misses, start=10**7),
        spans=ANYWHERE,
        **more,  # type: ignore[arg-type]  # the other fields by name
    )


class _Anywhere(dict[int, Span]):
    def __missing__(self, line: int) -> Span:
        return Span(line, line, f"line {line}")


ANYWHERE = _Anywhere()


def decided(*files: FileVerdict, **settings: object) -> GateResult:
    return decide(files, CoverageSettings(**settings))  # type: ignore[arg-type]


@given(hits=st.integers(0, 10**6), misses=st.integers(0, 10**6), threshold=st.integers(0, 10000))
def test_the_shown_percentage_never_flatters(hits: int, misses: int, threshold: int) -> None:
    total = hits + misses
    shown = percent(Fraction(hits), total)
    if shown is None:
        assert not total
        return
    in_hundredths = round(shown * 100)
    assert in_hundredths * total <= hits * 10000 < (in_hundredths + 1) * total
    passes = Fraction(hits) * 100 >= Fraction(threshold, 100) * total
    assert passes == (in_hundredths >= threshold)


@pytest.mark.parametrize(
    ("hits", "misses", "outcome", "shown"),
    [
        (90, 10, Outcome.PASSED, 90.0),
        (8999, 1001, Outcome.FAILED, 89.99),
        (899999, 100001, Outcome.FAILED, 89.99),
        (1, 0, Outcome.PASSED, 100.0),
        (0, 1, Outcome.FAILED, 0.0),
    ],
)
def test_exactly_ninety_passes_and_less_fails(
    hits: int, misses: int, outcome: Outcome, shown: float
) -> None:
    gate = decided(a_file(hits, misses))
    assert (gate.outcome, gate.metrics["percent"]) == (outcome, shown)


def test_misses_block_only_a_change_that_fails() -> None:
    for gate, blocking, level in (
        (decided(a_file(1, 1)), True, Level.ERROR),
        (decided(a_file(99, 1)), False, Level.WARNING),
    ):
        (finding,) = gate.findings
        assert (finding.rule, finding.line, finding.blocking, finding.level) == (
            "coverage/uncovered",
            10**7,
            blocking,
            level,
        )


def test_the_file_with_most_misses_comes_first() -> None:
    gate = decided(a_file(0, 1, "a.py"), a_file(0, 3, "z.py"), a_file(0, 3, "b.py"))
    assert [finding.path for finding in gate.findings] == ["b.py"] * 3 + ["z.py"] * 3 + ["a.py"]


PARTIAL = a_file(2, 0, exits={1: Exits(1, 4)})


@pytest.mark.parametrize(
    ("partial", "covered", "outcome"),
    [("hit", 2, Outcome.PASSED), ("ratio", 1.25, Outcome.FAILED), ("miss", 1, Outcome.FAILED)],
)
def test_a_partial_statement_counts_as_the_settings_say(
    partial: str, covered: float, outcome: Outcome
) -> None:
    gate = decided(PARTIAL, partial=partial)
    assert (gate.metrics["covered"], gate.metrics["partial"]) == (covered, 1)
    assert gate.outcome is outcome
    assert [finding.rule for finding in gate.findings] == ["coverage/partial"]
    assert gate.findings[0].blocking is (outcome is Outcome.FAILED)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"max_missing": 0}, "too-many-missing"),
        ({"per_file_min": Fraction(60)}, "file-below-minimum"),
        ({"excluded_changed_max": 1}, "too-many-excluded"),
        ({"branch_min": Fraction(80)}, "branches-below-minimum"),
    ],
)
def test_each_further_demand_fails_by_its_name(settings: dict[str, object], reason: str) -> None:
    files = (
        a_file(98, 0, exits={1: Exits(1, 2)}, excluded=lines(2)),
        a_file(1, 1, "b.py"),
    )
    assert decided(*files).outcome is Outcome.PASSED
    gate = decided(*files, **settings)
    assert (gate.outcome, gate.reason) == (Outcome.FAILED, reason)
    assert gate.findings[0].rule == f"coverage/{reason}"
    assert gate.findings[0].blocking


def test_demands_that_are_just_met_pass() -> None:
    gate = decided(
        a_file(9, 1, exits={1: Exits(4, 5)}, excluded=lines(2)),
        max_missing=1,
        per_file_min=Fraction(90),
        excluded_changed_max=2,
        branch_min=Fraction(80),
    )
    assert gate.outcome is Outcome.PASSED


def test_branches_cannot_be_demanded_of_reports_without_any() -> None:
    with pytest.raises(Incomplete) as refused:
        decided(a_file(9, 1, lacks_branches=True), branch_min=Fraction(80))
    assert refused.value.reason == "no-branch-data"


def test_a_small_change_may_be_spared_the_percentage() -> None:
    assert decided(a_file(1, 3), min_statements=5).reason == "too-few-statements"
    assert decided(a_file(1, 4), min_statements=5).outcome is Outcome.FAILED
    assert decided(a_file(1, 3), min_statements=5, max_missing=2).reason == "too-many-missing"


def test_nothing_coverable_passes_if_every_file_is_known() -> None:
    assert decided(a_file(0, 0)).reason == "no-coverable-lines"
    assert decided().reason == "no-coverable-lines"


def test_nothing_coverable_in_a_file_no_report_knows_is_no_pass() -> None:
    with pytest.raises(Incomplete) as refused:
        decided(a_file(0, 0, unmeasured=True, has_statements=True))
    assert refused.value.reason == "unmeasured"


def test_a_file_without_any_statement_needs_no_report() -> None:
    gate = decided(a_file(0, 0, unmeasured=True, has_statements=False))
    assert gate.outcome is Outcome.PASSED


def test_neighbouring_exclusions_are_one_finding_and_a_new_pragma_is_named() -> None:
    gate = decided(a_file(9, 0, excluded=lines(3) | lines(1, 10), pragmas=frozenset({10})))
    assert [(each.line, each.end_line, each.message) for each in gate.findings] == [
        (1, 3, "3 statements excluded by configuration"),
        (10, 10, "excluded by a pragma that this change adds"),
    ]
