"""Waivers: their shape, until when they hold, and that a change cannot write its own."""

from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.config.load import load
from qgate.config.policy import judged_by
from qgate.config.settings import Settings
from qgate.config.waivers import Waiver
from qgate.errors import SettingsError

ONE: Final = "{rule: audit/GHSA-1, reason: unreachable, by: '@sre', until: 2027-01-31}"
OTHER: Final = "{rule: lint/F401, reason: soon gone, by: ann, until: 2026-12-24, path: a.py}"
FIRST: Final = Waiver(rule="audit/GHSA-1", reason="unreachable", by="@sre", until=date(2027, 1, 31))
SECOND: Final = Waiver(
    rule="lint/F401", reason="soon gone", by="ann", until=date(2026, 12, 24), path="a.py"
)


def settings(*waivers: str) -> Settings:
    return load(f"waivers: [{', '.join(waivers)}]").settings


def problem(text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(text)
    (found,) = refused.value.problems
    return found


def test_waivers_are_read_whole_and_in_order() -> None:
    assert settings(ONE, OTHER).waivers == (FIRST, SECOND)


@pytest.mark.parametrize("text", ["", "waivers:\n", "waivers: []\n"])
def test_there_need_be_none(text: str) -> None:
    assert load(text).settings.waivers == ()


@given(st.dates(), st.integers(-400, 400))
def test_a_waiver_holds_through_its_last_day(until: date, days: int) -> None:
    waiver = Waiver(rule="a/b", reason="r", by="b", until=until)
    try:
        today = until + timedelta(days=days)
    except OverflowError:
        return
    assert waiver.holds(today) is (days <= 0)


@pytest.mark.parametrize("name", ["rule", "reason", "by", "until"])
def test_a_waiver_without_a_field_is_refused_with_its_place(name: str) -> None:
    fields = {"rule": "a/b", "reason": "r", "by": "b", "until": "2027-01-31"}
    lines = [f"    {key}: {value}" for key, value in fields.items() if key != name]
    text = "waivers:\n  -\n" + "\n".join(lines)
    assert problem(text) == f".qgate.yml:3:5: waivers: a waiver needs {name}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waivers: 3", "1:10: waivers: expected a list of waivers"),
        ("waivers: {rule: a/b}", "1:10: waivers: expected a list of waivers"),
        ("waivers: [x]", "1:11: waivers: expected a mapping, found 'x'"),
        (
            f"waivers:\n- {ONE[:-1]}, untill: 3}}",
            "waivers: a waiver has no 'untill'; did you mean \"until\"?",
        ),
        (f"waivers:\n- {ONE[:-1]}, zzz: 3}}", "waivers: a waiver has no 'zzz'"),
        (f"waivers:\n- {ONE[:-1]}, rule: a/b}}", "the key 'rule' a second time"),
        (f"waivers:\n- {ONE[:-1]}, path: ''}}", "expected text, found ''"),
        (f"waivers:\n- {ONE[:-1]}, path: 3}}", "expected text, found 3"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize(
    "rule", ["GHSA-1", "''", "3", "'a b'", "'*'", "null", "[a/b]", "lint/", "/F401"]
)
def test_a_rule_is_one_rule_of_one_gate(rule: str) -> None:
    assert ".qgate.yml:1:" in problem(
        f"waivers: [{{rule: {rule}, reason: r, by: b, until: 2027-01-31}}]"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "audit/GHSA-xxxx-xxxx-xxxx",
        "lint/F401",
        "types/no-untyped-def",
        "lint/@typescript-eslint/no-explicit-any",
        "lint/plugin:rule",
        "audit/not-audited:left-pad",
        # These are what the hint of a dependency without an answer says to write.
        "audit/not-audited:jinja2 2.10",
        "audit/not-audited:pkg 1!2.0+local~1",
        "tools/not-judged:docs/my file.py",
    ],
)
def test_every_rule_that_qgate_utters_can_be_waived(rule: str) -> None:
    text = ONE.replace("audit/GHSA-1", f"'{rule}'")
    assert settings(text).waivers[0].rule == rule


@pytest.mark.parametrize(
    "day",
    [
        "2027-02-30",
        "31.01.2027",
        "tomorrow",
        "2027-1-31",
        "never",
        "null",
        "3",
        "true",
        "[a]",
        "{}",
    ],
)
def test_a_day_is_a_day_of_the_calendar(day: str) -> None:
    found = problem(f"waivers: [{{rule: a/b, reason: r, by: b, until: {day}}}]")
    assert "expected a day such as 2027-01-31" in found


@pytest.mark.parametrize("day", ["20270131", "2027-W04-7", "2027W047"])
def test_a_day_is_written_in_one_way_only(day: str) -> None:
    """What the schema for editors refuses, and what people misread."""
    found = problem(f"waivers: [{{rule: a/b, reason: r, by: b, until: {day}}}]")
    assert "expected a day such as 2027-01-31" in found


def judged(base: tuple[str, ...], head: tuple[str, ...], **environ: str) -> tuple[Waiver, ...]:
    text = f"waivers: [{', '.join(head)}]"
    holding, _ = judged_by(settings(*base), load(text, environ=environ))
    return holding.waivers


def test_a_change_cannot_add_its_own_waiver() -> None:
    assert judged((), (ONE,)) == ()
    assert judged((OTHER,), (OTHER, ONE)) == (SECOND,)


def test_a_waiver_that_is_taken_away_no_longer_counts_at_once() -> None:
    assert judged((ONE, OTHER), (OTHER,)) == (SECOND,)
    assert judged((ONE,), ()) == ()


@pytest.mark.parametrize(
    "longer",
    [
        ONE.replace("2027-01-31", "2028-01-31"),
        ONE.replace("audit/GHSA-1", "audit/GHSA-2"),
        OTHER.replace(", path: a.py", ""),
        OTHER.replace("a.py", "b.py"),
    ],
)
def test_a_change_cannot_widen_a_waiver(longer: str) -> None:
    assert judged((ONE, OTHER), (longer,)) == ()


def test_what_both_have_holds_in_whatever_order_and_is_nothing_to_tell() -> None:
    assert judged((ONE, OTHER), (OTHER, ONE)) == (SECOND, FIRST)
    _, weakened = judged_by(settings(ONE), load(f"waivers: [{ONE}]"))
    assert weakened == ()


def test_a_waiver_of_the_changes_own_is_told() -> None:
    _, (weakened,) = judged_by(Settings(), load(f"waivers: [{ONE}]"))
    assert weakened.key == "waivers"
    assert weakened.place == ".qgate.yml:1:1"
    assert weakened.message == "this change sets waivers; judged by what holds at its base"


def test_a_person_at_the_command_line_may_waive() -> None:
    assert judged((), (), QGATE_WAIVERS=f"[{ONE}]") == (FIRST,)
