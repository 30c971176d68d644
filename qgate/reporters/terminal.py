"""The report for a person at a terminal: the verdict first, then the worst, then the rest.

rich sets colours and widths (and respects NO_COLOR); only `Text` objects are printed, so that
nothing from outside is read as markup.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.reporters.inert import inert, inert_lines
from qgate.reporters.plain import alike, ends

_MARKS: Final = {
    Outcome.PASSED: ("✔", "bold green"),
    Outcome.FAILED: ("✘", "bold red"),
    Outcome.INCOMPLETE: ("?", "bold yellow"),
    Outcome.SKIPPED: ("-", "dim"),
}
_MOST_FILES: Final = 8
_MOST_LINES: Final = 8
_MOST_LEFT_OUT: Final = 3
_MOST_RULES: Final = 3
_COUNTED: Final = (
    ("partial", "partial"),
    ("excluded_changed", "excluded"),
    ("moved", "moved"),
    ("format_only", "only written differently"),
)


def render(report: Report, console: Console) -> str:
    """The whole report as text for this console, with its colours and its width."""
    with console.capture() as capture:
        console.print(Group(*_parts(report)))
    return capture.get()


def _parts(report: Report) -> Iterator[RenderableType]:
    groups = alike(report.gates)
    for names, gate in groups:
        yield _headline(names, gate)
    if not groups:
        yield Text("? no gate ran", style="bold yellow")
    for _, gate in groups:
        yield from _gate(gate)
    for notice in report.notices:
        place = f"{inert(notice.path)}:{notice.line}: " if notice.line else ""
        yield _line("notice", f"{place}{inert_lines(notice.message)}", "yellow")
    for note in report.notes:
        yield _line("note", inert(note), "")
    if report.base and report.head:
        yield _line("base", ends(report.base))
        yield _line("head", ends(report.head))
    if rules := _rules(report):
        yield _line("more", inert(f"qgate explain {' '.join(rules[:_MOST_RULES])}"))


def _headline(names: str, gate: GateResult) -> Text:
    mark, style = _MARKS[gate.outcome]
    text = Text(f"{mark} {names} {gate.outcome.value}", style=style)
    return text.append(f"  {inert_lines(gate.summary)}", style="default not bold")


def _gate(gate: GateResult) -> Iterator[RenderableType]:
    if gate.hint:
        yield _line("next", inert_lines(gate.hint), "bold")
    if gate.outcome is not Outcome.INCOMPLETE:
        yield from _findings([one for one in gate.findings if not one.is_quiet])
    counts = [f"{gate.metrics[key]} {word}" for key, word in _COUNTED if gate.metrics.get(key)]
    if counts:
        yield _line("also", ", ".join(counts))
    # Why none of a dozen tools is set up here, only the doctor should say.
    for index, each in enumerate(() if gate.outcome is Outcome.SKIPPED else gate.evidence):
        yield _line("" if index else "from", inert(each))
    yield from _left_out(gate)


def _findings(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    """Findings by file, in the order given: the worst file first."""
    whole = [finding for finding in findings if not finding.line]
    for finding in whole:
        place = f"{inert(finding.path)}: " if finding.path else ""
        yield Padding(Text(f"{place}{inert_lines(finding.message)}", _colour(finding)), (0, 2))
    groups = [
        (path, list(group))
        for path, group in groupby(
            (finding for finding in findings if finding.line), key=lambda finding: finding.path
        )
    ]
    for path, group in groups[:_MOST_FILES]:
        yield Padding(Text(inert(path), style="bold"), (1, 2, 0, 2))
        yield _lines(group)
    if more := sum(len(group) for _, group in groups[_MOST_FILES:]):
        files = len(groups) - _MOST_FILES
        yield Padding(
            Text(f"and {more} more in {files} files; a pipe shows all", style="dim"), (1, 2, 0, 2)
        )
    if groups:
        yield Text()


def _lines(findings: Sequence[Finding]) -> RenderableType:
    shown = findings[:_MOST_LINES]
    table = Table.grid(padding=(0, 1), expand=True)
    # Numbers are never given up; a message takes what room it needs, up to a third.
    numbers = max(len(str(finding.line)) for finding in shown)
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=numbers)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column(overflow="fold", ratio=1)
    for finding in shown:
        source = Text(inert(finding.source), no_wrap=True, overflow="ellipsis")
        table.add_row(str(finding.line), source, Text(_short(finding), style=_colour(finding)))
    if (more := len(findings) - _MOST_LINES) > 0:
        table.add_row("", Text(f"and {more} more; a pipe shows all", style="dim"), "")
    return Padding(table, (0, 2, 0, 2))


def _short(finding: Finding) -> str:
    return inert_lines(finding.message.replace("not covered by any test", "not covered"))


def _left_out(gate: GateResult) -> Iterator[RenderableType]:
    paths: dict[str, list[str]] = {}
    for each in gate.left_out:
        paths.setdefault(each.rule, []).append(inert(each.path))
    for index, (rule, names) in enumerate(paths.items()):
        more = f" and {len(names) - _MOST_LEFT_OUT} more" if len(names) > _MOST_LEFT_OUT else ""
        text = f"{', '.join(names[:_MOST_LEFT_OUT])}{more} ({inert(rule)})"
        yield _line("" if index else "left out", text)


def _line(label: str, text: str, style: str = "dim") -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=8, style="dim", justify="right")
    table.add_column()
    table.add_row(label, Text(text, style=style))
    return table


def _colour(finding: Finding) -> str:
    return "red" if finding.level is Level.ERROR else "yellow"


def _rules(report: Report) -> list[str]:
    findings = [finding for gate in report.gates for finding in gate.findings]
    findings.sort(key=lambda each: not each.blocking)
    return list(dict.fromkeys(str(each.rule) for each in (*findings, *report.notices)))
