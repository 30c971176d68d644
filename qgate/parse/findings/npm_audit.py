"""`npm audit --json` of npm 7 and later (report version 2): packages, and why each is at fault.

`via` of a package holds an object for each advisory about itself, and the name of each package
that it is at fault for.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading
from qgate.parse.findings import said
from qgate.parse.findings.shape import items, number, record, text

_LOCK: Final = "package-lock.json"
_VERSION: Final = 2
_GHSA: Final = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}\b", re.IGNORECASE)


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """One finding for each advisory about each package, at the lock file as a whole.

    Raises `MalformedOutput` where npm reports an error, such as a registry out of reach.
    """
    del tool
    said.require_ran(output, (0, 1))
    reading = said.json_answer(output, output.stdout, _reading)
    said.require_reason(output, is_explained=bool(reading.findings))
    return reading


def _reading(whole: Any) -> ToolReading:
    report = record(whole)
    if "error" in report:
        raise MalformedOutput(f"npm audit: {_complaint(report)}")
    if report["auditReportVersion"] != _VERSION:
        raise MalformedOutput(f"npm's report has version {report['auditReportVersion']!r}, not 2")
    packages = {name: record(each) for name, each in record(report["vulnerabilities"]).items()}
    found = dict.fromkeys(each for package in packages.values() for each in _findings(package))
    if packages and not found:
        raise MalformedOutput("npm's report names packages at fault, but no advisory")
    return ToolReading(tuple(found))


def _complaint(report: dict[str, Any]) -> str:
    error = report["error"]
    parts = [report.get("message"), error]
    if isinstance(error, dict):
        parts = [
            report.get("message"),
            error.get("code"),
            error.get("summary"),
            error.get("detail"),
        ]
    return ": ".join(str(part) for part in parts if part) or "an error without a word"


def _findings(package: dict[str, Any]) -> Iterator[ToolFinding]:
    for advisory in items(package["via"]):
        if isinstance(advisory, str):
            continue
        url = text(record(advisory).get("url") or "")
        ghsa = _GHSA.search(url)
        name = text(advisory["name"])
        yield ToolFinding(
            path=_LOCK,
            rule=f"GHSA{ghsa[0][4:].lower()}" if ghsa else f"npm-{number(advisory['source'])}",
            message=f"{name} {text(advisory['range'])}: {text(advisory['title'])}; "
            f"{_fix(package['fixAvailable'])}",
            severity=text(advisory["severity"]).lower(),
            subject=name,
        )


def _fix(available: Any) -> str:
    if isinstance(available, bool):
        return "npm audit fix mends it" if available else "no fix is known"
    fix = record(available)
    major = " (a new major version)" if fix.get("isSemVerMajor") else ""
    return f"mended by {text(fix['name'])} {text(fix['version'])}{major}"
