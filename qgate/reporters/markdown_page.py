"""The page that the Markdown reporters share: what a reviewer needs first stands first.

Every text from outside goes through `markdown_text`; every line begins with something of ours.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qgate.model.changes import Endpoint
from qgate.model.report import Finding, GateResult, Level, Outcome, Report, Standing
from qgate.reporters import merging
from qgate.reporters.budget import Block, Fitted, Row, Size, fitted
from qgate.reporters.markdown_text import cell, code, prose, tag
from qgate.reporters.merging import Group
from qgate.reporters.plain import alike

MARKS: Final = {
    Outcome.PASSED: "✅",
    Outcome.FAILED: "❌",
    Outcome.INCOMPLETE: "❔",
    Outcome.SKIPPED: "⚪",
}
_LEVELS: Final = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "💬"}
_HEADER: Final = "| | where | what | rule |\n|---|---|---|---|\n"
_MOST_RANGES: Final = 8
_MOST_RULES: Final = 3
_FEW: Final = 10
_LAST_LINE: Final = 300
_MOST_SUMMARY: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a page is made.

    `lead` is its first line, kept always. `room` is how much the whole may be, by `size`. With
    `folds` tables are folded up. `rest` says where to find what has no room.
    """

    room: int
    size: Size
    rest: str
    lead: str = ""
    folds: bool = False


def page(report: Report, style: Style, extra: str = "") -> str:
    """The report as Markdown with a newline at the end; `extra` is Markdown of our own."""
    headline = f"{style.lead}### {MARKS[report.verdict]} qgate {report.verdict.value}\n"
    room = style.room - style.size(headline) - _LAST_LINE
    blocks = list(_blocks(report, style))
    if extra:
        blocks.insert(-1, Block(worth=2, head=f"\n{extra.strip()}\n", rows=()))
    made = fitted(blocks, room, style.size)
    return (
        headline + made.text + _lost(made, style, has_extra=not extra or extra.strip() in made.text)
    )


def _lost(made: Fitted, style: Style, *, has_extra: bool) -> str:
    """The last line: what has no room at all, and where it is."""
    said = [f"{made.lost:,} more findings"] if made.lost else []
    if not has_extra:
        said.append("the plan for reviewers")
    return f"\nWithout room here: {' and '.join(said)}; {style.rest}.\n" if said else ""


def _blocks(report: Report, style: Style) -> Iterator[Block]:
    yield _notices(report)
    yield _gates(report)
    yield _hints(report)
    for worth, is_blocking in ((4, True), (6, False)):
        for gate in report.gates:
            block = _findings(gate, style, worth=worth, is_blocking=is_blocking)
            if block.rows:
                yield block
    yield _left_out(report)
    yield _notes(report)
    yield _foot(report)


def _notices(report: Report) -> Block:
    rows = [Row(text=f"- {_LEVELS[each.level]} {_notice(each)}\n") for each in report.notices]
    return Block(
        worth=1,
        head="\n" if rows else "",
        rows=rows,
        more=lambda count: f"- and {count:,} more notices\n",
    )


def _notice(finding: Finding) -> str:
    place = f"{code(_place(finding.path, finding.line))}: " if finding.path else ""
    return f"{place}{prose(finding.message)} ({code(finding.rule)})"


def _gates(report: Report) -> Block:
    """A row for each outcome; gates that say the same share one."""
    rows = [
        Row(
            text=f"| {MARKS[gate.outcome]} | **{prose(names)}** {gate.outcome.value} "
            f"| {cell(_summary(gate))} |\n"
        )
        for names, gate in alike(report.gates)
    ]
    if not rows:
        return Block(worth=0, head="\nNo gate ran.\n")
    return Block(
        worth=0,
        head="\n| | gate | |\n|---|---|---|\n",
        rows=rows,
        more=lambda count: f"| | | and {count:,} more gates |\n",
    )


def _summary(gate: GateResult) -> str:
    rule = ""
    if gate.outcome is Outcome.INCOMPLETE and gate.findings:
        rule = f" ({code(gate.findings[0].rule)})"
    return f"{prose(gate.summary, _MOST_SUMMARY)}{rule}"


