"""Everything that can change what a tool answers, as the parts of its key in the cache.

What is not a part does not reach the tool. Absolute paths of the project, times, colours and job
counts are no parts. A part has a name, so that `qgate cache explain` can say which one changed.
"""

import hashlib
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Final

from qgate import __version__
from qgate.model.tool import Tool
from qgate.parse.path_index import PathSet
from qgate.system import secrets
from qgate.system.trees import Tree

FORMAT: Final = "1"
CONFIGURATION: Final = "configuration "  # begins the names of such parts
_MOST_EXTENDED: Final = 32
_MARKER: Final = "_QGATE_RUN"

Parts = Mapping[str, str]


def key(parts: Parts) -> str:
    """A hash over all parts, each with its length in front, so that none runs into the next."""
    whole = hashlib.sha256()
    for name in sorted(parts):
        for text in (name, parts[name]):
            data = text.encode("utf-8", "surrogateescape")
            whole.update(b"%d:" % len(data))
            whole.update(data)
    return whole.hexdigest()


def parts(
    tool: Tool,
    *,
    tree: Tree,
    root: Path,
    home: str,
    in_place: bool,
    files: Iterable[str],
    arguments: Iterable[str],
    environment: Mapping[str, str],
    program: str,
    version: str,
    interpreter: str,
    settings: Tree | None = None,
) -> dict[str, str]:
    """The parts for one tool on one side of the change.

    `settings` is the side whose configuration holds, None for `tree`; `files` are those named in
    the call, `arguments` the call with the run's own folders as their placeholders, `program` and
    `interpreter` the fingerprints of what is installed.
    """
    given = tuple(files)
    found = {
        "format": f"{FORMAT} {__version__}",
        "definition": repr(tool),
        "program": program,
        "version": version,
        "interpreter": interpreter,
        "arguments": "\0".join(arguments),
        # A copy is elsewhere and has no untracked files: its answer is not the working tree's.
        "place": "the working tree" if in_place else "a copy",
    }
    for name, value in environment.items():
        if name != _MARKER:
            # The parts are kept, to say later which of them changed.
            known = hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()
            found[f"variable {name}"] = known if secrets.is_named(name) else value
    judged = PathSet(tool.files)
    names = judged.among([*tree.paths(), *(tree.extras if in_place else ())])
    # A linter tells one's own modules from others by which files there are.
    found["names"] = hashlib.sha256(
        "\0".join(sorted(names)).encode("utf-8", "surrogateescape")
    ).hexdigest()
    ignored = (settings or tree).ignored if in_place or not tool.is_per_file else ()
    for path in _read(tool, tree, given, names, ignored, in_place=in_place):
        entry = tree.entry(path, on_disk=in_place and tree.is_like_disk(path))
        found[f"file {path}"] = f"{entry.mode} {entry.id}"
    for path, content in configuration(
        tool,
        tree=settings or tree,
        root=root,
        environment={**environment, "HOME": home},
        in_place=in_place,
        files=given or names,
    ):
        found[f"{CONFIGURATION}{path}"] = content
    return found


def _read(
    tool: Tool,
    tree: Tree,
    given: tuple[str, ...],
    names: list[str],
    ignored: tuple[str, ...],
    *,
    in_place: bool,
) -> Iterable[str]:
    whole = [*tree.paths(), *(tree.extras if in_place else ())]
    others = PathSet(tool.reads).among(whole) if tool.reads else []
    if tool.reads:
        # A generated module that git ignores is a module all the same.
        others += PathSet(tool.reads).among(ignored)
    if not tool.is_per_file:
        # Where a link leads decides what is found behind it.
        others += tree.links()
    return dict.fromkeys([*(given if tool.is_per_file else names), *others])


def configuration(
    tool: Tool,
    *,
    tree: Tree,
    root: Path,
    environment: Mapping[str, str],
    in_place: bool,
    files: Iterable[str],
) -> Iterator[tuple[str, str]]:
    """Path and content id of each configuration file that there is.

    Names are looked for beside each file and in every folder above, also above the repository;
    a new, nearer one is therefore a new part. Files that one takes in come with it.
    """
    seen: set[str] = set()
    for path in _candidates(tool, tree, files, in_place=in_place):
        source = None if in_place else tree
        yield from _with_extended(tool, source, root, path, seen, environment)
    for name in tool.config:
        for place in _outside(name, root, environment):
            yield from _with_extended(tool, None, root, str(place), seen, environment)


