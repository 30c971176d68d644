"""SARIF 2.1.0 (OASIS, 27 March 2020), as GitHub's code scanning takes it.

GitHub takes 25,000 results of a run and 10 MB compressed, and refuses a result without a place: a
finding about the change as a whole is a notification.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from qgate import __version__
from qgate.model.report import Finding, Outcome, Report, Standing
from qgate.reporters import merging
from qgate.reporters.inert import inert, inert_lines, logged_json
from qgate.reporters.markdown_text import clipped

MOST_RESULTS: Final = 25_000
MOST_BYTES: Final = 10_000_000
"""Compressed with gzip."""

FINGERPRINT: Final = "qgate/v1"
"""Published: what goes into it is never changed under this name."""

_ROOT: Final = "%SRCROOT%"
_MOST_CHARACTERS: Final = 2000
_MOST_NOTIFICATIONS: Final = 1000
_LAST_LINE: Final = (1 << 31) - 1
_BASELINE: Final = {
    Standing.NEW: "new",
    Standing.EXISTING: "unchanged",
    Standing.WAIVED: "new",
}
_NUMBER: Final = re.compile(r"\d+")
_UNRESERVED: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
)
_ENCODED: Final = tuple(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256))


def render(report: Report) -> str:
    """The report as JSON on one line with a newline at the end. Text from outside is inert."""
    return _limited(report, MOST_RESULTS, MOST_BYTES)


def _limited(report: Report, results: int, most: int) -> str:
    """At most so many results, and bytes when compressed: the least important are left out."""
    ranked = sorted(_results(report), key=lambda each: merging.rank(each[0]))
    count = min(len(ranked), results)
    while True:
        text = _written(report, ranked, count)
        size = len(gzip.compress(text.encode(), 1))
        if size <= most or not count:
            return text
        count = min(count - 1, int(count * most / size * 0.95))


def uri(path: str) -> str:
    """A path below the root as a relative URI reference (RFC 3986)."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = inert(path).encode()
    encoded = "".join(_ENCODED[byte] for byte in data)
    return f"%2F{encoded[1:]}" if encoded.startswith("/") else encoded


def _results(report: Report) -> Iterator[tuple[Finding, str]]:
    """The findings that have a place, with their fingerprints; not why a gate could not judge."""
    seen: Counter[str] = Counter()
    findings = list(report.notices)
    for gate in report.gates:
        is_judged = gate.outcome is not Outcome.INCOMPLETE
        findings += (each for each in gate.findings if is_judged or not each.blocking)
    for finding in findings:
        if finding.path:
            key = _key(finding)
            seen[key] += 1
            yield finding, f"{key}:{seen[key]}"


def _key(finding: Finding) -> str:
    """What stays the same where lines move: rule, file and message, its numbers aside.

    The source line is no part: it is not known of every finding.
    """
    message = _NUMBER.sub("0", inert_lines(finding.message))
    parts = (inert(finding.rule), inert(finding.path), message)
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def _written(report: Report, ranked: Sequence[tuple[Finding, str]], count: int) -> str:
    rules: dict[str, int] = {}
    for finding, _ in ranked[:count]:
        rules.setdefault(inert(finding.rule), len(rules))
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "qgate",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": list(map(_rule, rules)),
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": _message("the repository's root")}},
                "invocations": [_invocation(report, len(ranked) - count)],
                "results": [_result(each, print_, rules) for each, print_ in ranked[:count]],
            }
        ],
    }
    return logged_json(json.dumps(log, separators=(",", ":"))) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    return {
        "id": rule,
        "shortDescription": _message(rule),
        "help": _message(f"qgate explain {rule}"),
    }


def _result(finding: Finding, fingerprint: str, rules: dict[str, int]) -> dict[str, Any]:
    rule = inert(finding.rule)
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules[rule],
        "level": finding.level.value,
        "message": _message(finding.message),
        "locations": [_location(finding)],
        "partialFingerprints": {
            FINGERPRINT: fingerprint,
            # The one that GitHub compares; without it, it would hash the lines themselves.
            "primaryLocationLineHash": fingerprint,
        },
        "baselineState": _BASELINE[finding.standing],
        "properties": {"blocking": finding.blocking},
    }
    if finding.standing is Standing.WAIVED:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.path), "uriBaseId": _ROOT}}
    if finding.line:
        line = min(finding.line, _LAST_LINE)
        place["region"] = {"startLine": line}
        if finding.end_line > line:
            place["region"]["endLine"] = min(finding.end_line, _LAST_LINE)
        if finding.column:
            place["region"]["startColumn"] = min(finding.column, _LAST_LINE)
    return {"physicalLocation": place}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    """Whether every gate could judge, and what is to be known beside results."""
    notifications = list(_notifications(report))
    if (more := len(notifications) - _MOST_NOTIFICATIONS) > 0:
        notifications[_MOST_NOTIFICATIONS:] = [_note(f"{more} more notifications are left out")]
    if left_out:
        notifications.insert(0, _note(f"{left_out} results are left out, the least important"))
    is_whole = all(gate.outcome is not Outcome.INCOMPLETE for gate in report.gates)
    return {
        "executionSuccessful": is_whole and bool(report.gates),
        "toolExecutionNotifications": notifications,
    }


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    for gate in report.gates:
        if gate.outcome is Outcome.INCOMPLETE:
            hint = f"\nhint: {gate.hint}" if gate.hint else ""
            yield {
                "level": "error",
                "message": _message(f"{gate.name} incomplete: {gate.summary}{hint}"),
                "properties": {"gate": inert(gate.name), "reason": inert(gate.reason)},
            }
    findings = [*report.notices, *(each for gate in report.gates for each in gate.findings)]
    for each in findings:
        if not each.path:
            yield {
                "level": each.level.value,
                "message": _message(each.message),
                "associatedRule": {"id": inert(each.rule)},
            }
    for note in report.notes:
        yield _note(note)


def _note(text: str) -> dict[str, Any]:
    return {"level": "note", "message": _message(text)}


def _message(text: str) -> dict[str, str]:
    # In a message `{0}` is a placeholder only where there are arguments; there are none.
    return {"text": inert_lines(clipped(text, _MOST_CHARACTERS))}
