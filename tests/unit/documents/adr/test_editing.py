"""Splices: what is changed, and that all else stays."""

import difflib

import pytest

from qgate.documents.adr import editing
from qgate.documents.adr.record import Record, State
from qgate.parse.documents import read
from tests.unit.documents.adr.forms import BULLETS, MADR, NYGARD, record

OTHER = record("# 7. New [way]\n\n## Status\n\nAccepted\n", "0007-new-way.md")
DATED = record(BULLETS, "20250101-new-way.md")


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", [NYGARD, MADR, BULLETS])
def test_a_state_is_one_word_and_every_other_byte_stays(text: str, mark: str, end: str) -> None:
    raw = mark + text.replace("\n", end)
    before = Record(read(raw.encode(), "docs/adr/0003-use-one-database.md"))
    after = editing.with_state(before, raw, State.DEPRECATED)
    assert after == raw.replace("ccepted", "\0", 1).replace("A\0", "Deprecated").replace(
        "a\0", "deprecated"
    )


def test_a_section_names_the_successor() -> None:
    after = editing.with_state(record(NYGARD), NYGARD, State.SUPERSEDED, OTHER)
    assert changed_lines(NYGARD, after) == [
        "- Accepted\n",
        "+ Superseded by [7. New \\[way\\]](0007-new-way.md)\n",
    ]
    assert record(after).relations[0].path == OTHER.path


def test_front_matter_names_the_number() -> None:
    after = editing.with_state(record(MADR), MADR, State.SUPERSEDED, OTHER)
    assert changed_lines(MADR, after) == [
        "- status: accepted\n",
        "+ status: superseded by ADR-0007\n",
    ]


def test_a_line_names_the_file() -> None:
    after = editing.with_state(record(BULLETS), BULLETS, State.SUPERSEDED, DATED)
    assert "- Status: superseded by [20250101-new-way](20250101-new-way.md)\n" in after


def test_all_places_are_written() -> None:
    text = (
        "---\nstatus: 'accepted' # yet\n---\n# A\n\n* Status: Accepted\n\n## Status\n\nAccepted\n"
    )
    after = editing.with_state(record(text), text, State.DEPRECATED)
    assert after == text.replace("ccepted", "eprecated").replace("ae", "de").replace("Ae", "De")
    assert {each.state for each in record(after).statuses} == {State.DEPRECATED}


@pytest.mark.parametrize("text", [NYGARD, MADR, BULLETS])
def test_a_second_successor_is_named_beside_the_first(text: str) -> None:
    once = editing.with_state(record(text), text, State.SUPERSEDED, OTHER)
    twice = editing.with_state(
        record(once), once, State.SUPERSEDED, record(NYGARD, "0008-other.md")
    )
    assert len([each for each in record(twice).relations if each.verb == "superseded by"]) == 2


def test_where_nothing_spells_the_status_it_is_added() -> None:
    text = "---\nparent: Decisions\n---\n# A\n\n## Context\n\nText.\n"
    after = editing.with_state(record(text), text, State.ACCEPTED)
    assert changed_lines(text, after) == ["+ status: accepted\n"]
    text = "# A\n\n## Context\n\nText.\n"
    after = editing.with_state(record(text), text, State.ACCEPTED)
    assert after == "# A\n\n## Status\n\nAccepted\n\n## Context\n\nText.\n"
    text = "# A\n\nText."
    after = editing.with_state(record(text), text, State.ACCEPTED)
    assert record(after).state is State.ACCEPTED


def test_an_empty_value_gets_the_state() -> None:
    for text in ("---\nstatus:\n---\n# A\n", "# A\n\n- Status:\n"):
        after = editing.with_state(record(text), text, State.ACCEPTED)
        assert record(after).state is State.ACCEPTED


def test_a_relation_stands_in_the_status_section() -> None:
    after = editing.with_relation(record(NYGARD), NYGARD, "Amends", OTHER)
    assert after == NYGARD.replace(
        "Accepted\n", "Accepted\n\nAmends [7. New \\[way\\]](0007-new-way.md)\n"
    )


def test_a_relation_stands_with_the_links() -> None:
    after = editing.with_relation(record(BULLETS), BULLETS, "Amends", DATED)
    assert after == BULLETS + "- Amends [20250101-new-way](20250101-new-way.md)\n"


def test_a_relation_makes_a_section_where_there_is_none() -> None:
    after = editing.with_relation(record(MADR), MADR, "Amends", OTHER)
    assert after.startswith(MADR)
    assert [each.path for each in record(after).relations] == [OTHER.path]
    raw = MADR.rstrip("\n").replace("\n", "\r\n")
    after = editing.with_relation(record(raw), raw, "Amends", OTHER)
    assert "\n" not in after.replace("\r\n", "")
    assert [each.path for each in record(after).relations] == [OTHER.path]


def test_a_heading_gets_another_number() -> None:
    assert editing.with_heading_number(record(NYGARD), NYGARD, 12) == NYGARD.replace(
        "# 3. ", "# 12. "
    )
    assert editing.with_heading_number(record(MADR), MADR, 12) == MADR


def test_a_byte_order_mark_belongs_to_no_line() -> None:
    source = editing.Source("\ufeffab\r\ncd")
    assert (source.line(1), source.line(2)) == ("ab", "cd")
    assert source.spliced([editing.Splice(source.offset(1), source.offset(1, 1), "x\n")]) == (
        "\ufeffx\r\nb\r\ncd"
    )


def test_a_link_to_another_folder_leads_there() -> None:
    inner = Record(read(NYGARD.encode(), "docs/adr/api/0001-a.md"))
    assert editing.relative(inner, OTHER) == "../0007-new-way.md"
    assert editing.relative(OTHER, inner) == "api/0001-a.md"
