"""A new runbook: its name, and what its template is given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from qgate.documents.adr.naming import escaped, plain
from qgate.documents.kinds import is_no_document
from qgate.documents.rendering import quoted
from qgate.documents.runbook.shape import OF_PROCEDURES, PREFIX, REQUIRED, State
from qgate.documents.slug import slug
from qgate.errors import UsageError

# An alert's name that can be a file's as it is.
_SAFE: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,119}", re.ASCII)
# What the author of a draft is asked for.
_ASKS: Final = {
    "Meaning": "<!-- What is the case when this alert fires, in words for somebody woken up. -->",
    "Impact": "<!-- Who notices, and what does not work for them. -->",
    "Diagnosis": "<!-- How to find the cause: what to look at first, with commands. -->",
    "Mitigation": "<!-- What makes it better now. Say so where a command is destructive. -->",
    "Escalation": "<!-- Whom to call when this does not help, and after how long. -->",
    "Rollback": "<!-- How to undo each step. -->",
    "Verification": "<!-- How to see that it worked. -->",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRunbook:
    """What was asked for. `sections` is text by title; `title` empty where an alert names it."""

    title: str = ""
    alerts: tuple[str, ...] = ()
    is_procedure: bool = False
    state: State = State.DRAFT
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    review_by: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)


def refuse_incomplete(wanted: NewRunbook) -> None:
    """A runbook must be called something, and an active one have its sections.

    Raises `UsageError`.
    """
    if not plain(wanted.title) and not any(map(plain, wanted.alerts)):
        raise UsageError("what is it called?", hint="give a TITLE, or --alert NAME")
    lacking = [name.lower() for name in titles(wanted) if not wanted.sections.get(name, "").strip()]
    if wanted.state is State.ACTIVE and lacking:
        hint = "make it a draft, or give each with its flag"
        raise UsageError(f"an active runbook needs {', '.join(lacking)}", hint=hint)


def titles(wanted: NewRunbook) -> tuple[str, ...]:
    """The titles of its sections."""
    return (*REQUIRED, *OF_PROCEDURES) if wanted.is_procedure else REQUIRED


def file_name(wanted: NewRunbook, taken: frozenset[str]) -> str:
    """The alert's name where it alone names the file, else `RB-slug.md` with a number if need be.

    A runbook of an alert that has one already gives its name all the same: making it fails.
    """
    title = plain(wanted.title)
    alert = plain(wanted.alerts[0]) if wanted.alerts else ""
    if not title and _SAFE.fullmatch(alert) and not is_no_document(f"{alert}.md"):
        return f"{alert}.md"
    stem = f"{PREFIX}{slug(title or alert)}"
    name, number = f"{stem}.md", 1
    lower = {each.lower() for each in taken}
    while name.lower() in lower or is_no_document(name):
        number += 1
        name = f"{stem}-{number}.md"
    return name


def values(wanted: NewRunbook, name: str, today: date) -> dict[str, Any]:
    """What the template is given."""
    alerts = tuple(dict.fromkeys(each for each in map(plain, wanted.alerts) if each))
    title = plain(wanted.title) or alerts[0]
    return {
        "id": name.removesuffix(".md"),
        "title": title,
        "heading": escaped(title, is_first=True),
        "status": str(wanted.state),
        "created": today.isoformat(),
        "owners": listed(wanted.owners),
        "tags": listed(wanted.tags),
        "alerts": listed(alerts),
        "procedure": wanted.is_procedure,
        "review_by": wanted.review_by,
        "links": [{"rel": rel, "to": to} for rel, to in wanted.links],
        "sections": [
            {"title": each, "text": wanted.sections.get(each, "").strip(), "asks": _ASKS[each]}
            for each in titles(wanted)
        ],
    }


def listed(items: tuple[str, ...]) -> str:
    """Texts as the inside of a flow sequence of YAML."""
    return ", ".join(map(quoted, map(plain, items)))
