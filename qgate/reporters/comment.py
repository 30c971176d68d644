"""The one comment on a pull request; docs/reference/report-formats.md publishes its marker."""

from typing import Final

from qgate.model.report import Report
from qgate.reporters.budget import utf16
from qgate.reporters.markdown_page import MARKS, Style, page

MARKER: Final = "<!-- qgate:comment/1 -->"
"""The first line, by which the comment is found again. Published: never changed."""

MOST_CHARACTERS: Final = 65_000
"""UTF-16 code units. GitHub takes 65,536 characters; at most 3 bytes each, so 262,144 bytes too."""

_STYLE: Final = Style(
    room=MOST_CHARACTERS,
    size=utf16,
    rest="the report of the run has all",
    lead=f"{MARKER}\n",
    folds=True,
)


def render(report: Report, extra: str = "") -> str:
    """Markdown of at most `MOST_CHARACTERS`; `extra` is Markdown of our own, cut last."""
    return page(report, _STYLE, extra)


def mended(report: Report) -> str:
    """The comment in one line, for when there is nothing to say any more."""
    verdict = f"{MARKS[report.verdict]} qgate {report.verdict.value}"
    return f"{MARKER}\n{verdict}: nothing is left to mend.\n"
