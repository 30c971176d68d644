"""What should have been done by now, by the clock that a caller gives."""

from datetime import datetime, timedelta

import pytest

from qgate.documents.incident.overdue import Overdue, Owed, Unjudged, overdue
from qgate.documents.incident.record import Incident, PostMortem
from qgate.documents.incident.verbs import Verb
from qgate.parse.documents import read
from tests.unit.documents.incident.samples import (
    INCIDENT,
    POST_MORTEM,
    TABLE,
    at,
    declared,
    post_mortem,
    resolved,
    stepped,
)


def late(now: datetime, *incidents: str, mortem: str = "") -> list[Overdue | Unjudged]:
    found = [Incident(read(text.encode(), INCIDENT)) for text in incidents]
    others = [PostMortem(read(mortem.encode(), POST_MORTEM))] if mortem else []
    return list(overdue(found, others, TABLE, now))


@pytest.mark.parametrize(
    ("severity", "minutes"), [("P0", 15), ("P1", 60), ("P2", 240), ("P3", 1440)]
)
def test_an_acknowledgement_is_overdue_after_what_the_severity_allows(
    severity: str, minutes: int
) -> None:
    text = declared().replace("severity: P1", f"severity: {severity}")
    limit = at("14:05") + timedelta(minutes=minutes)
    assert late(limit, text) == []
    (found,) = late(limit + timedelta(seconds=1), text)
    assert isinstance(found, Overdue)
    assert (found.owed, found.path) == (Owed.ACKNOWLEDGEMENT, INCIDENT)


def test_an_acknowledged_incident_owes_none() -> None:
    assert late(at("14:00") + timedelta(9), stepped(declared(), Verb.ACK, "14:30")) == []


@pytest.mark.parametrize("verb", [None, Verb.CLOSE])
def test_a_post_mortem_is_overdue_48_hours_after_the_resolution(verb: Verb | None) -> None:
    text = stepped(resolved(), verb) if verb else resolved()
    limit = at("16:00") + timedelta(hours=48)
    assert late(limit, text) == []
    (found,) = late(limit + timedelta(seconds=1), text)
    assert isinstance(found, Overdue)
    assert found.owed is Owed.POST_MORTEM
    assert "within 48 hours" in found.message
    assert late(limit + timedelta(seconds=1), text.replace("severity: P1", "severity: P2")) == []
    draft = post_mortem().replace("status: closed", "status: draft")
    assert late(limit + timedelta(seconds=1), text, mortem=draft) == []


def test_an_action_is_overdue_from_the_day_after_on() -> None:
    day = at("12:00") + timedelta(days=28)
    assert late(day, mortem=post_mortem()) == []
    (found,) = late(day + timedelta(days=1), mortem=post_mortem())
    assert isinstance(found, Overdue)
    assert (found.owed, found.id) == (Owed.ACTION, "A2")
    assert found.message == "A2 (P2, Bob) was due on 2027-02-28"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: P1", "severity: P9"),
        ("status: declared", "status: odd"),
        ("detected: 2027-01-31T14:05:00Z", "detected: soon"),
    ],
)
def test_what_cannot_be_judged_is_said_and_not_passed(old: str, new: str) -> None:
    (found,) = late(at("14:06"), declared().replace(old, new))
    assert isinstance(found, Unjudged)
    assert found.path == INCIDENT
    assert found.line > 1


def test_an_open_action_without_a_day_cannot_be_judged() -> None:
    (found,) = late(at("14:06"), mortem=post_mortem().replace("2027-02-28", "soon"))
    assert isinstance(found, Unjudged)
    assert found.message == "A2 has no day on which it is due"
