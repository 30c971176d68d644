"""Rules for runbooks and the alerts they answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.documents.runbook import danger, shape, shell
from qgate.documents.runbook.alerts import Placed, Shelf, alerts_of, needs_runbook
from qgate.documents.runbook.shape import State
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    STATUS = "documents/runbook-status"
    SECTION_MISSING = "documents/runbook-section-missing"
    SECTION_EMPTY = "documents/runbook-section-empty"
    SECTION_UNFINISHED = "documents/runbook-section-unfinished"
    TITLE = "documents/runbook-title"
    UNCLOSED_FENCE = "documents/runbook-unclosed-fence"
    COMMAND = "documents/runbook-command"
    PLACEHOLDER_HOST = "documents/runbook-placeholder-host"
    DESTRUCTIVE = "documents/runbook-destructive"
    ALERTS_UNREAD = "documents/alerts-unread"
    ALERT_WITHOUT_RUNBOOK = "documents/alert-without-runbook"
    ALERT_RUNBOOK_UNKNOWN = "documents/alert-runbook-unknown"
    ALERT_RUNBOOK_INACTIVE = "documents/alert-runbook-inactive"
    WITHOUT_ALERT = "documents/runbook-without-alert"
    ALERTS_DISAGREE = "documents/runbook-alerts-disagree"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """State, title, sections and commands of a runbook; a retired one is only kept."""
    del kind
    state = shape.state(document)
    if state is None:
        message = f"the status is {document.value('status')}: expected {', '.join(State)}"
        yield found(Rule.STATUS, message, document, document.line_of("status"))
    if state is State.RETIRED:
        return
    title = document.body.title
    if title is not None and title.text and not shape.title_agrees(document, title.text):
        message = f"the heading is {title.text!r}, the file is {shape.stem(document)!r}"
        yield found(Rule.TITLE, message, document, title.line)
    for fence in shape.unclosed_fences(document):
        message = "this fence is never closed: what stands below reads as code"
        yield found(Rule.UNCLOSED_FENCE, message, document, fence.line)
    yield from _sections(document, is_draft=state is State.DRAFT)
    yield from _commands(document)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Nothing: what a runbook says does not depend on the day."""
    del document, kind, now
    yield from ()


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """Alerts and runbooks name each other."""
    alerts = alerts_of(library)
    for path, error in alerts.unread.items():
        level = Level.ERROR if error.is_broken else Level.WARNING
        yield found(
            Rule.ALERTS_UNREAD, str(error), path, error.line, column=error.column, level=level
        )
    shelf = Shelf(library, asked.folders.runbooks)
    for placed in alerts.found:
        yield from _of_alert(placed, shelf)
    # Without a complete list of alerts nobody can say that one is missing.
    if alerts.found and not alerts.unread:
        by_name: dict[str, list[Placed]] = {}
        for placed in alerts.found:
            by_name.setdefault(placed.alert.name.casefold(), []).append(placed)
        for document in shelf.runbooks:
            yield from _of_runbook(document, by_name, shelf)


def _sections(document: Document, *, is_draft: bool) -> Iterator[Finding]:
    title = document.body.title
    place = title.line if title else document.body_line
    for name in shape.required(document):
        section = shape.section(document, name)
        if section is None:
            message = f"there is no section `## {name}`"
            yield found(Rule.SECTION_MISSING, message, document, place)
        elif is_draft:
            continue
        elif section.is_empty:
            message = f"the section {name} is empty"
            yield found(Rule.SECTION_EMPTY, message, document, section.heading.line)
        elif shape.is_unfinished(section):
            message = f"the section {name} only says that it is to be written"
            yield found(Rule.SECTION_UNFINISHED, message, document, section.heading.line)


def _commands(document: Document) -> Iterator[Finding]:
    blocks = document.body.blocks
    broken = {fence.line for fence in shape.unclosed_fences(document)}
    for number, block in enumerate(blocks):
        # What an unclosed fence swallowed is no command.
        if block.kind is BlockKind.FENCE and block.line not in broken:
            yield from _of_fence(document, block, partial(_above, blocks, number))


def _above(blocks: tuple[Block, ...], number: int) -> Iterator[Block]:
    """The blocks above one, the nearest first."""
    return (blocks[at] for at in range(number - 1, -1, -1))


