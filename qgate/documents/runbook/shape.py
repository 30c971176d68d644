"""What a runbook says of itself: its state, its names, its sections."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from qgate.documents.adr.naming import unescaped
from qgate.documents.slug import slug
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind, Section, parse

REQUIRED: Final = ("Meaning", "Impact", "Diagnosis", "Mitigation")
OF_PROCEDURES: Final = ("Escalation", "Rollback", "Verification")
PREFIX: Final = "RB-"
_UNFINISHED: Final = re.compile(
    r"(?:todo|tbd|fixme|to be (?:added|done|written|filled in))[\s.:…]*"
)


class State(StrEnum):
    """The field `status`; a runbook without it is active."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


def state(document: Document) -> State | None:
    """The state, None where the word is none of them."""
    written = document.value("status").strip().lower()
    if not written:
        return State.ACTIVE
    return State(written) if written in set(State) else None


def is_procedure(document: Document) -> bool:
    """Whether it is a procedure that people start, rather than the answer to an alert."""
    return document.value("procedure").lower() == "true"


def required(document: Document) -> tuple[str, ...]:
    """The titles of the sections that it must have."""
    return (*REQUIRED, *OF_PROCEDURES) if is_procedure(document) else REQUIRED


def listed_alerts(document: Document) -> tuple[tuple[str, int], ...]:
    """The front matter's `alerts`, each with its line."""
    entry = document.fields.get("alerts")
    if entry is None:
        return ()
    value = entry.value.value
    items = value if isinstance(value, tuple) else (entry.value,)
    return tuple(
        (str(item.value).strip(), item.line)
        for item in items
        if item.value is not None and not isinstance(item.value, tuple | dict)
    )


def stem(document: Document) -> str:
    """The file's name without its ending."""
    return PurePosixPath(document.path).stem


def names(document: Document) -> frozenset[str]:
    """All that an alert can know it by, casefolded: file name, H1, id, and the listed alerts."""
    title = document.body.title
    found = {stem(document), document.value("id"), title.text if title else ""}
    found |= {name for name, _ in listed_alerts(document)}
    return frozenset(name.casefold() for name in found if name)


def title_agrees(document: Document, title: str) -> bool:
    """Whether the source of an H1 is the file's name, what that is made from, or an alert's."""
    title = unescaped(title)
    name = stem(document)
    made = slug(title)
    alerts = {alert for alert, _ in listed_alerts(document)}
    # A number at the end parts files of one title.
    plain = re.sub(r"-\d+$", "", name)
    return (
        title in {name, *alerts}
        or made in {name, name.removeprefix(PREFIX)}
        or (plain == f"{PREFIX}{made}")
    )


def section(document: Document, title: str) -> Section | None:
    """A section of level 2, also one that a fence hides which nobody closed."""
    found = document.body.section(title)
    if found is not None:
        return found
    for fence in unclosed_fences(document):
        if title not in fence.text:
            continue
        if hidden := parse(fence.text, fence.line + 1).section(title):
            return hidden
    return None


def unclosed_fences(document: Document) -> Iterator[Block]:
    """Fences that end only where the file, or the list around them, does.

    A fence has one line before its text and one behind it, an unclosed one lacks the second, and
    code by indentation has neither.
    """
    for block in document.body.blocks:
        if block.kind is BlockKind.FENCE:
            lines = block.end_line - block.line + 1
            if lines - block.text.count("\n") == 1:
                yield block


def is_unfinished(found: Section) -> bool:
    """Whether a section holds nothing but the promise of a text."""
    said = [block for block in found.blocks if block.is_content]
    return bool(said) and all(
        block.kind in {BlockKind.PARAGRAPH, BlockKind.ITEM}
        and _UNFINISHED.fullmatch(block.text.casefold())
        for block in said
    )
