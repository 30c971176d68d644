"""Rules for post-mortems."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from qgate.documents.incident.record import (
    POST_MORTEM_SECTIONS,
    Action,
    ActionState,
    ActionType,
    Incident,
    PostMortem,
    PostMortemState,
    lacking,
)
from qgate.documents.incident.severity import Table
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.documents.rules.common import day
from qgate.documents.rules.incident import of_durations, of_timeline, table_of
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document

_REQUIRED: Final = ("type", "id", "title", "status", "incident", "created")
_ACTION_NEEDS: Final = ("id", "type", "action", "owner", "priority", "due", "state")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    INCOMPLETE = "documents/post-mortem-incomplete"
    ID = "documents/post-mortem-id"
    STATE = "documents/post-mortem-state"
    SECTION = "documents/post-mortem-section"
    INCIDENT = "documents/post-mortem-incident"
    ACTION_INCOMPLETE = "documents/action-incomplete"
    ACTION_DUE = "documents/action-due-date"
    ACTION_UNTRACKED = "documents/action-untracked"
    ACTION_OVERDUE = "documents/action-overdue"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """Front matter, state and sections of one post-mortem."""
    del kind
    if not document.fields:
        yield found(Rule.INCOMPLETE, "no front matter", document, 1)
        return
    post_mortem = PostMortem(document)
    for key in _REQUIRED:
        if not document.value(key):
            yield found(Rule.INCOMPLETE, f"{key} is missing", document, document.line_of(key))
    identity, incident = document.value("id"), post_mortem.incident
    if identity and incident and not identity == post_mortem.id == f"PM-{incident}":
        message = f"the id is {identity}, and the file {post_mortem.id}: expected PM-{incident}"
        yield found(Rule.ID, message, document, document.line_of("id"))
    if document.value("status") and post_mortem.state is None:
        message = f"{document.value('status')} is no state; expected {', '.join(PostMortemState)}"
        at = document.fields["status"].value
        yield found(Rule.STATE, message, document, at.line, column=at.column)
    yield from _sections(post_mortem)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Actions whose day is past and that are not done."""
    del kind
    for action in PostMortem(document).actions:
        due = day(action.due)
        if due is not None and due < now.date() and not action.is_over:
            message = f"{action.id} was due on {due}"
            yield found(Rule.ACTION_OVERDUE, message, document, action.line, level=Level.WARNING)


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """The incident of each, and what the table of severities decides of its actions."""
    documents = library.of(Kind.POST_MORTEM)
    if not documents:
        return
    table = table_of(asked)
    incidents = {each.id: each for each in map(Incident, library.of(Kind.INCIDENT))}
    for document in documents:
        post_mortem = PostMortem(document)
        yield from _incident(post_mortem, incidents)
        yield from _actions(post_mortem, table)


def _sections(post_mortem: PostMortem) -> Iterator[Finding]:
    document = post_mortem.document
    for title, line in lacking(document, POST_MORTEM_SECTIONS):
        if not line:
            heading = document.body.title
            at = heading.line if heading else document.body_line
            yield found(Rule.SECTION, f"there is no section `## {title}`", document, at)
        elif post_mortem.state not in {None, PostMortemState.DRAFT}:
            message = f"the post-mortem is {post_mortem.state}, and `{title}` is empty"
            yield found(Rule.SECTION, message, document, line)


def _incident(post_mortem: PostMortem, incidents: Mapping[str, Incident]) -> Iterator[Finding]:
    document, name = post_mortem.document, post_mortem.incident
    if not name:
        return
    at = document.fields["incident"].value
    incident = incidents.get(name)
    if incident is None:
        message = f"there is no incident {name}"
        yield found(Rule.INCIDENT, message, document, at.line, column=at.column)
        return
    if document.path not in incident.post_mortems:
        message = f"{name} does not link back: its links have no post-mortem that is this file"
        yield found(Rule.INCIDENT, message, document, at.line, column=at.column)
    yield from of_timeline(document, incident)
    yield from of_durations(document, incident)


def _actions(post_mortem: PostMortem, table: Table) -> Iterator[Finding]:
    document, state = post_mortem.document, post_mortem.state
    seen: set[str] = set()
    for action in post_mortem.actions:
        if action.id and action.id in seen:
            message = f"{action.id} is there twice"
            yield found(Rule.ACTION_INCOMPLETE, message, document, action.line)
        seen.add(action.id)
        if action.due and day(action.due) is None:
            message = f"{action.due}: expected a day such as 2027-01-31"
            yield found(Rule.ACTION_DUE, message, document, action.line)
        for message in _wrong(action, table, is_draft=state is PostMortemState.DRAFT):
            yield found(Rule.ACTION_INCOMPLETE, message, document, action.line)
        row = table.get(action.priority)
        is_grave = row is not None and row.post_mortem_within is not None
        if is_grave and state is PostMortemState.CLOSED and not action.tracker:
            message = f"the post-mortem is closed, and nothing tracks {action.id}, a "
            message += f"{action.priority}"
            yield found(Rule.ACTION_UNTRACKED, message, document, action.line)


def _wrong(action: Action, table: Table, *, is_draft: bool) -> Iterator[str]:
    """What an action lacks, and words in it that nobody knows."""
    name = action.id or "an action"
    if not is_draft:
        missing = [each for each in _ACTION_NEEDS if not getattr(action, each)]
        if action.state == ActionState.DONE and not action.evidence:
            missing.append("evidence")
        if missing:
            yield f"{name} lacks {', '.join(missing)}"
    choices = {"type": ActionType, "state": ActionState, "priority": table.names}
    for field, words in choices.items():
        written = getattr(action, field)
        if written and written not in set(words):
            yield f"{name}: {field} {written}: expected {', '.join(words)}"
