"""A new incident: its severity, its times, and what its template is given."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qgate.documents.incident import timeline, times
from qgate.documents.incident.severity import Severity, Table
from qgate.documents.incident.times import Moment
from qgate.documents.incident.wording import heading, one_line, paragraph
from qgate.documents.slug import slug
from qgate.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What is said of an incident when it is declared; times have an offset."""

    title: str
    severity: Severity
    started: datetime
    detected: datetime
    criteria: tuple[str, ...] = ()
    estimated: tuple[Moment, ...] = ()
    lowered_by: str = ""
    commander: str = ""
    service: str = ""
    summary: str = ""
    impact: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id that it gets where nobody has it: by the day of its start, in UTC."""
        return f"INC-{self.started.astimezone(UTC):%Y%m%d}-{slug(one_line(self.title), 'incident')}"


def chosen(
    table: Table, severity: str | None, answers: tuple[str, ...], lowered_by: str
) -> Severity:
    """The severity of a new incident: what the answers imply, or a graver one that is named.

    Raises `UsageError` for a lower one, unless somebody is named who says so; and for words that
    the table does not have, or for none.
    """
    known = table.criteria()
    for answer in answers:
        if answer not in known:
            hint = f"the table has {', '.join(known)}"
            raise UsageError(f"there is no criterion {answer!r}", hint=hint)
    implied = table.implied(answers)
    if severity is None:
        if implied is None:
            hint = "--answer names what holds, --severity the severity"
            raise UsageError("nothing says how severe it is", hint=hint)
        return implied
    named = table.get(severity)
    if named is None:
        hint = f"the table has {', '.join(table.names)}"
        raise UsageError(f"there is no severity {severity!r}", hint=hint)
    if implied is not None and table.is_graver(implied.name, named.name) and not lowered_by:
        why = ", ".join(each for each in answers if each in implied.criteria)
        hint = "take the higher one, or name with --lowered-by who says so"
        raise UsageError(f"{why} makes it {implied.name}, not {named.name}", hint=hint)
    return named


def refuse_wrong(declared: Declared, now: datetime) -> None:
    """Raise `UsageError` for times that are to come, or in the wrong order, and for no title."""
    if not one_line(declared.title):
        hint = 'such as: qgate new-incident "Checkout is down" --answer outage'
        raise UsageError("an incident needs a title", hint=hint)
    for moment, time in ((Moment.STARTED, declared.started), (Moment.DETECTED, declared.detected)):
        if time > now:
            raise UsageError(f"{moment} is to come", hint="give the time at which it was")
    if declared.detected < declared.started:
        hint = "give both with --started and --detected"
        raise UsageError("it was detected before it started", hint=hint)


def of_incident(declared: Declared, table: Table, identity: str, now: datetime) -> dict[str, Any]:
    """The values of an incident's template."""
    row = declared.severity
    implied = table.implied(declared.criteria)
    is_lowered = implied is not None and table.is_graver(implied.name, row.name)
    estimated = declared.estimated
    return {
        "id": identity,
        "title": one_line(declared.title),
        "heading": heading(declared.title),
        "today": f"{now.astimezone(UTC):%Y-%m-%d}",
        "severity": row.name,
        "label": row.label,
        "criteria": declared.criteria,
        "lowered_by": one_line(declared.lowered_by) if is_lowered else "",
        "commander": one_line(declared.commander),
        "service": one_line(declared.service),
        "started": times.written(declared.started),
        "detected": times.written(declared.detected),
        "estimated": [each.value for each in estimated],
        "summary": paragraph(declared.summary),
        "impact": paragraph(declared.impact),
        "owners": list(map(one_line, declared.owners)),
        "tags": list(map(one_line, declared.tags)),
        "timeline": [
            timeline.line(time, f"{word}{' (estimated)' * (moment in estimated)}")
            for moment, time, word in (
                (Moment.STARTED, declared.started, "Started"),
                (Moment.DETECTED, declared.detected, "Detected"),
            )
        ],
        "phases": [
            {
                "heading": phase.heading,
                "tasks": [{"id": each.id, "text": each.text} for each in items],
            }
            for phase, items in table.checklist(row.name)
        ],
    }
