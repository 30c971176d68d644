"""The shapes of git's objects."""

import msgspec

from qgate.system.github.shapes import Count, Sha


class Entry(msgspec.Struct):
    """One entry of a tree; in a deep one `path` has the folders."""

    path: str
    mode: str
    type: str
    sha: Sha
    size: Count = 0


class Tree(msgspec.Struct):
    """A folder of a commit."""

    tree: list[Entry]
    truncated: bool


class Blob(msgspec.Struct):
    """The bytes of a file."""

    content: str
    encoding: str
