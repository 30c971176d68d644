"""Steps of an incident: which state allows them, and exactly what they change."""

import difflib
from datetime import timedelta

import pytest

from qgate.documents.incident import editing, times, verbs
from qgate.documents.incident.record import Incident
from qgate.documents.incident.verbs import Step, Verb
from qgate.errors import UsageError
from qgate.parse.documents import read
from tests.unit.documents.incident.samples import (
    INCIDENT,
    NOW,
    at,
    closed,
    declared,
    resolved,
    stepped,
)

MITIGATING = stepped(declared(), Verb.ACK, "14:30")
MITIGATED = stepped(MITIGATING, Verb.MITIGATE, "15:00")


def changed(before: str, after: str) -> list[str]:
    """The lines that are taken and added."""
    lines = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [line for line in lines if line.startswith(("+", "-"))]


def test_an_acknowledgement_changes_exactly_these_lines() -> None:
    after = stepped(declared(), Verb.ACK, "14:30", by="Ada")
    assert changed(declared(), after) == [
        "- status: declared",
        "+ status: mitigating",
        '- commander: ""',
        '+ commander: "Ada"',
        "- acknowledged:",
        "+ acknowledged: 2027-01-31T14:30:00Z",
        "+ | 2027-01-31T14:30:00Z | Acknowledged by Ada | |",
    ]


def test_a_mitigation_says_what_was_done_and_what_shows_it() -> None:
    after = stepped(
        MITIGATING,
        Verb.MITIGATE,
        "15:00",
        text="rolled | back",
        evidence="graph",
        is_estimated=True,
    )
    assert changed(MITIGATING, after) == [
        "- status: mitigating",
        "+ status: mitigated",
        "- mitigated:",
        "+ mitigated: 2027-01-31T15:00:00Z",
        "- estimated: []",
        "+ estimated: [mitigated]",
        r"+ | 2027-01-31T15:00:00Z | Mitigated (estimated): rolled \| back | graph |",
    ]


def test_closing_changes_the_state_alone() -> None:
    assert changed(resolved(), stepped(resolved(), Verb.CLOSE)) == [
        "- status: resolved",
        "+ status: closed",
    ]


@pytest.mark.parametrize("given", ["text", "by", "evidence", "at"])
def test_closing_refuses_what_it_would_not_write(given: str) -> None:
    values: dict[str, object] = {} if given == "at" else {given: "x"}
    with pytest.raises(UsageError, match="closing writes no time and no row"):
        stepped(resolved(), Verb.CLOSE, "17:00" if given == "at" else None, **values)


def test_a_communication_refuses_evidence_that_it_would_not_write() -> None:
    with pytest.raises(UsageError, match="has no evidence"):
        stepped(declared(), Verb.NOTE, "14:30", text="x", audience="all", evidence="y")


def test_a_later_day_is_the_day_of_the_last_change() -> None:
    step = Step(verb=Verb.ACK, now=NOW + timedelta(days=1))
    after = verbs.done(declared(), INCIDENT, step)
    assert "+ updated: 2027-02-01" in changed(declared(), after)


def test_a_note_goes_to_its_place_in_time() -> None:
    after = stepped(resolved(), Verb.NOTE, "14:45", text="error rate falls")
    rows = Incident(read(after.encode(), INCIDENT)).timeline
    assert [row.written[11:16] for row in rows] == [
        *("14:00", "14:05", "14:30", "14:45", "15:00", "16:00")
    ]
    assert len(changed(resolved(), after)) == 1


def test_a_note_at_the_time_of_a_row_goes_below_it() -> None:
    after = stepped(MITIGATED, Verb.NOTE, "14:30", text="second")
    rows = Incident(read(after.encode(), INCIDENT)).timeline
    assert [row.event for row in rows][2:4] == ["Acknowledged", "second"]


def test_times_with_other_offsets_are_ordered_by_the_moment() -> None:
    step = Step(verb=Verb.NOTE, now=NOW, at=times.read("2027-01-31T15:45+01:00"), text="x")
    rows = Incident(read(verbs.done(MITIGATED, INCIDENT, step).encode(), INCIDENT)).timeline
    assert [row.event for row in rows][3] == "x"


REFUSED = [
    (declared(), Verb.MITIGATE, "is declared, not mitigating", "first: qgate incident ack"),
    (declared(), Verb.RESOLVE, "is declared, not mitigated", "first: qgate incident mitigate"),
    (declared(), Verb.CLOSE, "is declared, not resolved", "first: qgate incident resolve"),
    (MITIGATING, Verb.ACK, "was acknowledged at 2027-01-31T14:30:00Z already", "nothing is left"),
    (MITIGATING, Verb.RESOLVE, "is mitigating, not mitigated", "first"),
    (MITIGATED, Verb.ACK, "was acknowledged at", "nothing is left to ack"),
    (MITIGATED, Verb.MITIGATE, "was mitigated at 2027-01-31T15:00:00Z already", "nothing"),
    (resolved(), Verb.RESOLVE, "was resolved at 2027-01-31T16:00:00Z already", "nothing"),
    (closed(), Verb.CLOSE, "is closed already", "nothing is left to close"),
]


