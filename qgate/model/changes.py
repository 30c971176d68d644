"""What changed: one diff from a base tree to the tree that was tested.

Lines are 1-based and counted as git counts them, by line feeds.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where the new side of the diff lives."""

    WORKTREE = "worktree"
    INDEX = "index"
    COMMIT = "commit"


class Status(StrEnum):
    """The status letters of `git diff --raw`; a copy is asked of git as an addition."""

    ADDED = "A"
    DELETED = "D"
    MODIFIED = "M"
    RENAMED = "R"
    TYPE_CHANGED = "T"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One end of the comparison.

    `sha` is a commit or tree id (for the index and the working tree: of the commit they
    stand on, empty before the first); `found` says in words how it was found.
    """

    sha: str
    found: str
    side: Side = Side.COMMIT


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of a diff without context: `old_count` lines became `new_count`.

    A count of zero puts the start on the line *before* the gap, as git writes it.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_lines(self) -> range:
        """The removed lines, numbered in the old file."""
        return range(self.old_start, self.old_start + self.old_count)

    @property
    def new_lines(self) -> range:
        """The added lines, numbered in the new file."""
        return range(self.new_start, self.new_start + self.new_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """One path that differs. Paths are relative to the repository's root.

    Bytes of a path that are not UTF-8 are surrogate escapes. `old_id` and `new_id` are blob
    ids, empty where there is no blob (`new_id` also for an untracked file).
    """

    path: str
    old_path: str
    status: Status
    old_mode: str
    new_mode: str
    old_id: str = ""
    new_id: str = ""
    hunks: tuple[Hunk, ...] = ()

    @property
    def is_regular(self) -> bool:
        """Whether the new side is a file with content, not a link, submodule or nothing."""
        return self.new_mode in {"100644", "100755"}

    def changed_lines(self) -> Iterator[int]:
        """Every line of the new side inside a hunk's new range, in order."""
        for hunk in self.hunks:
            yield from hunk.new_lines


class OldLines:
    """Finds the old numbers of a file's unchanged lines, in logarithmic time each."""

    def __init__(self, hunks: tuple[Hunk, ...]) -> None:
        shift = 0
        self._ends = [0]
        self._shifts = [0]
        self._hunks = hunks
        for hunk in hunks:
            shift += hunk.old_count - hunk.new_count
            # With a count of zero the start names the line before the gap.
            self._ends.append(hunk.new_start + (hunk.new_count or 1))
            self._shifts.append(shift)

    def __call__(self, line: int) -> int | None:
        """The old number of a line of the new side; None if the line is part of the change."""
        index = bisect_right(self._ends, line) - 1
        if index < len(self._hunks) and line in self._hunks[index].new_lines:
            return None
        return line + self._shifts[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """The whole change, and both ends of it."""

    base: Endpoint
    head: Endpoint
    files: tuple[ChangedFile, ...]
    notes: tuple[str, ...] = ()
