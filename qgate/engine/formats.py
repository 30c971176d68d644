"""Formats of a report by name: ours, and those that other packages add.

Those come through the entry point group `qgate.reporters`; each names a module or object with
`render(report) -> str`. None can replace one of ours.
"""

from typing import Final

from qgate.errors import UsageError
from qgate.model.report import Report
from qgate.reporters.formats import FORMATS, Render
from qgate.system import entry_points

ENTRY_POINTS: Final = "qgate.reporters"


def find(name: str) -> Render | None:
    """The reporter of a format; None where nobody has one of that name."""
    if name in FORMATS:
        return FORMATS[name]()
    other = entry_points.load(ENTRY_POINTS).get(name)
    render: Render | None = getattr(other, "render", None)
    return render


def names() -> tuple[str, ...]:
    """Every format there is here, ours first."""
    return tuple(dict.fromkeys((*FORMATS, *entry_points.load(ENTRY_POINTS))))


def render(report: Report, name: str) -> str:
    """The report in a format. Raises `UsageError` where nobody has a reporter of that name."""
    found = find(name)
    if found is None:
        raise UsageError(f"there is no format {name}", hint=f"there are {', '.join(names())}")
    return found(report)
