"""A report without secrets: the second look, at what no tool said."""

from dataclasses import replace

from qgate.model.report import Finding, GateResult, Report
from qgate.system.secrets import Secrets


def redacted(report: Report, secrets: Secrets) -> Report:
    """The report with every text looked through; paths stay, they are those of files."""
    return replace(
        report,
        gates=tuple(_gate(each, secrets) for each in report.gates),
        notices=_findings(report.notices, secrets),
        notes=tuple(map(secrets.hidden, report.notes)),
    )


def _gate(gate: GateResult, secrets: Secrets) -> GateResult:
    return replace(
        gate,
        summary=secrets.hidden(gate.summary),
        hint=secrets.hidden(gate.hint),
        findings=_findings(gate.findings, secrets),
        evidence=tuple(map(secrets.hidden, gate.evidence)),
    )


def _findings(findings: tuple[Finding, ...], secrets: Secrets) -> tuple[Finding, ...]:
    if not secrets.are_in(text for each in findings for text in (each.message, each.source)):
        return findings
    return tuple(
        replace(each, message=secrets.hidden(each.message), source=secrets.hidden(each.source))
        for each in findings
    )
