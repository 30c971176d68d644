"""The page that the Markdown reporters share: what a reviewer needs first stands first.

Every text from outside goes through `markdown_text`; every line begins with something of ours.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from qgate.model.changes import Endpoint
from qgate.model.report import Finding, GateResult, Level, Outcome, Report, Standing
from qgate.reporters import merging
from qgate.reporters.budget import Block, Fitted, Row, Size, fitted, rows
from qgate.reporters.markdown_text import cell, code, counted, prose, tag
from qgate.reporters.merging import Group
from qgate.reporters.plain import alike

MARKS: Final = {
    Outcome.PASSED: "✅",
    Outcome.FAILED: "❌",
    Outcome.INCOMPLETE: "❔",
    Outcome.SKIPPED: "⚪",
}
_LEVELS: Final = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "💬"}
_ORDER: Final = (Outcome.FAILED, Outcome.INCOMPLETE, Outcome.PASSED, Outcome.SKIPPED)
_HEADER: Final = "| where | what | rule |\n|---|---|---|\n"
_MOST_RANGES: Final = 8
_MOST_RULES: Final = 3
_FEW: Final = 10
_FIRST: Final = 5
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
    extra = extra.strip()
    if extra:
        blocks.insert(-1, Block(worth=2, head=f"\n{extra}\n"))
    made = fitted(blocks, room, style.size)
    return headline + made.text + _lost(made, style, has_extra=extra in made.text)


def _lost(made: Fitted, style: Style, *, has_extra: bool) -> str:
    """The last line: what has no room at all, and where it is."""
    said = [f"{made.lost:,} more"] if made.lost else []
    if not has_extra:
        said.append("the plan for reviewers")
    return f"\nWithout room here: {' and '.join(said)}; {style.rest}.\n" if said else ""


def _blocks(report: Report, style: Style) -> Iterator[Block]:
    yield _gates(report)
    yield _notices(report)
    yield _hints(report)
    for gate in report.gates:
        yield from _blocking(gate, style)
    for gate in report.gates:
        yield from _others(gate, style)
    yield _left_out(report)
    yield _notes(report)
    yield _foot(report)


def _gates(report: Report) -> Block:
    """A row for each outcome, the worst first; gates that say the same share one."""
    found = sorted(alike(report.gates), key=lambda each: _ORDER.index(each[1].outcome))
    if not found:
        return Block(worth=0, head="\nNo gate ran.\n")
    return Block(
        worth=0,
        head="\n| | gate | |\n|---|---|---|\n",
        rows=rows(
            f"| {MARKS[gate.outcome]} | **{cell(prose(names))}** {gate.outcome.value} "
            f"| {cell(_summary(gate))} |\n"
            for names, gate in found
        ),
        more=lambda count: f"| | and {count:,} more | |\n",
    )


def _summary(gate: GateResult) -> str:
    rule = ""
    if gate.outcome is Outcome.INCOMPLETE and gate.findings:
        rule = f" ({code(gate.findings[0].rule)})"
    return f"{prose(gate.summary, _MOST_SUMMARY)}{rule}"


def _notices(report: Report) -> Block:
    return _list(1, (f"{_LEVELS[each.level]} {_notice(each)}" for each in report.notices))


def _notice(finding: Finding) -> str:
    place = f"{code(_place(finding.path, finding.line))}: " if finding.path else ""
    return f"{place}{prose(finding.message)} ({code(finding.rule)})"


def _hints(report: Report) -> Block:
    """The next step of each gate that could not be judged."""
    hints: dict[str, list[str]] = {}
    for gate in report.gates:
        if gate.hint:
            hints.setdefault(gate.hint, []).append(gate.name)
    said = (f"**{prose(', '.join(names))}**: {prose(hint)}" for hint, names in hints.items())
    return _list(1, said, title="**What to do next**\n\n")


def _list(worth: int, texts: Iterable[str], title: str = "", tail: str = "") -> Block:
    """A list with a text an item; nothing where there are none."""
    items = rows(f"- {each}\n" for each in texts)
    return Block(
        worth=worth,
        head=f"\n{title}" if items else "",
        rows=items,
        tail=tail if items else "",
    )


def _blocking(gate: GateResult, style: Style) -> Iterator[Block]:
    """What blocks, the worst first; where tables are folded, a long one all but its beginning."""
    found, title = _shown(gate, is_blocking=True)
    if not found:
        return
    top = _FIRST if style.folds and len(found) > _FEW else len(found)
    head = f"\n**{prose(gate.name)}**: {title}\n\n"
    if not style.folds:
        head = f"\n#### {prose(gate.name)}: {title}\n\n"
    yield _table(4, head, found[:top], style)
    if rest := found[top:]:
        more = f"{sum(each.count for each in rest):,} more"
        yield _folded(5, f"{tag(gate.name)}: {more}", rest, style)


def _others(gate: GateResult, style: Style) -> Iterator[Block]:
    """What does not block, folded up."""
    found, title = _shown(gate, is_blocking=False)
    if found:
        yield _folded(6, f"{tag(gate.name)}: {title}", found, style)


def _shown(gate: GateResult, *, is_blocking: bool) -> tuple[Sequence[Group], str]:
    """Groups of findings, and what they are in words."""
    shown = [
        each
        for each in gate.findings
        if each.blocking is is_blocking and not each.is_quiet and not _is_said(each, gate)
    ]
    files = len({each.path for each in shown if each.path})
    what = counted(len(shown), f"{'blocking' if is_blocking else 'other'} finding")
    return merging.groups(shown), what + (f" in {counted(files, 'file')}" if files else "")


def _folded(worth: int, title: str, found: Sequence[Group], style: Style) -> Block:
    head = f"\n<details><summary>{title}</summary>\n\n"
    return _table(worth, head, found, style, tail="\n</details>\n")


def _table(worth: int, head: str, found: Sequence[Group], style: Style, *, tail: str = "") -> Block:
    return Block(
        worth=worth,
        head=f"{head}{_HEADER}",
        rows=tuple(Row(text=partial(_row, each), count=each.count) for each in found),
        tail=tail,
        more=lambda count: f"| and {count:,} more | {style.rest} | |\n",
    )


def _is_said(finding: Finding, gate: GateResult) -> bool:
    """Whether the row of an incomplete gate says it already."""
    is_reason = gate.outcome is Outcome.INCOMPLETE and finding.blocking
    return is_reason and finding.message in gate.summary


def _row(group: Group) -> str:
    first = group.first
    lines = _lines(group)
    where = f"{code(first.path)}{f' {lines}' if lines else ''}" if first.path else ""
    mark = "" if first.blocking else f"{_LEVELS[first.level]} "
    standing = "" if first.standing is Standing.NEW else f" ({first.standing.value})"
    what = f"{mark}{prose(first.message)}{standing}"
    return f"| {cell(where)} | {cell(what)} | {cell(code(first.rule))} |\n"


def _lines(group: Group) -> str:
    """Such as `3-7, 9`; many of them are cut."""
    said = [f"{a}" if a == b else f"{a}-{b}" for a, b in group.ranges[:_MOST_RANGES]]
    more = len(group.ranges) - _MOST_RANGES
    return ", ".join(said) + (f" and {more:,} more places" if more > 0 else "")


def _left_out(report: Report) -> Block:
    files = Counter((gate.name, each.rule) for gate in report.gates for each in gate.left_out)
    quiet = Counter(gate.name for gate in report.gates for each in gate.findings if each.is_quiet)
    said = [
        *(
            f"{prose(name)}: {counted(count, 'file')} ({code(rule)})"
            for (name, rule), count in files.items()
        ),
        *(
            f"{prose(name)}: {counted(count, 'older finding')}, not of this change"
            for name, count in quiet.items()
        ),
    ]
    title = "<details><summary>Left out</summary>\n\n"
    return _list(7, said, title=title, tail="\n</details>\n")


def _notes(report: Report) -> Block:
    return _list(8, (f"note: {prose(note)}" for note in report.notes))


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
