"""What a record says of another: a line such as `Amends [2. Title](0002-title.md)`."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from qgate.parse.documents import Document

SUPERSEDES: Final = "supersedes"
SUPERSEDED_BY: Final = "superseded by"
_PAIRS: Final = (
    (SUPERSEDES, SUPERSEDED_BY),
    ("amends", "amended by"),
    ("clarifies", "clarified by"),
    ("refines", "refined by"),
    ("extends", "extended by"),
    ("deprecates", "deprecated by"),
    ("replaces", "replaced by"),
    ("obsoletes", "obsoleted by"),
    ("implements", "implemented by"),
)
# What one record says of another, and what that one says of it.
INVERSES: Final = {**dict(_PAIRS), **{passive: active for active, passive in _PAIRS}}
# Sections whose items are about other records.
SECTIONS: Final = frozenset({"links", "more information", "related decisions"})

_LINK: Final = r"\[(?P<text>(?:\\.|\[[^\[\]]*\]|[^\[\]\\])*)\]\(<?(?P<to>[^()\s<>]+)>?[^()]*\)"
_REFERENCE: Final = re.compile(
    rf"(?:{_LINK}|(?:ADR[- ]?)?#?(?P<number>\d+)(?![\w-])|(?P<stem>\d+-[\w-]+)(?:\.md)?)"
)
_AND: Final = re.compile(r"\s*(?:,\s*(?:and\s)?|and\s|&)\s*")
# As short as it can be, up to what it is said of.
_VERB: Final = re.compile(
    r"\s*(?:[-*+|]\s+)?[*_]*(?P<verb>[^\W\d_][\w' -]{1,40}?)[*_]*:?\s+"
    r"(?=\[|(?:ADR[- ]?)?#?\d)",
    re.IGNORECASE,
)
# A status alone says nothing of another record.
_STATES: Final = frozenset({"draft", "proposed", "accepted", "rejected", "deprecated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a record says of another: `path` of a link, else a number, or a file's stem."""

    verb: str
    line: int
    said: str
    path: str = ""
    number: int | None = None
    stem: str = ""

    @property
    def is_known(self) -> bool:
        """Whether its inverse is known."""
        return self.verb in INVERSES


def said(path: str, line: int, text: str) -> Iterator[Relation]:
    """The relations that a line of a document says: one verb, and all that it is said of."""
    verb = _VERB.match(text)
    if verb is None:
        return
    words = verb_of(verb["verb"])
    if words == "superseded":
        words = SUPERSEDED_BY
    place = verb.end()
    while match := _REFERENCE.match(text, place):
        if words not in _STATES and (match["to"] is not None or words in INVERSES):
            relation = _relation(path, words, line, match)
            if relation is not None:
                yield relation
        joined = _AND.match(text, match.end())
        if joined is None:
            return
        place = joined.end()


def of_front_matter(document: Document) -> Iterator[Relation]:
    """Entries `{rel, to}` of the field `links`."""
    entry = document.fields.get("links")
    if entry is None or not isinstance(entry.value.value, tuple):
        return
    for each in entry.value.value:
        if not isinstance(each.value, dict) or not {"rel", "to"} <= each.value.keys():
            continue
        verb = verb_of(str(each.value["rel"].value.value or ""))
        to = str(each.value["to"].value.value or "")
        match = _REFERENCE.fullmatch(to)
        if match is not None and match["to"] is None:
            found = _relation(document.path, verb, each.line, match)
            if found is not None:
                yield found
        elif path := resolved(document.path, to):
            yield Relation(verb=verb, line=each.line, said=to, path=path)


def _relation(path: str, verb: str, line: int, match: re.Match[str]) -> Relation | None:
    if match["to"] is not None:
        target = resolved(path, match["to"])
        if target is None:
            return None
        return Relation(verb=verb, line=line, said=match["to"], path=target)
    if match["number"]:
        return Relation(verb=verb, line=line, said=match[0], number=int(match["number"]))
    return Relation(verb=verb, line=line, said=match[0], stem=match["stem"])


def verb_of(words: str) -> str:
    """A relation's verb in the form of `INVERSES`."""
    text = " ".join(words.replace("_", " ").replace("*", " ").replace("-", " ").lower().split())
    return text.rstrip(": ").replace("supercede", "supersede")


def resolved(path: str, target: str) -> str | None:
    """The file that a link in a document leads to; None for an address or the document itself."""
    plain = unquote(target.partition("#")[0].partition("?")[0])
    if not plain or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", target):
        return None
    whole = plain.lstrip("/") if plain.startswith("/") else f"{posixpath.dirname(path)}/{plain}"
    return posixpath.normpath(whole).lstrip("/")
