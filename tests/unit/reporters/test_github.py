"""Annotations: what GitHub keeps of a step, and its grammar."""

from collections import Counter
from dataclasses import replace

import pytest

from qgate.model.report import Level, Report
from qgate.reporters import github
from tests.support.report_samples import (
    AUDIT,
    COVERAGE,
    FAILED,
    LINT,
    NO_GATE,
    PASSED,
    WEAKENED,
    a_report,
    finding,
    large,
    miss,
)
from tests.unit.reporters.reading import Annotation, annotations


def of(report: Report) -> list[Annotation]:
    return annotations(github.render(report))


def test_a_command_is_written_as_the_runner_reads_it() -> None:
    gate = replace(LINT, findings=(miss("a,b:c%.py", 3),))
    assert github.render(a_report(gate)) == (
        "::error file=a%2Cb%3Ac%25.py,line=3,title=lint%3A coverage/uncovered"
        "::not covered by any test\n"
    )


def test_lines_of_a_message_stay() -> None:
    gate = replace(LINT, findings=(finding("lint/x", "one\r\ntwo 100 %", "a.py", 1),))
    assert "::one\\x0d%0Atwo 100 %25\n" in github.render(a_report(gate))


def test_adjacent_lines_that_say_the_same_are_one_range() -> None:
    places = [each.properties for each in of(FAILED) if each.message == "not covered by any test"]
    title = "coverage: coverage/uncovered"
    assert places == [
        {"file": "src/a.py", "line": "3", "endLine": "5", "title": title},
        {"file": "src/a.py", "line": "9", "title": title},
    ]


def test_ranges_that_overlap_are_one_and_other_messages_are_not() -> None:
    found = (
        finding("lint/x", "m", "a.py", 1, end_line=4),
        finding("lint/x", "m", "a.py", 2, end_line=3),
        finding("lint/x", "m", "a.py", 5, end_line=6),
        finding("lint/x", "n", "a.py", 7),
        finding("lint/x", "m", "b.py", 7),
    )
    places = [
        tuple(each.properties.get(key) for key in ("file", "line", "endLine"))
        for each in of(a_report(replace(LINT, findings=found)))
    ]
    assert places == [("a.py", "1", "6"), ("a.py", "7", None), ("b.py", "7", None)]


def test_a_column_is_said_of_one_finding_on_one_line() -> None:
    column = next(each.properties for each in of(FAILED) if "json" in each.message)
    assert (column["line"], column["col"]) == ("1", "8")


def test_what_could_not_be_judged_is_an_error_with_its_hint_and_comes_first() -> None:
    first = of(FAILED)[0]
    assert first == Annotation(
        "error", "pip-audit timed out [audit/timed-out]\nhint: run it again",
        {"title": "audit incomplete"},
    )  # fmt: skip
    assert sum("timed out" in each.message for each in of(FAILED)) == 1


def test_notices_of_policy_come_first_of_their_level() -> None:
    warnings = [each for each in of(FAILED) if each.level == "warning"]
    assert warnings[0].properties == {
        "file": ".qgate.yml",
        "line": "4",
        "title": "qgate: policy/weakened",
    }


def test_old_debt_is_not_annotated() -> None:
    assert not [each for each in of(FAILED) if "too long" in each.message]


def test_nothing_to_say_is_no_line() -> None:
    assert github.render(PASSED) == github.render(NO_GATE) == ""


@pytest.mark.parametrize("count", [9, 10, 11, 500])
@pytest.mark.parametrize("level", Level)
def test_ten_of_a_level_are_all_a_step_keeps(count: int, level: Level) -> None:
    found = tuple(finding("lint/x", f"m{n}", "a.py", 2 * n + 1, level=level) for n in range(count))
    made = of(a_report(replace(LINT, findings=found)))
    assert len(made) == min(count, 10)
    assert len({each.level for each in made}) == 1
    last = "m8" if count == 9 else f"and {count - 9} more; the summary and the report have all"
    assert made[-1].message == last


def test_the_rest_is_counted_in_findings_not_in_ranges() -> None:
    found = tuple(miss(f"{n}.py", line) for n in range(12) for line in (1, 2, 3, 7))
    made = of(a_report(replace(COVERAGE, findings=found)))
    # Nine ranges: four files and a half, with four findings each, less the last line of one.
    assert made[-1].message.startswith("and 29 more; ")


def test_what_blocks_goes_before_what_does_not_in_the_order_of_gates() -> None:
    soft = tuple(finding("lint/soft", f"m{n}", "a.py", 2 * n + 1) for n in range(20))
    hard = replace(COVERAGE, findings=(miss("z.py", 1),))
    made = of(a_report(replace(LINT, findings=soft), hard, replace(AUDIT, name="types")))
    assert [each.properties["title"] for each in made[:3]] == [
        "types incomplete",
        "coverage: coverage/uncovered",
        "lint: lint/soft",
    ]


def test_a_path_that_is_no_text_is_spelled() -> None:
    path = b"caf\xe9\n.py".decode("utf-8", "surrogateescape")
    made = of(a_report(replace(LINT, findings=(miss(path, 1),)), notices=(WEAKENED,)))
    assert made[0].properties["file"] == r"caf\xe9\x0a.py"


def test_a_large_report_keeps_every_level_to_ten() -> None:
    levels = Counter(each.level for each in of(large(4_000, text="\U0001f600 @x <&|`" * 20)))
    assert levels == {"error": 10, "warning": 10}


def test_a_long_message_is_cut() -> None:
    gate = replace(LINT, findings=(finding("lint/x", "y" * 70_000, "a.py", 1),))
    assert len(github.render(a_report(gate))) < 3_000
