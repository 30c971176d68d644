"""Rules for decision records."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from qgate.documents.adr import history, options, unfinished
from qgate.documents.adr.index import Index
from qgate.documents.adr.record import Record, Spelled, State
from qgate.documents.adr.relations import INVERSES, SUPERSEDED_BY, SUPERSEDES
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules import common
from qgate.documents.rules.asked import Asked, found
from qgate.documents.slug import slug
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document
from qgate.parse.path_index import PathSet

_WORD: Final = re.compile(r"[^\W_]+")
# Words of a title and of a file's name are the same word with this much in common.
_STEM: Final = 4
# What is not decided, or decided against, supersedes nothing.
_NOT_IN_FORCE: Final = (State.DRAFT, State.PROPOSED, State.REJECTED)
# Not written yet, or never: a proposal can be superseded before it was.
_MAY_BE_UNFINISHED: Final = (State.DRAFT, State.PROPOSED, State.REJECTED, State.SUPERSEDED)
# Nygard's and MADR's headings for what was decided.
_DECISION: Final = ("decision", "decision outcome")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    NAME = "documents/adr-name"
    NUMBER_TAKEN = "documents/adr-number-taken"
    NUMBER_DISAGREES = "documents/adr-number-disagrees"
    SLUG_DISAGREES = "documents/adr-slug-disagrees"
    NO_STATUS = "documents/adr-no-status"
    UNKNOWN_STATUS = "documents/adr-unknown-status"
    STATUS_DISAGREES = "documents/adr-status-disagrees"
    NO_INVERSE = "documents/adr-no-inverse"
    CYCLE = "documents/adr-cycle"
    NO_SUCCESSOR = "documents/adr-no-successor"
    NOT_SUPERSEDED = "documents/adr-not-superseded"
    TOO_FEW_OPTIONS = "documents/adr-too-few-options"
    CHOSEN_OPTION = "documents/adr-chosen-option"
    EMPTY_SECTION = "documents/adr-empty-section"
    PLACEHOLDER = "documents/adr-placeholder"
    BODY_CHANGED = "documents/adr-body-changed"
    OWED = "documents/adr-owed"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """Name, status, date and contents of one record."""
    del kind
    record = Record(document)
    if not record.is_record or not (record.name.digits or record.name.day):
        message = "a record's file is called NNNN-title.md (or YYYYMMDD-title.md)"
        yield found(Rule.NAME, message, document, level=Level.WARNING)
    if not record.is_record:
        return
    yield from _names(record)
    yield from _status(record)
    written = record.date
    if written is not None and written.text and common.day(written.text) is None:
        message = f"the date is {written.text}: expected a day such as 2027-01-31"
        yield found(
            common.Rule.NOT_A_DATE, message, document, written.line, column=written.start + 1
        )
    if record.state not in _MAY_BE_UNFINISHED:
        yield from _contents(record)
    if record.state is State.ACCEPTED:
        yield from _options(record)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """A decision of a day to come; that of the front matter is asked for every kind."""
    del kind
    written = Record(document).date
    if written is None or "date" in document.fields:
        return
    day = common.day(written.text)
    if day is not None and day > now.date():
        message = f"the date is {day}, which is to come"
        yield found(
            common.Rule.FUTURE_DATE, message, document, written.line, column=written.start + 1
        )


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """Numbers, links between records, what changed in accepted ones, and what is owed."""
    records = [Record(document) for document in library.of(Kind.ADR)]
    index = Index(record for record in records if record.is_record)
    yield from _numbers(index, asked)
    yield from _inverses(index)
    yield from _successors(index)
    yield from _cycles(index)
    yield from _bodies(index, asked)
    yield from _owed(library, asked)


def _names(record: Record) -> Iterator[Finding]:
    number, document = record.number, record.document
    if number is not None and record.heading_number not in {None, number}:
        message = f"the heading says {record.heading_number}, the file's name {number}"
        yield found(Rule.NUMBER_DISAGREES, message, document, record.heading_line)
    written = document.value("id")
    if written and written != record.stem:
        match = re.fullmatch(r"(?:ADR[- ]?)?(\d+)", written, re.IGNORECASE)
        if match is None or int(match[1]) != number:
            message = f"the id is {written}, the file's name {record.stem}"
            yield found(Rule.NUMBER_DISAGREES, message, document, document.line_of("id"))
    if record.heading and record.name.slug and not _is_alike(record):
        message = f"the file is called {record.name.slug}, the decision {record.title}"
        yield found(
            Rule.SLUG_DISAGREES, message, document, record.heading_line, level=Level.WARNING
        )


def _is_alike(record: Record) -> bool:
    """Whether at least half of the words of the file's name are in the title, endings aside."""
    if slug(record.title, "record") == record.name.slug:
        return True
    title = _WORD.findall(slug(record.title, "record")) + _WORD.findall(record.title.casefold())
    words = _WORD.findall(record.name.slug.casefold())
    shared = sum(any(_is_same(word, other) for other in title) for word in words)
    return 2 * shared >= len(words)


