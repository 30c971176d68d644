"""Why each tool's answer would or would not come from the cache: for `qgate cache explain`."""

from collections.abc import Iterator
from dataclasses import dataclass

from qgate.engine.check import refuse_unknown
from qgate.engine.prepare import prepared
from qgate.engine.request import Request
from qgate.gates.context import GateContext
from qgate.gates.tools import asking, gate, inputs
from qgate.model.tool import Blocks


@dataclass(frozen=True, slots=True)
class Remembered:
    """One tool: whether its answer is there, and if not, what changed since it last ran.

    `hits` is None for a tool that would not be asked.
    """

    gate: str
    tool: str
    hits: bool | None
    reasons: tuple[str, ...]


def explain(request: Request) -> tuple[Remembered, ...]:
    """Every tool that would be asked. Raises `UsageError` and `Incomplete`."""
    with prepared(request) as ready:
        context = ready.readable()
        refuse_unknown(request.gates, ready.definitions)
        of_tools = ready.definitions.gates()
        names = [name for name in request.gates or of_tools if name in of_tools]
        return tuple(each for name in names for each in _gate(context, name))


def _gate(context: GateContext, name: str) -> Iterator[Remembered]:
    settings = gate.section(context, name)
    if not getattr(settings, "enabled", True):
        return
    for choice in gate.choices(context, name):
        tool = choice.tool
        if not choice.is_chosen:
            continue
        blocks = tool.blocks or Blocks(settings.blocks)
        if blocks is not Blocks.ALL and not gate.is_concerned(context, tool):
            yield Remembered(name, tool.name, None, ("nothing that it judges changed",))
            continue
        for question in gate.questions(context, tool, settings, blocks):
            before, now, hits = asking.remembered(context, question)
            yield Remembered(name, tool.name, hits, () if hits else _reasons(before, now))


def _reasons(before: inputs.Parts, now: inputs.Parts) -> tuple[str, ...]:
    if not now:
        return ("the tool is not installed",)
    if not before:
        return ("it has not run here yet",)
    return tuple(inputs.differing(before, now)) or ("its last answer is too old, or gone",)
