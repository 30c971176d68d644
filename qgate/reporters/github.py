"""Annotations: workflow commands for a log of GitHub Actions.

The grammar and its escapes are those of actions/toolkit (packages/core/src/command.ts). Of a step
GitHub keeps ten errors, ten warnings and ten notices, and drops the rest without a word: so the
worst come first, findings that say the same of adjacent lines are one, and the tenth says how many
more there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.reporters import merging
from qgate.reporters.inert import inert, inert_lines, logged
from qgate.reporters.markdown_text import clipped

MOST: Final = 9
"""Annotations a level, before the one that counts the others."""

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_MOST_CHARACTERS: Final = 2000
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    level: Level
    title: str
    message: str
    count: int = 1
    path: str = ""
    line: int = 0
    end_line: int = 0
    column: int = 0


def render(report: Report) -> str:
    """A workflow command a line, at most ten of a level; nothing where there is nothing to say."""
    found = [*_of_notices(report), *_of_gates(report)]
    lines: list[str] = []
    for level in Level:
        lines += _of_level(level, [each for each in found if each.level is level])
    return "".join(f"{line}\n" for line in lines)


def notice(text: str) -> str:
    """One annotation that is no finding."""
    return f"{_command(_Annotation(level=Level.NOTE, title='qgate', message=text))}\n"


def _of_level(level: Level, found: Sequence[_Annotation]) -> Iterator[str]:
    yield from map(_command, found[:MOST])
    if rest := found[MOST:]:
        more = sum(each.count for each in rest)
        yield _command(
            _Annotation(
                level=level,
                title="qgate",
                message=f"and {more:,} more; the summary and the report have all",
            )
        )


def _of_notices(report: Report) -> Iterator[_Annotation]:
    return (annotation for each in report.notices for annotation in _annotations("qgate", [each]))


def _of_gates(report: Report) -> Iterator[_Annotation]:
    """What could not be judged, then findings: the worst first, of all gates in their order."""
    for gate in report.gates:
        if gate.outcome is Outcome.INCOMPLETE:
            yield _incomplete(gate)
    ranked: dict[merging.Rank, list[tuple[str, list[Finding]]]] = {}
    for gate in report.gates:
        of_gate: dict[merging.Rank, list[Finding]] = {}
        for each in gate.findings:
            is_said = gate.outcome is Outcome.INCOMPLETE and each.blocking
            if not each.is_quiet and not is_said:
                of_gate.setdefault(merging.rank(each), []).append(each)
        for rank, findings in of_gate.items():
            ranked.setdefault(rank, []).append((gate.name, findings))
    for rank in sorted(ranked):
        for name, findings in ranked[rank]:
            yield from _annotations(name, findings)


def _incomplete(gate: GateResult) -> _Annotation:
    """The gate could not judge: why, and the next step."""
    first = gate.findings[0] if gate.findings else None
    rule = f" [{first.rule}]" if first else ""
    hint = f"\nhint: {gate.hint}" if gate.hint else ""
    return _Annotation(
        level=Level.ERROR,
        title=f"{gate.name} incomplete",
        message=f"{gate.summary}{rule}{hint}",
        path=first.path if first else "",
        line=first.line if first else 0,
    )


def _annotations(name: str, findings: Sequence[Finding]) -> Iterator[_Annotation]:
    """One for every group of findings and range of lines."""
    for group in merging.groups(findings):
        first = group.first
        spans = group.ranges or ((0, 0),)
        for place, (line, end_line) in enumerate(spans):
            yield _Annotation(
                level=first.level,
                title=f"{name}: {first.rule}",
                message=first.message,
                # The ranges' own counts are not known; together they are the group's.
                count=group.count - len(spans) + 1 if place == 0 else 1,
                path=first.path,
                line=line,
                end_line=end_line,
                column=first.column if group.count == 1 else 0,
            )


def _command(each: _Annotation) -> str:
    properties = {"file": inert(each.path)} if each.path else {}
    if each.path and each.line:
        properties["line"] = str(each.line)
        if each.end_line > each.line:
            properties["endLine"] = str(each.end_line)
        elif each.column:
            properties["col"] = str(each.column)
    properties["title"] = inert(each.title)
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = logged(inert_lines(clipped(each.message, _MOST_CHARACTERS)))
    return f"::{_COMMANDS[each.level]} {said}::{message.translate(_DATA)}"


def _property(value: str) -> str:
    return logged(clipped(value, _MOST_CHARACTERS)).translate(_PROPERTY)
