"""What adr-tools does, without its faults: in any folder, with git or without."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qgate.config.documents import AdrSettings
from qgate.documents.adr import compat, editing, naming
from qgate.documents.adr.record import Record, State
from qgate.documents.rendering import render
from qgate.engine import adr, template_files
from qgate.engine.adr import Place, Shelf
from qgate.errors import UsageError
from qgate.parse.documents import read
from qgate.system import shelf

USUAL: Final = "doc/adr"
_ADR_DIR: Final = ".adr-dir"
_OWN_TEMPLATE: Final = "templates/template.md"


@dataclass(frozen=True, slots=True)
class Link:
    """`TARGET:LINK:REVERSE-LINK` of a new record; `supersedes` takes the target's status away."""

    target: str
    words: str
    reverse: str
    supersedes: bool = False


def superseding(target: str) -> Link:
    """What `-s TARGET` means."""
    return Link(target, compat.SUPERSEDES, compat.SUPERSEDED_BY, supersedes=True)


def find(folder: Path) -> Place:
    """The records' place seen from a folder: here or above by `.adr-dir` or as doc/adr."""
    for root in (folder, *folder.parents):
        named = root / _ADR_DIR
        if named.is_file():
            return Place(root, named.read_text("utf-8").strip() or USUAL, AdrSettings())
        if (root / USUAL).is_dir():
            return Place(root, USUAL, AdrSettings())
    return Place(folder, USUAL, AdrSettings())


def files(at: Place) -> tuple[str, ...]:
    """The numbered records in the folder itself, by name. Raises `UsageError` without a folder."""
    if not at.path.is_dir():
        raise UsageError(f"The {at.folder} directory does not exist", hint="adr init makes it")
    found = (path for path in adr.paths(at) if path.rpartition("/")[0] == at.folder)
    return tuple(path for path in found if naming.parts(path).digits)


def init(folder: Path, name: str, day: str) -> tuple[Place, str]:
    """Make the folder with the first record; the record's path. Raises `UsageError`."""
    at = Place(folder, os.path.normpath(name), AdrSettings()) if name else find(folder)
    with shelf.locked(at.path):
        text = template_files.source(at.root, "adr-tools-first", below="adr")
        made = _make(at, "Record architecture decisions", day, (), text)
        if name:
            (folder / _ADR_DIR).write_text(f"{name}\n", "utf-8")
    return at, made


def new(at: Place, title: str, day: str, links: Sequence[Link], template: Path | None) -> str:
    """The path of a new record, whose links stand at both ends. Raises `UsageError`.

    A target that is not there, or can be several, fails before anything is written.
    """
    own = template or at.path / _OWN_TEMPLATE
    is_there = at.path.is_dir()
    if links and not is_there:
        raise UsageError(f"The {at.folder} directory does not exist", hint="adr init makes it")
    with shelf.locked(at.path):
        if template is not None or own.is_file():
            return _make(at, title, day, links, None, _text(own))
        return _make(
            at, title, day, links, template_files.source(at.root, "adr-tools", below="adr")
        )


def link(at: Place, source: str, words: str, target: str, reverse: str) -> None:
    """Say in two records what they are to each other. Raises `UsageError`."""

    def make(known: Shelf) -> Mapping[str, str | None]:
        one, other = _record(known, source), _record(known, target)
        if one is other:
            raise UsageError("a record cannot be linked to itself", hint="name two records")
        return {
            one.path: _linked(one, known.text(one), words, other),
            other.path: _linked(other, known.text(other), reverse, one),
        }

    adr.change(at, make)


def upgrade(at: Place) -> None:
    """Write days as ISO 8601 does. Raises `UsageError`."""
    files(at)
    adr.change(
        at,
        lambda known: {
            each.path: compat.with_iso_days(known.text(each)) for each in known.index.records
        },
    )


def _make(
    at: Place,
    title: str,
    day: str,
    links: Sequence[Link],
    template: str | None,
    own: str = "",
) -> str:
    title = naming.plain(title)
    known = adr.shelf_of(at)
    targets = [(each, _record(known, each.target)) for each in links]
    names = [path.rsplit("/", 1)[-1] for path in files(at)]
    digits = naming.next_digits(names)
    path = f"{at.folder}/{digits}-{_short(compat.slug(title))}.md"
    if template is None:
        values = {"NUMBER": str(int(digits)), "TITLE": title, "DATE": day, "STATUS": "Accepted"}
        text = compat.filled(own, values)
    else:
        said = naming.escaped(title)
        values = {"number": str(int(digits)), "title": said, "date": day, "status": "Accepted"}
        text = render(template, "adr-tools.md", values)
    record = Record(read(text.encode("utf-8"), path))
    after: dict[str, str | None] = {}
    for each, target in targets:
        text = _linked(Record(read(text.encode("utf-8"), path)), text, each.words, target)
        before = after.get(target.path) or known.text(target)
        there = Record(read(before.encode("utf-8"), target.path))
        after[target.path] = (
            _superseded(there, before, record)
            if each.supersedes
            else _linked(there, before, each.reverse, record)
        )
    edits = adr.Edits(
        before={path: None, **{each: known.texts[each] for each in after}},
        after={path: text, **after},
    )
    adr.write(at, edits)
    return path


def _short(slug: str) -> str:
    """As long as a file's name may be, with its number and suffix."""
    return slug.encode("utf-8")[:240].decode("utf-8", "ignore").rstrip("-")


def _superseded(record: Record, text: str, by: Record) -> str:
    """The record with its status replaced by its successor, in adr-tools' spelling."""
    made = editing.with_state(record, text, State.SUPERSEDED, by)
    return made.replace(f"Superseded by [{by.label}]", f"{compat.SUPERSEDED_BY} [{by.label}]")


def _linked(record: Record, text: str, words: str, to: Record) -> str:
    return editing.with_relation(record, text, words, to)


def _record(known: Shelf, reference: str) -> Record:
    """By its number, which is exact, else by a part of its file's name. Raises `UsageError`."""
    if reference.isascii() and reference.isdigit():
        return known.record(reference)
    found = [each for each in known.index.records if reference in each.path.rsplit("/", 1)[-1]]
    if reference and len(found) == 1:
        return found[0]
    return known.record(reference)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="it must be UTF-8 text") from error
