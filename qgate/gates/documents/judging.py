"""Every finding of the documents, and which of them the change brought in."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from qgate.config.kinds import WrongValue
from qgate.config.waivers import Waiver
from qgate.documents import rules
from qgate.documents.kinds import Kind
from qgate.documents.rules.asked import Asked, found
from qgate.documents.rules.common import Rule, waivers
from qgate.gates.context import GateContext
from qgate.gates.documents import library
from qgate.gates.documents.library import Tree
from qgate.gates.documents.places import Place
from qgate.model.report import Finding, Level, Standing
from qgate.parse.documents import Document

_CLOCK_SECONDS: Final = 60
_A_LINE: Final = re.compile(r"\bline \d+")

_Key = tuple[str, str, str]
_Alone = Mapping[str, tuple[Finding, ...]]


def judge(
    context: GateContext, here: Place, touched: frozenset[str]
) -> tuple[int, tuple[Finding, ...]]:
    """How many documents could be read, and every finding: blocking ones first, then by place."""
    head = library.head(context, here)
    judged = _judged(context, head, library.asked(context, head, touched))
    return len(head.library.documents), tuple(
        sorted(
            judged,
            key=lambda each: (not each.blocking, each.path, each.line, each.column, each.rule),
        )
    )


def _judged(context: GateContext, head: Tree, asked: Asked) -> Iterator[Finding]:
    """Every finding with its standing."""
    base = library.base(context, head)
    alone = _alone(head)
    now = list(_all(head, asked, alone))
    marked = list(_marked(context, now, _before(context, head, base, asked, alone)))
    touched = sorted(asked.touched & head.library.documents.keys())
    marked += _by_clock(context, head, asked)
    if touched:
        # Nobody knows when one of these rules next says something else.
        context.watch.until(context.now.timestamp() + _CLOCK_SECONDS)
    yield from (_waived(context, head, base, each) for each in marked)


def _by_clock(context: GateContext, tree: Tree, asked: Asked) -> Iterator[Finding]:
    """What the time decides of touched documents, and of incidents if a post-mortem is touched."""
    for path in sorted(asked.touched & tree.library.documents.keys()):
        document = tree.library.documents[path]
        yield from rules.by_clock(document, tree.place.kinds[path], context.now)
    kinds = set(map(tree.place.folders.kind_of, asked.touched))
    for each in rules.library_by_clock(tree.library, asked, context.now):
        if each.path in asked.touched or Kind.POST_MORTEM in kinds:
            yield each


def _alone(tree: Tree, known: Mapping[str, Document] | None = None) -> _Alone:
    """What the rules for single documents find, by path; `known` are left out."""
    return {
        path: tuple(rules.of_document(document, tree.place.kinds[path]))
        for path, document in tree.library.documents.items()
        if not known or known.get(path) is not document
    }


def _all(tree: Tree, asked: Asked, alone: _Alone) -> Iterator[Finding]:
    for path, error in tree.broken.items():
        yield found(Rule.UNREADABLE, str(error), path, error.line, column=error.column)
    for path in tree.library.documents:
        yield from alone[path]
    yield from rules.of_library(tree.library, asked)


def _before(
    context: GateContext, head: Tree, base: Tree, asked: Asked, alone: _Alone
) -> Counter[_Key]:
    """What the base has too, and how often. Nothing is touched there, so nothing is owed."""
    renamed = {
        file.old_path: file.path for file in context.changes.files if file.path != file.old_path
    }
    still = replace(
        asked,
        folders=base.place.folders,
        touched=frozenset(),
        added=frozenset(),
        numbers_elsewhere=(),
        proposed={},
    )
    same = head.library.documents if base.place.folders == head.place.folders else {}
    whole = {**alone, **_alone(base, same)}
    return Counter(_key(each, renamed) for each in _all(base, still, whole))


def _key(finding: Finding, renamed: Mapping[str, str] | None = None) -> _Key:
    """What stays the same of a finding while lines are added above it."""
    path = finding.path
    return finding.rule, (renamed or {}).get(path, path), _A_LINE.sub("line", finding.message)


def _marked(
    context: GateContext, findings: Sequence[Finding], before: Counter[_Key]
) -> Iterator[Finding]:
    """Each finding, as an older one where the base has it as often; those on changed lines last."""
    changed = {
        file.path: frozenset(file.changed_lines())
        for file in context.changes.files
        if file.hunks and before
    }
    nothing: frozenset[int] = frozenset()
    for each in sorted(findings, key=lambda each: each.line in changed.get(each.path, nothing)):
        key = _key(each)
        if before[key] > 0:
            before[key] -= 1
            yield replace(each, level=Level.NOTE, blocking=False, standing=Standing.EXISTING)
        else:
            yield each


def _waived(context: GateContext, head: Tree, base: Tree, finding: Finding) -> Finding:
    """A finding that somebody answers for today does not block; the waiver is in every report."""
    if finding.standing is not Standing.NEW:
        return finding
    today = context.now.date()
    own = _own_waivers(context, head, base, finding.path)
    if own:
        context.watch.until(_next_midnight(context.now))
    for each in (*context.settings.waivers, *own):
        if each.rule == finding.rule and each.path in ("", finding.path) and each.holds(today):
            message = f"{finding.message} (waived by {each.by} until {each.until}: {each.reason})"
            return replace(finding, message=message, blocking=False, standing=Standing.WAIVED)
    return finding


def _own_waivers(context: GateContext, head: Tree, base: Tree, path: str) -> list[Waiver]:
    """Those of a document's front matter that the base has too: no change waives its own.

    Malformed ones waive nothing, and are findings.
    """
    old = {file.path: file.old_path for file in context.changes.files}.get(path, path)
    now, before = head.library.documents.get(path), base.library.documents.get(old)
    if now is None or before is None or "waivers" not in now.fields:
        return []
    with contextlib.suppress(WrongValue):
        held = waivers(before)
        return [each for each in waivers(now) if each in held]
    return []


def _next_midnight(now: datetime) -> float:
    """When the day ends that waivers are judged by."""
    return datetime.combine(now.date() + timedelta(days=1), time.min, UTC).timestamp()
