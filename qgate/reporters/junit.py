"""JUnit XML: a suite for each gate, a case for its outcome and one for each finding that blocks.

There is no one standard. This keeps to what the schema of Jenkins' plugin (junit-10.xsd) and the
common readers share.
"""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.reporters.inert import inert_lines

_OUTCOMES: Final = {
    Outcome.FAILED: "failure",
    Outcome.INCOMPLETE: "error",
    Outcome.SKIPPED: "skipped",
}
_UNREADABLE: Final = dict.fromkeys((0xFFFE, 0xFFFF), "�")


def render(report: Report) -> str:
    """The report as XML with a newline at the end. Text from outside is inert."""
    suites = list(map(_suite, report.gates))
    totals = {
        "tests": sum(count for count, *_ in suites),
        "failures": sum(count for _, count, *_ in suites),
        "errors": sum(count for _, _, count, _ in suites),
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes(name='qgate', **totals)}>",
        *(line for *_, lines in suites for line in lines),
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _suite(gate: GateResult) -> tuple[int, int, int, list[str]]:
    """Counts of cases, failures and errors, and the lines."""
    blocking = [each for each in gate.findings if each.blocking]
    if gate.outcome is Outcome.INCOMPLETE:
        blocking = []  # said by the gate's own case
    cases = [_outcome(gate), *(line for each in blocking for line in _finding(gate, each))]
    failures = len(blocking) + (gate.outcome is Outcome.FAILED)
    errors = int(gate.outcome is Outcome.INCOMPLETE)
    head = _attributes(
        name=gate.name,
        tests=len(blocking) + 1,
        failures=failures,
        errors=errors,
        skipped=int(gate.outcome is Outcome.SKIPPED),
    )
    return len(blocking) + 1, failures, errors, [f"  <testsuite{head}>", *cases, "  </testsuite>"]


def _outcome(gate: GateResult) -> str:
    """The case of the gate itself, by its outcome."""
    case = f"    <testcase{_attributes(name=gate.name, classname=f'qgate.{gate.name}')}"
    if gate.outcome is Outcome.PASSED:
        return f"{case}/>"
    text = "\n".join(part for part in (gate.summary, gate.hint) if part)
    element = _element(_OUTCOMES[gate.outcome], gate.summary, gate.reason, text)
    return f"{case}>{element}</testcase>"


def _finding(gate: GateResult, finding: Finding) -> Iterator[str]:
    place = finding.path + (f":{finding.line}" if finding.line else "")
    name = f"{finding.rule} {place}".rstrip()
    classname = f"qgate.{gate.name}.{finding.path}".rstrip(".")
    where = {"file": finding.path} if finding.path else {}
    lines = {"line": finding.line} if finding.line else {}
    case = _attributes(name=name, classname=classname, **where, **lines)
    text = f"{place}: {finding.message}" if place else finding.message
    element = _element("failure", finding.message, finding.rule, text)
    yield f"    <testcase{case}>{element}</testcase>"


def _element(name: str, message: str, type_: str, text: str) -> str:
    if name == "skipped":
        return f"<skipped{_attributes(message=message)}/>"
    return f"<{name}{_attributes(message=message, type=type_)}>{_text(text)}</{name}>"


def _attributes(**values: str | int) -> str:
    return "".join(
        f" {key}={quoteattr(_legal(inert_lines(str(value))))}".replace("##[", "#&#35;[")
        for key, value in values.items()
    )


def _text(text: str) -> str:
    """Character data; no line of it can be a workflow command."""
    legal = _legal(inert_lines(text))
    escaped = legal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("##[", "#&#35;[").replace("::", "&#58;:")


def _legal(text: str) -> str:
    """Without what XML 1.0 cannot hold beside the characters that are spelled out already."""
    return text.translate(_UNREADABLE)
