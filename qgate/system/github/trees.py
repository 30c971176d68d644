"""Files of a commit through git's trees and blobs: no checkout, no link is followed."""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from qgate.system.github.api import Api
from qgate.system.github.errors import unreachable
from qgate.system.github.listing import one
from qgate.system.github.shapes_of_git import Blob, Entry, Tree

_MOST_FILES: Final = 500
_MOST_BYTES_EACH: Final = 4 << 20
_MOST_BYTES: Final = 32 << 20
_FOLDER: Final = "040000"
# 100664 is what old versions of git wrote.
_REGULAR: Final = ("100644", "100755", "100664")
_SHA1_LENGTH: Final = 40


@dataclass(slots=True)
class Trees:
    """The trees of one commit, each asked for once. `path` is that of the repository."""

    api: Api
    path: str
    sha: str
    _known: dict[tuple[str, bool], tuple[Entry, ...]] = field(default_factory=dict)

    def files(self, names: Sequence[str], folders: Sequence[str]) -> dict[str, bytes]:
        """The bytes of the regular files of these names and in these folders, at any depth.

        Raises `Incomplete` for what is too large or too many, and `Missing` without the commit.
        """
        found = dict(self._named(names))
        for folder in folders:
            found.update(self._below(folder.strip("/")))
        self._check(found)
        blobs: dict[str, bytes] = {}
        for entry in found.values():
            if entry.sha not in blobs:
                blobs[entry.sha] = self._blob(entry)
        return {name: blobs[entry.sha] for name, entry in sorted(found.items())}

    def names(self, folder: str) -> frozenset[str]:
        """The paths of the regular files in a folder, at any depth."""
        return frozenset(name for name, _ in self._below(folder.strip("/")))

    def _named(self, names: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        for name in names:
            entry = self._entry(name)
            if entry is not None and entry.mode in _REGULAR:
                yield name, entry

    def _below(self, folder: str) -> Iterator[tuple[str, Entry]]:
        if not folder:
            sha = self.sha
        elif (entry := self._entry(folder)) is not None and entry.mode == _FOLDER:
            sha = entry.sha
        else:
            return
        for each in self._tree(sha, is_deep=True):
            if each.mode in _REGULAR:
                yield f"{folder}/{each.path}" if folder else each.path, each

    def _entry(self, name: str) -> Entry | None:
        """What stands under a name; None if nothing does, or a link or a file is on the way."""
        *parents, last = name.split("/")
        sha = self.sha
        for parent in parents:
            entry = self._child(sha, parent)
            if entry is None or entry.mode != _FOLDER:
                return None
            sha = entry.sha
        return self._child(sha, last)

    def _child(self, sha: str, name: str) -> Entry | None:
        return next((each for each in self._tree(sha) if each.path == name), None)

    def _tree(self, sha: str, *, is_deep: bool = False) -> tuple[Entry, ...]:
        key = (sha, is_deep)
        if key not in self._known:
            what = f"the files of commit {self.sha[:12]}"
            deep: dict[str, str | int] = {"recursive": 1} if is_deep else {}
            tree = one(self.api, f"{self.path}/git/trees/{sha}", what, Tree, **deep)
            if tree.truncated:
                raise unreachable(what, "there are more than GitHub lists")
            self._known[key] = tuple(tree.tree)
        return self._known[key]

    def _check(self, found: dict[str, Entry]) -> None:
        what = f"the files of commit {self.sha[:12]}"
        if len(found) > _MOST_FILES:
            raise unreachable(what, f"{len(found)} are wanted, at most {_MOST_FILES} are read")
        for name, entry in found.items():
            if entry.size > _MOST_BYTES_EACH:
                raise unreachable(what, f"{name!r} is larger than {_MOST_BYTES_EACH >> 20} MiB")
        if sum(each.size for each in found.values()) > _MOST_BYTES:
            raise unreachable(what, f"together larger than {_MOST_BYTES >> 20} MiB")

    def _blob(self, entry: Entry) -> bytes:
        what = f"the file {entry.path!r} of commit {self.sha[:12]}"
        blob = one(self.api, f"{self.path}/git/blobs/{entry.sha}", what, Blob)
        try:
            # Lines of 60 characters, which strict decoding would refuse.
            data = base64.b64decode("".join(blob.content.split()), validate=True)
        except (binascii.Error, ValueError):
            raise unreachable(what, "GitHub's answer could not be read") from None
        if blob.encoding != "base64" or _id(data, len(entry.sha)) != entry.sha:
            raise unreachable(what, "GitHub sent other bytes than the commit has")
        return data


def _id(data: bytes, length: int) -> str:
    """What git calls these bytes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    made = hashlib.sha1 if length == _SHA1_LENGTH else hashlib.sha256
    return made(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
