"""What a reviewer should look at, because no order tells lax from strict: tools' configuration."""

import posixpath
from collections.abc import Iterator, Sequence

from qgate.gates.context import GateContext
from qgate.gates.tools import choosing, inputs
from qgate.model.report import Finding, Level
from qgate.model.tool import Tool
from qgate.parse.path_index import PathSet


def reconfigured(tool: Tool, context: GateContext) -> Iterator[Finding]:
    """A notice for each file in which this change tells a tool how to judge."""
    changed = [file.path for file in context.changes.files]
    paths = choosing.reconfigured(tool, changed, context.trees)
    paths += _extended(tool, [path for path in changed if path not in paths], context)
    for path in paths:
        yield Finding(
            rule="policy/tool-configuration",
            message=f"this change alters what {tool.name} is told",
            path=path,
            level=Level.WARNING,
        )


def _extended(tool: Tool, changed: Sequence[str], context: GateContext) -> list[str]:
    """The changed files that a tool's configuration takes in, before or after the change."""
    suffixes = tuple({posixpath.splitext(name)[1] for name in tool.config} - {""})
    names = {posixpath.basename(name) for name in tool.config}
    likely = [
        path
        for path in changed
        if path.endswith(suffixes) and posixpath.basename(path) not in names
    ]
    if not tool.extends or not likely:
        return []
    read: set[str] = set()
    for tree in (context.trees.base, context.trees.head):
        judged = PathSet(tool.files).among(tree.paths())
        found = inputs.configuration(
            tool, tree=tree, root=context.repo.root, environment={}, in_place=False, files=judged
        )
        read.update(path for path, _ in found)
    return [path for path in likely if path in read]
