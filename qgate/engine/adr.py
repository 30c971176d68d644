"""Decision records on disk: where they lie, and each change to them whole or not at all."""

import contextlib
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qgate.config.documents import AdrSettings
from qgate.documents.adr.index import Index
from qgate.documents.adr.record import Record, State
from qgate.documents.kinds import ADR_FOLDERS, adr_folder, is_no_document
from qgate.engine.request import Request, load_settings
from qgate.engine.scaffolding import bytes_of
from qgate.errors import UsageError
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.system import shelf
from qgate.system.git import Repository

NEW_FOLDER: Final = "docs/adr"
_ADR_DIR: Final = ".adr-dir"
# From where a decision may come to a state.
_FROM: Final[Mapping[State, frozenset[State | None]]] = {
    State.ACCEPTED: frozenset({None, State.DRAFT, State.PROPOSED}),
    State.REJECTED: frozenset({None, State.DRAFT, State.PROPOSED}),
    State.DEPRECATED: frozenset({None, State.ACCEPTED}),
    State.SUPERSEDED: frozenset(set(State) - {State.REJECTED, State.DRAFT}) | {None},
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where decision records lie: `folder` below `root`, with slashes."""

    root: Path
    folder: str
    settings: AdrSettings

    @property
    def path(self) -> Path:
        """The folder on disk; it need not be there yet."""
        return self.root / self.folder


@dataclass(frozen=True, slots=True)
class Shelf:
    """The records of a folder; `texts` are all its Markdown files with their own line ends."""

    index: Index
    texts: Mapping[str, str]
    broken: Mapping[str, MalformedDocument] = field(default_factory=dict)

    def record(self, reference: str) -> Record:
        """The record that a person names: its number, or its file's name. Raises `UsageError`."""
        text = reference.strip()
        stem = text.rsplit("/", 1)[-1].removesuffix(".md")
        digits = text.removeprefix("ADR-").removeprefix("adr-")
        found = self.index.named(stem)
        if not found and digits.isascii() and digits.isdigit():
            found = self.index.numbered(int(digits))
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(each.path.rsplit("/", 1)[-1] for each in found)
            hint = "name the file, or give one another number with qgate adr renumber"
            raise UsageError(f"{text} can be any of {names}", hint=hint)
        hint = "qgate adr list shows those that are there"
        raise UsageError(f"there is no decision record {text}", hint=hint)

    def text(self, record: Record) -> str:
        """The text on disk, line ends as they are."""
        return self.texts[record.path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Texts before and after, by path relative to the root; None where there is no such file."""

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths whose text is another one, in order."""
        return tuple(sorted(path for path in self.after if self.after[path] != self.before[path]))


def place(request: Request) -> Place:
    """Where the records lie by the settings, `.adr-dir`, or habit. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings.documents.adr
    folder = settings.folder
    if folder is None:
        folder = adr_folder(_usual(repo.root), _adr_dir(repo.root)) or NEW_FOLDER
    folder = posixpath.normpath(folder.strip("/") or ".")
    whole = Path(os.path.realpath(repo.root / folder))
    if not whole.is_relative_to(os.path.realpath(repo.root)):
        hint = "name a folder of the repository in documents.adr.folder, or in .adr-dir"
        raise UsageError(f"the folder {folder} is outside of the repository", hint=hint)
    return Place(repo.root, folder, settings)


def _usual(root: Path) -> Iterator[str]:
    """What lies in the usual folders."""
    for folder in ADR_FOLDERS:
        with contextlib.suppress(OSError):
            yield from (f"{folder}/{each.name}" for each in (root / folder).iterdir())


def _adr_dir(root: Path) -> str | None:
    try:
        return (root / _ADR_DIR).read_text("utf-8", "replace")
    except OSError:
        return None


def pages(at: Place) -> tuple[str, ...]:
    """The Markdown files in the folder, relative to the root, sorted."""
    found = []
    for folder, folders, names in os.walk(at.path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = os.path.relpath(folder, at.root).replace(os.sep, "/")
        prefix = "" if here == "." else f"{here}/"
        found += [f"{prefix}{name}" for name in names if name.endswith(".md")]
    return tuple(sorted(found))


def paths(at: Place) -> tuple[str, ...]:
    """Those of the Markdown files that can be records."""
    return tuple(path for path in pages(at) if not is_no_document(path))


def nothing(path: str) -> Document:
    """A document by this name without a text, for what only the name says."""
    return Document(path, "")


def shelf_of(at: Place) -> Shelf:
    """Read every record. A file that is none is in `broken`."""
    texts: dict[str, str] = {}
    broken = {}
    for path in pages(at):
        try:
            texts[path] = bytes_of(at.root / path).decode("utf-8")
        except UnicodeDecodeError as error:
            broken[path] = MalformedDocument(f"not UTF-8 text: {error.reason}", 1)
        except MalformedDocument as error:
            broken[path] = error
    return shelf_from(texts, broken)


def shelf_from(
    texts: Mapping[str, str], broken: Mapping[str, MalformedDocument] | None = None
) -> Shelf:
    """The records that these texts are, by path."""
    errors = dict(broken or {})
    records = []
    for path, text in texts.items():
        if is_no_document(path):
            continue
        try:
            records.append(Record(read(text.encode("utf-8"), path)))
        except MalformedDocument as error:
            errors[path] = error
    return Shelf(Index(each for each in records if each.is_record), texts, errors)


Change = Callable[[Shelf], Mapping[str, str | None]]


def change(at: Place, make: Change, *, dry_run: bool = False) -> Edits:
    """Give records other texts, or names: what `make` gives by path, all or nothing.

    None takes a file away. Raises `UsageError`.
    """
    if dry_run:
        return _edits(shelf_of(at), make)
    if not at.path.is_dir():
        raise UsageError(f"there is no folder {at.folder}", hint="qgate new-adr makes it")
    with shelf.locked(at.path):
        edits = _edits(shelf_of(at), make)
        write(at, edits)
    return edits


def _edits(known: Shelf, make: Change) -> Edits:
    after = make(known)
    return Edits(before={path: known.texts.get(path) for path in after}, after=after)


def write(at: Place, edits: Edits) -> None:
    """New files first, under names that nobody has; what was there goes last."""
    made: list[Path] = []
    changed = {path: edits.after[path] for path in edits.changed}
    try:
        for path, text in changed.items():
            if text is not None and edits.before[path] is None:
                shelf.create(at.root / path, text)
                made.append(at.root / path)
        shelf.change(
            {
                at.root / path: text
                for path, text in changed.items()
                if text is not None and edits.before[path] is not None
            }
        )
    except BaseException:
        for each in made:
            each.unlink(missing_ok=True)
        raise
    for path, text in changed.items():
        if text is None:
            (at.root / path).unlink()


def may_become(record: Record, state: State) -> bool:
    """Whether the decision may come to a state from its own. Raises `UsageError` if not."""
    if record.state not in _FROM[state] or any(
        each.text and each.state is None for each in record.statuses
    ):
        said = record.state or record.statuses[0].text
        message = f"{record.path} is {said}, and cannot become {state}"
        raise UsageError(message, hint="change the status in the file, if it is wrong")
    return True
