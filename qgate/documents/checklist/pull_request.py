"""A checklist as the text of a pull request: what `.github/pull_request_template.md` holds."""

from typing import Final

from qgate.documents.checklist.template import Item, Template

# In a comment, so that only who edits the body sees it; a box in there is none.
_HOW: Final = """\
<!-- Whoever opens the pull request answers these items; the reviewer looks at the answers.
An item that does not apply is written: - [ ] ~~its text~~ N/A: why (the comment behind it stays).
What a gate answers may stay open where that gate passes. -->"""


def text(template: Template) -> str:
    """Markdown with every item open and its id in a comment; ends in a line break.

    With every box ticked it answers the whole list.
    """
    blocks = [f"## {template.title}", *([template.about] if template.about else []), _HOW]
    for part in template.parts:
        blocks += [f"### {part.title}", "\n".join(map(_line, part.items))]
    return "\n\n".join(blocks) + "\n"


def _line(item: Item) -> str:
    gate = f" (answered by the gate `{item.answered_by}`)" if item.answered_by else ""
    return f"- [ ] {item.text}{gate} <!-- item: {item.id} -->"
