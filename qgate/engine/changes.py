"""One diff from the base to the new side: a frozen `ChangeSet`. git is asked once."""

from pathlib import Path
from typing import Final

from qgate.engine.comparison import Comparison
from qgate.errors import Incomplete
from qgate.model.changes import ChangedFile, ChangeSet, Hunk, Side, Status
from qgate.parse import unified_diff
from qgate.system.git import Repository

_NO_MODE: Final = "000000"


def read(repo: Repository, comparison: Comparison) -> ChangeSet:
    """Everything that differs. In the working tree untracked files count as all-new.

    Raises `Incomplete` on unresolved conflicts.
    """
    side = comparison.head.side
    if side is not Side.COMMIT and (unmerged := repo.unmerged()):
        raise Incomplete(
            "unmerged",
            f"{unmerged[0]} has a conflict that is not resolved"
            + (f", and {len(unmerged) - 1} more" if len(unmerged) > 1 else ""),
            hint="resolve it, git add it, and run again",
        )
    output, gave_up = repo.diff(
        comparison.base.sha,
        head=comparison.head.sha if side is Side.COMMIT else None,
        staged=side is Side.INDEX,
    )
    files = unified_diff.parse(output)
    if side is Side.WORKTREE:
        files += tuple(_untracked(repo.root, path) for path in repo.untracked())
    notes = ("git's minimal diff took too long; its default algorithm was used",) if gave_up else ()
    return ChangeSet(base=comparison.base, head=comparison.head, files=files, notes=notes)


def _untracked(root: Path, path: str) -> ChangedFile:
    """A file that git does not know yet, as the all-new file it would be."""
    file = root / path
    if file.is_symlink() or not file.is_file():
        mode, lines = "120000", 0
    else:
        mode, lines = "100644", _line_count(file)
    return ChangedFile(
        path=path,
        old_path=path,
        status=Status.ADDED,
        old_mode=_NO_MODE,
        new_mode=mode,
        hunks=(Hunk(0, 0, 1, lines),) if lines else (),
    )


def _line_count(file: Path) -> int:
    """Lines as git counts them: line feeds, and a last line without one."""
    lines, last = 0, b"\n"
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                lines += chunk.count(b"\n")
                last = chunk[-1:]
    except OSError as error:
        raise Incomplete(
            "unreadable-source",
            f"{file.name} cannot be read: {error.strerror}",
            path=str(file),
            hint="make it readable, or let .gitignore ignore it",
        ) from error
    return lines + (last != b"\n")
