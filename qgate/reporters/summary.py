"""The summary of a step: the page in what GitHub takes for one, 1 MiB."""

from dataclasses import replace
from typing import Final

from qgate.model.report import Report
from qgate.reporters.budget import utf8
from qgate.reporters.markdown_page import Style, page

MOST_BYTES: Final = 1_000_000
"""GitHub refuses a step's summary of more than 1,048,576 bytes, whole."""

_STYLE: Final = Style(room=MOST_BYTES, size=utf8, rest="the JSON report has all")


def render(report: Report, extra: str = "", room: int = MOST_BYTES) -> str:
    """Markdown of at most `room` bytes in UTF-8; `extra` is Markdown of our own, cut last.

    Nothing where not even the headline fits.
    """
    text = page(report, replace(_STYLE, room=min(room, MOST_BYTES)), extra)
    return text if utf8(text) <= room else ""
