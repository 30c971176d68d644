"""One gate of tools: choose them, ask them of the change and where needed of its base, decide."""

import re
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, cast

from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.tools import answers, asking, blocking, choosing, inputs, verdict
from qgate.gates.tools.answers import Answer, Question
from qgate.gates.tools.blocking import Change, Marked
from qgate.gates.tools.choosing import Choice
from qgate.gates.tools.rules import AUDIT
from qgate.gates.tools.verdict import Judged
from qgate.model.changes import Status
from qgate.model.report import GateResult
from qgate.model.tool import Blocks, Tool, ToolFinding
from qgate.parse.path_index import PathSet
from qgate.system.trees import Tree

Steps = Generator[Sequence[Any], Sequence[Any], Any]

_LINK: Final = "120000"
# A carriage return by itself, and the separators of Unicode: some tools count them as line ends,
# git does not (https://docs.python.org/3/glossary.html#term-universal-newlines, ECMA-262 12.3).
_OTHER_LINE_ENDS: Final = re.compile(rb"\r(?!\n)|\xe2\x80[\xa8\xa9]")


class Section(Protocol):
    """What every gate of tools can be told in the settings."""

    tools: tuple[str, ...] | None
    blocks: str
    level: str
    timeout: int | None


@dataclass(frozen=True, slots=True)
class _Defaults:
    """The section of a gate that only definitions know."""

    tools: tuple[str, ...] | None = None
    blocks: str = Blocks.CHANGED_LINES
    level: str = "warning"
    timeout: int | None = None


def section(context: GateContext, name: str) -> Section:
    """The settings of a gate."""
    found = getattr(context.settings.gates, name, None)
    return cast("Section", found) if found is not None else cast("Section", _Defaults())


def choices(context: GateContext, name: str) -> tuple[Choice, ...]:
    """Which tools the gate runs, and why. Raises `UsageError`."""
    tools = context.definitions.of_gate(name)
    is_touched = choosing.is_decided_by(tools, (file.old_path for file in context.changes.files))
    return choosing.choose(
        tools,
        section(context, name).tools,
        context.trees.head,
        key=f"gates.{name}.tools",
        before=context.trees.base if is_touched else None,
    )


def run(context: GateContext, name: str) -> Generator[Sequence[Any], Sequence[Any], GateResult]:
    """Steps that end in the gate's result."""
    found = choices(context, name)
    chosen = [each for each in found if each.is_chosen]
    if not chosen:
        return verdict.no_tool(name, found)
    modes = {each.tool.blocks or section(context, name).blocks for each in chosen}
    if not context.changes.files and Blocks.ALL not in modes:
        return verdict.nothing_changed(name)
    judged = yield [_judge(context, name, each) for each in chosen]
    return verdict.decide(
        name,
        [each for each in judged if isinstance(each, Judged)],
        context=context,
        level=section(context, name).level,
    )


def _judge(context: GateContext, name: str, choice: Choice) -> Steps:
    """One tool: what it says, marked by whether the change brought it in."""
    tool = choice.tool
    settings = section(context, name)
    blocks = tool.blocks or Blocks(settings.blocks)
    if blocks is not Blocks.ALL and not is_concerned(context, tool):
        return Judged(choice, blocks)
    try:
        asked = questions(context, tool, settings, blocks)
        results = yield [asking.ask(context, each) for each in asked]
        answer = _whole(tool, context.trees.head, asked, results)
        if not asked and not answer.reading.unjudged:
            return Judged(choice, blocks)
        if answer.trouble is not None:
            return Judged(choice, blocks, answer=answer)
        found = answer.reading.findings
        foreign: set[str] = set()
        if found and not tool.is_per_file:
            # A tool that walks the project also sees files that are no part of the judged side.
            foreign = {*context.trees.head.extras, *context.trees.head.ignored}
        own = [each for each in found if each.path not in foreign]
        change = Change(context.changes.files, _miscounted(context, found))
        base: Answer | None = None
        if _needs_base(tool, blocks, own, change):
            base = yield from _base(context, tool, settings)
        marked = _marked(tool, blocks, found, change, base)
        marked = [replace(each, is_new=_is_ours(context, tool, each, foreign)) for each in marked]
        return Judged(
            choice,
            blocks,
            answer=answer,
            base=base,
            marked=tuple(marked),
            files=sum(len(each.files) for each in asked),
            harmless=_harmless(context, tool, marked),
        )
    except Incomplete as error:
        return Judged(choice, blocks, answer=answers.trouble_of(error, tool))


def _needs_base(tool: Tool, blocks: Blocks, found: Sequence[ToolFinding], change: Change) -> bool:
    if tool.audits_sources:
        return bool(found) and blocks is not Blocks.ALL
    return blocking.needs_base(found, change, blocks)


def _base(
    context: GateContext, tool: Tool, settings: Section
) -> Generator[Sequence[Any], Sequence[Any], Answer]:
    """What the tool says of the base."""
    if not tool.is_per_file and not tool.audits_sources:
        moved = context.trees.moved_submodules()
        if moved:
            # Its checkout of then is not here, so that nobody can say what the tool said of it.
            return answers.troubled_by(tool, f"the submodule {moved[0]} was at another commit")
    asked = _of_base(context, tool, settings)
    results = yield [asking.ask(context, each) for each in asked]
    return _whole(tool, context.trees.base, asked, results)


