"""What should have been done by now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qgate.documents.incident import times
from qgate.documents.incident.record import Incident, PostMortem, State
from qgate.documents.incident.severity import Table
from qgate.documents.incident.times import Moment


class Owed(StrEnum):
    """What is owed."""

    ACKNOWLEDGEMENT = "acknowledgement"
    POST_MORTEM = "post-mortem"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """One thing that is late: where it stands, whose it is, and since when in words."""

    owed: Owed
    id: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A document that does not say what is needed to judge it."""

    path: str
    line: int
    message: str


def overdue(
    incidents: Sequence[Incident], post_mortems: Sequence[PostMortem], table: Table, now: datetime
) -> Iterator[Overdue | Unjudged]:
    """Everything that is late at `now`, and every document that cannot be judged."""
    have = {each.incident for each in post_mortems}
    for incident in incidents:
        yield from _of_incident(incident, table, now, has_post_mortem=incident.id in have)
    for post_mortem in post_mortems:
        yield from _of_post_mortem(post_mortem, now)


def _of_incident(
    incident: Incident, table: Table, now: datetime, *, has_post_mortem: bool
) -> Iterator[Overdue | Unjudged]:
    document = incident.document
    row = table.get(incident.severity)
    if row is None or incident.state is None:
        word, key = ("severity", "severity") if row is None else ("state", "status")
        yield Unjudged(document.path, document.line_of(key), f"no {word} that is known")
        return
    match incident.state:
        case State.DECLARED:
            moment, limit, owed = Moment.DETECTED, row.respond_within, Owed.ACKNOWLEDGEMENT
        case State.RESOLVED | State.CLOSED if row.post_mortem_within and not has_post_mortem:
            moment, limit, owed = Moment.RESOLVED, row.post_mortem_within, Owed.POST_MORTEM
        case _:
            return
    since = incident.times.get(moment)
    if since is None:
        message = f"no valid time at which it was {moment}"
        yield Unjudged(document.path, document.line_of(moment), message)
    elif now - since > limit:
        yield Overdue(
            owed=owed,
            id=incident.id,
            path=document.path,
            line=document.line_of(moment),
            message=f"{row.name} was {moment} {times.said(now - since)} ago; "
            f"the {owed} was due within {times.limit(limit)}",
        )


def _of_post_mortem(post_mortem: PostMortem, now: datetime) -> Iterator[Overdue | Unjudged]:
    path = post_mortem.document.path
    for action in post_mortem.actions:
        if action.is_over:
            continue
        name = action.id or "an action"
        try:
            due = date.fromisoformat(action.due)
        except ValueError:
            yield Unjudged(path, action.line, f"{name} has no day on which it is due")
            continue
        if due < now.date():
            owner = f", {action.owner}" if action.owner else ""
            yield Overdue(
                owed=Owed.ACTION,
                id=name,
                path=path,
                line=action.line,
                message=f"{name} ({action.priority or 'no priority'}{owner}) was due on {due}",
            )
