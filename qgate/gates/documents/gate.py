"""Whether the change leaves the process documents true.

All documents are judged, on both sides. What the base has too is counted and does not block; what
hangs on the clock is asked of touched documents only, so that an old build does not turn red.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from qgate.documents import rules
from qgate.documents.kinds import Kind
from qgate.documents.rules.asked import Asked, found
from qgate.documents.rules.common import Rule
from qgate.gates.context import GateContext
from qgate.gates.documents import library
from qgate.gates.documents.library import Tree
from qgate.model.report import Finding, GateResult, Level, Outcome, Standing

NAME: Final = "documents"

_Key = tuple[str, str, str]


def run(context: GateContext) -> GateResult:
    """Judge the change. Raises `Incomplete` where git fails."""
    head = library.head(context)
    if not head.kinds:
        return GateResult(
            name=NAME,
            outcome=Outcome.SKIPPED,
            reason="no-documents",
            summary="there are no process documents here",
        )
    touched = frozenset(
        name for file in context.changes.files for name in (file.path, file.old_path)
    )
    asked = library.asked(context, head.folders, touched)
    findings = list(_judged(context, head, asked))
    blocking = sum(each.blocking for each in findings)
    older = sum(each.standing is Standing.EXISTING for each in findings)
    eligible = sum(path in touched for path in head.kinds)
    checked = len(head.library.documents)
    total = len(head.kinds)
    said = [f"{blocking} new finding{'' if blocking == 1 else 's'}"] if blocking else []
    said += [f"{older} older"] * bool(older)
    said.append(f"{checked} of {total} documents checked, {eligible} in this change")
    return GateResult(
        name=NAME,
        outcome=Outcome.FAILED if blocking else Outcome.PASSED,
        reason="findings" if blocking else "passed",
        summary="; ".join(said),
        metrics={
            "checked": checked,
            "eligible": eligible,
            "total": total,
            "older": older,
            **{kind.value: sum(each is kind for each in head.kinds.values()) for kind in Kind},
        },
        findings=tuple(findings),
    )


def _judged(context: GateContext, head: Tree, asked: Asked) -> Iterator[Finding]:
    """Every finding with its standing, blocking ones first, then by place."""
    now = list(_all(head, asked))
    before = _base_keys(context, head, asked)
    marked = [_marked(each, is_new=_key(each) not in before) for each in now]
    marked += (
        each
        for path in sorted(asked.touched & head.library.documents.keys())
        for each in rules.by_clock(head.library.documents[path], head.kinds[path], context.now)
    )
    waived = (_waived(context, each) for each in marked)
    yield from sorted(
        waived, key=lambda each: (not each.blocking, each.path, each.line, each.column, each.rule)
    )


def _all(tree: Tree, asked: Asked) -> Iterator[Finding]:
    for path, error in tree.broken.items():
        yield found(Rule.UNREADABLE, str(error), path, error.line, column=error.column)
    for path, document in tree.library.documents.items():
        yield from rules.of_document(document, tree.kinds[path])
    yield from rules.of_library(tree.library, asked)


def _base_keys(context: GateContext, head: Tree, asked: Asked) -> frozenset[_Key]:
    """What the base has too. Nothing is touched there, so nothing is owed."""
    base = library.base(context, head)
    renamed = {
        file.old_path: file.path for file in context.changes.files if file.path != file.old_path
    }
    still = replace(asked, touched=frozenset(), added=frozenset(), numbers_elsewhere=())
    return frozenset(_key(each, renamed) for each in _all(base, still))


def _key(finding: Finding, renamed: dict[str, str] | None = None) -> _Key:
    path = finding.path
    return finding.rule, (renamed or {}).get(path, path), finding.message


def _marked(finding: Finding, *, is_new: bool) -> Finding:
    if is_new:
        return finding
    return replace(finding, level=Level.NOTE, blocking=False, standing=Standing.EXISTING)


def _waived(context: GateContext, finding: Finding) -> Finding:
    """A finding that somebody answers for today does not block; the waiver is in every report."""
    today = context.now.date()
    for each in context.settings.waivers:
        if each.rule == finding.rule and each.path in ("", finding.path) and each.holds(today):
            message = f"{finding.message} (waived by {each.by} until {each.until}: {each.reason})"
            return replace(finding, message=message, blocking=False, standing=Standing.WAIVED)
    return finding
