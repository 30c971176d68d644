"""JUnit XML: a suite for each gate, a case for its outcome and one for each finding that blocks.

There is no one standard. This keeps to what the schema of Jenkins' plugin (junit-10.xsd) and the
common readers share.
"""

from typing import Final

from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.reporters.inert import inert_lines

_OUTCOMES: Final = {
    Outcome.FAILED: "failure",
    Outcome.INCOMPLETE: "error",
    Outcome.SKIPPED: "skipped",
}
# U+FFFE and U+FFFF are all that XML 1.0 cannot hold beside what is spelled out already; an
# attribute's line feed would be read as a blank. `##[` is a command to a log of GitHub's.
_SPELLED: Final = str.maketrans(
    {
        "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;",
        "\ufffe": "\ufffd", "\uffff": "\ufffd",
    }
)  # fmt: skip


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
    cases = [_outcome(gate), *(_finding(gate, each) for each in blocking)]
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


def _finding(gate: GateResult, finding: Finding) -> str:
    path, rule, message = map(_text, (finding.path, finding.rule, finding.message))
    line = f":{finding.line}" if finding.line else ""
    place = f"{path}{line}"
    name = f"{rule} {place}".rstrip()
    classname = f"qgate.{_text(gate.name)}.{path}".rstrip(".")
    where = f' file="{path}"' if path else ""
    where += f' line="{finding.line}"' if finding.line else ""
    said = f"{place}: {message}" if place else message
    return (
        f'    <testcase name="{name}" classname="{classname}"{where}>'
        f'<failure message="{message}" type="{rule}">{said}</failure></testcase>'
    )


def _element(name: str, message: str, type_: str, text: str) -> str:
    if name == "skipped":
        return f"<skipped{_attributes(message=message)}/>"
    return f"<{name}{_attributes(message=message, type=type_)}>{_text(text)}</{name}>"


def _attributes(**values: str | int) -> str:
    return "".join(f' {key}="{_text(str(value))}"' for key, value in values.items())


def _text(text: str) -> str:
    """For an attribute or an element. A line feed is spelled, so that no line begins with it."""
    return inert_lines(text).translate(_SPELLED).replace("##[", "#&#35;[")
