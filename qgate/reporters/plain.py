"""The report for a pipe or a log: one line a finding, in the form editors and grep know."""

from collections import Counter
from collections.abc import Iterable

from qgate.model.changes import Endpoint
from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.reporters.inert import inert, inert_lines, logged


def render(report: Report) -> str:
    """Blocking findings and warnings, then base and head, then the verdict in one line."""
    lines = [_finding(notice) for notice in report.notices]
    for gate in report.gates:
        # An incomplete gate says its one sentence in the verdict.
        if gate.outcome is not Outcome.INCOMPLETE:
            lines += [_finding(finding) for finding in gate.findings if not finding.is_quiet]
        elif "\n" in gate.summary:
            lines.append(inert_lines(gate.summary))
        lines += _left_out(gate)
    lines += [f"note: {inert(note)}" for note in report.notes]
    if report.base and report.head:
        lines.append(f"base {ends(report.base)}, head {ends(report.head)}")
    hints = dict.fromkeys(gate.hint for gate in report.gates if gate.hint)
    lines += [f"hint: {inert(line)}" for hint in hints for line in hint.split("\n")]
    lines.append(verdict_line(report))
    return logged("\n".join(lines) + "\n")


def _left_out(gate: GateResult) -> list[str]:
    """How many files each rule left out; which ones is in the JSON and on a terminal."""
    rules = Counter(each.rule for each in gate.left_out)
    return [
        f"left out: {count} {'file' if count == 1 else 'files'} ({inert(rule)})"
        for rule, count in rules.items()
    ]


def verdict_line(report: Report) -> str:
    """The answer in one line: the verdict, then each gate's sentence."""
    gates = "; ".join(sentence(*each) for each in alike(report.gates)) or "no gate ran"
    return f"qgate {report.verdict.value}: {gates}"


def alike(gates: Iterable[GateResult]) -> list[tuple[str, GateResult]]:
    """Names and result of gates; those that say the same, such as "no base", are one."""
    groups: dict[tuple[str, str, str], list[GateResult]] = {}
    for gate in gates:
        groups.setdefault((gate.outcome, gate.summary, gate.hint), []).append(gate)
    return [(", ".join(gate.name for gate in group), group[0]) for group in groups.values()]


def sentence(names: str, gate: GateResult) -> str:
    """One outcome in words, with the rule to look up where it could not be judged."""
    first = inert(gate.summary.split("\n", 1)[0])
    rule = f" [{inert(gate.findings[0].rule)}]" if gate.outcome is Outcome.INCOMPLETE else ""
    return f"{names} {gate.outcome.value}: {first}{rule}"


def ends(endpoint: Endpoint) -> str:
    """An end of the comparison: short id, and how it was found."""
    return f"{endpoint.sha[:12] or '(none)'} ({inert(endpoint.found)})"


def _finding(finding: Finding) -> str:
    place = f"{inert(finding.path)}:{finding.line}: " if finding.path else ""
    if finding.path and not finding.line:
        place = f"{inert(finding.path)}: "
    return f"{place}{finding.level.value}: {inert_lines(finding.message)} [{inert(finding.rule)}]"
