"""Rules for checklists: nothing of the template is missing, and every answer is one."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from qgate.documents.checklist import templates
from qgate.documents.checklist.template import MalformedTemplate, Template
from qgate.documents.checklist.ticks import Answer, Tick, says, ticks
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document

STATES: Final = ("open", "done")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    STATUS = "documents/checklist-status"
    NO_REASON = "documents/checklist-without-reason"
    ITEM_TWICE = "documents/checklist-item-twice"
    NOT_DONE = "documents/checklist-not-done"
    UNKNOWN = "documents/checklist-unknown"
    ITEM_MISSING = "documents/checklist-item-missing"
    REWORDED = "documents/checklist-reworded"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """State, reasons, and items that stand there twice."""
    del kind
    status = document.value("status").strip().lower()
    if status and status not in STATES:
        message = f"the status is {document.value('status')}: expected {', '.join(STATES)}"
        yield found(Rule.STATUS, message, document, document.line_of("status"))
    seen: dict[str, int] = {}
    for tick in ticks(document.body.tasks):
        if tick.lacks_reason:
            message = f"{_called(tick)} is said not to apply, without a reason"
            yield found(Rule.NO_REASON, message, document, tick.line)
        if tick.item in seen:
            message = f"the item {tick.item} stands on line {seen[tick.item]} already"
            yield found(Rule.ITEM_TWICE, message, document, tick.line)
        elif tick.item:
            seen[tick.item] = tick.line
        if status == "done" and tick.answer is Answer.OPEN:
            message = f"the list is done, and {_called(tick)} is open"
            yield found(Rule.NOT_DONE, message, document, tick.line)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Nothing: a checklist has no day on which it must be done."""
    del document, kind, now
    yield from ()


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """Every item of the template is there, as the base has the template."""
    for document in library.of(Kind.CHECKLIST):
        name = document.value("checklist").strip()
        if not name:
            if any(tick.item for tick in ticks(document.body.tasks)):
                message = "its items have ids, and it does not say of which `checklist` they are"
                yield found(Rule.UNKNOWN, message, document, 1)
            continue
        line = document.line_of("checklist")
        try:
            template = templates.find(name, asked.policy, asked.proposed)
        except MalformedTemplate as error:
            message = f"the template {name} cannot be read: line {error.line}: {error}"
            yield found(Rule.UNKNOWN, message, document, line)
            continue
        if template is None:
            message = f"there is no checklist called {name}"
            yield found(Rule.UNKNOWN, message, document, line)
        else:
            yield from _against(document, template, line)


def _against(document: Document, template: Template, line: int) -> Iterator[Finding]:
    here = {tick.item: tick for tick in ticks(document.body.tasks) if tick.item}
    for item in template.items:
        tick = here.get(item.id)
        if tick is None:
            message = f"the item {item.id} is missing: {item.text}"
            yield found(Rule.ITEM_MISSING, message, document, line)
        elif not says(tick, item.text):
            message = f"the item {item.id} has other words than its template: {item.text}"
            yield found(Rule.REWORDED, message, document, tick.line, level=Level.WARNING)


def _called(tick: Tick) -> str:
    return f"the item {tick.item}" if tick.item else "this item"
