"""The rules for decision records on all of them, as the report of one gate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from qgate.config.kinds import WrongValue
from qgate.config.waivers import Waiver
from qgate.documents import rules
from qgate.documents.kinds import Folders, Kind, Library, is_no_document
from qgate.documents.rules import common
from qgate.documents.rules.asked import Asked, found
from qgate.documents.rules.common import Rule
from qgate.engine import adr
from qgate.engine.adr import Place
from qgate.engine.request import Request, load_settings
from qgate.model.report import Finding, GateResult, Level, Outcome, Report, Standing
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.system.git import Repository

GATE: Final = "documents"


def check(request: Request) -> Report:
    """Judge every record, whatever the change is. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    at = adr.place(request)
    known = adr.shelf_of(at)
    documents: dict[str, Document] = {}
    broken = {path: error for path, error in known.broken.items() if not is_no_document(path)}
    for path in adr.paths(at):
        try:
            if path not in broken:
                documents[path] = read(known.texts[path].encode("utf-8"), path)
        except MalformedDocument as error:
            broken[path] = error
    kinds = dict.fromkeys((*documents, *broken), Kind.ADR)
    tracked = frozenset((*repo.tracked(), *repo.untracked(), *known.texts))
    library = Library(documents, kinds, tracked, {})
    waivers = load_settings(repo, request).settings.waivers
    own = {path: _own(document) for path, document in documents.items()}
    findings = [
        _waived(each, (*waivers, *own.get(each.path, ())), request.now().date())
        for each in _findings(at, library, broken, request.now())
    ]
    return Report(base=None, head=None, gates=(_result(findings, len(documents), len(kinds)),))


def _findings(
    at: Place, library: Library, broken: dict[str, MalformedDocument], now: datetime
) -> Iterator[Finding]:
    for path, error in broken.items():
        yield found(Rule.UNREADABLE, str(error), path, error.line, column=error.column)
    for document in library.documents.values():
        yield from rules.of_document(document, Kind.ADR)
        yield from rules.by_clock(document, Kind.ADR, now)
    asked = Asked(folders=Folders(adr=at.folder))
    yield from (each for each in rules.of_library(library, asked) if each.path in library.kinds)


def _own(document: Document) -> tuple[Waiver, ...]:
    """The waivers of a record's front matter; malformed ones are findings."""
    try:
        return common.waivers(document)
    except WrongValue:
        return ()


def _waived(finding: Finding, waivers: tuple[Waiver, ...], today: date) -> Finding:
    for each in waivers:
        if each.rule == finding.rule and each.path in ("", finding.path) and each.holds(today):
            message = f"{finding.message} (waived by {each.by} until {each.until}: {each.reason})"
            return replace(finding, message=message, blocking=False, standing=Standing.WAIVED)
    return finding


def _result(findings: list[Finding], checked: int, total: int) -> GateResult:
    if not total:
        return GateResult(
            name=GATE,
            outcome=Outcome.SKIPPED,
            reason="no-documents",
            summary="there are no decision records here",
            hint="qgate new-adr makes the first",
        )
    blocking = sum(each.blocking for each in findings)
    warnings = sum(each.level is Level.WARNING for each in findings)
    said = [f"{blocking} error{'' if blocking == 1 else 's'}" if blocking else "no error"]
    said += [f"{warnings} warning{'' if warnings == 1 else 's'}"] * bool(warnings)
    said.append(f"{checked} of {total} decision records checked")
    return GateResult(
        name=GATE,
        outcome=Outcome.FAILED if blocking else Outcome.PASSED,
        reason="findings" if blocking else "passed",
        summary="; ".join(said),
        metrics={"checked": checked, "eligible": total, "total": total},
        findings=tuple(
            sorted(findings, key=lambda each: (not each.blocking, each.path, each.line, each.rule))
        ),
    )