def _hints(report: Report) -> Block:
    """The next step of each gate that could not be judged."""
    hints = dict.fromkeys(gate.hint for gate in report.gates if gate.hint)
    rows = [Row(text=f"- {prose(hint)}\n") for hint in hints]
    return Block(worth=1, head="\n**What to do next**\n\n" if rows else "", rows=rows)


def _findings(gate: GateResult, style: Style, *, worth: int, is_blocking: bool) -> Block:
    shown = [
        each
        for each in gate.findings
        if each.blocking is is_blocking and not each.is_quiet and not _is_said(each, gate)
    ]
    found = merging.groups(shown)
    rows = [Row(text=_row(each), count=each.count) for each in found]
    files = len({each.path for each in shown if each.path})
    what = _count(len(shown), f"{'blocking' if is_blocking else 'other'} finding")
    title = what + (f" in {_count(files, 'file')}" if files else "")
    if style.folds or not is_blocking:
        is_open = " open" if is_blocking and len(rows) <= _FEW else ""
        head = f"\n<details{is_open}><summary>{tag(gate.name)}: {title}</summary>\n\n{_HEADER}"
        tail = "\n</details>\n"
    else:
        head, tail = f"\n#### {prose(gate.name)}: {title}\n\n{_HEADER}", ""
    return Block(
        worth=worth,
        head=head,
        rows=rows,
        tail=tail,
        more=lambda count: f"| | | and {count:,} more; {style.rest} | |\n",
    )


def _is_said(finding: Finding, gate: GateResult) -> bool:
    """Whether the row of an incomplete gate says it already."""
    return gate.outcome is Outcome.INCOMPLETE and finding.message in gate.summary


def _row(group: Group) -> str:
    first = group.first
    mark = _LEVELS[first.level] if first.standing is Standing.NEW else "⚪"
    lines = _lines(group)
    where = f"{code(first.path)}{f' {lines}' if lines else ''}" if first.path else ""
    message = prose(first.message)
    if first.standing is not Standing.NEW:
        message += f" *({first.standing.value})*"
    return f"| {mark} | {cell(where)} | {cell(message)} | {cell(code(first.rule))} |\n"


def _lines(group: Group) -> str:
    """Such as `3-7, 9`; many of them are cut."""
    said = [f"{a}" if a == b else f"{a}-{b}" for a, b in group.ranges[:_MOST_RANGES]]
    more = len(group.ranges) - _MOST_RANGES
    return ", ".join(said) + (f" and {more:,} more places" if more > 0 else "")


def _left_out(report: Report) -> Block:
    counts = Counter((gate.name, each.rule) for gate in report.gates for each in gate.left_out)
    rows = [
        Row(text=f"- {prose(name)}: {_count(count, 'file')} ({code(rule)})\n")
        for (name, rule), count in counts.items()
    ]
    quiet = Counter(gate.name for gate in report.gates for each in gate.findings if each.is_quiet)
    rows += [
        Row(text=f"- {prose(name)}: {_count(count, 'older finding')}, not of this change\n")
        for name, count in quiet.items()
    ]
    head = "\n<details><summary>Left out</summary>\n\n" if rows else ""
    return Block(worth=7, head=head, rows=rows, tail="\n</details>\n" if rows else "")


def _notes(report: Report) -> Block:
    rows = [Row(text=f"- {prose(note)}\n") for note in report.notes]
    return Block(worth=8, head="\n" if rows else "", rows=rows)


def _foot(report: Report) -> Block:
    lines = []
    if report.base and report.head:
        lines.append(f"base {_end(report.base)}, head {_end(report.head)}")
    if rules := _rules(report):
        lines.append(code(f"qgate explain {' '.join(rules[:_MOST_RULES])}"))
    return Block(worth=3, head=f"\n<sub>{'<br>'.join(lines)}</sub>\n" if lines else "")


def _end(endpoint: Endpoint) -> str:
    return f"{code(endpoint.sha[:12]) or '(none)'} ({prose(endpoint.found)})"


def _rules(report: Report) -> list[str]:
    """The rules to look up, those that block first."""
    findings = [each for gate in report.gates for each in gate.findings if not each.is_quiet]
    findings.sort(key=merging.rank)
    return list(dict.fromkeys(each.rule for each in (*findings, *report.notices)))


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
