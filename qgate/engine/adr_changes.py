"""What can be changed in records: each function gives the texts that change, by path."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qgate.documents.adr import editing, naming
from qgate.documents.adr.editing import Source, Splice
from qgate.documents.adr.record import Record, State
from qgate.documents.adr.relations import INVERSES, SUPERSEDES, resolved, verb_of
from qgate.engine.adr import Shelf, may_become
from qgate.engine.adr_new import refuse
from qgate.errors import UsageError
from qgate.parse.documents import Document, read
from qgate.parse.markdown import BlockKind

_TARGET: Final = re.compile(r"(\[(?:\\.|\[[^\[\]]*\]|[^\[\]\\])*\])\(<?([^()\s<>]+)>?[^()]*\)")
_DEFINITION: Final = re.compile(r" {0,3}\[[^\[\]]+\]:\s*<?(\S+?)>?(?:\s.*)?")


def with_state(known: Shelf, reference: str, state: State) -> Mapping[str, str | None]:
    """A record accepted, rejected or deprecated. Raises `UsageError`."""
    record = known.record(reference)
    if record.state is state:
        return {}
    may_become(record, state)
    if state is State.REJECTED:
        _refuse_orphans(known, record)
    text = editing.with_state(record, known.text(record), state)
    refuse(record.path, text)
    return {record.path: text}


def _refuse_orphans(known: Shelf, record: Record) -> None:
    """What a rejected record was to supersede would be superseded by nothing."""
    for path, later in known.index.successors().items():
        old = known.index.at(path)
        standing = [each for each in later.values() if each.state is not State.REJECTED]
        if old is not None and old.state is State.SUPERSEDED and standing == [record]:
            hint = "give that one its status back first, and take the link away"
            raise UsageError(f"{path} would be superseded by nothing", hint=hint)


def superseded(known: Shelf, old: str, new_: str) -> Mapping[str, str | None]:
    """Both ends of: `new_` supersedes `old`. Raises `UsageError`."""
    one, other = known.record(old), known.record(new_)
    if one is other:
        raise UsageError("a record cannot supersede itself", hint="name two records")
    _refuse_cycle(known, one, other)
    texts: dict[str, str | None] = {}
    later = known.index.successors().get(one.path, {})
    says = [relation.verb for relation, to in known.index.related(other) if to is one]
    if one.state is not State.SUPERSEDED or other.path not in later:
        may_become(one, State.SUPERSEDED)
        texts[one.path] = editing.with_state(one, known.text(one), State.SUPERSEDED, other)
    if SUPERSEDES not in says:
        text = known.text(other)
        texts[other.path] = editing.with_relation(other, text, "Supersedes", one)
    return texts


def _refuse_cycle(known: Shelf, old: Record, new_: Record) -> None:
    successors = known.index.successors()
    seen: set[str] = set()
    todo = [new_.path]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += successors.get(path, ())
    if old.path in seen:
        message = f"{new_.label} is itself superseded by {old.label}, or by what supersedes it"
        raise UsageError(message, hint="qgate adr graph shows what supersedes what")


def linked(
    known: Shelf, one: str, verb: str, other: str, inverse: str | None
) -> Mapping[str, str | None]:
    """Both ends of a relation such as `Amends`. Raises `UsageError`."""
    source, target = known.record(one), known.record(other)
    if source is target:
        raise UsageError("a record cannot be linked to itself", hint="name two records")
    words = verb_of(verb)
    if words == SUPERSEDES:
        return superseded(known, other, one)
    if words == INVERSES[SUPERSEDES]:
        return superseded(known, one, other)
    back = inverse or INVERSES.get(words, "").capitalize()
    if not naming.plain(verb) or not back:
        hint = f"give its words, as in: qgate adr link {one} {verb} {other} WORDS"
        raise UsageError(f'nobody knows what "{verb}" is from the other end', hint=hint)
    texts: dict[str, str | None] = {}
    for at, said, to in ((source, verb, target), (target, back, source)):
        said_already = {(relation.verb, there.path) for relation, there in known.index.related(at)}
        if (verb_of(said), to.path) not in said_already:
            texts[at.path] = editing.with_relation(at, known.text(at), naming.plain(said), to)
    return texts


def renumbered(known: Shelf, old: str, new_: int | None) -> Mapping[str, str | None]:
    """A record with another number: file, heading, and every link to it in the folder's files.

    Without a number the next one. Raises `UsageError`.
    """
    record = known.record(old)
    if record.number is None:
        hint = "only a record with a number has another"
        raise UsageError(f"{record.path} has no number", hint=hint)
    folder = record.path.rpartition("/")[0]
    names = [path.rsplit("/", 1)[-1] for path in known.texts if path.rpartition("/")[0] == folder]
    digits = naming.next_digits(names) if new_ is None else str(new_).zfill(len(record.name.digits))
    number = int(digits)
    if number == record.number:
        return {}
    taken = [each.path for each in known.index.numbered(number) if each.path.startswith(folder)]
    if taken:
        raise UsageError(f"{taken[0]} has the number {number}", hint="choose one that is free")
    name = record.path.rsplit("/", 1)[-1]
    path = f"{folder}/{digits}{name.removeprefix(record.name.digits)}".removeprefix("/")
    if path in known.texts:
        raise UsageError(f"{path} exists already", hint="choose another number")
    texts: dict[str, str | None] = {record.path: None}
    is_alone = len(known.index.numbered(record.number)) == 1
    for page, text in known.texts.items():
        made = _with_links(page, text, record, digits, known if is_alone else None)
        if page == record.path:
            made = editing.with_heading_number(record, made, number)
            texts[path] = _with_id(record, made, path, digits)
        elif made != text:
            texts[page] = made
    return texts


def _with_id(record: Record, text: str, path: str, digits: str) -> str:
    """The field `id` of the front matter with the new number."""
    written = record.document.value("id")
    if not written or record.name.digits not in written:
        return text
    source = Source(text)
    line = record.document.line_of("id")
    start = source.text.find(written, source.offset(line))
    stem = path.rsplit("/", 1)[-1].removesuffix(".md")
    put = stem if written == record.stem else written.replace(record.name.digits, digits)
    return source.spliced([Splice(start, start + len(written), put)])


def _with_links(page: str, text: str, record: Record, digits: str, known: Shelf | None) -> str:
    """A file whose links to the record lead to its new name; with `known` its number too."""
    try:
        document = read(text.encode("utf-8"), page)
    except ValueError:
        return text
    source = Source(text)
    splices = list(_link_splices(page, document, source, record, digits))
    if known is not None and (at := known.index.at(page)) is not None:
        for relation in at.relations:
            if relation.number is not None and known.index.find(relation) is record:
                start = source.text.index(relation.said, source.offset(relation.line))
                match = re.search(r"\d+", relation.said)
                if match:
                    said = digits if match[0].startswith("0") else str(int(digits))
                    splices.append(Splice(start + match.start(), start + match.end(), said))
    return source.spliced(splices)


def _link_splices(
    page: str, document: Document, source: Source, record: Record, digits: str
) -> Iterator[Splice]:
    name = record.path.rsplit("/", 1)[-1]
    fences = {
        line
        for block in document.body.blocks
        if block.kind is BlockKind.FENCE
        for line in range(block.line, block.end_line + 1)
    }
    for line in range(document.body_line, document.text.count("\n") + 2):
        if line in fences:
            continue
        text, start = source.line(line), source.offset(line)
        spans = [(match.start(2), match[2]) for match in _TARGET.finditer(text)]
        definition = _DEFINITION.fullmatch(text)
        if definition:
            spans.append((definition.start(1), definition[1]))
        for place, target in spans:
            at = target.rfind(name)
            if at >= 0 and resolved(page, target) == record.path:
                begin = start + place + at
                yield Splice(begin, begin + len(record.name.digits), digits)
        for match in _TARGET.finditer(text):
            if resolved(page, match[2]) == record.path:
                yield from _label_splice(start + match.start(1) + 1, match[1][1:-1], record, digits)


def _label_splice(start: int, label: str, record: Record, digits: str) -> Iterator[Splice]:
    """The number in a link's text, where the text is the record's heading or its ADR-NNNN."""
    said = re.match(rf"(?:ADR[- ]?)?0*{record.number}(?=\.\s|$)", label, re.IGNORECASE)
    if said:
        match = re.search(r"\d+", said[0])
        if match:
            put = digits if match[0].startswith("0") else str(int(digits))
            yield Splice(start + match.start(), start + match.end(), put)
