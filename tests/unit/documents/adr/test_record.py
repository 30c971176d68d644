"""Decision records in the forms that there are."""

import pytest

from qgate.documents.adr.record import State, Where
from tests.unit.documents.adr.forms import BULLETS, MADR, NYGARD, record


def test_nygards_form() -> None:
    found = record(NYGARD)
    assert (found.number, found.heading_number, found.title) == (3, 3, "Use one database")
    assert found.state is State.ACCEPTED
    (status,) = found.statuses
    assert (status.where, status.line, status.start, status.end) == (Where.SECTION, 7, 0, 8)
    assert found.date
    assert (found.date.text, found.date.line, found.date.start) == ("2024-05-01", 3, 6)


def test_madrs_form() -> None:
    found = record(MADR)
    assert (found.number, found.heading_number, found.title) == (3, None, "Use one database")
    (status,) = found.statuses
    assert (status.where, status.state, status.line) == (Where.FIELD, State.ACCEPTED, 2)
    assert found.lines[1][status.start : status.end] == "accepted"
    assert found.date
    assert (found.date.text, found.date.line) == ("2024-05-01", 3)


def test_log4brains_form() -> None:
    found = record(BULLETS, "20240501-use-one-database.md")
    assert found.number is None
    assert found.is_record
    (status,) = found.statuses
    assert (status.where, status.state, status.line) == (Where.LINE, State.ACCEPTED, 3)
    assert found.relations == ()


@pytest.mark.parametrize(
    "line",
    [
        "* Status: rejected",
        "- **Status**: rejected",
        "**Status:** rejected",
        "Status: Rejected",
        "* Status: rejected <!-- optional -->",
        "| Status | Rejected |\n| --- | --- |",
    ],
)
def test_a_line_can_spell_the_status_in_many_ways(line: str) -> None:
    found = record(f"# A\n\n{line}\n\n## Context\n\nText.\n")
    assert [each.state for each in found.statuses] == [State.REJECTED]
    status = found.statuses[0]
    assert found.lines[status.line - 1][status.start : status.end].lower() == "rejected"


def test_every_place_is_found() -> None:
    text = "---\nstatus: accepted\n---\n# A\n\n* Status: proposed\n\n## Status\n\nRejected\n"
    assert [each.state for each in record(text).statuses] == [
        State.ACCEPTED,
        State.PROPOSED,
        State.REJECTED,
    ]


def test_no_status_is_never_taken_for_one() -> None:
    assert record("# 1. A\n\n## Status\n\n## Context\n\nAccepted\n").state is None
    assert record("# 1. A\n\n## Context\n\nStatus: accepted\n").statuses == ()
    assert record("# 1. A\n\n```\nStatus: accepted\n```\n").statuses == ()
    assert record("# 1. A\n\n## Status\n\n<!-- Accepted -->\n").state is None
    assert record("# 1. A\n\n## Status\n\n```\nAccepted\n```\n").state is None


def test_what_is_no_state_is_kept_as_it_is_said() -> None:
    (status,) = record("# A\n\n## Status\n\nOn hold\n").statuses
    assert (status.state, status.text) == (None, "On hold")
    (status,) = record("# A\n\n## Status\n\nAcceptedish\n").statuses
    assert status.state is None


def test_a_history_ends_in_what_superseded_it() -> None:
    text = "# 1. A\n\n## Status\n\nAccepted\n\nSuperceded by [2. B](0002-b.md)\n"
    found = record(text, "0001-a.md")
    assert found.state is State.SUPERSEDED
    assert [(each.verb, each.path) for each in found.relations] == [
        ("superseded by", "docs/adr/0002-b.md")
    ]


def test_relations_of_a_status() -> None:
    text = MADR.replace("status: accepted", "status: superseded by ADR-0007")
    assert [(each.verb, each.number) for each in record(text).relations] == [("superseded by", 7)]
    text = BULLETS.replace("accepted", "superseded by [20250101-b](20250101-b.md)")
    (relation,) = record(text, "20240501-a.md").relations
    assert relation.path == "docs/adr/20250101-b.md"


def test_several_records_behind_one_verb() -> None:
    text = NYGARD.replace(
        "Accepted\n",
        "Accepted\n\nSupersedes [1. A](0001-a.md), [2. B](0002-b.md)\n"
        "Amends [4. [D]](../adr/0004-d.md)\n",
    )
    assert [(each.verb, each.path, each.line) for each in record(text).relations] == [
        ("supersedes", "docs/adr/0001-a.md", 9),
        ("supersedes", "docs/adr/0002-b.md", 9),
        ("amends", "docs/adr/0004-d.md", 10),
    ]


def test_a_link_in_a_sentence_is_no_relation() -> None:
    text = MADR + "\n## More Information\n\nSee [ADR-0013](0013-x.md) for more reasoning.\n"
    assert record(text).relations == ()


def test_links_of_the_front_matter() -> None:
    text = "---\nstatus: accepted\nlinks:\n  - {rel: amends, to: ADR-0002}\n---\n# A\n"
    assert [(each.verb, each.number) for each in record(text).relations] == [("amends", 2)]


def test_a_page_without_number_and_status_is_no_record() -> None:
    assert not record("# Words\n\nText.\n", "glossary.md").is_record
    assert record("# Words\n\n* Status: draft\n", "glossary.md").is_record