def _is_same(one: str, other: str) -> bool:
    return one == other or (len(one) >= _STEM and one[:_STEM] == other[:_STEM])


def _status(record: Record) -> Iterator[Finding]:
    document = record.document
    said = [each for each in record.statuses if each.text]
    if not said:
        line = record.statuses[0].line if record.statuses else record.heading_line
        message = f"no status: say one of {', '.join(State)}"
        yield found(Rule.NO_STATUS, message, document, line)
    for each in said:
        if each.state is None:
            message = f"the status is {each.text}: expected one of {', '.join(State)}"
            yield found(Rule.UNKNOWN_STATUS, message, document, each.line, column=each.start + 1)
    states = [each for each in said if each.state]
    for each in states[1:]:
        if each.state is not states[0].state:
            yield _disagreement(record, states[0], each)


def _disagreement(record: Record, one: Spelled, other: Spelled) -> Finding:
    message = f"{other.where} says {other.state}, {one.where} says {one.state}"
    return found(
        Rule.STATUS_DISAGREES, message, record.document, other.line, column=other.start + 1
    )


def _contents(record: Record) -> Iterator[Finding]:
    if record.state is State.ACCEPTED and record.document.body.section(*_DECISION) is None:
        message = "there is no section Decision, or Decision Outcome"
        yield found(Rule.EMPTY_SECTION, message, record.document, record.heading_line)
    for section in unfinished.empty_sections(record):
        message = f"nothing stands below {section.title}"
        yield found(Rule.EMPTY_SECTION, message, record.document, section.heading.line)
    for left in unfinished.placeholders(record):
        message = f"left of a template: {left.text}"
        yield found(Rule.PLACEHOLDER, message, record.document, left.line)


def _options(record: Record) -> Iterator[Finding]:
    considered = options.read(record)
    if considered is None:
        return
    if len(considered.options) < options.LEAST:
        count = len(considered.options)
        message = f"{count} option considered: a decision is between two or more"
        yield found(Rule.TOO_FEW_OPTIONS, message, record.document, considered.line)
    elif considered.chosen and not considered.is_among:
        message = f"the chosen option is not among those considered: {considered.chosen}"
        yield found(Rule.CHOSEN_OPTION, message, record.document, considered.chosen_line)


def _numbers(index: Index, asked: Asked) -> Iterator[Finding]:
    """The younger of two with the same number: what the change adds, else the later by name."""
    by_key: dict[tuple[str, int], list[Record]] = {}
    for record in index.records:
        if record.number is not None:
            folder = record.path.rpartition("/")[0]
            by_key.setdefault((folder, record.number), []).append(record)
    for same in by_key.values():
        if len(same) > 1:
            young = [record for record in same if record.path in asked.added]
            if not young or len(young) == len(same):
                young = same[1:]
            old = next(record for record in same if record not in young)
            for record in young:
                message = f"number {record.number} is taken by {old.path.rsplit('/', 1)[-1]}"
                yield found(Rule.NUMBER_TAKEN, message, record.document)
    yield from _numbers_elsewhere(index, by_key, asked)


