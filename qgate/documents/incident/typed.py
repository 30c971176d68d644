"""Durations that somebody typed, though they are computed from the times."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from qgate.documents.incident import times
from qgate.documents.incident.times import Measure
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind

# `Time to detect: 5 min`, with emphasis wherever it stands.
_SAID: Final = re.compile(
    r"[*_\s]*time[ _-]to[ _-](detect|acknowledge|mitigate|resolve)[*_\s]*[:=][*_\s]*(.+)",
    re.IGNORECASE,
)
_AROUND: Final = re.compile(r"\(.*?\)|[*_~.]|\babout\b|\bapprox\b", re.IGNORECASE)
_CELLS: Final = 2


def disagreeing(
    document: Document, computed: Mapping[Measure, timedelta]
) -> Iterator[tuple[Measure, str, int]]:
    """Each typed duration that is not what the times give: which, as it is typed, and its line.

    One that is typed in minutes may be off by less than a minute. What is no duration is passed.
    """
    for measure, text, line in _typed(document):
        if measure not in computed:
            continue
        try:
            length, unit = times.duration(_AROUND.sub(" ", text))
        except times.WrongTime:
            continue
        if abs(length - computed[measure]) >= unit:
            yield measure, text.strip(), line


def _typed(document: Document) -> Iterator[tuple[Measure, str, int]]:
    for measure in Measure:
        key = measure.replace(" ", "_")
        if text := document.value(key):
            yield measure, text, document.line_of(key)
    for block in document.body.blocks:
        yield from _in_block(block)


def _in_block(block: Block) -> Iterator[tuple[Measure, str, int]]:
    match block.kind:
        case BlockKind.ROW if len(block.cells) >= _CELLS:
            label = block.cells[0].strip(" *_").casefold()
            if label in set(Measure):
                yield Measure(label), block.cells[1], block.line
        case BlockKind.PARAGRAPH | BlockKind.ITEM:
            for number, text in enumerate(block.text.split("\n")):
                if said := _SAID.fullmatch(text):
                    yield Measure(f"time to {said[1].lower()}"), said[2], block.line + number
        case _:
            pass
