"""The documents of both sides, read through git and the disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qgate.documents.kinds import Folders, Kind, Library, adr_folder
from qgate.documents.rules.asked import Asked
from qgate.gates.context import GateContext
from qgate.model.changes import Side, Status
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.path_index import PathSet

ADR_DIR: Final = ".adr-dir"

_Contents = Callable[[Sequence[str]], list[bytes | None]]


@dataclass(frozen=True, slots=True)
class Tree:
    """One side: which files are documents, and what could be read of them."""

    folders: Folders
    kinds: Mapping[str, Kind]
    library: Library
    broken: Mapping[str, MalformedDocument]


def head(context: GateContext) -> Tree:
    """The side that is judged."""
    return _tree(context, _paths(context), context.head_contents, {}, {})


def base(context: GateContext, now: Tree) -> Tree:
    """The other side; what the change does not touch is as it is in `now`."""
    files = context.changes.files
    touched = {file.path for file in files}
    old = {file.old_path for file in files if file.status is not Status.ADDED}
    same = {
        path: document for path, document in now.library.documents.items() if path not in touched
    }
    broken = {path: error for path, error in now.broken.items() if path not in touched}
    paths = (now.library.tracked - touched) | old
    return _tree(context, paths, context.base_contents, same, broken)


def asked(context: GateContext, folders: Folders, touched: frozenset[str]) -> Asked:
    """What the rules are told of the change."""
    files = context.changes.files
    return Asked(
        folders=folders,
        touched=touched,
        added=frozenset(file.path for file in files if file.status is Status.ADDED),
        owed=context.settings.documents.adr.owed,
        numbers_elsewhere=_elsewhere(context, folders),
    )


def _paths(context: GateContext) -> frozenset[str]:
    """Every file of the side that is judged."""
    changes = context.changes
    if changes.head.side is Side.COMMIT:
        return frozenset(context.repo.tree_entries(changes.head.sha))
    gone = {file.path for file in changes.files if file.status is Status.DELETED}
    listed = set(context.repo.tracked())
    if changes.head.side is Side.WORKTREE:
        listed |= {file.path for file in changes.files}
    return frozenset(listed - gone)


def _tree(
    context: GateContext,
    paths: frozenset[str],
    contents: _Contents,
    same: Mapping[str, Document],
    broken: Mapping[str, MalformedDocument],
) -> Tree:
    folders = _folders(context, paths, contents)
    kinds = folders.among(sorted(paths))
    documents = {path: same[path] for path in kinds if path in same}
    errors = {path: broken[path] for path in kinds if path in broken}
    wanted = [path for path in kinds if path not in documents and path not in errors]
    for path, data in zip(wanted, contents(wanted), strict=True):
        try:
            documents[path] = read(_required(data), path)
        except MalformedDocument as error:
            errors[path] = error
    alerts = PathSet(context.settings.documents.runbooks.alerts).among(sorted(paths))
    others = {
        path: data for path, data in zip(alerts, contents(alerts), strict=True) if data is not None
    }
    return Tree(folders, kinds, Library(documents, kinds, paths, others), errors)


def _required(data: bytes | None) -> bytes:
    if data is None:
        raise MalformedDocument("the file is a link, or cannot be read", 0)
    return data


def _folders(context: GateContext, paths: frozenset[str], contents: _Contents) -> Folders:
    settings = context.settings.documents
    adr = settings.adr.folder
    if adr is None:
        (named,) = contents([ADR_DIR]) if ADR_DIR in paths else (None,)
        adr = adr_folder(paths, named.decode("utf-8", "replace") if named is not None else None)
    return Folders(
        adr=adr.strip("/"),
        incidents=settings.incidents.folder.strip("/"),
        post_mortems=settings.post_mortems.folder.strip("/"),
        runbooks=settings.runbooks.folder.strip("/"),
        checklists=settings.checklists.folder.strip("/"),
    )


def _elsewhere(context: GateContext, folders: Folders) -> tuple[str, ...]:
    """Names of decision records that the base branch got meanwhile."""
    if not folders.adr:
        return ()
    branch = context.repo.default_branch()
    tip = context.repo.commit(branch) if branch else None
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
