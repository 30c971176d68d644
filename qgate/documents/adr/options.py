"""What a record in MADR's form considered, and what it chose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qgate.documents.adr.record import Record
from qgate.parse.markdown import BlockKind, Section

LEAST: Final = 2
_CONSIDERED: Final = ("considered options", "options considered", "considered alternatives")
_OUTCOME: Final = ("decision outcome",)
_CHOSEN: Final = re.compile(r"[*_]*Chosen options?[*_]*\s*:\s*[*_]*\s*", re.IGNORECASE)
_ENDS: Final = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201d",
    "\u2018": "\u2019",
    "`": "`",
    "\u00ab": "\u00bb",
}
# A quotation ends where the reason begins; there can be others inside of it.
_AFTER: Final = re.compile(r"\s*(?:[,.;:(\u2013\u2014]|-\s|because\b|$)")
_REASON: Final = re.compile(r",?\s+because\b|[.;]\s|,\s+since\b|,\s+as\b|$")
_LINK: Final = re.compile(r"!?\[((?:\\.|[^\[\]\\])*)\]\([^()]*\)")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """The options as lists of words; `chosen` is empty where the outcome names none."""

    options: tuple[frozenset[str], ...]
    line: int
    chosen: str = ""
    chosen_line: int = 0

    @property
    def is_among(self) -> bool:
        """Whether the chosen one has all words of an option, or an option all of its words."""
        words = _words(self.chosen)
        # A name without any letter or digit cannot be compared.
        return not words or any(words <= option or option <= words for option in self.options)


def read(record: Record) -> Considered | None:
    """The options of a record; None for one in another form, or whose options are in no list."""
    body = record.document.body
    section = body.section(*_CONSIDERED)
    if section is None:
        return None
    options = tuple(_options(section))
    if not options:
        return None
    chosen, line = _chosen(body.section(*_OUTCOME))
    return Considered(options=options, line=section.heading.line, chosen=chosen, chosen_line=line)


def _options(section: Section) -> Iterator[frozenset[str]]:
    """Items of the outer lists, each with those below it; else headings."""
    items = [block for block in section.blocks if block.kind is BlockKind.ITEM]
    if items:
        words: frozenset[str] = frozenset()
        for block in items:
            if block.level == 1 and words:
                yield words
            words = _words(block.text) if block.level == 1 else words | _words(block.text)
        if words:
            yield words
        return
    for block in section.blocks:
        if block.kind is BlockKind.HEADING:
            yield _words(block.text)


def _chosen(section: Section | None) -> tuple[str, int]:
    for block in section.blocks if section else ():
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.ITEM}:
            text = " ".join(block.text.split())
            match = _CHOSEN.match(text)
            if match:
                return _name(text[match.end() :]), block.line
    return "", 0


def _name(text: str) -> str:
    """The option's name at the start of a text: in quotes, else up to the reason."""
    closing = _ENDS.get(text[:1])
    if closing:
        place = text.find(closing, 1)
        while place > 0:
            if _AFTER.match(text, place + 1):
                return text[1:place]
            place = text.find(closing, place + 1)
    match = _REASON.search(text)
    return text[: match.start()].strip() if match else text


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_LINK.sub(r"\1", text).casefold()))
