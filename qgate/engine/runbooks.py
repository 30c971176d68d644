"""New runbooks, and which alerts and runbooks know each other, in the working tree."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rendering import render
from qgate.documents.runbook import writing
from qgate.documents.runbook.alerts import Alerts, Placed, Shelf, alerts_of, orphans
from qgate.documents.runbook.writing import NewRunbook
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.path_index import PathSet
from qgate.system import resources, shelf
from qgate.system.git import Repository

_TEMPLATE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OWN_TEMPLATES: Final = ".qgate/templates"


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was written, or would have been."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Every alert with its runbooks, what has no partner, and rule files that were not read."""

    alerts: Alerts
    runbooks: tuple[Document, ...]
    named: tuple[tuple[Placed, tuple[Document, ...]], ...]
    lost: tuple[Placed, ...]
    unused: tuple[Document, ...]


def make(request: Request, wanted: NewRunbook, *, template: str, is_dry: bool) -> Made:
    """Write a new runbook. Raises `UsageError`."""
    writing.refuse_incomplete(wanted)
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings
    source = template_source(repo.root, template)
    today = request.now().date()

    def named(taken: frozenset[str]) -> tuple[str, str]:
        name = writing.file_name(wanted, taken)
        return name, render(source, template, writing.values(wanted, name, today))

    folder = place(repo.root, settings.documents.runbooks.folder)
    return create(folder, named, is_dry=is_dry)


def create(
    folder: Path, named: Callable[[frozenset[str]], tuple[str, str]], *, is_dry: bool
) -> Made:
    """A document in a folder, which is made. `named` gives name and text; see `shelf.create_next`.

    Raises `UsageError`, and then leaves nothing behind.
    """
    here = frozenset(os.listdir(folder)) if folder.is_dir() else frozenset()  # noqa: PTH208
    # What is wrong with the template shows before a folder is made.
    name, text = named(here)
    if is_dry:
        if name in here:
            hint = "choose another title, or change the file that is there"
            raise UsageError(f"{folder / name} exists already", hint=hint)
        return Made(folder / name, text)
    texts: dict[str, str] = {}

    def kept(taken: frozenset[str]) -> tuple[str, str]:
        name, text = named(taken)
        texts[name] = text
        return name, text

    path = shelf.create_next(folder, kept)
    return Made(path, texts[path.name])


def place(root: Path, folder: str) -> Path:
    """A folder of documents on disk. Raises `UsageError` for one outside of the repository."""
    path = Path(os.path.normpath(root / folder.strip("/")))
    real = Path(os.path.realpath(path))
    if real == Path(os.path.realpath(root)) or not real.is_relative_to(os.path.realpath(root)):
        hint = "name a folder below the repository's root in .qgate.yml"
        raise UsageError(f"{folder} is no folder inside the repository", hint=hint)
    return path


def template_source(root: Path, name: str) -> str:
    """A template's text: the repository's own, else the shipped one. Raises `UsageError`."""
    if not _TEMPLATE.fullmatch(name):
        raise UsageError(f"{name!r} is no template's name", hint="name one without its folder")
    name = name.removesuffix(".md")
    for path in (
        root / _OWN_TEMPLATES / f"{name}.md",
        resources.folder("templates") / f"{name}.md",
    ):
        try:
            return path.read_text("utf-8-sig")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}", hint="mend it") from error
    raise UsageError(f"there is no template {name}", hint=f"put it into {_OWN_TEMPLATES}/{name}.md")


def listing(request: Request) -> Listing:
    """Alerts and runbooks of the working tree. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings
    folder = settings.documents.runbooks.folder.strip("/")
    paths = frozenset(repo.tracked()) | frozenset(repo.untracked())
    kinds = Folders(runbooks=folder).among(sorted(paths))
    runbooks = {path: kind for path, kind in kinds.items() if kind is Kind.RUNBOOK}
    documents = {}
    for path in runbooks:
        if document := _document(repo.root, path):
            documents[path] = document
    wanted = PathSet(settings.documents.runbooks.alerts).among(sorted(paths))
    others = {path: data for path in wanted if (data := _bytes(repo.root / path)) is not None}
    library = Library(documents, runbooks, paths, others)
    alerts = alerts_of(library)
    found = Shelf(library, folder)
    lost, unused = orphans(alerts.found, found)
    named = tuple((each, found.named_by(each.alert)) for each in alerts.found)
    return Listing(alerts, found.runbooks, named, lost, unused)


def _document(root: Path, path: str) -> Document | None:
    data = _bytes(root / path)
    try:
        return None if data is None else read(data, path)
    except MalformedDocument:
        # The gate says what is wrong with it.
        return None


def _bytes(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None
