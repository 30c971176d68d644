"""What is asked of a tool, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from qgate.errors import Incomplete
from qgate.gates.tools.calls import Call
from qgate.gates.tools.rules import Rule
from qgate.model.tool import Tool, ToolReading
from qgate.system.toolbox import Program
from qgate.system.trees import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a tool: of which side, about which files, and how to call it.

    `files` is empty for a tool that judges the whole project. `name` tells the sides apart in
    the cache; `overlay` is the side whose configuration holds. `calls` are given where they
    cannot be built from the definition alone, `salt` being what sets them apart in the cache and
    `source` the file they are about; `timeout` is in seconds.
    """

    tool: Tool
    tree: Tree
    name: str
    files: tuple[str, ...] = ()
    overlay: Tree | None = None
    timeout: int | None = None
    calls: tuple[Call, ...] = ()
    salt: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer, and what to do; `rule` has a text."""

    rule: Rule
    message: str
    hint: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool said, with paths from the root; or `trouble`.

    `saved` is when the answer was made (seconds since 1970), None where it is of this run.
    """

    tool: Tool
    program: Program | None = None
    version: str = ""
    reading: ToolReading = field(default_factory=ToolReading)
    trouble: Trouble | None = None
    saved: float | None = None
    how: str = ""


def troubled(question: Question, rule: Rule, message: str, hint: str = "") -> Answer:
    """An answer that there is none, and why."""
    hint = hint or way_to(question.tool)
    return Answer(tool=question.tool, trouble=Trouble(rule, message, hint))


def troubled_by(tool: Tool, message: str) -> Answer:
    """An answer that a side cannot be judged."""
    hint = "move the submodule in a change of its own"
    return Answer(tool=tool, trouble=Trouble(Rule.BASE_NOT_CHECKED, message, hint))


def trouble_of(error: Incomplete, tool: Tool) -> Answer:
    """An answer for what kept a tool's calls from being made."""
    rules = {rule.slug: rule for rule in Rule}
    rule = rules.get(error.reason, Rule.NOT_JUDGED)
    return Answer(
        tool=tool, trouble=Trouble(rule, f"{tool.name}: {error.message}", error.hint, error.path)
    )


def way_to(tool: Tool) -> str:
    """What to do where a tool is missing."""
    way = f"install it ({tool.install})" if tool.install else "install it"
    if tool.gate in {"lint", "types", "audit"}:
        return f"{way}, or leave it out of gates.{tool.gate}.tools"
    return f"{way}, or take its definition away on the base branch"


def merged(tool: Tool, results: Sequence[Answer | Incomplete]) -> Answer:
    """Several answers of one tool as one; the first trouble is the whole's."""
    parts = [trouble_of(each, tool) if isinstance(each, Incomplete) else each for each in results]
    for each in parts:
        if each.trouble is not None:
            return each
    if not parts:
        return Answer(tool=tool)
    saved = [each.saved for each in parts if each.saved is not None]
    return replace(
        parts[0],
        reading=ToolReading(
            tuple(finding for each in parts for finding in each.reading.findings),
            tuple(one for each in parts for one in each.reading.unjudged),
        ),
        saved=min(saved) if len(saved) == len(parts) else None,
    )
