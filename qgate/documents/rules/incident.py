"""Rules for incidents."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from qgate.documents.incident import severity, timeline, times, typed
from qgate.documents.incident.record import (
    INCIDENT_SECTIONS,
    STAMPED,
    Incident,
    PostMortem,
    State,
    lacking,
    texts,
)
from qgate.documents.incident.severity import Table
from qgate.documents.incident.times import Measure, Moment
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.errors import SettingsError
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document

_ID: Final = re.compile(r"INC-\d{8}-[^\s/]+")
_REQUIRED: Final = ("type", "id", "title", "status", "severity", "created")
_PLACE: Final = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)")
_OVER: Final = frozenset({State.RESOLVED, State.CLOSED})


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    INCOMPLETE = "documents/incident-incomplete"
    ID = "documents/incident-id"
    STATE = "documents/incident-state"
    TIME = "documents/incident-time"
    TIME_ORDER = "documents/incident-time-order"
    TIME_MISSING = "documents/incident-time-missing"
    SECTION = "documents/incident-section"
    SEVERITY = "documents/incident-severity"
    SEVERITY_TOO_LOW = "documents/severity-too-low"
    SEVERITY_TABLE = "documents/severity-table"
    LATE = "documents/late-acknowledgement"
    ITEM_MISSING = "documents/incident-item-missing"
    TIMELINE = "documents/timeline"
    TYPED_DURATION = "documents/typed-duration"
    NO_POST_MORTEM = "documents/no-post-mortem"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """Front matter, state, times, sections and timeline of one incident."""
    del kind
    if not document.fields:
        yield found(Rule.INCOMPLETE, "no front matter", document, 1)
        return
    incident = Incident(document)
    for key in _REQUIRED:
        if not document.value(key):
            yield found(Rule.INCOMPLETE, f"{key} is missing", document, document.line_of(key))
    identity = document.value("id")
    if identity and (identity != incident.id or not _ID.fullmatch(identity)):
        message = f"the id is {identity}, and the file {incident.id}: expected INC-YYYYMMDD-slug"
        yield found(Rule.ID, message, document, document.line_of("id"))
    yield from _times(incident)
    yield from _state(incident)
    yield from _sections(incident)
    yield from of_timeline(document, incident)
    yield from of_durations(document, incident)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Times that are to come."""
    del kind
    for moment, time in Incident(document).times.items():
        if time > now:
            message = f"{moment} is to come"
            yield found(Rule.TIME, message, document, document.line_of(moment))


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """What the table of severities decides."""
    yield from _proposed(asked)
    documents = library.of(Kind.INCIDENT)
    if not documents:
        # Nothing that the table, which is yet to be read, could be needed for.
        return
    table = table_of(asked)
    for document in documents:
        incident = Incident(document)
        if not document.value("severity"):
            continue
        yield from _severity(incident, table)
        yield from _late(incident, table)
        yield from _items(incident, table)


def library_by_clock(library: Library, asked: Asked, now: datetime) -> Iterator[Finding]:
    """Incidents that should have a post-mortem by now."""
    documents = library.of(Kind.INCIDENT)
    if not documents:
        return
    table = table_of(asked)
    have = {PostMortem(document).incident for document in library.of(Kind.POST_MORTEM)}
    for document in documents:
        incident = Incident(document)
        row = table.get(incident.severity)
        end = incident.times.get(Moment.RESOLVED)
        if row is None or row.post_mortem_within is None or incident.state not in _OVER:
            continue
        if incident.id in have or end is None or now - end <= row.post_mortem_within:
            continue
        limit = times.limit(row.post_mortem_within)
        message = f"{row.name} needs a post-mortem within {limit} of its resolution"
        yield found(Rule.NO_POST_MORTEM, message, document, document.line_of(Moment.RESOLVED))


def table_of(asked: Asked) -> Table:
    """The table that holds: the base's; one that cannot be read holds nothing, and ours does."""
    try:
        return severity.of(asked.policy)
    except SettingsError:
        return severity.shipped()


def of_timeline(document: Document, incident: Incident) -> Iterator[Finding]:
    """The rows of a document's timeline, between the start and the end of an incident."""
    rows = timeline.rows(document)
    for row in rows:
        if row.time is None:
            message = f"{row.written or 'nothing'} is no time with an offset"
            yield _warned(Rule.TIMELINE, message, document, row.line)
    for before, row in timeline.out_of_order(rows):
        message = f"{row.written} stands below {before.written}, and is earlier"
        yield _warned(Rule.TIMELINE, message, document, row.line)
    if incident.is_ordered:
        start, end = (incident.times.get(each) for each in (Moment.STARTED, Moment.RESOLVED))
        for row, where in timeline.outside(rows, start, end):
            yield _warned(Rule.TIMELINE, f"{row.written} is {where}", document, row.line)


def of_durations(document: Document, incident: Incident) -> Iterator[Finding]:
    """Typed durations in a document that are not what an incident's times give."""
    for measure, said, line in typed.disagreeing(document, incident.lengths):
        message = f"{measure} is typed as {said}; the times give "
        message += times.said(incident.lengths[measure])
        yield found(Rule.TYPED_DURATION, message, document, line)


