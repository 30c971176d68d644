"""What a post-mortem's template is given: all that the incident's record says."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from qgate.documents.incident import timeline, times
from qgate.documents.incident.record import STAMPED, Incident, State, is_empty, item_id
from qgate.documents.incident.severity import Table
from qgate.documents.incident.times import Measure, Moment
from qgate.documents.incident.wording import cell, heading, one_line, paragraph
from qgate.parse.markdown import Link

# A link that means the same wherever it stands.
_ABSOLUTE: Final = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")
_ASKED: Final = {
    "Summary": "What happened?",
    "Impact": "Who or what was affected, how much, and for how long?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of a post-mortem when it is drafted; what is empty comes from the incident."""

    title: str = ""
    summary: str = ""
    impact: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def of_post_mortem(
    incident: Incident, table: Table, folder: str, said: Said, now: datetime
) -> dict[str, Any]:
    """The values of a post-mortem's template, for a file in a folder (relative to the root)."""
    link = posixpath.relpath(incident.document.path, folder or ".")
    title = one_line(said.title) or f"Post-mortem: {one_line(incident.title)}"
    return {
        "id": f"PM-{incident.id}",
        "incident": incident.id,
        "title": title,
        "heading": heading(title),
        "today": f"{now.astimezone(UTC):%Y-%m-%d}",
        "severity": incident.severity,
        "link": link,
        "target": quote(link),
        "owners": list(map(one_line, said.owners)),
        "tags": list(map(one_line, said.tags)),
        "summary": paragraph(said.summary) or _section(incident, "Summary", folder),
        "impact": paragraph(said.impact) or _section(incident, "Impact", folder),
        "durations": list(_durations(incident)),
        "timeline": list(_rows(incident, folder)),
        "questions": [cell(each) for each in _questions(incident, table)],
    }


def _section(incident: Incident, title: str, folder: str) -> str:
    """What stands in a section, as it stands."""
    section = incident.document.body.section(title)
    if section is None or is_empty(section):
        return ""
    lines = incident.document.text.split("\n")[section.heading.line : section.end_line]
    links = [link for block in section.blocks for link in block.links]
    return _moved("\n".join(lines).strip("\n"), links, incident.document.path, folder)


def _moved(text: str, links: Iterable[Link], source: str, folder: str) -> str:
    """A text with its relative links as they are to be in another folder."""
    for target in {each.target for each in links}:
        if _ABSOLUTE.match(target):
            continue
        path, mark, fragment = target.partition("#")
        whole = posixpath.join(posixpath.dirname(source), path) if path else source
        moved = posixpath.relpath(whole, folder or ".") + mark + fragment
        safe = moved.replace("\\", r"\\")
        text = re.sub(rf"(\]\(<?){re.escape(target)}(?=[\s)>])", rf"\g<1>{safe}", text)
    return text


def _rows(incident: Incident, folder: str) -> Iterator[str]:
    links = incident.document.body.links
    for row in incident.timeline:
        if row.time is not None:
            texts = (
                _moved(each, links, incident.document.path, folder)
                for each in (row.event, row.evidence)
            )
            yield timeline.line(row.time, *texts)


def _durations(incident: Incident) -> Iterator[str]:
    for measure in Measure:
        length = incident.lengths.get(measure)
        if length is None:
            yield f"| {measure} | not known | |"
        else:
            note = "estimated" if incident.is_estimated(measure) else ""
            yield f"| {measure} | {times.said(length)} | {note} |".replace("|  |", "| |")


def _questions(incident: Incident, table: Table) -> Iterator[str]:
    """What the incident's record leaves open."""
    for title, question in _ASKED.items():
        section = incident.document.body.section(title)
        if section is None or is_empty(section):
            yield question
    yield from _about_times(incident, table)
    for event in incident.timeline:
        if not event.evidence:
            yield f"What shows that at {event.written}: {event.event}?"
    # What the last phase asks for is still to come.
    later = {each.id for each in table.phases[-1].items}
    for task in incident.document.body.tasks:
        identity = item_id(task.comments)
        if identity and identity not in later and not task.is_checked:
            yield f"Not ticked: {task.text}"


def _about_times(incident: Incident, table: Table) -> Iterator[str]:
    for moment in STAMPED[incident.state or State.RESOLVED]:
        asked = "did it start" if moment is Moment.STARTED else f"was it {moment}"
        if moment not in incident.times:
            yield f"When {asked}?"
        elif moment in incident.estimated:
            yield f"When exactly {asked}? {incident.document.value(moment)} is an estimate."
    row, length = table.get(incident.severity), incident.lengths.get(Measure.ACKNOWLEDGE)
    if row is not None and length is not None and length > row.respond_within:
        limit = times.limit(row.respond_within)
        yield f"Why was it acknowledged only after {times.said(length)}? {row.name} allows {limit}."
