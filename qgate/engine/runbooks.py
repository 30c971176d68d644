"""New runbooks, and which alerts and runbooks know each other, in the working tree."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rendering import render
from qgate.documents.runbook import writing
from qgate.documents.runbook.alerts import Alerts, Placed, Shelf, alerts_of, orphans
from qgate.documents.runbook.writing import NewRunbook
from qgate.engine import template_files
from qgate.engine.request import Request, load_settings
from qgate.engine.scaffolding import Made, bytes_of, create, place, refuse_failing
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.path_index import PathSet
from qgate.system.git import Repository


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
    source = template_files.source(repo.root, template)
    today = request.now().date()

    def named(taken: frozenset[str]) -> tuple[str, str]:
        name = writing.file_name(wanted, taken)
        text = render(source, template, writing.values(wanted, name, today))
        refuse_failing(text, name, Kind.RUNBOOK)
        return name, text

    folder = place(repo.root, settings.documents.runbooks.folder)
    return create(folder, named, is_dry=is_dry)


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
    others = {}
    for path in wanted:
        with contextlib.suppress(MalformedDocument):
            others[path] = bytes_of(repo.root / path)
    library = Library(documents, runbooks, paths, others)
    alerts = alerts_of(library)
    found = Shelf(library, folder)
    lost, unused = orphans(alerts.found, found)
    named = tuple((each, found.named_by(each.alert)) for each in alerts.found)
    return Listing(alerts, found.runbooks, named, lost, unused)


def _document(root: Path, path: str) -> Document | None:
    try:
        return read(bytes_of(root / path), path)
    except MalformedDocument:
        # The gate says what is wrong with it.
        return None