def _marked(
    tool: Tool,
    blocks: Blocks,
    found: Sequence[ToolFinding],
    change: Change,
    base: Answer | None,
) -> list[Marked]:
    # A dependency that the base could not audit has no findings there to be compared with.
    is_whole = tool.audits_sources or base is None or not base.reading.unjudged
    if base is not None and (base.trouble or not is_whole):
        # What the change touches is its own whatever the base was like.
        only = blocks is Blocks.NEW
        touched = (each for each in found if change.touches(each, is_start_only=only))
        return [Marked(each, is_new=True) for each in touched]
    known = base.reading.findings if base else ()
    if tool.audits_sources and blocks is not Blocks.ALL:
        return blocking.mark_by_message(found, known)
    return blocking.mark(found, change, blocks, known)


def _is_ours(context: GateContext, tool: Tool, marked: Marked, foreign: Collection[str]) -> bool:
    """Whether the change is to answer for a finding, after all."""
    path = marked.finding.path
    if tool.is_per_file and path not in context.trees.head:
        # It was named to the tool under some name, perhaps of bytes that are no text.
        return True
    return marked.is_new and path not in foreign


def _miscounted(context: GateContext, found: Iterable[ToolFinding]) -> frozenset[str]:
    """The changed files with findings in which a tool's line numbers may not be git's."""
    changed = {file.path for file in context.changes.files}
    paths = sorted({each.path for each in found if each.path in changed})
    contents = context.trees.head.contents(paths)
    return frozenset(path for path, data in contents.items() if _OTHER_LINE_ENDS.search(data))


def is_concerned(context: GateContext, tool: Tool) -> bool:
    """Whether the change touches anything that can change this tool's answer."""
    if tool.is_per_file:
        return bool(_changed(context, tool))
    return any(
        inputs.is_watched(tool, path) or _LINK in {file.old_mode, file.new_mode}
        for file in context.changes.files
        for path in (file.path, file.old_path)
    ) or (tool.audits_sources and context.settings.gates.audit.source == "environment")


def _changed(context: GateContext, tool: Tool) -> tuple[str, ...]:
    """The changed files that a tool judges, as the new side calls them."""
    judged = PathSet(tool.files)
    return tuple(
        file.path
        for file in context.changes.files
        if file.is_regular and file.status is not Status.DELETED and file.path in judged
    )


def questions(
    context: GateContext, tool: Tool, settings: Section, blocks: Blocks
) -> list[Question]:
    """What a tool is asked of the judged side. Raises `Incomplete`."""
    tree = context.trees.head
    if tool.audits_sources:
        from qgate.gates.tools import audit  # noqa: PLC0415 - its readers are for those who have some

        return audit.questions(context, tool, tree, "head", timeout=settings.timeout)
    files: tuple[str, ...] = ()
    if tool.is_per_file:
        files = _changed(context, tool)
        if blocks is Blocks.ALL:
            judged = PathSet(tool.files).among(tree.paths())
            files = tuple(path for path in judged if tree.is_regular(path))
        if not files:
            return []
    elif not PathSet(tool.files).among(tree.paths()):
        # mypy says that there is nothing to check, as if that were a mistake.
        return []
    return [Question(tool=tool, tree=tree, name="head", files=files, timeout=settings.timeout)]


def _of_base(context: GateContext, tool: Tool, settings: Section) -> list[Question]:
    """The same of the base, under the head's configuration: what is new is the code's doing."""
    tree = context.trees.base
    if tool.audits_sources:
        from qgate.gates.tools import audit  # noqa: PLC0415 - as above

        return audit.questions(context, tool, tree, "base", timeout=settings.timeout)
    files: tuple[str, ...] = ()
    if tool.is_per_file:
        judged = PathSet(tool.files)
        olds = (file.old_path for file in context.changes.files if file.path in judged)
        files = tuple(path for path in olds if tree.is_regular(path))
        if not files:
            return []
    return [
        Question(
            tool=tool,
            tree=tree,
            name="base",
            files=files,
            overlay=context.trees.head,
            timeout=settings.timeout,
        )
    ]


def _whole(
    tool: Tool, tree: Tree, asked: Sequence[Question], results: Sequence[Answer | Incomplete]
) -> Answer:
    """The answers to several questions as one."""
    if tool.audits_sources:
        from qgate.gates.tools import audit  # noqa: PLC0415 - as above

        results = audit.completed_all(tool, tree, asked, results)
    return answers.merged(tool, results)


def _harmless(
    context: GateContext, tool: Tool, marked: Sequence[Marked]
) -> Mapping[ToolFinding, str]:
    if tool.gate != AUDIT or not any(each.is_new for each in marked):
        return {}
    from qgate.gates.tools import audit  # noqa: PLC0415 - as above

    return audit.harmless(context, tool, marked)
