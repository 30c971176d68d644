"""A new checklist: its name, and what the document's template is given."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from qgate.documents.adr.naming import escaped, plain
from qgate.documents.checklist.template import Template
from qgate.documents.kinds import is_no_document
from qgate.documents.runbook.writing import listed
from qgate.documents.slug import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChecklist:
    """What was asked for: `subject` is what the list is for, such as an incident's id."""

    name: str
    subject: str = ""
    title: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    review_by: str = ""


def file_name(wanted: NewChecklist, today: date, taken: frozenset[str]) -> str:
    """`NAME-SUBJECT.md`, or the day for a subject; with a number where that is taken."""
    subject = plain(wanted.subject or wanted.title)
    stem = f"{wanted.name}-{slug(subject) if subject else today.isoformat()}"
    name, number = f"{stem}.md", 1
    lower = {each.lower() for each in taken}
    while name.lower() in lower or is_no_document(name):
        number += 1
        name = f"{stem}-{number}.md"
    return name


def values(wanted: NewChecklist, template: Template, name: str, today: date) -> dict[str, Any]:
    """What the document's template is given."""
    subject = plain(wanted.subject)
    title = plain(wanted.title) or (f"{template.title}: {subject}" if subject else template.title)
    return {
        "id": f"CL-{name.removesuffix('.md')}",
        "title": title,
        "heading": escaped(title, is_first=True),
        "created": today.isoformat(),
        "name": wanted.name,
        "subject": subject,
        "about": template.about,
        "owners": listed(wanted.owners),
        "tags": listed(wanted.tags),
        "links": [{"rel": rel, "to": to} for rel, to in wanted.links],
        "review_by": wanted.review_by,
        "parts": [
            {
                "title": part.title,
                "items": [
                    {"id": each.id, "text": each.text, "answered_by": each.answered_by}
                    for each in part.items
                ],
            }
            for part in template.parts
        ],
    }
