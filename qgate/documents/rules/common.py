"""Rules for documents of every kind."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.model.report import Finding
from qgate.parse.documents import Document
from qgate.parse.markdown import BlockKind, anchor

# The front matter of the model; other tools' keys are theirs, and only warned of.
KNOWN_KEYS: Final = frozenset(
    {"type", "id", "title", "status", "created", "updated", "owners", "tags", "links"}
    | {"review_by", "waivers"}
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What generators leave to be filled in: `{...}` of MADR, `TODO`, `TBD`, `<...>`.
_PLACEHOLDER: Final = re.compile(r"\{[^{}`]+\}|\bTODO\b|\bTBD\b|\bFIXME\b")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    UNREADABLE = "documents/unreadable"
    WRONG_TYPE = "documents/wrong-type"
    NO_TITLE = "documents/no-title"
    TITLE_DISAGREES = "documents/title-disagrees"
    BROKEN_LINK = "documents/broken-link"
    NOT_A_DATE = "documents/not-a-date"
    FUTURE_DATE = "documents/future-date"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """Type, title and dates of the front matter."""
    written = document.value("type")
    if written and written != kind:
        message = f"the type is {written}, and this folder is for {kind}"
        yield found(Rule.WRONG_TYPE, message, document, document.line_of("type"))
    title = document.body.title
    if title is None:
        yield found(Rule.NO_TITLE, "no heading of level 1", document, document.body_line)
    for key in ("created", "updated", "review_by"):
        if key in document.fields and day(document.value(key)) is None:
            message = f"{key}: expected a day such as 2027-01-31"
            yield found(Rule.NOT_A_DATE, message, document, document.line_of(key))


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Days to come, where only past ones make sense."""
    del kind
    for key in ("created", "updated", "date"):
        written = day(document.value(key))
        if written is not None and written > now.date():
            message = f"{key} is {written}, which is to come"
            yield found(Rule.FUTURE_DATE, message, document, document.line_of(key))


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """Links inside the repository lead to a file, and to a heading that is there."""
    del asked
    anchors: dict[str, frozenset[str]] = {}
    for document in library.documents.values():
        for link in document.body.links:
            if reason := _broken(document, link.target, library, anchors):
                yield found(Rule.BROKEN_LINK, f"{link.target}: {reason}", document, link.line)


def day(text: str) -> date | None:
    """A day in ISO 8601's long form, None for anything else."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def placeholder(text: str) -> str:
    """What is left of a template in a text; empty if nothing is."""
    match = _PLACEHOLDER.search(text)
    return match[0] if match else ""


def resolved(document: Document, target: str) -> str | None:
    """The path that a link's target names, relative to the root; None outside the repository."""
    path = unquote(target.partition("#")[0].partition("?")[0])
    if not path:
        return document.path
    whole = (
        PurePosixPath(path.lstrip("/"))
        if path.startswith("/")
        else (PurePosixPath(document.path).parent / path)
    )
    parts: list[str] = []
    for part in whole.parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def anchors_of(document: Document) -> frozenset[str]:
    """Every anchor of a document's headings, as GitHub counts them."""
    seen: dict[str, int] = {}
    names = set()
    for block in document.body.blocks:
        if block.kind is BlockKind.HEADING:
            name = anchor(block.text)
            count = seen.get(name, 0)
            names.add(f"{name}-{count}" if count else name)
            seen[name] = count + 1
    return frozenset(names)


def _broken(
    document: Document, target: str, library: Library, anchors: dict[str, frozenset[str]]
) -> str:
    if not target or _SCHEME.match(target) or target.startswith("//"):
        return ""
    path = resolved(document, target)
    if path is None:
        return "leads out of the repository"
    is_folder = any(each.startswith(f"{path}/") for each in library.tracked) if path else True
    if path not in library.tracked and not is_folder:
        return "there is no such file"
    fragment = unquote(target.partition("#")[2])
    if fragment and path in library.documents:
        if path not in anchors:
            anchors[path] = anchors_of(library.documents[path])
        if fragment.lower() not in anchors[path]:
            return "there is no such heading"
    return ""
