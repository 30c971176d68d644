"""The rules of every kind of document: the one place where a kind's rules are entered.

A module of rules has three functions, each of which gives findings:

- `of_document(document, kind)`: what the text alone says, the same every day;
- `of_library(library, asked)`: what several documents say together, and what the change owes;
- `by_clock(document, kind, now)`: what the time decides, asked of touched documents only.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from types import ModuleType
from typing import Final

from qgate.documents.kinds import Kind, Library
from qgate.documents.rules import adr, checklist, common, incident, policy, post_mortem, runbook
from qgate.documents.rules.asked import Asked
from qgate.model.report import Finding
from qgate.parse.documents import Document

_OF_EVERY_KIND: Final[tuple[ModuleType, ...]] = (common,)
_BY_KIND: Final[dict[Kind, tuple[ModuleType, ...]]] = {
    Kind.ADR: (adr,),
    Kind.INCIDENT: (incident,),
    Kind.POST_MORTEM: (post_mortem,),
    Kind.RUNBOOK: (runbook,),
    Kind.CHECKLIST: (checklist,),
}
_OF_LIBRARY: Final[tuple[ModuleType, ...]] = (
    adr,
    incident,
    post_mortem,
    runbook,
    checklist,
    policy,
)
# Those with a fourth function, `library_by_clock(library, asked, now)`.
_OF_LIBRARY_BY_CLOCK: Final[tuple[ModuleType, ...]] = (incident,)


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """What is wrong with one document by itself."""
    for module in (*_OF_EVERY_KIND, *_BY_KIND.get(kind, ())):
        yield from module.of_document(document, kind)


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """What is wrong with one document today; `now` is UTC."""
    for module in (*_OF_EVERY_KIND, *_BY_KIND.get(kind, ())):
        yield from module.by_clock(document, kind, now)


def of_library(library: Library, asked: Asked) -> Iterable[Finding]:
    """What is wrong with the documents together."""
    for module in (*_OF_EVERY_KIND, *_OF_LIBRARY):
        yield from module.of_library(library, asked)


def library_by_clock(library: Library, asked: Asked, now: datetime) -> Iterable[Finding]:
    """What is wrong with the documents together today; `now` is UTC."""
    for module in _OF_LIBRARY_BY_CLOCK:
        yield from module.library_by_clock(library, asked, now)
