"""Which files of each side are documents: what must be known before anything of them is read.

Light to import: most changes are to repositories without any.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qgate.documents.kinds import Folders, Kind, adr_folder
from qgate.gates.context import GateContext
from qgate.model.changes import Side, Status

ADR_DIR: Final = ".adr-dir"
_LINK: Final = "120000"

Contents = Callable[[Sequence[str]], list[bytes | None]]


@dataclass(frozen=True, slots=True)
class Place:
    """One side: its files, those of them that are documents, and how to read them.

    `links` are its symbolic links, which are not followed.
    """

    paths: frozenset[str]
    links: frozenset[str]
    folders: Folders
    kinds: Mapping[str, Kind]
    contents: Contents


def here(context: GateContext) -> Place:
    """The side that is judged."""
    return _place(context, *_files(context))


def there(context: GateContext, now: Place) -> Place:
    """The base; what the change does not touch is as it is in `now`."""
    files = context.changes.files
    touched = {file.path for file in files}
    old = {file.old_path for file in files if file.status is not Status.ADDED}
    links = {file.old_path for file in files if file.old_mode == _LINK}
    return _place(
        context, (now.paths - touched) | old, (now.links - touched) | links, context.base_contents
    )


def _place(
    context: GateContext, paths: frozenset[str], links: frozenset[str], contents: Contents
) -> Place:
    folders = _folders(context, paths, contents)
    return Place(paths, links, folders, folders.among(sorted(paths)), contents)


def _files(context: GateContext) -> tuple[frozenset[str], frozenset[str], Contents]:
    """Every file of the side that is judged, which of them are links, and how to read them."""
    changes = context.changes
    if changes.head.side is Side.COMMIT:
        entries, hidden = context.repo.tree_entries(changes.head.sha), frozenset[str]()
    else:
        entries, hidden = context.repo.index_entries()
    modes = {path: mode for path, (mode, _) in entries.items()}
    for file in changes.files:
        if file.status is Status.DELETED:
            modes.pop(file.path, None)
        elif changes.head.side is Side.WORKTREE:
            modes[file.path] = file.new_mode
    links = frozenset(path for path, mode in modes.items() if mode == _LINK)
    if changes.head.side is not Side.WORKTREE or not hidden:
        return frozenset(modes), links, context.head_contents

    def contents(paths: Sequence[str]) -> list[bytes | None]:
        # Of a sparse checkout what is not on disk is as the index has it.
        found = dict(zip(paths, context.head_contents(paths), strict=True))
        lacking = [path for path in paths if found[path] is None and path in hidden - links]
        found |= zip(lacking, context.repo.blobs([f":{path}" for path in lacking]), strict=True)
        return [found[path] for path in paths]

    return frozenset(modes), links, contents


def _folders(context: GateContext, paths: frozenset[str], contents: Contents) -> Folders:
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
