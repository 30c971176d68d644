"""The files of each side of the change: what they are called, what they hold, where they lie.

The judged side may be the working tree, the index or a commit; the base is always a commit.
Nothing here writes into the repository: a copy of a side goes into a folder that is given.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from qgate.model.changes import ChangeSet, Side
from qgate.system import disk
from qgate.system.disk import Entry
from qgate.system.git import Repository

_REGULAR: Final = frozenset({"100644", "100755"})
_SUBMODULE: Final = "160000"
_MOST_KEPT: Final = 1 << 20
_TICK_NS: Final = 20_000_000


def regular_files(
    repo: Repository, commit: str, is_wanted: Callable[[str], bool]
) -> dict[str, bytes]:
    """The wanted files of a commit by path. A link is none: its content is only a name."""
    ids = {
        path: id_
        for path, (mode, id_) in repo.tree_entries(commit).items()
        if mode != disk.LINK and is_wanted(path)
    }
    contents = zip(ids, repo.blobs(list(ids.values())), strict=True)
    return {path: data for path, data in contents if data is not None}


class Tree:
    """One side.

    `entries` are its files by path. `is_disk` says that it is the working tree itself, of which
    `from_disk` are the files whose content git does not know. `unlike_disk` are those whose file
    in the working tree has other content, or none; None where the side is not on disk at all.
    `extras` are untracked files that a tool which runs in the working tree sees beside them.
    """

    def __init__(
        self,
        repo: Repository,
        entries: Mapping[str, tuple[str, str]],
        *,
        unlike_disk: frozenset[str] | None,
        is_disk: bool = False,
        from_disk: frozenset[str] = frozenset(),
        extras: tuple[str, ...] = (),
    ) -> None:
        self._repo = repo
        self._entries = entries
        self._from_disk = from_disk
        self._kept: dict[str, bytes | None] = {}
        self.is_disk = is_disk
        self.unlike_disk = unlike_disk
        self.extras = extras

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def paths(self) -> Iterable[str]:
        """Every regular file or link."""
        return self._entries.keys()

    def _is_plain(self, path: str) -> bool:
        """Whether the file on disk is the blob, byte for byte; to read it asks no process."""
        return self.is_like_disk(path) and not self.rewrites_files

    def is_like_disk(self, path: str) -> bool:
        """Whether the working tree has the file as this side does."""
        return self.unlike_disk is not None and path not in self.unlike_disk

    def is_regular(self, path: str) -> bool:
        """Whether a path is a file with content, not a link or submodule."""
        return path in self._entries and self._entries[path][0] in _REGULAR

    def links(self) -> list[str]:
        """Every symbolic link."""
        return [path for path, (mode, _) in self._entries.items() if mode == disk.LINK]

    def entry(self, path: str, *, on_disk: bool) -> Entry:
        """A path's mode and content id; `on_disk` where the tool reads the working tree."""
        mode, blob = self._entries.get(path, ("", ""))
        is_foreign = path not in self._entries or path in self._from_disk
        if is_foreign or (on_disk and self.rewrites_files):
            return disk.entry(self._repo.root / path)
        return Entry(mode, blob)

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """Files that git ignores and a tool in the working tree may see.

        Not those of environments, node_modules and folders that begin with a dot.
        """
        if self.unlike_disk is None:
            return ()
        found: list[str] = []
        for name in self._repo.ignored():
            if not name.endswith("/"):
                found.append(name)
            elif disk.is_of_the_project(self._repo.root / name):
                found += disk.below(self._repo.root, self._repo.root / name)
        return tuple(sorted(found))

    def youngest(self) -> float:
        """The latest time at which a file that git does not know as it is was written (s)."""
        times = [0.0]
        for path in self._from_disk:
            with contextlib.suppress(OSError):
                times.append((self._repo.root / path).stat().st_mtime)
        return max(times)

    @cached_property
    def rewrites_files(self) -> bool:
        """Whether a checked-out file may differ from its blob (line ends, filters)."""
        has = any(path.endswith(".gitattributes") for path in self._entries)
        return has or self._repo.rewrites_files()

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of regular files by path; what cannot be read is not there."""
        wanted = [path for path in paths if self.is_regular(path)]
        there = [path for path in wanted if self.is_disk or self._is_plain(path)]
        on_disk = set(there)
        blobs = [path for path in wanted if path not in on_disk]
        found = {
            path: data
            for path, data in zip(
                blobs, self._repo.blobs([self._entries[path][1] for path in blobs]), strict=True
            )
            if data is not None
        }
        for path in there:
            if (data := disk.read(self._repo.root / path)) is not None:
                found[path] = data
        return found

    def content(self, path: str) -> bytes | None:
        """The bytes of one regular file, None where there is none. Small ones are kept."""
        if path not in self._kept:
            data = self.contents([path]).get(path)
            if data is not None and len(data) > _MOST_KEPT:
                return data
            self._kept[path] = data
        return self._kept[path]

    def copy(self, paths: Iterable[str], folder: Path) -> None:
        """Write files into a folder, modes kept. Raises `Incomplete` where there is no room."""
        with disk.room():
            for path, data in self.contents(paths).items():
                disk.write(folder, path, data, self._entries[path][0])

    def outline(self, paths: Iterable[str], folder: Path) -> None:
        """Make an empty file for each regular one that the folder lacks. Raises `Incomplete`."""
        with disk.room():
            for path in paths:
                if self.is_regular(path) and not os.path.lexists(folder / path):
                    disk.write(folder, path, b"", "")

    def copy_links(self, folder: Path) -> None:
        """Make this side's links in a folder, after its files. Raises `Incomplete`."""
        with disk.room():
            for path, target in self._targets().items():
                link = folder / path
                end = os.path.normpath(os.path.join(os.path.dirname(path), os.fsdecode(target)))  # noqa: PTH118, PTH120
                # One that leads out of the project would let the copy read anything.
                if os.path.lexists(link) or end.startswith(("/", "..")):
                    continue
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.fsdecode(target))

    def lend(self, paths: Iterable[str], folder: Path) -> None:
        """Put what only the disk has into a copy: these files, and a link to each submodule.

        What the copy has stays. Raises `Incomplete` as `copy` does.
        """
        root = self._repo.root
        with disk.room():
            for path in paths:
                data = disk.read(root / path)
                if data is not None and not (folder / path).exists():
                    disk.write(folder, path, data, disk.mode(root / path))
            for path in self.submodules():
                if not (folder / path).exists():
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).symlink_to(root / path)

    def submodules(self) -> list[str]:
        """Those that are checked out; what lies in them, nobody here looks at."""
        return [
            path
            for path, (mode, _) in self._entries.items()
            if mode == _SUBMODULE and (self._repo.root / path / ".git").exists()
        ]

    def pins(self) -> dict[str, str]:
        """The commit of each submodule."""
        return {path: at for path, (mode, at) in self._entries.items() if mode == _SUBMODULE}

    def _targets(self) -> dict[str, bytes]:
        """Where each link leads, which is what git keeps of it."""
        links = self.links()
        if self.is_disk:
            return {path: os.fsencode((self._repo.root / path).readlink()) for path in links}
        blobs = self._repo.blobs([self._entries[path][1] for path in links])
        return {path: data for path, data in zip(links, blobs, strict=True) if data}


