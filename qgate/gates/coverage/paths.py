"""Whose lines are these? Report paths to paths in the repository.

For each path a report writes, in this order: below a root that the report declares, exact,
through coverage.py's `[paths]`, and by the longest suffix that is unique among tracked files.
Nothing is guessed: two candidates are an error that names both.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete
from qgate.gates.coverage.rules import Rule

_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|[^/]*\\")
_SAMPLES: Final = 3


@dataclass(frozen=True)
class PathMap:
    """Maps the paths of one report.

    `tracked` gives every path of the repository, asked for only when names must be compared;
    `aliases` are coverage.py's `[paths]` groups, the canonical root first.
    """

    name: str
    paths: Collection[str]
    roots: tuple[str, ...]
    repository: Path
    tracked: Callable[[], Collection[str]]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, wanted: Collection[str]) -> dict[str, list[str]]:
        """The report's own paths for each wanted file that it knows.

        Raises `Incomplete` where a report path could mean one of several files, one of them
        wanted.
        """
        names = {posixpath.basename(path) for path in wanted}
        known = frozenset(wanted)
        found: dict[str, list[str]] = defaultdict(list)
        for written in self.paths:
            if not names.intersection(map(posixpath.basename, (written, _slashes(written)))):
                continue
            candidates = self._candidates(written)
            if len(candidates) > 1 and known.intersection(candidates):
                raise Incomplete(
                    Rule.AMBIGUOUS_PATH.slug,
                    f"{written} in {self.name} could be " + " or ".join(sorted(candidates)),
                    hint="measure with relative paths from the repository's root "
                    "(coverage.py: relative_files = true)",
                )
            for path in known.intersection(candidates):
                found[path].append(written)
        return found

    def maps_nothing(self) -> bool:
        """Whether no path of the report is a file of this repository."""
        return not any(self._candidates(written) for written in self.paths)

    def samples(self) -> str:
        """Up to three report paths beside the tracked file that comes nearest, in words."""
        tracked = sorted(self._tracked)
        pairs = []
        for written in sorted(self.paths)[:_SAMPLES]:
            same = self._by_name.get(posixpath.basename(_slashes(written)))
            pairs.append(f"{written} / {(same or tracked or ['(nothing is tracked)'])[0]}")
        return "; ".join(pairs)

    def _candidates(self, written: str) -> set[str]:
        path = _slashes(written)
        if self.roots and not posixpath.isabs(path):
            rooted = {self._relative(posixpath.join(root, path)) for root in self.roots}
            if existing := {name for name in rooted if name in self._tracked}:
                return existing
        # A backslash may be part of a name, where the report was not written on Windows.
        for direct in (self._relative(written), self._relative(path)):
            if direct in self._tracked:
                return {direct}
        for alias in self._aliased(path):
            if alias in self._tracked:
                return {alias}
        if self.roots and not posixpath.isabs(path):
            whole = [posixpath.join(_slashes(root), path) for root in self.roots]
            return set().union(*(self._by_suffix(name) for name in whole)) or self._by_suffix(path)
        return self._by_suffix(path)

    @cached_property
    def _tracked(self) -> frozenset[str]:
        return frozenset(self.tracked())

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        index = defaultdict(list)
        for path in self._tracked:
            index[posixpath.basename(path)].append(path)
        return index

    @cached_property
    def _tops(self) -> tuple[str, ...]:
        """The repository's root as it is written, and with links resolved."""
        return tuple({str(self.repository), str(self.repository.resolve())})

    def _relative(self, path: str) -> str:
        """Relative to the repository where the path is absolute and inside it."""
        path = posixpath.normpath(path)
        for top in self._tops:
            if path.startswith(f"{top}/"):
                return path[len(top) + 1 :]
        return path

    def _aliased(self, path: str) -> list[str]:
        """What coverage.py's `[paths]` make of it: its root replaced by the first of a group."""
        results = []
        for canonical, *others in self.aliases.values():
            for other in others:
                pattern = re.escape(_slashes(other).rstrip("/"))
                pattern = pattern.replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
                if found := re.match(rf"(?:{pattern})/(.*)", path):
                    results.append(self._relative(posixpath.join(_slashes(canonical), found[1])))
        return results

    def _by_suffix(self, path: str) -> set[str]:
        """The tracked files that share the longest end with the path, whole names only.

        One shared name is enough only where it is the whole of one of the two paths, and, for
        a file at the repository's root, where the rest of the path leads to other tracked
        files too: `utils.py` of some other project must not pass for ours.
        """
        parts = _parts(path)
        best: set[str] = set()
        longest = 0
        for candidate in self._by_name.get(parts[-1], ()):
            theirs = _parts(candidate)
            shared = _shared_end(parts, theirs)
            if shared == 1 and len(parts) > 1 and not (len(theirs) == 1 and self._leads_here(path)):
                continue
            if shared > longest:
                best, longest = set(), shared
            if shared == longest:
                best.add(candidate)
        return best

    def _leads_here(self, path: str) -> bool:
        folder = posixpath.dirname(path)
        if self._prefixes:
            return folder in self._prefixes
        return folder == posixpath.commonpath([posixpath.dirname(_slashes(p)) for p in self.paths])

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        """Folders in front of a tracked path of two or more names, in this report."""
        prefixes = set()
        for written in self.paths:
            parts = _slashes(written).split("/")
            for cut in range(1, len(parts) - 1):
                if "/".join(parts[cut:]) in self._tracked:
                    prefixes.add("/".join(parts[:cut]))
        return frozenset(prefixes)


def _slashes(path: str) -> str:
    """With forward slashes, where the path was written on Windows."""
    return path.replace("\\", "/") if _WINDOWS.match(path) else path


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _shared_end(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
