"""The documents of both sides, read through git and the disk."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rules.asked import Asked
from qgate.gates.context import GateContext
from qgate.gates.documents.places import Contents, Place, there
from qgate.model.changes import Status
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.path_index import PathSet

POLICIES: Final = frozenset({".qgate/rules/severity.yml", ".qgate.yml"})
_CHECKLISTS: Final = ".qgate/rules/checklists/"


@dataclass(frozen=True, slots=True)
class Tree:
    """One side, and what could be read of its documents."""

    place: Place
    library: Library
    broken: Mapping[str, MalformedDocument]


def head(context: GateContext, here: Place) -> Tree:
    """The side that is judged."""
    return _tree(context, here, {}, {})


def base(context: GateContext, now: Tree) -> Tree:
    """The other side; what the change does not touch is as it is in `now`."""
    touched = {file.path for file in context.changes.files}
    same = {
        path: document for path, document in now.library.documents.items() if path not in touched
    }
    broken = {path: error for path, error in now.broken.items() if path not in touched}
    return _tree(context, there(context, now.place), same, broken)


def asked(context: GateContext, now: Tree, touched: frozenset[str]) -> Asked:
    """What the rules are told of the change."""
    files = context.changes.files
    here = now.library.tracked
    old = {file.old_path for file in files if file.status is not Status.ADDED}
    return Asked(
        folders=now.place.folders,
        touched=touched,
        added=frozenset(file.path for file in files if file.status is Status.ADDED),
        owed=context.settings.documents.adr.owed,
        numbers_elsewhere=_elsewhere(context, now.place.folders),
        policy=_policy((here - touched) | old, context.base_contents),
        proposed=_policy(here & touched, context.head_contents),
        before=_decisions_before(context, now),
    )


def _decisions_before(context: GateContext, now: Tree) -> Mapping[str, Document]:
    """Touched decision records as they are at the base; what is no document there is left out."""
    old = {
        file.path: file.old_path
        for file in context.changes.files
        if file.status is not Status.ADDED and now.place.kinds.get(file.path) is Kind.ADR
    }
    found = {}
    for path, data in zip(old, context.base_contents(list(old.values())), strict=True):
        with contextlib.suppress(MalformedDocument):
            found[path] = read(_required(data), path)
    return found


def _tree(
    context: GateContext,
    place: Place,
    same: Mapping[str, Document],
    broken: Mapping[str, MalformedDocument],
) -> Tree:
    kinds = place.kinds
    documents = {path: same[path] for path in kinds if path in same}
    errors = {path: broken[path] for path in kinds if path in broken}
    wanted = [path for path in kinds if path not in documents and path not in errors]
    for path, data in zip(wanted, place.contents(wanted), strict=True):
        try:
            documents[path] = read(_required(None if path in place.links else data), path)
        except MalformedDocument as error:
            errors[path] = error
    alerts = PathSet(context.settings.documents.runbooks.alerts).among(sorted(place.paths))
    found = zip(alerts, place.contents(alerts), strict=True)
    others = {path: data for path, data in found if data is not None and path not in place.links}
    return Tree(place, Library(documents, kinds, place.paths, others), errors)


def _required(data: bytes | None) -> bytes:
    if data is None:
        raise MalformedDocument("a symbolic link, or a file that cannot be read", 0)
    return data


def _policy(paths: frozenset[str], contents: Contents) -> Mapping[str, bytes]:
    """The files of policy that documents are judged by, of those paths."""
    names = sorted(path for path in paths if path in POLICIES or path.startswith(_CHECKLISTS))
    found = zip(names, contents(names), strict=True) if names else ()
    return {name: data for name, data in found if data is not None}


def _tip(context: GateContext) -> str | None:
    """The newest commit of the branch that the change goes to, as far as it is known here."""
    repo, current = context.repo, context.repo.current_branch()
    names = (context.settings.base, repo.default_branch(), "refs/heads/main", "refs/heads/master")
    others = (name for name in names if name and name.removeprefix("refs/heads/") != current)
    return next(filter(None, map(repo.commit, others)), None)


def _elsewhere(context: GateContext, folders: Folders) -> tuple[str, ...]:
    """Names of decision records that the base branch got meanwhile."""
    if not folders.adr:
        return ()
    tip = _tip(context)
    if tip is None or tip == context.changes.base.sha:
        return ()
    prefix = f"{folders.adr}/"
    before = context.repo.tree_entries(context.changes.base.sha)
    return tuple(
        sorted(
            path.removeprefix(prefix)
            for path in context.repo.tree_entries(tip)
            if path.startswith(prefix) and path not in before
        )
    )
