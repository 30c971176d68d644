"""The table of severities: what ships, what answers imply, and what is refused."""

import re
from datetime import timedelta

import pytest

from qgate.documents.incident import declaring, severity, times
from qgate.errors import SettingsError, UsageError
from tests.support.repo import ROOT

OWN = """\
severities:
  SEV1:
    label: bad
    respond_within: 10 minutes
    post_mortem_within: 24 hours
    criteria:
      broken: It is broken.
  SEV2:
    label: less bad
    respond_within: 2 hours
    criteria:
      odd: It is odd.
phases:
  first:
    label: First
    from: 0 minutes
    to: 10 minutes
    items:
      look: Look at it.
      tell:
        text: Tell others.
        only: [SEV1]
"""
TABLE = severity.shipped()
PAGE = (ROOT / "docs/reference/incidents.md").read_text("utf-8")


def read(text: str) -> severity.Table:
    return severity.read(text.encode(), "own.yml")


def test_the_numbers_of_the_table_that_ships() -> None:
    minutes = {each.name: each.respond_within // timedelta(minutes=1) for each in TABLE.severities}
    assert minutes == {"P0": 15, "P1": 60, "P2": 240, "P3": 1440}
    hours = {each.name: each.post_mortem_within for each in TABLE.severities}
    assert hours == {"P0": timedelta(hours=48), "P1": timedelta(hours=48), "P2": None, "P3": None}
    limits = {each.key: (each.begins, each.ends) for each in TABLE.phases}
    assert limits == {
        "immediate": (timedelta(), timedelta(minutes=15)),
        "investigation": (timedelta(minutes=15), timedelta(hours=4)),
        "resolution": (None, None),
        "follow-up": (timedelta(hours=24), timedelta(hours=48)),
    }


def test_every_severity_has_four_criteria_and_every_phase_four_items() -> None:
    assert [len(each.criteria) for each in TABLE.severities] == [4, 4, 4, 4]
    assert [len(each.items) for each in TABLE.phases] == [4, 4, 4, 4]
    assert "$10k an hour" in TABLE.severities[0].criteria["costly"]


def test_the_post_mortem_is_an_item_of_grave_severities_only() -> None:
    assert "follow-up/post-mortem" in TABLE.items("P1")
    assert "follow-up/post-mortem" not in TABLE.items("P2")
    assert len(TABLE.items("P2")) == 15


@pytest.mark.parametrize("answer", [*TABLE.criteria()])
def test_each_criterion_implies_the_severity_that_it_stands_under(answer: str) -> None:
    row = TABLE.implied([answer])
    assert row is not None
    assert answer in row.criteria


def test_of_several_answers_the_gravest_counts() -> None:
    row = TABLE.implied(["cosmetic", "data-breach", "degraded"])
    assert row is not None
    assert row.name == "P0"
    assert TABLE.implied(["no-such-thing"]) is None


def test_the_severity_is_chosen_from_the_answers() -> None:
    assert declaring.chosen(TABLE, None, ("some-slow", "degraded"), "").name == "P1"


def test_a_higher_severity_than_the_answers_imply_is_taken() -> None:
    assert declaring.chosen(TABLE, "P0", ("cosmetic",), "").name == "P0"


def test_a_lower_severity_is_refused_unless_somebody_is_named() -> None:
    with pytest.raises(UsageError, match=r"outage makes it P0, not P2"):
        declaring.chosen(TABLE, "P2", ("cosmetic", "outage"), "")
    assert declaring.chosen(TABLE, "P2", ("outage",), "Ada").name == "P2"


@pytest.mark.parametrize(
    ("named", "answers", "said"),
    [(None, (), "nothing says"), ("P9", (), "no severity 'P9'"), (None, ("x",), "no criterion")],
)
def test_words_that_the_table_does_not_have_are_refused(
    named: str | None, answers: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        declaring.chosen(TABLE, named, answers, "")


def test_a_table_of_ones_own_is_read() -> None:
    table = read(OWN)
    assert table.names == ("SEV1", "SEV2")
    assert table.items("SEV1") == {"first/look": "Look at it.", "first/tell": "Tell others."}
    assert table.items("SEV2") == {"first/look": "Look at it."}
    assert table.phases[0].heading == "First (0 minutes to 10 minutes)"


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("10 minutes\n    post", "soon\n    post", "4:21", "expected a duration"),
        ("    label: bad\n", "", "3:5", "a severity needs label"),
        ("label: bad", "labl: bad", "3:5", "no 'labl'; did you mean \"label\"?"),
        ("  SEV1:", "  sev 1:", "2:3", "capital letters"),
        ("broken: It", "Broken: It", "7:7", "small letters"),
        ("odd: It", "broken: It", "12:7", "broken stands for SEV1 already"),
        ("only: [SEV1]", "only: [SEV3]", "22:15", "no severity 'SEV3'"),
        ("    to: 10 minutes\n", "", "15:5", "from and to go together"),
        ("broken: It is broken.", "broken: [x]", "7:15", "expected text"),
        ("phases:", "phase:", "13:1", "did you mean"),
        ("severities:\n", "severities:\n  SEV1: {}\n", "3:3", "a second time"),
        ("    label: bad", "   label: bad", "", ""),
    ],
)
def test_a_fault_is_told_with_its_place(old: str, new: str, place: str, said: str) -> None:
    assert OWN.count(old) == 1
    with pytest.raises(SettingsError) as caught:
        read(OWN.replace(old, new))
    assert caught.value.exit_code == 2
    assert all(each.startswith("own.yml:") for each in caught.value.problems)
    assert any(f"own.yml:{place}" in each and said in each for each in caught.value.problems)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read(OWN.replace("10 minutes\n    post", "soon\n    post").replace("2 hours", "later"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("data", [b"", b"[]", b"severities: {}\nphases: {}\n", b"\xff", b"a: &x 1"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(SettingsError):
        severity.read(data, "own.yml")


def test_the_reference_has_a_table_that_is_read() -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    table = read(example)
    assert table.names == ("P0",)
    assert set(table.items("P0")) == {"immediate/commander", "immediate/page"}


def test_the_reference_lists_the_numbers_and_keys_of_the_table_that_ships() -> None:
    for row in TABLE.severities:
        (line,) = [each for each in PAGE.splitlines() if each.startswith(f"| {row.name} ")]
        cells = [each.strip() for each in line.strip("|").split("|")]
        within = times.limit(row.post_mortem_within) if row.post_mortem_within else ""
        assert cells[:3] == [f"{row.name} {row.label}", times.limit(row.respond_within), within]
        assert re.findall("`(.+?)`", cells[3]) == list(row.criteria)
