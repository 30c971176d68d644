"""Each rule for incidents: from an incident that is whole, one thing is taken or mistyped."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgate.documents.incident.overdue import overdue
from qgate.documents.incident.record import Incident, PostMortem
from qgate.documents.incident.times import Moment
from qgate.documents.incident.verbs import Verb
from qgate.model.report import Level
from qgate.parse.documents import read
from qgate.reporters import incidents_json, incidents_text
from tests.unit.documents.incident.samples import (
    INCIDENT,
    NOW,
    POST_MORTEM,
    TABLE,
    at,
    by_clock,
    closed,
    declared,
    findings,
    ids,
    post_mortem,
    resolved,
    stepped,
)

Mutation = Callable[[str], str]
OWN = b"""\
severities:
  SEV1: {label: bad, respond_within: 10 minutes, criteria: {broken: It is broken.}}
phases:
  first: {label: First, items: {look: Look at it.}}
"""


def other(old: str, new: str) -> Mutation:
    """One piece of text in place of another, which is there exactly once."""

    def mutate(text: str) -> str:
        assert text.count(old) == 1, (old, text.count(old))
        return text.replace(old, new)

    return mutate


def swapped(one: str, two: str) -> Mutation:
    """The values of two fields, each in the place of the other."""

    def mutate(text: str) -> str:
        lines = text.split("\n")
        first, second = (
            next(n for n, line in enumerate(lines) if line.startswith(f"{key}: "))
            for key in (one, two)
        )
        values = [lines[number].partition(": ")[2] for number in (first, second)]
        lines[first], lines[second] = f"{one}: {values[1]}", f"{two}: {values[0]}"
        return "\n".join(lines)

    return mutate


def without_section(title: str) -> Mutation:
    def mutate(text: str) -> str:
        before, heading, rest = text.partition(f"## {title}\n")
        assert heading
        _, mark, after = rest.partition("\n## ")
        return before + (mark.lstrip("\n") + after if mark else "")

    return mutate


def emptied(title: str) -> Mutation:
    def mutate(text: str) -> str:
        before, heading, rest = text.partition(f"## {title}\n")
        assert heading
        _, mark, after = rest.partition("\n## ")
        return f"{before}{heading}\n<!-- later -->\n{mark}{after}"

    return mutate


ROLLED_BACK = "| 2027-01-31T15:00:00Z | Mitigated: rolled back | the graph |"
MUTATIONS: list[tuple[str, Mutation, str, str]] = [
    ("no severity", other("severity: P1\n", ""), "incident-incomplete", "severity is missing"),
    ("no day", other("created: 2027-01-31\n", ""), "incident-incomplete", "created is missing"),
    ("no front matter", lambda text: text.split("---\n")[2], "incident-incomplete", "no front"),
    ("another id", other("id: INC-20270131-checkout-is-down\n", "id: INC-20270131-api\n"),
     "incident-id", "the id is INC-20270131-api"),
    ("unknown state", other("status: closed", "status: finished"), "incident-state", "finished"),
    ("state too early", other("status: closed", "status: mitigated"), "incident-state",
     "the incident is mitigated, and has a time at which it was resolved"),
    ("no offset", other("mitigated: 2027-01-31T15:00:00Z", "mitigated: 2027-01-31T15:00:00"),
     "incident-time", "no offset"),
    ("no time", other("mitigated: 2027-01-31T15:00:00Z", "mitigated: at three"), "incident-time",
     "expected a time"),
    ("no such day", other("mitigated: 2027-01-31T15", "mitigated: 2027-02-31T15"),
     "incident-time", "there is no such time"),
    ("unknown estimate", other("estimated: []", "estimated: [noticed]"), "incident-time",
     "noticed is none of"),
    ("start and detection swapped", swapped("started", "detected"), "incident-time-order",
     "detected is earlier than started"),
    ("acknowledged and resolved swapped", swapped("acknowledged", "resolved"),
     "incident-time-order", "mitigated is earlier than acknowledged"),
    ("time missing", other("mitigated: 2027-01-31T15:00:00Z", "mitigated:"),
     "incident-time-missing", "the incident is closed, and mitigated is missing"),
    ("no summary", without_section("Summary"), "incident-section", "`## Summary`"),
    ("no timeline", without_section("Timeline"), "incident-section", "`## Timeline`"),
    ("no communications", without_section("Communications"), "incident-section",
     "`## Communications`"),
    ("no checklist", without_section("Checklist"), "incident-section", "`## Checklist`"),
    ("empty impact", emptied("Impact"), "incident-section", "`Impact` is empty"),
    ("table without rows", other("| 2027-01-31T14:40:00Z | customers | told them |\n", ""),
     "incident-section", "`Communications` is empty"),
    ("unknown severity", other("severity: P1\n", "severity: P7\n"), "incident-severity", "P7"),
    ("unknown criterion", other("[degraded]", "[degraded, gone]"), "incident-severity", "gone"),
    ("a graver criterion", other("[degraded]", "[degraded, outage]"), "severity-too-low",
     "outage makes it P0, and P1 is written"),
    ("an item's id dropped", other(" <!-- item: resolution/fix -->", ""), "incident-item-missing",
     "`resolution/fix`: The fix is made and tested."),
    ("an item dropped",
     other("- [ ] The severity is assessed. <!-- item: immediate/severity -->\n", ""),
     "incident-item-missing", "immediate/severity"),
    ("row out of order", other(ROLLED_BACK, ROLLED_BACK.replace("T15:00", "T14:20")), "timeline",
     "2027-01-31T14:20:00Z stands below 2027-01-31T14:30:00Z"),
    ("row without a time", other(ROLLED_BACK, ROLLED_BACK.replace("2027-01-31T15:00:00Z", "3 pm")),
     "timeline", "3 pm is no time"),
    ("row after the end", other("T16:00:00Z | Resolved", "T16:00:01Z | Resolved"), "timeline",
     "after the resolution"),
    ("row before the start", other("T14:00:00Z | Started", "T13:59:59Z | Started"), "timeline",
     "before the start"),
    ("typed duration", other("Nobody could pay.", "Nobody could pay.\n\nTime to resolve: 3 h"),
     "typed-duration", "time to resolve is typed as 3 h; the times give 2 h"),
    ("typed in the front matter", other("owners: []", "time_to_detect: 6 min\nowners: []"),
     "typed-duration", "time to detect is typed as 6 min; the times give 5 min"),
]  # fmt: skip


def test_what_the_generators_and_commands_write_is_in_order_in_every_state() -> None:
    text = declared()
    for verb, clock in ((Verb.ACK, "14:30"), (Verb.MITIGATE, "15:00")):
        assert findings({INCIDENT: text}) == []
        text = stepped(text, verb, clock)
    assert findings({INCIDENT: text}) == []
    assert findings({INCIDENT: resolved()}) == []
    assert findings({INCIDENT: closed(), POST_MORTEM: post_mortem()}) == []


@pytest.mark.parametrize(
    ("mutation", "rule", "said"),
    [each[1:] for each in MUTATIONS],
    ids=[each[0] for each in MUTATIONS],
)
def test_one_fault_gives_exactly_the_finding_that_is_named_for_it(
    mutation: Mutation, rule: str, said: str
) -> None:
    text = closed()
    mutated = mutation(text)
    assert mutated != text
    (found,) = [each for each in findings({INCIDENT: mutated}) if not _of_every_kind(each.rule)]
    assert found.rule == f"documents/{rule}"
    assert said in found.message
    assert found.path == INCIDENT
    assert found.line > 0
    assert found.column > 0
    assert found.blocking is (rule != "timeline")


def _of_every_kind(rule: str) -> bool:
    """Rules of the common part, which have tests of their own."""
    return rule == "documents/unknown-key"


def test_a_finding_names_the_line_of_its_field() -> None:
    text = closed()
    mutated = text.replace("mitigated: 2027-01-31T15:00:00Z", "mitigated: soon")
    (found,) = findings({INCIDENT: mutated})
    line = mutated.split("\n")[found.line - 1]
    assert line == "mitigated: soon"
    assert line[found.column - 1 :] == "soon"


def late(minutes: int, severity: str = "P1") -> str:
    """A mitigating incident, acknowledged so many minutes after its detection."""
    text = declared().replace("severity: P1", f"severity: {severity}")
    time = at("14:05") + timedelta(minutes=minutes)
    return stepped(text, Verb.ACK, f"{time:%H:%M}")


@pytest.mark.parametrize(("severity", "limit"), [("P0", 15), ("P1", 60)])
def test_an_acknowledgement_within_the_limit_is_none_and_a_minute_later_is(
    severity: str, limit: int
) -> None:
    assert findings({INCIDENT: late(limit, severity)}) == []
    (found,) = findings({INCIDENT: late(limit + 1, severity)})
    assert found.rule == "documents/late-acknowledgement"
    assert found.level is Level.ERROR
    assert found.blocking


@pytest.mark.parametrize("which", ["detected", "acknowledged"])
def test_a_late_acknowledgement_is_a_warning_where_a_time_is_estimated(which: str) -> None:
    text = late(61).replace("estimated: []", f"estimated: [{which}]")
    (found,) = findings({INCIDENT: text})
    assert found.rule == "documents/late-acknowledgement"
    assert found.level is Level.WARNING
    assert not found.blocking


def test_an_estimate_of_another_time_does_not_excuse() -> None:
    text = late(61).replace("estimated: []", "estimated: [started]")
    assert [each.level for each in findings({INCIDENT: text})] == [Level.ERROR]


def test_somebody_who_is_named_may_lower_the_severity() -> None:
    text = closed().replace("[degraded]", "[degraded, outage]")
    assert ids(findings({INCIDENT: text})) == ["severity-too-low"]
    named = text.replace("service", "x").replace("commander:", "lowered_by: Ada\ncommander:")
    assert findings({INCIDENT: named}) == []


def test_a_higher_severity_than_the_criteria_is_nobodys_business() -> None:
    text = declared().replace("[degraded]", "[cosmetic]")
    assert findings({INCIDENT: text}) == []


def test_sections_may_be_empty_until_it_is_resolved_and_must_not_when_it_is_closed() -> None:
    assert findings({INCIDENT: emptied("Impact")(declared())}) == []
    (found,) = findings({INCIDENT: emptied("Impact")(resolved())})
    assert (found.rule, found.level) == ("documents/incident-section", Level.WARNING)
    (found,) = findings({INCIDENT: emptied("Impact")(closed())})
    assert (found.rule, found.level) == ("documents/incident-section", Level.ERROR)


def test_the_warning_and_the_error_are_told_apart_so_that_the_error_is_new() -> None:
    (warned,) = findings({INCIDENT: emptied("Impact")(resolved())})
    (failed,) = findings({INCIDENT: emptied("Impact")(closed())})
    assert warned.message != failed.message


def test_an_open_incident_lacks_no_item_either() -> None:
    text = resolved().replace(" <!-- item: resolution/fix -->", "")
    assert ids(findings({INCIDENT: text})) == ["incident-item-missing"]


def test_a_late_acknowledgement_with_a_reason_is_a_warning_that_says_it() -> None:
    text = late(61).replace("estimated: []", "estimated: []\nlate_reason: nobody was on call")
    (found,) = findings({INCIDENT: text})
    assert found.rule == "documents/late-acknowledgement"
    assert (found.blocking, found.message.endswith(": nobody was on call")) == (False, True)
    (found,) = findings({INCIDENT: text.replace("nobody was on call", '" "')})
    assert (found.blocking, "late_reason" in found.message) == (True, True)


def test_a_false_alarm_needs_no_further_times_and_was_never_resolved() -> None:
    text = stepped(declared(), Verb.CLOSE, "14:10", text="a test", is_false_alarm=True)
    assert findings({INCIDENT: text}) == []
    text = text.replace("resolved:\n", "resolved: 2027-01-31T16:00:00Z\n")
    assert ids(findings({INCIDENT: text})) == ["incident-state"]


def test_the_table_at_the_base_decides_and_not_the_one_that_the_change_brings() -> None:
    own = {".qgate/rules/severity.yml": OWN}
    ours = closed()
    assert findings({INCIDENT: ours}, proposed=own) == []
    assert ids(findings({INCIDENT: ours}, policy=own)) == ["incident-severity"] * 2


def test_a_proposed_table_with_a_fault_is_a_finding_at_its_place() -> None:
    broken = {".qgate/rules/severity.yml": OWN.replace(b"10 minutes", b"soon")}
    (found,) = findings({INCIDENT: closed()}, proposed=broken)
    assert found.rule == "documents/severity-table"
    assert (found.path, found.line) == (".qgate/rules/severity.yml", 2)
    assert found.column == OWN.split(b"\n")[1].index(b"10 minutes") + 1
    assert "expected a duration" in found.message


def test_a_table_at_the_base_that_cannot_be_read_leaves_ours() -> None:
    assert findings({INCIDENT: closed()}, policy={".qgate/rules/severity.yml": b"x: ["}) == []


def test_the_day_alone_brings_a_post_mortem_due_48_hours_after_the_resolution() -> None:
    end = at("16:00")
    texts = {INCIDENT: resolved()}
    assert by_clock(texts, end + timedelta(hours=48)) == []
    (found,) = by_clock(texts, end + timedelta(hours=48, seconds=1))
    assert found.rule == "documents/no-post-mortem"
    assert "P1 needs a post-mortem within 48 hours" in found.message
    assert found.blocking


def test_no_post_mortem_is_due_where_there_is_one_or_none_is_asked_for() -> None:
    later = at("16:00") + timedelta(days=30)
    draft = post_mortem().replace("2027-02", "2027-12")
    assert by_clock({INCIDENT: resolved(), POST_MORTEM: draft}, later) == []
    assert by_clock({INCIDENT: resolved().replace("severity: P1", "severity: P2")}, later) == []
    open_ = stepped(declared(), Verb.ACK, "14:30")
    assert by_clock({INCIDENT: open_}, later) == []


def test_a_time_that_is_to_come_is_found_by_the_clock_alone() -> None:
    text = declared()
    assert findings({INCIDENT: text}) == []
    assert by_clock({INCIDENT: text}, NOW) == []
    found = by_clock({INCIDENT: text}, at("14:01"))
    assert [(each.rule, each.message) for each in found] == [
        ("documents/incident-time", "detected is to come")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Time to resolve: 2 h",
        "**Time to resolve:** about 120 minutes.",
        "- Time to resolve: 2 hours (estimated)",
        "Time to resolve: unknown",
        "It took time to resolve 3 h of backlog.",
        "```\nTime to resolve: 3 h\n```",
        "| time to resolve | 2 h |\n|---|---|\n| time to detect | 5 min |",
    ],
)
def test_a_typed_duration_that_is_right_or_none_is_no_finding(said: str) -> None:
    text = closed().replace("Nobody could pay.", f"Nobody could pay.\n\n{said}")
    assert findings({INCIDENT: text}) == []


@pytest.mark.parametrize(
    "said",
    [
        "**Time to resolve:** 2 h 1 min",
        "- time to resolve: 119 min",
        "| what | how long |\n|---|---|\n| **Time to resolve** | 3 h |",
        "First\nTime to resolve = 3 hours",
    ],
)
def test_a_typed_duration_that_is_wrong_is_found_wherever_it_stands(said: str) -> None:
    text = closed().replace("Nobody could pay.", f"Nobody could pay.\n\n{said}")
    (found,) = findings({INCIDENT: text})
    assert found.rule == "documents/typed-duration"
    assert "resolve" in text.split("\n")[found.line - 1].lower()


FIELDS = [
    *("id", "status", "severity", "criteria", "estimated", "links", "lowered_by", "incident"),
    *Moment,
]
VALUES = [
    *("", "[]", "[x, [y]]", "{a: b}", "12", "true", "P1", "P0", "closed", "resolved", "declared"),
    *(
        "degraded",
        "[outage]",
        "2027-01-31T14:00Z",
        "2027-01-31",
        "[{rel: 1}]",
        "[{rel: 1, to: []}]",
    ),
    *("9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00", "[{rel: post-mortem, to: [x]}]"),
]
BODIES = ["", "# T\n", *(each.split("---\n", 2)[2] for each in (closed(), post_mortem()))]


@settings(deadline=None, max_examples=30)
@given(
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    st.sampled_from(BODIES),
    st.sampled_from([INCIDENT, POST_MORTEM]),
)
def test_no_front_matter_whatsoever_breaks_a_rule_or_a_list(
    fields: dict[str, str], body: str, path: str
) -> None:
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    other = {INCIDENT: POST_MORTEM, POST_MORTEM: INCIDENT}[path]
    texts = {
        path: f"---\n{head}---\n{body}",
        other: closed() if other == INCIDENT else post_mortem(),
    }
    findings(texts)
    by_clock(texts, NOW)
    incident = Incident(read(texts[INCIDENT].encode(), INCIDENT))
    mortem = PostMortem(read(texts[POST_MORTEM].encode(), POST_MORTEM))
    list(overdue([incident], [mortem], TABLE, NOW))
    incidents_text.listing([incident], TABLE)
    incidents_text.one(incident, [mortem], TABLE)
    incidents_json.render([incident], [mortem], TABLE)


def test_the_list_as_json_has_no_command_for_a_log() -> None:
    incident = Incident(read(b"---\ntitle: '##[error]x'\n---\n", INCIDENT))
    text = incidents_json.render([incident], (), TABLE)
    assert "##[" not in text
    assert json.loads(text)["incidents"][0]["title"] == "##[error]x"
