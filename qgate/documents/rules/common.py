"""Rules for documents of every kind."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from qgate.config.kinds import WrongValue, suggestion
from qgate.config.waivers import WAIVERS, Waiver
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind, anchor
from qgate.parse.yaml_tree import Located

# The front matter of the model, and what some kinds have besides.
KNOWN_KEYS: Final = frozenset(
    {"type", "id", "title", "status", "created", "updated", "owners", "tags", "links"}
    | {"review_by", "waivers"}
)
KEYS_OF_KINDS: Final[dict[Kind, frozenset[str]]] = {
    Kind.ADR: frozenset({"date", "deciders", "decision-makers", "consulted", "informed"}),
    Kind.INCIDENT: frozenset(
        {"severity", "criteria", "lowered_by", "late_reason", "service", "commander", "estimated"}
        | {"started", "detected", "acknowledged", "mitigated", "resolved"}
    ),
    Kind.POST_MORTEM: frozenset({"incident"}),
    Kind.RUNBOOK: frozenset({"alerts", "procedure"}),
    Kind.CHECKLIST: frozenset({"checklist", "for"}),
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What generators leave to be filled in: `{...}` of MADR, `TODO`, `TBD`, `<...>`.
_PLACEHOLDER: Final = re.compile(r"\{[^{}`]+\}|\bTODO\b|\bTBD\b|\bFIXME\b")
_NAMED: Final = re.compile(r"<[^<>]*\s(?:id|name)\s*=\s*[\"']?([^\s\"'<>]+)")
_NUMBER: Final = re.compile(r"\s*(?:adr|rfc)?[- ]?\d+\s*[.:\u2013\u2014-]\s", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    UNREADABLE = "documents/unreadable"
    WRONG_TYPE = "documents/wrong-type"
    NO_TITLE = "documents/no-title"
    TITLE_DISAGREES = "documents/title-disagrees"
    UNKNOWN_KEY = "documents/unknown-key"
    MALFORMED_WAIVER = "documents/malformed-waiver"
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
    elif _disagree(document.value("title"), title):
        message = f"the heading is {title.plain!r}, the title of the front matter is another"
        yield found(Rule.TITLE_DISAGREES, message, document, document.line_of("title"))
    for key in ("created", "updated", "review_by"):
        if key in document.fields and day(document.value(key)) is None:
            message = f"{key}: expected a day such as 2027-01-31"
            yield found(Rule.NOT_A_DATE, message, document, document.line_of(key))
    yield from _keys(document, kind)
    try:
        waivers(document)
    except WrongValue as error:
        message = f"waivers: {error}"
        yield found(Rule.MALFORMED_WAIVER, message, document, error.line, column=error.column)


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
        for at in _linked_files(document):
            if reason := _broken(document, str(at.value), library, anchors):
                message = f"{at.value}: {reason}"
                yield found(Rule.BROKEN_LINK, message, document, at.line, column=at.column)


def _linked_files(document: Document) -> Iterator[Located]:
    """What `to` of a field `links` names, where it is a file and no bare id."""
    entry = document.fields.get("links")
    items = entry.value.value if entry is not None else ()
    for item in items if isinstance(items, tuple) else ():
        to = item.value.get("to") if isinstance(item.value, dict) else None
        if to is not None and isinstance(to.value.value, str) and to.value.value.endswith(".md"):
            yield to.value


def waivers(document: Document) -> tuple[Waiver, ...]:
    """What the document asks to be let off, for itself. Raises `WrongValue`."""
    entry = document.fields.get("waivers")
    found: tuple[Waiver, ...] = () if entry is None else WAIVERS.read(entry.value)
    return found


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
    """Every anchor of a document: of its headings as GitHub counts them, and of HTML in it."""
    seen: dict[str, int] = {}
    names = set()
    for block in document.body.blocks:
        if block.kind is BlockKind.HEADING:
            name = anchor(block.plain)
            count = seen.get(name, 0)
            names.add(f"{name}-{count}" if count else name)
            seen[name] = count + 1
        if "<" in block.text and block.kind is not BlockKind.FENCE:
            names.update(each.lower() for each in _NAMED.findall(block.text))
    # Browsers know it for every page.
    return frozenset(names | {"top"})


def _disagree(written: str, title: Block) -> bool:
    """Whether a title has other words than a heading; a number before these is no word."""
    if not written:
        return False
    headings = (title.plain, title.text, _NUMBER.sub("", title.plain, count=1))
    return _words(written) not in map(_words, headings)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _keys(document: Document, kind: Kind) -> Iterator[Finding]:
    """Keys of the front matter that nobody reads; without a type it is another tool's."""
    if "type" not in document.fields:
        return
    known = KNOWN_KEYS | KEYS_OF_KINDS[kind]
    for key, entry in document.fields.items():
        if key not in known:
            message = f"nothing reads the key {key!r}{suggestion(key, sorted(known))}"
            yield found(
                Rule.UNKNOWN_KEY,
                message,
                document,
                entry.line,
                column=entry.column,
                level=Level.WARNING,
            )


def _broken(
    document: Document, target: str, library: Library, anchors: dict[str, frozenset[str]]
) -> str:
    if not target or _SCHEME.match(target) or target.startswith("//"):
        return ""
    path = resolved(document, target)
    if path is None:
        return "leads out of the repository"
    if path not in library.tracked and path not in library.folders:
        return "there is no such file"
    fragment = unquote(target.partition("#")[2])
    if fragment and path in library.documents:
        if path not in anchors:
            anchors[path] = anchors_of(library.documents[path])
        if fragment.lower() not in anchors[path]:
            return "there is no such heading"
    return ""
