"""New incidents and drafts of post-mortems."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgate.documents.incident import declaring, drafting, timeline, times
from qgate.documents.incident.declaring import Declared
from qgate.documents.incident.drafting import Said
from qgate.documents.incident.record import Incident
from qgate.documents.incident.times import Moment
from qgate.documents.incident.verbs import Verb
from qgate.documents.incident.wording import one_line
from qgate.documents.rendering import render
from qgate.errors import UsageError
from qgate.parse.documents import read
from tests.unit.documents.incident.samples import (
    INCIDENT,
    NOW,
    POST_MORTEM,
    TABLE,
    at,
    declared,
    findings,
    resolved,
    stepped,
    template,
)

TITLES = [
    "Checkout | is down",
    "../../etc/passwd",
    '"quoted" and \\ back',
    "-rf / --now",
    "line\nbreak\u2028and\u0085more",
    "emoji \U0001f525 and accents \u00e9",
    "\u6771\u4eac is slow",
    "# heading ## #",
    "<!-- gone --> <b>bold</b>",
    "`code` *stars* _under_ [link](x) &amp; {{ 7 * 7 }} {% raw %}",
    "key: value # comment",
    "x" * 300,
    "---",
    "TODO {name}",
    "\U0001f525",
    "\x07bell\x1b[31m",
]


def incident(title: str) -> Declared:
    return Declared(
        title=title, severity=TABLE.severities[1], started=at("14:00"), detected=at("14:05")
    )


def accepted(title: str) -> None:
    """A title gives a whole document, with the title in it, and no finding."""
    new = incident(title)
    assert "/" not in new.id
    assert not new.id.startswith(".")
    assert len(f"{new.id}.md".encode()) <= 255
    path = f"docs/incidents/{new.id}.md"
    text = declared(title)
    document = read(text.encode(), path)
    wanted = one_line(title)
    assert document.value("title") == wanted
    heading = document.body.title
    assert heading is not None
    assert heading.plain == wanted
    assert findings({path: text}) == []


@pytest.mark.parametrize("title", TITLES)
def test_any_title_stays_as_it_is_and_passes_the_rules(title: str) -> None:
    accepted(title)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1).filter(lambda title: bool(one_line(title))))
def test_so_does_any_text(title: str) -> None:
    accepted(title)


def test_texts_cannot_make_sections_or_fields() -> None:
    text = declared(
        summary="## Impact\n- [x] done <!-- item: immediate/commander -->",
        impact="---\nstatus: closed",
        service='a"\nstatus: closed',
        commander="# no",
    )
    document = read(text.encode(), INCIDENT)
    assert document.value("status") == "declared"
    assert document.value("service") == 'a" status: closed'
    titles = [each.title for each in document.body.sections if each.heading.level == 2]
    assert titles == ["Summary", "Impact", "Timeline", "Communications", "Checklist"]
    assert not any(task.is_checked for task in document.body.tasks)


def test_the_id_has_the_day_of_the_start_in_utc() -> None:
    new = Declared(
        title="X",
        severity=TABLE.severities[0],
        started=times.read("2027-02-01T00:30+02:00"),
        detected=at("23:00"),
    )
    assert new.id == "INC-20270131-x"


def test_who_lowers_a_severity_that_is_not_lowered_is_not_written() -> None:
    assert "lowered_by" not in declared(lowered_by="Ada")
    lowered = declared(criteria=("outage",), lowered_by="Ada")
    assert 'lowered_by: "Ada"\n' in lowered
    assert findings({INCIDENT: lowered}) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"started": at("14:10"), "detected": at("14:05")}, "detected before it started"),
        ({"started": at("18:01"), "detected": at("18:02")}, "started is to come"),
        ({"started": at("14:00"), "detected": at("18:02")}, "detected is to come"),
    ],
)
def test_times_that_cannot_be_are_refused(values: dict[str, object], said: str) -> None:
    new = Declared(title="X", severity=TABLE.severities[0], **values)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=said):
        declaring.refuse_wrong(new, NOW)


def test_a_title_without_anything_in_it_is_refused() -> None:
    with pytest.raises(UsageError, match="needs a title"):
        declaring.refuse_wrong(incident(" \n\t"), NOW)


def draft(text: str, said: Said | None = None, folder: str = "docs/post-mortems") -> str:
    whole = Incident(read(text.encode(), INCIDENT))
    values = drafting.of_post_mortem(whole, TABLE, folder, said or Said(), NOW)
    return render(template("post-mortem"), "post-mortem", values)


def test_a_draft_has_timeline_impact_and_durations_of_its_incident() -> None:
    text = draft(resolved())
    document = read(text.encode(), POST_MORTEM)
    whole = Incident(read(resolved().encode(), INCIDENT))
    assert [(row.time, row.event, row.evidence) for row in timeline.rows(document)] == [
        (row.time, row.event, row.evidence) for row in whole.timeline
    ]
    assert "## Impact\n\nEvery tenth customer.\n" in text
    for row in ("detect | 5 min", "acknowledge | 25 min", "mitigate | 1 h", "resolve | 2 h"):
        assert f"| time to {row} | |\n" in text
    assert document.value("status") == "draft"


def test_the_open_questions_are_what_the_record_leaves_open() -> None:
    text = stepped(declared(estimated=(Moment.STARTED,)), Verb.ACK, "15:30", by="Ada")
    text = stepped(text, Verb.MITIGATE, "15:40", evidence="the graph")
    text = text.replace("- [ ] An incident commander", "- [x] An incident commander")
    questions = draft(text).partition("## Open questions\n\n")[2]
    assert "- What happened?\n" in questions
    assert "- When exactly did it start? 2027-01-31T14:00:00Z is an estimate.\n" in questions
    assert "- Why was it acknowledged only after 1 h 25 min? P1 allows 1 hour.\n" in questions
    assert "- What shows that at 2027-01-31T15:30:00Z: Acknowledged by Ada?\n" in questions
    assert "Mitigated" not in questions
    assert "- Not ticked: The severity is assessed.\n" in questions
    assert "commander is assigned" not in questions
    assert "The post-mortem is held" not in questions


def test_estimates_are_marked_and_what_is_not_known_is_said() -> None:
    text = stepped(
        stepped(declared(), Verb.ACK, "14:30"), Verb.MITIGATE, "15:00", is_estimated=True
    )
    made = draft(text)
    assert "| time to mitigate | 1 h | estimated |\n" in made
    assert "| time to resolve | not known | |\n" in made


def test_what_is_given_comes_before_what_the_incident_says() -> None:
    said = Said(title="Other", summary="Short.", impact="Small.", owners=("Ada",), tags=("a", "b"))
    text = draft(resolved(), said)
    assert '\ntitle: "Other"\n' in text
    assert "\n# Other\n" in text
    assert "## Summary\n\nShort.\n" in text
    assert "## Impact\n\nSmall.\n" in text
    assert 'owners: ["Ada"]\ntags: ["a", "b"]\n' in text


def test_relative_links_lead_to_the_same_file_from_the_other_folder() -> None:
    text = resolved().replace("Nobody could pay.", "See [a](INC-1.md#b), [c](#impact), [d](/e.md).")
    text = text.replace("| the graph |", "| [log](../logs/x.md), [web](https://example.com) |")
    made = draft(text, folder="post/mortems")
    assert "[a](../../docs/incidents/INC-1.md#b)" in made
    assert f"[c](../../{INCIDENT}#impact)" in made
    assert "[d](/e.md)" in made
    assert "[log](../../docs/logs/x.md), [web](https://example.com) |" in made
