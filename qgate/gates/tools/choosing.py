"""Which tools a gate runs: those that the settings name, else those the project is set up for."""

import posixpath
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from qgate.config.kinds import suggestion
from qgate.config.tools import CONDITION
from qgate.errors import UsageError
from qgate.model.tool import Tool
from qgate.parse import sections
from qgate.parse.path_index import PathSet
from qgate.system.trees import Tree, Trees


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool and, in words, why it runs or why not."""

    tool: Tool
    reason: str
    is_chosen: bool


def choose(
    tools: Sequence[Tool],
    named: Sequence[str] | None,
    tree: Tree,
    *,
    key: str,
    before: Tree | None = None,
) -> tuple[Choice, ...]:
    """A choice for every tool of a gate. `key` is the setting that names tools.

    `before` is the base, where the change touches what shows that a project uses a tool: it
    cannot switch one off for itself.

    Raises `UsageError` for a name that no tool has.
    """
    if named is None:
        return tuple(_by_project(tool, tree, before) for tool in tools)
    known = {tool.name: tool for tool in tools}
    for name in named:
        if name not in known:
            near = suggestion(name, tuple(known))
            hint = f"tools of this gate: {', '.join(known) or 'none'}"
            raise UsageError(f'{key}: there is no tool "{name}"{near}', hint=hint)
    chosen = [Choice(known[name], f"{key} names it", is_chosen=True) for name in named]
    rest = [
        Choice(tool, f"{key} does not name it", is_chosen=False)
        for tool in tools
        if tool.name not in named
    ]
    return (*chosen, *rest)


def is_decided_by(tools: Iterable[Tool], paths: Iterable[str]) -> bool:
    """Whether any of these paths may show that a project uses one of the tools."""
    matches = (CONDITION.fullmatch(each) for tool in tools for each in tool.when)
    shown = PathSet([f"/{match['path'].lstrip('/')}" for match in matches if match])
    return any(path in shown for path in paths)


def _by_project(tool: Tool, tree: Tree, before: Tree | None) -> Choice:
    if not tool.when:
        return Choice(tool, "its definition is the repository's", is_chosen=True)
    for condition in tool.when:
        if found := _holds(condition, tree):
            return Choice(tool, found, is_chosen=True)
    for condition in tool.when:
        if before is not None and (found := _holds(condition, before)):
            return Choice(tool, f"{found} at the base", is_chosen=True)
    return Choice(tool, f"there is no {' or '.join(tool.when)}", is_chosen=False)


def _holds(condition: str, tree: Tree) -> str:
    """In words what fulfils a condition; nothing if nothing does. Paths are from the root."""
    match = CONDITION.fullmatch(condition)
    if match is None:
        return ""
    path, section, word = match["path"].lstrip("/"), match["section"], match["word"]
    if "*" in path:
        names = PathSet([f"/{path}"]).among(tree.paths())
    else:
        names = [path] if path in tree else []
    for name in sorted(names):
        if section is None and word is None:
            return f"there is {name}"
        data = tree.content(name) or b""
        if section is not None and sections.section(name, data, section) is not None:
            return f"{name} has [{section}]"
        if word is not None and word.encode() in data:
            return f"{name} names {word}"
    return ""


def reconfigured(tool: Tool, changed: Collection[str], trees: Trees) -> list[str]:
    """The changed files that say how a tool judges, as far as their section for it differs."""
    found = []
    names = {posixpath.basename(name) for name in tool.config}
    for path in changed:
        name = posixpath.basename(path)
        if name not in names:
            continue
        wanted = [
            match["section"]
            for match in map(CONDITION.fullmatch, tool.when)
            if match and posixpath.basename(match["path"]) == name
        ]
        if not wanted:
            # Not what it is set up by, such as .gitignore.
            continue
        before, after = trees.base.content(path), trees.head.content(path) or b""
        if before is None:
            # What comes for the first time takes nothing back.
            continue
        if None in wanted or any(
            old != sections.section(name, after, each)
            for each in wanted
            if each and (old := sections.section(name, before, each)) is not None
        ):
            found.append(path)
    return found
