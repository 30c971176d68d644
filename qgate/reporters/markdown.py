"""The whole report as Markdown, for a file or another tool; nothing in it is left out."""

from qgate.model.report import Report
from qgate.reporters.budget import NO_LIMIT
from qgate.reporters.markdown_page import Style, page


def render(report: Report) -> str:
    """GitHub Flavored Markdown with a newline at the end. Text from outside is inert."""
    return page(report, Style(room=NO_LIMIT, size=len, rest="the JSON report has all"))