class Trees:
    """Both sides, listed when first asked for."""

    def __init__(self, repo: Repository, changes: ChangeSet) -> None:
        self._repo = repo
        self._changes = changes
        self._since = time.time_ns()

    def is_any_younger(self, paths: Iterable[Path]) -> bool:
        """Whether a file was written, or its attributes changed, since the sides were listed.

        A clock that ticks less often than files change calls the last ticks younger too.
        """
        settled = self._since - _TICK_NS
        for path in paths:
            try:
                status = path.lstat()
            except OSError:
                return True
            if max(status.st_mtime_ns, status.st_ctime_ns) > settled:
                return True
        return False

    def again(self) -> "Trees":
        """Both sides as they are now."""
        return Trees(self._repo, self._changes)

    @cached_property
    def untracked(self) -> tuple[str, ...]:
        """Files that git neither tracks nor ignores."""
        return self._repo.untracked()

    def moved_submodules(self) -> list[str]:
        """Those that the two sides have at different commits."""
        before, after = self.base.pins(), self.head.pins()
        return sorted(path for path in before.keys() & after if before[path] != after[path])

    @cached_property
    def head(self) -> Tree:
        """The judged side."""
        repo, head = self._repo, self._changes.head
        match head.side:
            case Side.WORKTREE:
                entries, unseen = repo.index_entries()
                dirty = repo.unlike_disk(None) | {*self.untracked} | unseen
                there = {path: disk.mode(repo.root / path) for path in dirty}
                for path, mode in there.items():
                    entries.pop(path, None)
                    if mode:
                        entries[path] = (mode, "")
                return Tree(
                    repo,
                    entries,
                    unlike_disk=frozenset(),
                    is_disk=True,
                    from_disk=frozenset(dirty),
                )
            case Side.INDEX:
                entries, unseen = repo.index_entries()
                unlike = repo.unlike_disk(None) | unseen
            case Side.COMMIT:
                unlike = repo.unlike_disk(head.sha)
                entries = repo.tree_entries(head.sha)
        others = sorted({*self.untracked, *unlike} - entries.keys())
        extras = tuple(path for path in others if (repo.root / path).is_file())
        return Tree(repo, entries, unlike_disk=unlike & entries.keys(), extras=extras)

    @cached_property
    def base(self) -> Tree:
        """What the change started from."""
        return Tree(self._repo, self._repo.tree_entries(self._changes.base.sha), unlike_disk=None)
