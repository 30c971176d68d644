"""Objects of git: the ids that git itself gives to files and folders."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tests.support.github.state import Entry, Files

_FOLDER = "040000"
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One entry of a tree. `data` is None for folders and submodules; `path` is from the root."""

    path: str
    mode: str
    kind: str
    sha: str
    data: bytes | None = None


@lru_cache(maxsize=4096)
def blob_id(data: bytes) -> str:
    """The id of a file."""
    return _object_id("blob", data)


def of(entry: Entry) -> tuple[str, bytes]:
    """Mode and bytes."""
    return ("100644", entry) if isinstance(entry, bytes) else entry


def root_id(files: Files) -> str:
    """The id of the tree with these files."""
    return _written(_nested(files), "")[0]


def folders(files: Files) -> dict[str, str]:
    """The path of each folder by its id; the root's path is empty."""
    nodes = walk(files)
    return {root_id(files): "", **{n.sha: n.path for n in nodes if n.kind == "tree"}}


def walk(files: Files) -> tuple[Node, ...]:
    """Every entry in git's order, a folder before what is in it."""
    return tuple(_written(_nested(files), "")[1])


def _nested(files: Files) -> dict[str, object]:
    root: dict[str, object] = {}
    for path, entry in files.items():
        *parents, name = path.split("/")
        here = root
        for parent in parents:
            below = here.setdefault(parent, {})
            assert isinstance(below, dict), f"{path} lies below a file"
            here = below
        here[name] = of(entry)
    return root


def _written(tree: Mapping[str, object], path: str) -> tuple[str, list[Node]]:
    nodes: list[Node] = []
    raw = b""
    for name, mode, sha, data, below in sorted(_entries(tree, path), key=_order):
        kind = {_FOLDER: "tree", _SUBMODULE: "commit"}.get(mode, "blob")
        nodes += [Node(path=path + name, mode=mode, kind=kind, sha=sha, data=data), *below]
        raw += mode.lstrip("0").encode() + b" " + name.encode() + b"\0" + bytes.fromhex(sha)
    return _object_id("tree", raw), nodes


def _entries(
    tree: Mapping[str, object], path: str
) -> Iterator[tuple[str, str, str, bytes | None, list[Node]]]:
    for name, entry in tree.items():
        if isinstance(entry, dict):
            sha, below = _written(entry, f"{path}{name}/")
            yield name, _FOLDER, sha, None, below
        elif isinstance(entry, tuple):
            mode, data = entry
            if mode == _SUBMODULE:
                yield name, mode, data.decode(), None, []
            else:
                yield name, mode, blob_id(data), data, []


def _order(entry: tuple[str, str, str, bytes | None, list[Node]]) -> bytes:
    name, mode, *_ = entry
    return (name + "/" if mode == _FOLDER else name).encode()


def _object_id(kind: str, data: bytes) -> str:
    # git's ids are what they are
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
