"""What is not written yet in a record: empty sections, and text that a template left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qgate.documents.adr.record import Record
from qgate.parse.markdown import Block, BlockKind, Section

_TICKS: Final = re.compile(r"`+")
# Of MADR's templates and ours: a phrase in braces. One word can be a path's variable.
_BRACES: Final = re.compile(r"\{[^{}\n]*\}")
# Not the word in a sentence: nothing else, or what is to be done behind it.
_TO_DO: Final = re.compile(r"(?:TODO|TBD|FIXME|XXX)(?:\b\s*[:(].*|[\s.\u2026]*)", re.DOTALL)
_FILLER: Final = re.compile(r"(?:\.{3}|\u2026)")
# The default template of adr-tools: Pryce's form as it is before anybody has written in it.
_ADR_TOOLS: Final = (
    ("the issue motivating this decision", "influences or constrains the decision."),
    ("the change that we're proposing or", "have agreed to implement."),
    ("what becomes easier or more difficult", "need to be mitigated."),
)


@dataclass(frozen=True, slots=True)
class Left:
    """A piece of a template at a line."""

    text: str
    line: int


def empty_sections(record: Record) -> Iterator[Section]:
    """Sections without content; the one for the status is asked for elsewhere."""
    status = record.status_section
    for section in record.document.body.sections:
        if section.is_empty and (status is None or section.heading is not status[0]):
            yield section


def placeholders(record: Record) -> Iterator[Left]:
    """What is left of templates, code and what stands in code aside."""
    for block in record.document.body.blocks:
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW}:
            left = _left(block)
            if left:
                yield Left(left, block.line)


def _left(block: Block) -> str:
    texts = block.cells or (block.text,)
    for text in texts:
        plain = _without_code(text)
        for match in _BRACES.finditer(plain):
            if len(match[0][1:-1].split()) > 1:
                return match[0]
        whole = plain.strip()
        if _TO_DO.fullmatch(whole):
            return whole.splitlines()[0]
        if block.kind is BlockKind.ITEM and _FILLER.fullmatch(whole):
            return whole
        said = " ".join(whole.casefold().split())
        if any(said.startswith(start) and said.endswith(end) for start, end in _ADR_TOOLS):
            return whole.splitlines()[0]
    return ""


def _without_code(text: str) -> str:
    """A text without its code spans: what stands between as many backticks as open it."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    following: dict[int, int] = {}
    closing = [-1] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        start, end = runs[number]
        closing[number] = following.get(end - start, -1)
        following[end - start] = number
    kept, place, number = [], 0, 0
    while number < len(runs):
        if closing[number] >= 0:
            kept.append(text[place : runs[number][0]])
            number = closing[number]
            place = runs[number][1]
        number += 1
    return "".join((*kept, text[place:]))