@pytest.mark.parametrize(("text", "verb", "said", "hint"), REFUSED)
def test_a_wrong_order_and_a_second_time_are_refused_with_the_reason(
    text: str, verb: Verb, said: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        stepped(text, verb, "17:00")
    assert hint in caught.value.hint


def test_a_time_that_is_stamped_though_the_state_is_earlier_is_not_overwritten() -> None:
    text = MITIGATING.replace("status: mitigating", "status: declared")
    with pytest.raises(UsageError, match="was acknowledged at 2027-01-31T14:30:00Z already"):
        stepped(text, Verb.ACK, "14:40")


def test_a_time_before_an_earlier_step_is_refused() -> None:
    with pytest.raises(UsageError, match="is before it was acknowledged"):
        stepped(MITIGATING, Verb.MITIGATE, "14:29")


def test_a_time_that_is_to_come_is_refused() -> None:
    step = Step(verb=Verb.ACK, now=at("14:20"), at=at("14:21"))
    with pytest.raises(UsageError, match="is to come"):
        verbs.done(declared(), INCIDENT, step)


def test_a_note_after_the_resolution_needs_a_time_before_it() -> None:
    with pytest.raises(UsageError, match="was resolved at 2027-01-31T16:00:00Z"):
        stepped(resolved(), Verb.NOTE, text="later")


def test_a_false_alarm_needs_a_reason_and_an_incident_that_is_not_over() -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        stepped(declared(), Verb.CLOSE, is_false_alarm=True)
    with pytest.raises(UsageError, match="is resolved"):
        stepped(resolved(), Verb.CLOSE, is_false_alarm=True, text="x")
    after = stepped(MITIGATING, Verb.CLOSE, "14:50", is_false_alarm=True, text="a test")
    assert changed(MITIGATING, after) == [
        "- status: mitigating",
        "+ status: false_alarm",
        "+ | 2027-01-31T14:50:00Z | False alarm: a test | |",
    ]
    with pytest.raises(UsageError, match="was a false alarm"):
        stepped(after, Verb.MITIGATE)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(UsageError, match="no state that is known"):
        stepped(declared().replace("status: declared", "status: odd"), Verb.ACK)


def test_line_ends_comments_and_a_mark_of_byte_order_stay() -> None:
    text = declared().replace("acknowledged:\n", "acknowledged:  # who was first?\n")
    text = "\ufeff" + text.replace("\n", "\r\n")
    after = stepped(text, Verb.ACK, "14:30")
    assert after.startswith("\ufeff---\r\n")
    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 1
    assert "acknowledged: 2027-01-31T14:30:00Z  # who was first?\r\n" in after


def test_quoted_values_and_missing_fields_are_written() -> None:
    text = declared().replace("status: declared", "status: 'declared'   # now")
    text = text.replace("acknowledged:\n", "").replace("updated: 2027-01-31\n", "")
    after = stepped(text, Verb.ACK, "14:30")
    assert "status: mitigating   # now\n" in after
    assert "acknowledged: 2027-01-31T14:30:00Z\nupdated: 2027-01-31\n---\n" in after


@pytest.mark.parametrize(
    "status", ["status: >\n  declared", "status:\n  declared", "status: !x declared"]
)
def test_a_value_that_cannot_be_spliced_is_refused_and_not_guessed(status: str) -> None:
    with pytest.raises(UsageError):
        stepped(declared().replace("status: declared", status), Verb.ACK)


def test_fields_in_braces_are_refused() -> None:
    head, fields, body = declared().split("---\n", 2)
    braces = ", ".join(line for line in fields.splitlines() if not line.endswith(":"))
    with pytest.raises(UsageError, match="cannot be changed"):
        stepped(f"{head}---\n{{{braces}}}\n---\n{body}", Verb.ACK)


def test_a_bare_carriage_return_is_refused() -> None:
    with pytest.raises(UsageError, match="carriage return"):
        stepped(declared().replace("## Impact", "a\rb\n\n## Impact"), Verb.ACK)


def test_a_timeline_that_is_no_table_is_refused() -> None:
    text = declared().replace("| time | event | evidence |", "| when | what | why |")
    with pytest.raises(UsageError, match="no table under `## Timeline`"):
        stepped(text, Verb.ACK)


def test_a_timeline_with_more_columns_in_another_order_is_filled_in() -> None:
    text = declared().replace("| time | event | evidence |", "| Event | By | Time | Evidence |")
    text = text.replace(
        "|---|---|---|\n| 2027-01-31T14:00", "|---|---|---|---|\n| 2027-01-31T14:00"
    )
    after = stepped(text, Verb.NOTE, "14:30", text="said", evidence="log")
    assert "| said | | 2027-01-31T14:30:00Z | log |\n" in after


def test_a_table_in_a_fence_is_no_timeline() -> None:
    fenced = "```\n| time | event | evidence |\n|---|---|---|\n```\n\n"
    text = declared().replace("## Timeline\n\n", f"## Timeline\n\n{fenced}")
    after = stepped(text, Verb.NOTE, "14:30", text="said")
    assert fenced in after
    assert "Detected | |\n| 2027-01-31T14:30:00Z | said | |\n" in after


@pytest.mark.parametrize(
    ("links", "after"),
    [
        ("links: []", 'links:\n  - {rel: r, to: "t.md"}'),
        ("links:", 'links:\n  - {rel: r, to: "t.md"}'),
        ("links: []  # none", 'links:  # none\n  - {rel: r, to: "t.md"}'),
        (
            "links:\n- {rel: a, to: b.md}",
            'links:\n- {rel: r, to: "t.md"}\n- {rel: a, to: b.md}',
        ),
        (
            "links:\n    - rel: a\n      to: b.md",
            'links:\n    - {rel: r, to: "t.md"}\n    - rel: a\n      to: b.md',
        ),
    ],
)
def test_a_link_is_added_and_nothing_else_changes(links: str, after: str) -> None:
    text = declared().replace("links: []", links)
    assert editing.with_link(text, INCIDENT, "r", "t.md") == text.replace(links, after)


def test_links_on_one_line_are_refused() -> None:
    text = declared().replace("links: []", "links: [{rel: a, to: b.md}]")
    with pytest.raises(UsageError, match="links cannot be changed"):
        editing.with_link(text, INCIDENT, "r", "t.md")