def _candidates(tool: Tool, tree: Tree, files: Iterable[str], *, in_place: bool) -> Iterable[str]:
    plain = [name for name in tool.config if not _is_pattern(name)]
    patterns = [name for name in tool.config if _is_pattern(name) and not name.startswith("~/")]
    found = dict.fromkeys(
        posixpath.join(folder, name) for folder in _folders(files) for name in plain
    )
    if patterns:
        extras = tree.extras if in_place else ()
        found |= dict.fromkeys(PathSet(patterns).among([*tree.paths(), *extras]))
    return found


def _is_pattern(name: str) -> bool:
    return "/" in name or "*" in name


def _folders(files: Iterable[str]) -> Iterable[str]:
    """The folder of each file and all above it, the root as nothing."""
    found = {""}
    for path in files:
        folder = posixpath.dirname(path)
        while folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return sorted(found)


def _with_extended(
    tool: Tool,
    tree: Tree | None,
    root: Path,
    path: str,
    seen: set[str],
    environment: Mapping[str, str],
    depth: int = 0,
) -> Iterator[tuple[str, str]]:
    """A file and those it takes in; from the disk where there is no `tree`."""
    if path in seen or depth > _MOST_EXTENDED:
        return
    seen.add(path)
    is_inside = not path.startswith(("../", "/"))
    data = tree.content(path) if tree and is_inside else _bytes(root / path)
    if data is None:
        return
    yield path, hashlib.sha256(data).hexdigest()
    if tool.extends:
        for match in re.finditer(tool.extends, data.decode("utf-8", "replace")):
            # Written as in a shell, as ruff allows: ~ and $NAME.
            named = re.sub(r"^~(?=/)", "$HOME", match[1])
            named = Template(named).safe_substitute(environment)
            further = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
            yield from _with_extended(tool, tree, root, further, seen, environment, depth + 1)


def _bytes(path: Path) -> bytes | None:
    """What a tool reads there, also through a link; None where there is no file."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _outside(name: str, root: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    if name.startswith("~/"):
        if home := environment.get("HOME"):
            yield Path(home, name[2:])
        xdg = environment.get("XDG_CONFIG_HOME")
        if xdg and name.startswith("~/.config/"):
            yield Path(xdg, name.removeprefix("~/.config/"))
    elif not _is_pattern(name):
        for folder in root.parents:
            yield Path(folder, name)


def beside_git(
    tool: Tool, tree: Tree, files: Iterable[str], root: Path, environment: Mapping[str, str]
) -> Iterator[Path]:
    """What a call may read that git's view does not show: whether it is there or not."""
    for name in tool.config:
        yield from _outside(name, root, environment)
        if not _is_pattern(name):
            # In the whole project nobody could look everywhere; at its top a tool always does.
            for folder in _folders(files):
                if (path := posixpath.join(folder, name)) not in tree:
                    yield root / path
    if tool.reads and tree.unlike_disk is not None:
        read = PathSet(tool.reads)
        for path in read.among(tree.ignored):
            yield root / path
        # A new file that git ignores shows in its folder's time alone.
        for folder in {posixpath.dirname(path) for path in read.among(tree.paths())}:
            yield root / folder


def differing(earlier: Parts, later: Parts) -> list[str]:
    """In words what changed between two runs, sorted."""
    changed = []
    for name in sorted({*earlier, *later}):
        if name not in earlier:
            changed.append(f"{name} is new")
        elif name not in later:
            changed.append(f"{name} is gone")
        elif earlier[name] != later[name]:
            changed.append(f"{name} changed")
    return changed


def is_watched(tool: Tool, path: str) -> bool:
    """Whether a change of this path can change the tool's answer."""
    if path in PathSet((*tool.files, *tool.reads)):
        return True
    names = {posixpath.basename(name) for name in tool.config if not _is_pattern(name)}
    patterns = [name for name in tool.config if _is_pattern(name) and not name.startswith("~/")]
    return os.path.basename(path) in names or path in PathSet(patterns)  # noqa: PTH119
