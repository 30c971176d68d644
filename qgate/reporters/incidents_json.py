"""The published list of incidents, `qgate.incidents/1`; docs/reference/incidents.md has its fields.

Fields may be added, never changed.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from qgate import __version__
from qgate.documents.incident import times
from qgate.documents.incident.record import Incident, PostMortem
from qgate.documents.incident.severity import Table
from qgate.documents.incident.times import Measure, Moment
from qgate.reporters.inert import inert, logged_json

SCHEMA: Final = "qgate.incidents/1"


def render(found: Sequence[Incident], post_mortems: Iterable[PostMortem], table: Table) -> str:
    """Every incident as indented JSON with a newline at the end. Text from outside is inert."""
    have: dict[str, list[str]] = {}
    for each in post_mortems:
        have.setdefault(each.incident, []).append(each.document.path)
    incidents = [_incident(each, have.get(each.id, []), table) for each in found]
    whole = {"schema": SCHEMA, "qgate": __version__, "incidents": incidents}
    return logged_json(json.dumps(whole, indent=2)) + "\n"


def _incident(incident: Incident, post_mortems: list[str], table: Table) -> dict[str, Any]:
    row = table.get(incident.severity)
    document = incident.document
    return {
        "id": inert(incident.id),
        "path": inert(document.path),
        "title": inert(incident.title),
        "severity": inert(incident.severity),
        "status": inert(document.value("status")),
        "commander": inert(document.value("commander")),
        "service": inert(document.value("service")),
        "times": {
            moment.value: {
                "at": times.written(incident.times[moment]),
                "estimated": moment in incident.estimated,
            }
            for moment in Moment
            if moment in incident.times
        },
        "seconds": {
            measure.removeprefix("time to "): int(incident.lengths[measure].total_seconds())
            for measure in Measure
            if measure in incident.lengths
        },
        "respond_within_seconds": int(row.respond_within.total_seconds()) if row else None,
        "post_mortems": [inert(each) for each in post_mortems],
    }
