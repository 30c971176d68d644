"""git's hooks: putting qgate's in place beside what is there, and taking it away again.

Only hooks in the repository's own git folder are written. A folder that `core.hooksPath` names
elsewhere is part of the working tree, which qgate never writes, or of other repositories too.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

from qgate.errors import UsageError
from qgate.system import files
from qgate.system.git import Repository
from qgate.system.hook_script import KEPT, is_as_written, is_ours


class State(Enum):
    """Whose hook stands at a place."""

    ABSENT = "absent"
    OURS = "ours"
    EDITED = "edited"
    FOREIGN = "foreign"


class Change(Enum):
    """What was done about one hook."""

    NONE = "none"
    WRITTEN = "written"
    REWRITTEN = "rewritten"
    KEPT_EARLIER = "kept earlier"
    REMOVED = "removed"
    RESTORED = "restored"
    LEFT_ALONE = "left alone"


def state(path: Path) -> State:
    """Whose hook this is. One of ours that was changed by hand is somebody's work."""
    if not os.path.lexists(path):
        return State.ABSENT
    try:
        content = b"" if path.is_symlink() else path.read_bytes()
    except OSError:
        content = b""
    if not is_ours(content):
        return State.FOREIGN
    return State.OURS if is_as_written(content) else State.EDITED


def folder_of(repo: Repository) -> Path | None:
    """The folder that git takes hooks from, None if it is not this repository's alone."""
    return _own(repo.hooks_folder(), repo)


def _own(folder: Path, repo: Repository) -> Path | None:
    """The folder, links resolved, if it is in the git folder and there in no working tree.

    A bare git folder can hold working trees; each has a `.git` at its top.
    """
    whole, common = Path(os.path.realpath(folder)), Path(os.path.realpath(repo.common_folder()))
    if common not in whole.parents:
        return None
    between = [whole, *whole.parents]
    tops = between[: between.index(common)]
    return None if any(os.path.lexists(each / ".git") for each in tops) else whole


def install(folder: Path, scripts: Mapping[str, bytes]) -> dict[str, Change]:
    """Put a script in place for each stage; a hook that is there is kept, to be run first.

    Raises `UsageError`, and then nothing was written because of another's hook.
    """
    for stage in scripts:
        _refuse(folder / stage)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return {stage: _put(folder / stage, content) for stage, content in scripts.items()}
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _refuse(path: Path) -> None:
    found, kept = state(path), _kept(path)
    if found is State.EDITED:
        raise _edited(path)
    if found is State.OURS or not os.path.lexists(kept):
        return
    if found is State.ABSENT:
        raise UsageError(
            f"{kept} is there, and the hook of qgate that would run it is not",
            hint=f"mv {shlex.quote(str(kept))} {shlex.quote(str(path))} makes it the hook again",
        )
    raise UsageError(
        f"{path} cannot be kept: {kept.name} is there already",
        hint="delete or rename one of the two, and run this again",
    )


def _edited(path: Path) -> UsageError:
    return UsageError(
        f"{path} was changed by hand after qgate wrote it",
        hint="save what was added, delete the file, and run this again",
    )


def _kept(path: Path) -> Path:
    return path.with_name(path.name + KEPT)


def _put(path: Path, content: bytes) -> Change:
    before, kept = state(path), _kept(path)
    if before is State.OURS and path.read_bytes() == content and os.access(path, os.X_OK):
        return Change.NONE
    try:
        with files.replacing(path, mode=0o777) as temporary:
            temporary.write_bytes(content)
            if before is State.FOREIGN:
                # Last: all that can go wrong has gone well, and only a renaming is left.
                path.rename(kept)
    finally:
        if before is State.FOREIGN and not os.path.lexists(path):
            kept.rename(path)
    if before is State.FOREIGN:
        return Change.KEPT_EARLIER
    return Change.REWRITTEN if before is State.OURS else Change.WRITTEN


def uninstall(repo: Repository, stages: Sequence[str]) -> dict[str, Change]:
    """Take our hooks away and bring back those that were there before, as they were.

    Hooks that were written before `core.hooksPath` led elsewhere are found all the same.
    Raises `UsageError`, and then nothing was removed because of what was changed by hand.
    """
    folder = folder_of(repo) or _own(repo.common_folder() / "hooks", repo)
    if folder is None:
        return dict.fromkeys(stages, Change.NONE)
    for stage in stages:
        if state(folder / stage) is State.EDITED:
            raise _edited(folder / stage)
    try:
        return {stage: _take_away(folder / stage) for stage in stages}
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _take_away(path: Path) -> Change:
    found, kept = state(path), _kept(path)
    if found is not State.OURS:
        return Change.NONE if found is State.ABSENT else Change.LEFT_ALONE
    if os.path.lexists(kept):
        kept.replace(path)
        return Change.RESTORED
    path.unlink()
    return Change.REMOVED


def _cannot_write(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write the hooks in {folder}: {error.strerror}",
        hint="it must be a folder that you may write, on a disk with room",
    )
