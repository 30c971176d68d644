"""A new decision record, with both ends of what it supersedes and amends."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qgate.documents.adr import editing, naming
from qgate.documents.adr.record import Record, State
from qgate.documents.adr.relations import verb_of
from qgate.documents.kinds import Kind
from qgate.documents.rendering import render
from qgate.engine import template_files
from qgate.engine.adr import Edits, Place, may_become, paths, shelf_of, write
from qgate.errors import UsageError
from qgate.parse.documents import MalformedDocument, read
from qgate.system import shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What a new record says; `values` are the template's further fields."""

    title: str
    status: State
    date: str
    template: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    supersedes: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A new record's path relative to the root, its text, and what else changes with it."""

    path: str
    text: str
    others: Edits


def new(at: Place, wanted: New, *, dry_run: bool = False) -> Made:
    """Make a record, with both ends of what it supersedes and amends, or nothing at all.

    Raises `UsageError` for a target that is not there, and for a text that the rules refuse.
    """
    if dry_run:
        return _made(at, wanted)
    with _fresh_folder(at), shelf.locked(at.path):
        made = _made(at, wanted)
        path = at.root / made.path
        shelf.create(path, made.text)
        try:
            write(at, made.others)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return made


@contextlib.contextmanager
def _fresh_folder(at: Place) -> Iterator[None]:
    """Folders that were made for a record which is refused are taken away again."""
    missing = [at.path, *at.path.parents]
    missing = missing[: missing.index(at.root)] if at.root in missing else []
    missing = [folder for folder in missing if not folder.exists()]
    try:
        yield
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _made(at: Place, wanted: New) -> Made:
    title = naming.plain(wanted.title)
    if not title:
        raise UsageError("a decision needs a title", hint='qgate new-adr "Use one database"')
    known = shelf_of(at)
    superseded = [known.record(each) for each in dict.fromkeys(wanted.supersedes)]
    amended = [known.record(each) for each in dict.fromkeys(wanted.amends)]
    names = [each.rsplit("/", 1)[-1] for each in paths(at) if each.rpartition("/")[0] == at.folder]
    is_dated = naming.are_dated(names)
    prefix = wanted.date.replace("-", "") if is_dated else naming.next_digits(names)
    path = f"{at.folder}/{naming.file_name(prefix, title)}".removeprefix("./")
    number = None if is_dated else int(prefix)
    relations = [("Supersedes", each) for each in superseded]
    relations += [("Amends", each) for each in amended]
    text = _rendered(at, wanted, title, path, number, relations)
    record = _checked(path, text)
    for verb, other in relations:
        if not any(
            known.index.find(each) is other and each.verb == verb_of(verb)
            for each in record.relations
        ):
            text = editing.with_relation(record, text, verb, other)
            record = _checked(path, text)
    after: dict[str, str | None] = {
        each.path: editing.with_state(each, known.text(each), State.SUPERSEDED, record)
        for each in superseded
        if may_become(each, State.SUPERSEDED)
    }
    for each in amended:
        before = after.get(each.path) or known.text(each)
        again = Record(read(before.encode(), each.path))
        after[each.path] = editing.with_relation(again, before, "Amended by", record)
    return Made(path, text, Edits(before={each: known.texts[each] for each in after}, after=after))


def _rendered(
    at: Place,
    wanted: New,
    title: str,
    path: str,
    number: int | None,
    relations: Sequence[tuple[str, Record]],
) -> str:
    name = wanted.template or at.settings.template
    record = Record(read(b"", path))
    values = {
        **wanted.values,
        "number": number,
        "digits": record.name.digits,
        "title": naming.escaped(title, is_first=number is None),
        "bare_title": naming.escaped(title, is_first=True),
        "plain_title": title,
        "slug": record.name.slug,
        "date": wanted.date,
        "status": wanted.status.value,
        "links": tuple(
            f"{verb} [{other.label}]({editing.relative(record, other)})"
            for verb, other in relations
        ),
    }
    return render(template_files.source(at.root, name, below="adr"), f"{name}.md", values)


def _checked(path: str, text: str) -> Record:
    """The record that a text is. Raises `UsageError` with what the rules refuse."""
    try:
        document = read(text.encode("utf-8"), path)
    except MalformedDocument as error:
        hint = "mend the template, or the text given"
        raise UsageError(f"the record would be no document: {error}", hint=hint) from error
    refuse(path, text)
    return Record(document)


def refuse(path: str, text: str) -> None:
    """Raise `UsageError` with what the rules say against a record's text."""
    # Every kind's rules come with it; who only reads does without.
    from qgate.documents.rules import adr as rules  # noqa: PLC0415

    document = read(text.encode("utf-8"), path)
    problems = [
        f"{path}:{each.line}: {each.message} [{each.rule}]"
        for each in rules.of_document(document, Kind.ADR)
        if each.blocking
    ]
    if problems:
        hint = "write what is missing, or keep it proposed until it is decided"
        raise UsageError("the record would not pass:\n" + "\n".join(problems), hint=hint)