def _times(incident: Incident) -> Iterator[Finding]:
    document = incident.document
    for moment in Moment:
        written = document.value(moment)
        if written and moment not in incident.times:
            yield _at_value(Rule.TIME, f"{moment}: {_wrong(written)}", document, moment)
    for text, at in texts(document, "estimated"):
        if text not in set(Moment):
            message = f"estimated: {text} is none of {', '.join(Moment)}"
            yield found(Rule.TIME, message, document, at.line, column=at.column)
    present = [each for each in Moment if each in incident.times]
    for before, after in pairwise(present):
        if incident.times[after] < incident.times[before]:
            # One mistake can put several out of order, so the first is told.
            message = f"{after} is earlier than {before}"
            yield _at_value(Rule.TIME_ORDER, message, document, after)
            return


def _state(incident: Incident) -> Iterator[Finding]:
    document = incident.document
    if not document.value("status"):
        return
    if incident.state is None:
        message = f"{document.value('status')} is no state; expected {', '.join(State)}"
        yield _at_value(Rule.STATE, message, document, "status")
        return
    needed = STAMPED[incident.state]
    for moment in needed:
        if not document.value(moment):
            message = f"the incident is {incident.state}, and {moment} is missing"
            yield found(Rule.TIME_MISSING, message, document, document.line_of(moment))
    allowed = tuple(Moment)[:-1] if incident.state is State.FALSE_ALARM else needed
    for moment in Moment:
        if document.value(moment) and moment not in allowed:
            message = f"the incident is {incident.state}, and has a time at which it was {moment}"
            yield _at_value(Rule.STATE, message, document, "status")
            return


def _sections(incident: Incident) -> Iterator[Finding]:
    document = incident.document
    for title, line in lacking(document, INCIDENT_SECTIONS):
        if not line:
            message = f"there is no section `## {title}`"
            heading = document.body.title
            at = heading.line if heading else document.body_line
            yield found(Rule.SECTION, message, document, at)
        elif incident.state in _OVER:
            level = Level.ERROR if incident.state is State.CLOSED else Level.WARNING
            message = f"the incident is {incident.state}, and `{title}` is empty"
            yield found(Rule.SECTION, message, document, line, level=level)


def _proposed(asked: Asked) -> Iterator[Finding]:
    """A table that this change brings, and that cannot be read."""
    try:
        severity.of(asked.proposed)
    except SettingsError as error:
        for problem in error.problems:
            if match := _PLACE.fullmatch(problem):
                line, column = int(match["line"]), int(match["column"])
                message = match["message"]
                yield found(Rule.SEVERITY_TABLE, message, match["path"], line, column=column)


def _severity(incident: Incident, table: Table) -> Iterator[Finding]:
    document = incident.document
    row = table.get(incident.severity)
    if row is None:
        message = f"{incident.severity} is no severity; expected {', '.join(table.names)}"
        yield _at_value(Rule.SEVERITY, message, document, "severity")
    known = table.criteria()
    for text, at in texts(document, "criteria"):
        if text not in known:
            message = f"criteria: the table of severities has no {text}"
            yield found(Rule.SEVERITY, message, document, at.line, column=at.column)
    implied = table.implied(incident.criteria)
    if row is None or implied is None or document.value("lowered_by"):
        return
    if table.is_graver(implied.name, row.name):
        why = ", ".join(each for each in incident.criteria if each in implied.criteria)
        message = f"{why} makes it {implied.name}, and {row.name} is written; lowered_by is missing"
        yield _at_value(Rule.SEVERITY_TOO_LOW, message, document, "severity")


def _late(incident: Incident, table: Table) -> Iterator[Finding]:
    row = table.get(incident.severity)
    length = incident.lengths.get(Measure.ACKNOWLEDGE)
    if row is None or length is None or not incident.is_ordered or length <= row.respond_within:
        return
    is_estimated = incident.is_estimated(Measure.ACKNOWLEDGE)
    reason = incident.document.value("late_reason").strip()
    message = f"acknowledged after {times.said(length)}; {row.name} allows "
    message += times.limit(row.respond_within) + " (estimated)" * is_estimated
    message += f": {reason}" if reason else "; say why in the field late_reason"
    level = Level.WARNING if is_estimated or reason else Level.ERROR
    document = incident.document
    line = document.line_of(Moment.ACKNOWLEDGED)
    yield found(Rule.LATE, message, document, line, level=level)


def _items(incident: Incident, table: Table) -> Iterator[Finding]:
    section = incident.document.body.section("Checklist")
    is_known = table.get(incident.severity) is not None
    if incident.state is State.FALSE_ALARM or section is None or not is_known:
        return
    for identity, text in table.items(incident.severity).items():
        if identity not in incident.item_ids:
            message = f"the checklist lacks `{identity}`: {text}"
            yield found(Rule.ITEM_MISSING, message, incident.document, section.heading.line)


def _at_value(rule: Rule, message: str, document: Document, key: str) -> Finding:
    """A finding at a field's value."""
    at = document.fields[key].value
    return found(rule, message, document, at.line, column=at.column)


def _warned(rule: Rule, message: str, document: Document, line: int) -> Finding:
    return found(rule, message, document, line, level=Level.WARNING)


def _wrong(text: str) -> str:
    """What is wrong with a text that is no time."""
    try:
        times.read(text)
    except times.WrongTime as error:
        return str(error)
    return ""
