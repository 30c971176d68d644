"""The texts behind `qgate explain`: one Markdown file a rule, rules/explain/GROUP/RULE.md."""

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
