"""What of a report goes where: files in a folder, outputs of the step."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qgate.engine import formats
from qgate.errors import UsageError
from qgate.model.report import Finding, Level, Report, Standing
from qgate.reporters.formats import FORMATS as OURS
from qgate.system import report_folder

FOLDER: Final = "qgate-report"
_ALWAYS: Final = "json"
# Formats that are files, and their names.
FILES: Final = {
    _ALWAYS: "report.json",
    "markdown": "report.md",
    "sarif": "report.sarif",
    "junit": "report.xml",
}
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _file_of(name: str) -> str:
    """The name of the file for a format; other packages' are named after themselves.

    Raises `UsageError` for a format that there is not, or that is none for files.
    """
    if name in FILES:
        return FILES[name]
    known = [*FILES, *(each for each in formats.names() if each not in OURS)]
    if name not in known or not _WORD.fullmatch(name):
        hint = f"formats: {', '.join(known)}"
        raise UsageError(f"there is no report file in the format {name!r}", hint=hint)
    return f"report.{name}"


def made(folder: Path, root: Path, names: Iterable[str]) -> Path:
    """The folder of the files, made and without those of an earlier run.

    Raises `UsageError`, also for one in `root` that is reached through a link.
    """
    report_folder.refuse_linked(folder, root)
    place = report_folder.made(folder)
    for name in dict.fromkeys((*FILES.values(), *map(_file_of, names))):
        report_folder.remove(place, name)
    return place


def write(report: Report, folder: Path, names: Iterable[str]) -> Path:
    """Write the files, and give the one that is always there. Raises `UsageError`."""
    for name in dict.fromkeys((_ALWAYS, *names)):
        report_folder.write(folder, _file_of(name), formats.render(report, name))
    return folder / FILES[_ALWAYS]


def values(report: Report, file: Path | None, *, may_save: bool) -> dict[str, str]:
    """The outputs of the step. Counts are of what is new and not waived, notices included."""
    findings = [*report.notices, *(each for gate in report.gates for each in gate.findings)]
    new = [each for each in findings if each.standing is Standing.NEW]
    return {
        "verdict": report.verdict.value,
        "coverage": _percent(report),
        "findings": str(len(new)),
        "blocking": str(sum(each.blocking for each in new)),
        "errors": _count(new, Level.ERROR),
        "warnings": _count(new, Level.WARNING),
        "report": str(file or ""),
        "save-cache": "true" if may_save else "false",
    }


def values_of_none(verdict: str) -> dict[str, str]:
    """The outputs where there is no report."""
    names = ("coverage", "findings", "blocking", "errors", "warnings", "report")
    return {"verdict": verdict, **dict.fromkeys(names, ""), "save-cache": "false"}


def _percent(report: Report) -> str:
    found = (gate.metrics.get("percent") for gate in report.gates if gate.name == "coverage")
    percent = next(found, None)
    return "" if percent is None else str(percent)


def _count(findings: list[Finding], level: Level) -> str:
    return str(sum(each.level is level for each in findings))
