"""New checklists from the templates of the repository and the shipped ones."""

from collections.abc import Mapping
from pathlib import Path

from qgate.documents.checklist import templates, writing
from qgate.documents.checklist.template import FOLDER, MalformedTemplate, Template, path_of
from qgate.documents.checklist.writing import NewChecklist
from qgate.documents.incident import severity
from qgate.documents.rendering import render
from qgate.engine import template_files
from qgate.engine.request import Request, load_settings
from qgate.engine.scaffolding import Made, create, place
from qgate.errors import UsageError
from qgate.system.git import Repository


def make(request: Request, wanted: NewChecklist, *, template: str, is_dry: bool) -> Made:
    """Write a new checklist. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings
    items = find(repo.root, wanted.name)
    source = template_files.source(repo.root, template)
    today = request.now().date()

    def named(taken: frozenset[str]) -> tuple[str, str]:
        name = writing.file_name(wanted, today, taken)
        return name, render(source, template, writing.values(wanted, items, name, today))

    folder = place(repo.root, settings.documents.checklists.folder)
    return create(folder, named, is_dry=is_dry)


def names(request: Request) -> tuple[str, ...]:
    """The names of every list that can be made here. Raises `UsageError`."""
    return templates.names(_policy(Repository(request.folder, request.environ).root))


def find(root: Path, name: str) -> Template:
    """The list of a name, the repository's own or the shipped one. Raises `UsageError`."""
    policy = _policy(root)
    try:
        found = templates.find(name, policy)
    except MalformedTemplate as error:
        message = f"{path_of(name)}:{error.line}:{error.column}: {error}"
        raise UsageError(message, hint="mend the template") from error
    if found is None:
        hint = f"there are {', '.join(templates.names(policy))}; {path_of(name)} would be yours"
        raise UsageError(f"there is no checklist called {name}", hint=hint)
    return found


def _policy(root: Path) -> Mapping[str, bytes]:
    """The files that make lists, as they are on disk; the gate asks those of the base."""
    paths = [root / severity.OWN, *sorted((root / FOLDER).glob("*.yml"))]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and not path.is_symlink()
    }
