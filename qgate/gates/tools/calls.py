"""How a tool is called on one side of the change, without writing to the working tree.

A side that lies in the working tree as it is, is judged there. Otherwise a tool gets single files
on standard input, or a stand-in for the files that differ, or a copy of what it reads in a
temporary folder; never a whole checkout.
"""

import os
import posixpath
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qgate.gates.tools import inputs
from qgate.model.tool import Tool
from qgate.parse import sections
from qgate.parse.path_index import PathSet
from qgate.system.trees import Tree

# Linux allows 2 MiB for arguments and environment together, macOS 1 MiB.
_MAX_ARGUMENT_BYTES: Final = 512 << 10
_BRACE: Final = "\0"  # no argument can hold one
_TARGETS: Final = frozenset({"files", "modules", "packages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One process to start: arguments with placeholders, where, and on what input.

    `stand_ins` maps the path of a copy to the path it stands for.
    """

    arguments: tuple[str, ...]
    folder: Path
    stdin: bytes | None = None
    stand_ins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """All calls for one answer.

    `in_place` says that they run in the working tree, if need be with other content for some
    files; `how` says in words what was looked at, where it is not plain.
    """

    calls: tuple[Call, ...]
    in_place: bool
    how: str = ""


def build(
    tool: Tool,
    tree: Tree,
    files: Sequence[str],
    *,
    root: Path,
    new_folder: Callable[[], Path],
    overlay: Tree | None = None,
) -> Calls:
    """The calls that judge `files` (or the whole project) as `tree` has them.

    `overlay` is the side whose configuration holds, where that is not `tree` itself.
    """
    if tree.unlike_disk is None:
        is_same = overlay is not None and (
            _is_configured_alike(tool, overlay, files, root)
            and {*PathSet(tool.files).among(tree.paths())}
            == {*PathSet(tool.files).among(overlay.paths())}
        )
        if tool.is_per_file and tool.stdin and is_same:
            return _on_stdin(tool, tree, files, (), root)
        return _copied(tool, tree, files, new_folder(), root, overlay)
    unlike = _unlike(tool, tree, files)
    extras = len(PathSet((*tool.files, *tool.reads)).among(tree.extras))
    seen = f"{extras} untracked {'file' if extras == 1 else 'files'} visible" if extras else ""
    if not _is_configured_alike(tool, tree, files, root):
        return _copied(tool, tree, files, new_folder(), root, overlay)
    if not unlike:
        return Calls(calls=tuple(_plain(tool, files, root)), in_place=True, how=seen)
    configured = any(inputs.is_watched(tool, path) and path not in files for path in unlike)
    if tool.is_per_file and tool.stdin and not configured:
        same = [path for path in files if path not in unlike]
        return _on_stdin(tool, tree, [path for path in files if path in unlike], same, root)
    if tool.shadow and not _is_configuration(tool, unlike) and _are_there(unlike, root, tree):
        return _shadowed(tool, tree, sorted(unlike), root, new_folder(), seen)
    return _copied(tool, tree, files, new_folder(), root, overlay)


def _is_configured_alike(tool: Tool, tree: Tree, files: Sequence[str], root: Path) -> bool:
    """Whether the working tree has the side's configuration, with all that it takes in."""
    if tree.is_disk:
        return True
    near = files or PathSet(tool.files).among(tree.paths())
    side, disk = (
        dict(
            inputs.configuration(
                tool, tree=tree, root=root, environment={}, in_place=flag, files=near
            )
        )
        for flag in (False, True)
    )
    return side == disk


def _unlike(tool: Tool, tree: Tree, files: Sequence[str]) -> set[str]:
    """The files that matter to this call and are not on disk as the side has them."""
    named = set(files)
    if not tool.is_per_file:
        # Where a link leads decides what is found behind it.
        named.update(tree.links())
    return {path for path in tree.unlike_disk or () if path in named or _matters(tool, path)}


def _matters(tool: Tool, path: str) -> bool:
    if tool.is_per_file:
        rest = PathSet(tool.reads)
        return path in rest or _is_configuration(tool, (path,))
    return inputs.is_watched(tool, path)


def _is_configuration(tool: Tool, paths: Sequence[str] | set[str]) -> bool:
    judged = PathSet((*tool.files, *tool.reads))
    return any(inputs.is_watched(tool, path) and path not in judged for path in paths)


def _are_there(paths: set[str], root: Path, tree: Tree) -> bool:
    return all(tree.is_regular(path) and (root / path).is_file() for path in paths)


def _plain(tool: Tool, files: Sequence[str], folder: Path) -> Iterator[Call]:
    if not tool.is_per_file:
        yield Call(arguments=tool.command, folder=folder)
        return
    for chunk in _chunks(files):
        yield Call(arguments=_with_files(tool, chunk), folder=folder)


def _with_files(tool: Tool, words: Sequence[str]) -> tuple[str, ...]:
    position = tool.command.index("{files}")
    return (*tool.command[:position], *words, *tool.command[position + 1 :])


def _chunks(files: Sequence[str]) -> Iterator[list[str]]:
    """The files in as few calls as the system allows; a name never reads as an option."""
    chunk: list[str] = []
    size = 0
    for path in files:
        word = _as_word(path)
        if chunk and size + len(os.fsencode(word)) + 9 > _MAX_ARGUMENT_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(word)
        size += len(os.fsencode(word)) + 9
    if chunk:
        yield chunk


def _as_word(path: str) -> str:
    """A name that never reads as an option, nor as a placeholder: `unescaped` undoes that."""
    return f"./{path}".replace("{", _BRACE) if path.startswith("-") else path.replace("{", _BRACE)


def _on_stdin(
    tool: Tool, tree: Tree, files: Sequence[str], same: Sequence[str], root: Path
) -> Calls:
    contents = tree.contents(files)
    calls = [
        Call(
            arguments=_with_files(
                tool, [word.replace("{file}", _as_word(path)) for word in tool.stdin]
            ),
            folder=root,
            stdin=contents[path],
        )
        for path in files
        if path in contents
    ]
    return Calls(calls=(*_plain(tool, same, root), *calls), in_place=True)


def _shadowed(
    tool: Tool, tree: Tree, unlike: Sequence[str], root: Path, folder: Path, seen: str
) -> Calls:
    tree.copy(unlike, folder)
    words = [
        word.replace("{file}", _as_word(path)).replace("{copy}", str(folder / path))
        for path in unlike
        for word in tool.shadow
    ]
    call = Call(
        arguments=(tool.command[0], *words, *tool.command[1:]),
        folder=root,
        stand_ins=tuple((str(folder / path), path) for path in unlike),
    )
    return Calls(calls=(call,), in_place=True, how=seen)


def _copied(
    tool: Tool, tree: Tree, files: Sequence[str], folder: Path, root: Path, overlay: Tree | None
) -> Calls:
    """A copy of what the tool reads: the named files, or everything that its patterns match."""
    judged = list(files) if tool.is_per_file else PathSet(tool.files).among(tree.paths())
    others = PathSet(tool.reads).among(tree.paths())
    tree.copy(dict.fromkeys([*judged, *others]), folder)
    source = overlay or tree
    tree_of_settings = [path for path in source.paths() if _is_configuration(tool, (path,))]
    # Also what these take in, which may have any name.
    read = inputs.configuration(
        tool, tree=source, root=root, environment={}, in_place=False, files=judged
    )
    tree_of_settings += [path for path, _ in read if path in source]
    source.copy(dict.fromkeys(tree_of_settings), folder)
    if tool.is_per_file:
        # Which modules there are tells a linter its own from others', and packages from folders.
        tree.outline(PathSet(tool.files).among(tree.paths()), folder)
    else:
        # What git does not have of a side is the disk's for both, or the sides could not be
        # compared: generated modules, and what lies in submodules.
        source.lend(PathSet(tool.reads).among(source.ignored), folder)
        tree.copy_links(folder)
    for name in tool.links:
        if (root / name).is_dir() and not (folder / name).exists():
            (folder / name).symlink_to(root / name)
    calls = _plain(tool, files, folder)
    return Calls(calls=tuple(calls), in_place=False, how="a copy outside the working tree")


def unescaped(word: str) -> str:
    """An argument whose placeholders have been filled."""
    return word.replace(_BRACE, "{")


def targets(tool: Tool, tree: Tree) -> tuple[str, ...]:
    """What `{project}` stands for: nothing where the configuration names targets, else all.

    Only mypy needs to be told; its keys are `files`, `modules` and `packages`
    (https://mypy.readthedocs.io/en/stable/config_file.html#import-discovery).
    """
    for name in tool.config:
        data = tree.content(name) if name in tree else None
        section = _mypy_section(name, data) if data is not None else None
        if section is not None:
            # The first file that has a section is the only one that is read.
            return () if _TARGETS & set(section) else (".",)
    return (".",)


def _mypy_section(name: str, data: bytes) -> Collection[str] | None:
    """The keys of mypy's own section, None where the file has none or cannot be read."""
    found = sections.section(name, data, "tool.mypy" if name.endswith(".toml") else "mypy")
    if not name.endswith(".toml") and found is not None:
        found = found.get("mypy")
    return found.keys() if isinstance(found, dict) else None


def path_of(path: str, call: Call, root: Path) -> str:
    """A finding's path from the root: of a stand-in's original, of a copy's place."""
    for copy, original in call.stand_ins:
        if path == copy:
            return original
    if not posixpath.isabs(path):
        return posixpath.normpath(path) if path else ""
    for folder in (str(call.folder), str(root)):
        inside = posixpath.relpath(path, folder)
        if not inside.startswith("../"):
            return inside
    return posixpath.normpath(path)