def _numbers_elsewhere(
    index: Index, by_key: dict[tuple[str, int], list[Record]], asked: Asked
) -> Iterator[Finding]:
    from qgate.documents.adr.naming import parts  # noqa: PLC0415 - rare

    for name in asked.numbers_elsewhere:
        path = f"{asked.folders.adr}/{name}"
        number = parts(name).number
        if number is None or not name.endswith(".md") or index.at(path) is not None:
            continue
        for record in by_key.get((path.rpartition("/")[0], number), ()):
            if record.path in asked.added:
                message = f"number {number} is taken by {name} on the base branch meanwhile"
                yield found(Rule.NUMBER_TAKEN, message, record.document)


def _inverses(index: Index) -> Iterator[Finding]:
    for record in index.records:
        for relation, other in index.related(record):
            back = [each.verb for each, there in index.related(other) if there is record]
            if relation.verb == SUPERSEDES and record.state in _NOT_IN_FORCE:
                continue
            wanted = INVERSES.get(relation.verb, "")
            if wanted not in back if wanted else not back and _needs_inverse(relation.verb):
                message = f"{other.path.rsplit('/', 1)[-1]} does not say that it is " + (
                    f"{wanted} this one" if wanted.endswith(" by") else "related to this one"
                )
                if wanted and not wanted.endswith(" by"):
                    message = f"{other.path.rsplit('/', 1)[-1]} does not say that it {wanted} this"
                yield found(Rule.NO_INVERSE, message, record.document, relation.line)


def _needs_inverse(verb: str) -> bool:
    """Whether words that nobody knows are a relation: `Motivates`, `motivated by`; not `see`."""
    return bool(re.fullmatch(r"\w+(?:s|ed by)", verb))


def _successors(index: Index) -> Iterator[Finding]:
    successors = index.successors()
    for record in index.records:
        later = successors.get(record.path, {})
        standing = {path for path, each in later.items() if each.state is not State.REJECTED}
        in_force = {path for path, each in later.items() if each.state not in _NOT_IN_FORCE}
        if record.state is State.SUPERSEDED and not standing:
            line = next(each.line for each in record.statuses if each.state)
            named = [each.said for each in record.relations if each.verb == SUPERSEDED_BY]
            message = (
                f"superseded by {named[0]}, which is {'rejected' if later else 'not there'}"
                if named
                else "superseded, and nothing says by what"
            )
            yield found(Rule.NO_SUCCESSOR, message, record.document, line)
        elif in_force and record.state not in {None, State.SUPERSEDED}:
            line = next(each.line for each in record.statuses if each.state)
            name = min(in_force).rsplit("/", 1)[-1]
            message = f"the status is {record.state}, and {name} supersedes it"
            yield found(Rule.NOT_SUPERSEDED, message, record.document, line)


def _cycles(index: Index) -> Iterator[Finding]:
    """Each record from which one comes back to itself by what supersedes it."""
    successors = index.successors()
    for record in index.records:
        seen: set[str] = set()
        todo = list(successors.get(record.path, ()))
        while todo:
            path = todo.pop()
            if path not in seen:
                seen.add(path)
                todo += successors.get(path, ())
        said = [each for each in record.relations if each.verb in {SUPERSEDES, SUPERSEDED_BY}]
        if record.path in seen or any(index.find(each) is record for each in said):
            line = said[0].line if said else 0
            message = "by what supersedes what, this record supersedes itself"
            yield found(Rule.CYCLE, message, record.document, line)


def _bodies(index: Index, asked: Asked) -> Iterator[Finding]:
    for path, before in asked.before.items():
        record = index.at(path)
        if record is None:
            continue
        line = history.first_change(Record(before), record)
        if line:
            message = "what was decided is changed; a new record would supersede or amend it"
            yield found(Rule.BODY_CHANGED, message, record.document, line)


def _owed(library: Library, asked: Asked) -> Iterator[Finding]:
    if not asked.owed:
        return
    records = {document.path for document in library.of(Kind.ADR)}
    if records & asked.touched:
        return
    for path in PathSet(asked.owed).among(sorted(asked.touched - records)):
        message = "a change here owes a decision record, and none is added or changed with it"
        yield found(Rule.OWED, message, path)