def _of_fence(
    document: Document, fence: Block, above: Callable[[], Iterator[Block]]
) -> Iterator[Finding]:
    if fence.info.lower().split(maxsplit=1)[:1] == ["sql"]:
        what = danger.destructive(fence.text)
        if what and not danger.is_said(fence, above()):
            yield _unsaid(document, fence.line, what)
        return
    if not shell.is_shell(fence.info):
        return
    for command in shell.commands(fence.text, fence.line + 1):
        if command.unclosed:
            message = f"the command does not end: `{command.unclosed}` is never closed"
            yield found(Rule.COMMAND, message, document, command.unclosed_line)
        if host := danger.placeholder_host(command.bare):
            message = f"{host} stands for a host: nobody can run this as it is"
            line = command.line + command.bare[: command.bare.index(host)].count("\n")
            yield found(Rule.PLACEHOLDER_HOST, message, document, line)
        what = danger.destructive(command.bare)
        if what and not danger.is_said(fence, above()):
            yield _unsaid(document, command.line, what)


def _unsaid(document: Document, line: int, what: str) -> Finding:
    message = f"{what} destroys: say that it is destructive, or ask before"
    return found(Rule.DESTRUCTIVE, message, document, line)


def _of_alert(placed: Placed, shelf: Shelf) -> Iterator[Finding]:
    alert, path = placed.alert, placed.path
    if not alert.runbook:
        if needs_runbook(alert):
            message = f"the alert {alert.name} names no runbook"
            yield found(Rule.ALERT_WITHOUT_RUNBOOK, message, path, alert.line, column=alert.column)
        return
    if shelf.is_elsewhere(alert):
        return
    runbooks = shelf.named_by(alert)
    if not runbooks:
        message = f"the alert {alert.name} names a runbook that is not there: {alert.runbook}"
        yield found(Rule.ALERT_RUNBOOK_UNKNOWN, message, path, alert.runbook_line)
        return
    for document in runbooks:
        match shape.state(document):
            case State.RETIRED:
                message = f"the runbook of the alert {alert.name} is retired: {document.path}"
                yield found(Rule.ALERT_RUNBOOK_INACTIVE, message, path, alert.runbook_line)
            case State.DRAFT:
                message = f"the runbook of the alert {alert.name} is a draft: {document.path}"
                yield found(
                    Rule.ALERT_RUNBOOK_INACTIVE,
                    message,
                    path,
                    alert.runbook_line,
                    level=Level.WARNING,
                )
            case _:
                pass
    if not any(alert.name.casefold() in shape.names(document) for document in runbooks):
        document = runbooks[0]
        message = f"the alert {alert.name} of {path} leads here, and this runbook does not name it"
        yield found(Rule.ALERTS_DISAGREE, message, document, document.line_of("alerts"))


def _of_runbook(
    document: Document, by_name: Mapping[str, Sequence[Placed]], shelf: Shelf
) -> Iterator[Finding]:
    if shape.state(document) is not State.ACTIVE:
        return
    for name, line in shape.listed_alerts(document):
        placed_alerts = by_name.get(name.casefold(), ())
        if not placed_alerts:
            message = f"there is no alert {name} in the rule files"
            yield found(Rule.WITHOUT_ALERT, message, document, line)
        elif not any(_leads_to(each, document, shelf) for each in placed_alerts):
            first = placed_alerts[0]
            place = f"{first.path}:{first.alert.line}"
            message = f"the alert {name} ({place}) does not name this runbook"
            yield found(Rule.ALERTS_DISAGREE, message, document, line)
    if shape.is_procedure(document) or shape.listed_alerts(document):
        return
    if not shape.names(document) & by_name.keys():
        message = "no alert is for this runbook: name them in `alerts`, or say `procedure: true`"
        yield found(Rule.WITHOUT_ALERT, message, document, document.line_of("alerts"))


def _leads_to(placed: Placed, document: Document, shelf: Shelf) -> bool:
    """Whether an alert names a runbook; one that may do without names them all."""
    if not placed.alert.runbook:
        # It is told elsewhere that it names none.
        return True
    return document in shelf.named_by(placed.alert)
