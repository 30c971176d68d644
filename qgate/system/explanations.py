"""The texts behind `qgate explain`: one Markdown file a rule, rules/explain/GROUP/RULE.md."""

from collections.abc import Iterable

from qgate.model.tool import Tool
from qgate.system import resources


def rules() -> tuple[str, ...]:
    """Every rule id that has a text, sorted."""
    top = resources.folder("rules") / "explain"
    return tuple(
        sorted(path.relative_to(top).with_suffix("").as_posix() for path in top.glob("*/*.md"))
    )


def text(rule: str) -> str:
    """The text of one of `rules()`."""
    return (resources.folder("rules") / "explain" / f"{rule}.md").read_text("utf-8")


def title(rule: str) -> str:
    """What the rule says in one line: the first line that is no heading."""
    lines = text(rule).splitlines()
    return next((line for line in lines if line and not line.startswith("#")), "")


def of_tools(rule: str, tools: Iterable[Tool]) -> str:
    """The text for a finding's rule, which one of these tools made."""
    code = rule.partition("/")[2]
    ways = "".join(
        f"- {tool.name}: {tool.about.replace('{rule}', code)}\n" for tool in tools if tool.about
    )
    return (
        f"# {rule}\n\nA rule of one of this gate's tools, not of qgate. qgate decides only whether "
        "this change\nbrought the finding in (docs/explanation/what-blocks.md).\n\n"
        f"## Where it is explained\n\n{ways}"
    )
