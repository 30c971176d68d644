"""Each rule for post-mortems: from one that is whole, one thing is taken or mistyped."""

from datetime import timedelta

import pytest

from qgate.model.report import Level
from tests.unit.documents.incident.samples import (
    INCIDENT,
    POST_MORTEM,
    at,
    by_clock,
    closed,
    findings,
    ids,
    post_mortem,
)
from tests.unit.documents.incident.test_rules_of_incidents import (
    Mutation,
    emptied,
    other,
    without_section,
)

A1 = "| A1 | prevent | Limit the retries | Ada | P1 | 2027-02-14 | T-1 | done | the change |"
A2 = "| A2 | detect | Alert on errors | Bob | P2 | 2027-02-28 | | open | |"
ROW = "| 2027-01-31T15:00:00Z | Mitigated: rolled back | the graph |"

MUTATIONS: list[tuple[str, Mutation, str, str]] = [
    ("no incident", other("incident: INC-20270131-checkout-is-down\n", ""),
     "post-mortem-incomplete", "incident is missing"),
    ("no status", other("status: closed\n", ""), "post-mortem-incomplete", "status is missing"),
    ("no front matter", lambda text: text.split("---\n", 2)[2], "post-mortem-incomplete", "no fr"),
    ("another id", other("id: PM-INC-20270131-checkout-is-down\n", "id: PM-INC-20270131-api\n"),
     "post-mortem-id", "expected PM-INC-20270131-checkout-is-down"),
    ("unknown state", other("status: closed", "status: final"), "post-mortem-state", "final"),
    *((f"no {title}", without_section(title), "post-mortem-section", f"`## {title}`")
      for title in ("Summary", "Impact", "Root causes", "Trigger", "Detection", "Resolution",
                    "Timeline", "What went well", "What went wrong", "Where we got lucky",
                    "Action items", "Lessons")),
    ("empty cause", emptied("Root causes"), "post-mortem-section", "`Root causes` is empty"),
    ("no action", other(f"{A1}\n{A2}\n", ""), "post-mortem-section", "`Action items` is empty"),
    ("row out of order", other(ROW, ROW.replace("T15:00", "T14:20")), "timeline", "is earlier"),
    ("typed duration", other("| time to resolve | 2 h | |", "| time to resolve | 1 h | |"),
     "typed-duration", "typed as 1 h; the times give 2 h"),
    ("no owner", other("| Ada | P1 |", "| | P1 |"), "action-incomplete", "A1 lacks owner"),
    ("no due day", other("| 2027-02-14 |", "| |"), "action-incomplete", "A1 lacks due"),
    ("no evidence", other("| done | the change |", "| done | |"), "action-incomplete",
     "A1 lacks evidence"),
    ("unknown type", other("| prevent |", "| hope |"), "action-incomplete", "type hope"),
    ("unknown state of an action", other("| open |", "| soon |"), "action-incomplete",
     "state soon"),
    ("unknown priority", other("| Bob | P2 |", "| Bob | P9 |"), "action-incomplete",
     "priority P9"),
    ("twice", other("| A2 |", "| A1 |"), "action-incomplete", "A1 is there twice"),
    ("no ISO day", other("2027-02-14", "14.2.2027"), "action-due-date", "14.2.2027"),
    ("no day of the calendar", other("2027-02-14", "2027-02-30"), "action-due-date", "2027-02-30"),
    ("untracked", other("| T-1 |", "| |"), "action-untracked", "nothing tracks A1, a P1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mutation", "rule", "said"),
    [each[1:] for each in MUTATIONS],
    ids=[each[0] for each in MUTATIONS],
)
def test_one_fault_gives_exactly_the_finding_that_is_named_for_it(
    mutation: Mutation, rule: str, said: str
) -> None:
    text = post_mortem()
    mutated = mutation(text)
    assert mutated != text
    (found,) = findings({INCIDENT: closed(), POST_MORTEM: mutated})
    assert found.rule == f"documents/{rule}"
    assert said in found.message
    assert found.path == POST_MORTEM
    assert found.line > 0
    assert found.column > 0
    assert found.blocking is (rule != "timeline")


def test_an_incident_that_is_gone_is_found_at_the_post_mortem() -> None:
    found, *links = sorted(
        findings({POST_MORTEM: post_mortem()}), key=lambda each: each.rule, reverse=True
    )
    assert {each.rule for each in links} == {"documents/broken-link"}
    assert found.rule == "documents/post-mortem-incident"
    assert "there is no incident INC-20270131-checkout-is-down" in found.message


def test_an_incident_that_does_not_link_back_is_found_at_the_post_mortem() -> None:
    one_way = closed().replace("rel: post-mortem", "rel: other")
    (found,) = findings({INCIDENT: one_way, POST_MORTEM: post_mortem()})
    assert found.rule == "documents/post-mortem-incident"
    assert found.path == POST_MORTEM
    assert "does not link back" in found.message


def test_a_draft_may_have_empty_sections_and_incomplete_actions() -> None:
    text = emptied("Trigger")(post_mortem()).replace("status: closed", "status: draft")
    text = text.replace("| Ada | P1 | 2027-02-14 | T-1 |", "| | | | |")
    assert findings({INCIDENT: closed(), POST_MORTEM: text}) == []


def test_a_draft_says_known_words_and_days_all_the_same() -> None:
    text = post_mortem().replace("status: closed", "status: draft")
    text = text.replace("| prevent |", "| hope |").replace("2027-02-28", "soon")
    found = findings({INCIDENT: closed(), POST_MORTEM: text})
    assert ids(found) == ["action-due-date", "action-incomplete"]


@pytest.mark.parametrize("state", ["draft", "in_review", "reviewed"])
def test_a_grave_action_may_be_untracked_until_the_post_mortem_closes(state: str) -> None:
    text = post_mortem().replace("status: closed", f"status: {state}").replace("| T-1 |", "| |")
    assert findings({INCIDENT: closed(), POST_MORTEM: text}) == []


def test_an_action_is_overdue_from_the_day_after_on() -> None:
    texts = {INCIDENT: closed(), POST_MORTEM: post_mortem()}
    due = at("23:59") + timedelta(days=28)
    assert due.date().isoformat() == "2027-02-28"
    assert by_clock(texts, due) == []
    (found,) = by_clock(texts, due + timedelta(minutes=1))
    assert found.rule == "documents/action-overdue"
    assert found.message == "A2 was due on 2027-02-28"
    assert found.level is Level.WARNING


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_an_action_that_is_over_is_never_overdue(state: str) -> None:
    text = post_mortem().replace("| open | |", f"| {state} | seen |")
    assert by_clock({INCIDENT: closed(), POST_MORTEM: text}, at("14:00") + timedelta(999)) == []
