"""Incidents and post-mortems as their documents say them."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from qgate.documents.incident import timeline, times
from qgate.documents.incident.times import Measure, Moment
from qgate.parse.documents import Document
from qgate.parse.markdown import Section
from qgate.parse.yaml_tree import Located


class State(StrEnum):
    """An incident's `status`."""

    DECLARED = "declared"
    MITIGATING = "mitigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"


class PostMortemState(StrEnum):
    """A post-mortem's `status`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    CLOSED = "closed"


class ActionType(StrEnum):
    """What an action is for."""

    MITIGATE = "mitigate"
    DETECT = "detect"
    PREVENT = "prevent"
    PROCESS = "process"


class ActionState(StrEnum):
    """How far an action is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


# The times that a state asks for; what a later state asks for has not happened yet.
STAMPED: Final[dict[State, tuple[Moment, ...]]] = {
    State.DECLARED: tuple(Moment)[:2],
    State.MITIGATING: tuple(Moment)[:3],
    State.MITIGATED: tuple(Moment)[:4],
    State.RESOLVED: tuple(Moment),
    State.CLOSED: tuple(Moment),
    State.FALSE_ALARM: tuple(Moment)[:2],
}
INCIDENT_SECTIONS: Final = ("Summary", "Impact", "Timeline", "Communications", "Checklist")
POST_MORTEM_SECTIONS: Final = (
    *("Summary", "Impact", "Root causes", "Trigger", "Detection", "Resolution", "Timeline"),
    *("What went well", "What went wrong", "Where we got lucky", "Action items", "Lessons"),
)
ACTION_COLUMNS: Final = ("id", "type", "action", "owner", "priority", "due")
ACTION_REST: Final = ("tracker", "state", "evidence")


@dataclass(frozen=True)
class Incident:
    """One incident; what its document does not say, or says wrongly, is missing."""

    document: Document

    @property
    def id(self) -> str:
        """The file's name without its suffix: what identifies it, whatever `id` says."""
        return PurePosixPath(self.document.path).stem

    @property
    def title(self) -> str:
        """The field, else the heading."""
        heading = self.document.body.title
        return self.document.value("title") or (heading.text if heading else "")

    @cached_property
    def state(self) -> State | None:
        """None for an unknown one."""
        written = self.document.value("status")
        return State(written) if written in set(State) else None

    @property
    def severity(self) -> str:
        """As it is written."""
        return self.document.value("severity")

    @cached_property
    def times(self) -> Mapping[Moment, datetime]:
        """Those of the five that are valid times."""
        read = ((each, times.read_or_none(self.document.value(each))) for each in Moment)
        return {moment: time for moment, time in read if time is not None}

    @cached_property
    def estimated(self) -> frozenset[str]:
        """The names of the times that nobody knows exactly."""
        return frozenset(text for text, _ in texts(self.document, "estimated"))

    @cached_property
    def criteria(self) -> tuple[str, ...]:
        """The keys of what was answered with yes."""
        return tuple(text for text, _ in texts(self.document, "criteria"))

    @cached_property
    def timeline(self) -> tuple[timeline.Row, ...]:
        """The rows of the timeline."""
        return timeline.rows(self.document)

    @cached_property
    def lengths(self) -> Mapping[Measure, timedelta]:
        """What is computed from the times, as far as both are there."""
        found = {}
        for measure in Measure:
            start, end = measure.between
            if start in self.times and end in self.times:
                found[measure] = self.times[end] - self.times[start]
        return found

    @cached_property
    def item_ids(self) -> frozenset[str]:
        """The ids of the checklist's items that are there."""
        return frozenset(
            identity for task in self.document.body.tasks if (identity := item_id(task.comments))
        )

    def is_estimated(self, measure: Measure) -> bool:
        """Whether one of the two times that a measure is computed from is estimated."""
        return any(moment in self.estimated for moment in measure.between)

    @cached_property
    def is_ordered(self) -> bool:
        """Whether no time is earlier than one that comes before it."""
        found = [self.times[each] for each in Moment if each in self.times]
        return found == sorted(found)

    @cached_property
    def post_mortems(self) -> frozenset[str]:
        """The paths that its links call post-mortems."""
        return linked(self.document, "post-mortem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A row of `## Action items`; every field as it is written, `line` 1-based."""

    id: str
    type: str
    action: str
    owner: str
    priority: str
    due: str
    tracker: str
    state: str
    evidence: str
    line: int

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.state in {ActionState.DONE, ActionState.DROPPED}


@dataclass(frozen=True)
class PostMortem:
    """One post-mortem."""

    document: Document

    @property
    def id(self) -> str:
        """The file's name without its suffix."""
        return PurePosixPath(self.document.path).stem

    @property
    def incident(self) -> str:
        """The id of its incident, as it is written."""
        return self.document.value("incident")

    @cached_property
    def state(self) -> PostMortemState | None:
        """None for an unknown one."""
        written = self.document.value("status")
        return PostMortemState(written) if written in set(PostMortemState) else None

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Every action."""
        section = self.document.body.section("Action items")
        if section is None:
            return ()
        found = timeline.table(section, (*ACTION_COLUMNS, *ACTION_REST))
        return tuple(Action(line=line, **cells) for cells, line in found)


def item_id(comments: Iterable[str]) -> str:
    """The id in an item's comments, `<!-- item: ID -->`; empty without one."""
    return next(
        (each.partition(":")[2].strip() for each in comments if each.startswith("item:")), ""
    )


def texts(document: Document, key: str) -> tuple[tuple[str, Located], ...]:
    """A field that is a list of texts, each with its place; one text stands for a list of it."""
    if key not in document.fields:
        return ()
    at = document.fields[key].value
    items = at.value if isinstance(at.value, tuple) else (at,)
    return tuple((str(item.value), item) for item in items if isinstance(item.value, str | int))


def linked(document: Document, relation: str) -> frozenset[str]:
    """The paths from the root that `links` of the front matter lead to by a relation."""
    found = set()
    at = document.fields["links"].value if "links" in document.fields else None
    for item in at.value if at and isinstance(at.value, tuple) else ():
        if not isinstance(item.value, dict) or not {"rel", "to"} <= item.value.keys():
            continue
        if item.value["rel"].value.value == relation:
            target = unquote(str(item.value["to"].value.value).partition("#")[0])
            folder = "" if target.startswith("/") else posixpath.dirname(document.path)
            found.add(posixpath.normpath(posixpath.join(folder, target.lstrip("/"))))
    return frozenset(found)


def lacking(document: Document, titles: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each section that is not there, line 0, or that is empty, with its line."""
    for title in titles:
        section = document.body.section(title)
        if section is None:
            yield title, 0
        elif is_empty(section):
            yield title, section.heading.line


def is_empty(section: Section) -> bool:
    """Whether nothing is said in a section: the head of a table alone says nothing."""
    return not any(block.is_content and not block.is_header for block in section.blocks)
