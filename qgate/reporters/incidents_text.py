"""Incidents as text for people. What comes from documents is inert."""

from collections.abc import Iterable, Sequence

from qgate.documents.incident import times
from qgate.documents.incident.overdue import Overdue, Unjudged
from qgate.documents.incident.record import Incident, PostMortem
from qgate.documents.incident.severity import Table
from qgate.documents.incident.times import Measure, Moment
from qgate.reporters.inert import inert


def listing(found: Sequence[Incident], table: Table) -> str:
    """A line for each incident: id, severity, state, durations, title."""
    if not found:
        return "there are no incidents\n"
    head = (
        "id",
        "severity",
        "state",
        *(each.removeprefix("time to ") for each in Measure),
        "title",
    )
    rows = [head]
    for incident in found:
        lengths = (_length(incident, each, table) for each in Measure)
        state = incident.document.value("status")
        cells = (incident.id, incident.severity, state, *lengths, incident.title)
        rows.append(tuple(inert(each) or "-" for each in cells))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def one(incident: Incident, post_mortems: Iterable[PostMortem], table: Table) -> str:
    """All that is known of an incident."""
    document = incident.document
    row = table.get(incident.severity)
    label = f", {row.label}" if row else ", which the table does not have"
    lines = [
        f"{incident.id}: {incident.title}",
        f"  file       {document.path}",
        f"  severity   {incident.severity}{label}",
        f"  state      {document.value('status')}",
    ]
    lines += [
        f"  {key:<10} {text}"
        for key in ("commander", "service", "lowered_by")
        if (text := document.value(key))
    ]
    lines += [
        f"  {each.document.value('status'):<10} {each.document.path}"
        for each in post_mortems
        if each.incident == incident.id
    ]
    lines.append("times")
    for moment in Moment:
        estimated = " (estimated)" * (moment in incident.estimated)
        lines.append(f"  {moment:<20} {document.value(moment) or '-'}{estimated}")
    lines.append("durations")
    for measure in Measure:
        begin, end = measure.between
        length = _length(incident, measure, table) or "-"
        limit = ""
        if measure is Measure.ACKNOWLEDGE and row:
            limit = f"; {row.name} allows {times.limit(row.respond_within)}"
        lines.append(f"  {measure:<20} {length} ({begin} to {end}{limit})")
    return "".join(f"{inert(line)}\n" for line in lines)


def late(found: Sequence[Overdue | Unjudged]) -> str:
    """A line for each thing that is overdue or cannot be judged, and one that counts them."""
    lines = []
    for each in found:
        what = f"overdue {each.owed}: " if isinstance(each, Overdue) else "cannot be judged: "
        lines.append(f"{each.path}:{each.line}: {what}{each.message}")
    overdue = sum(isinstance(each, Overdue) for each in found)
    rest = len(found) - overdue
    last = f"{overdue} overdue" if overdue else "nothing is overdue"
    last += f", {rest} cannot be judged" if rest else ""
    return "".join(f"{inert(line)}\n" for line in (*lines, last))


def severities(table: Table) -> str:
    """The table, with the key of each criterion."""
    lines = []
    for row in table.severities:
        limit = times.limit(row.respond_within)
        lines.append(f"{row.name} {row.label}: respond within {limit}")
        if row.post_mortem_within:
            within = times.limit(row.post_mortem_within)
            lines.append(f"  post-mortem within {within} of the resolution")
        lines += [f"  {key:<18} {text}" for key, text in row.criteria.items()]
    return "".join(f"{inert(line)}\n" for line in lines)


def _length(incident: Incident, measure: Measure, table: Table) -> str:
    """A duration, with `~` where it is estimated and `!` where it is longer than allowed."""
    length = incident.lengths.get(measure)
    if length is None:
        return ""
    row = table.get(incident.severity)
    is_late = measure is Measure.ACKNOWLEDGE and row is not None and length > row.respond_within
    return "~" * incident.is_estimated(measure) + times.said(length) + "!" * is_late
