"""The table under `## Timeline`: what happened when, and what shows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from qgate.documents.incident import times
from qgate.documents.incident.wording import cell
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind, Section

TITLE: Final = "Timeline"
COLUMNS: Final = ("time", "event", "evidence")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `time` None where `written` is none. `line` is 1-based in the file."""

    written: str
    event: str
    evidence: str
    line: int
    time: datetime | None


def rows(document: Document) -> tuple[Row, ...]:
    """Every row of the timeline, as it stands; empty rows are none."""
    section = document.body.section(TITLE)
    return tuple(map(_row, table(section, COLUMNS))) if section else ()


def head_line(document: Document) -> int | None:
    """The line of the table's head; None without such a table."""
    section = document.body.section(TITLE)
    head = _head(section, COLUMNS) if section else None
    return head.line if head else None


def table(section: Section, columns: tuple[str, ...]) -> Iterator[tuple[dict[str, str], int]]:
    """The rows of the first table with all these columns: cells by column, and the line.

    Rows with nothing in them are left out. Columns are known by their head, in any order.
    """
    head = _head(section, columns)
    if head is None:
        return
    places = {name.casefold(): number for number, name in enumerate(head.cells)}
    following = (block for block in section.blocks if block.line > head.line)
    for block in following:
        if block.kind is not BlockKind.ROW or block.is_header:
            return
        cells = {
            name: block.cells[places[name]] if places[name] < len(block.cells) else ""
            for name in columns
        }
        if any(cells.values()):
            yield cells, block.line


def line(time: datetime, event: str, evidence: str = "") -> str:
    """A row as text, without the line's end."""
    return f"| {times.written(time)} | {cell(event)} | {cell(evidence)} |".replace("|  |", "| |")


def out_of_order(found: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Each row that is earlier than the one before it, with that one. Unknown times are passed."""
    timed = [row for row in found if row.time is not None]
    for before, row in pairwise(timed):
        if before.time is not None and row.time is not None and row.time < before.time:
            yield before, row


def outside(
    found: Iterable[Row], start: datetime | None, end: datetime | None
) -> Iterator[tuple[Row, str]]:
    """Each row before the start or after the end, with which of them."""
    for row in found:
        if row.time is None:
            continue
        if start is not None and row.time < start:
            yield row, "before the start"
        if end is not None and row.time > end:
            yield row, "after the resolution"


def _head(section: Section, columns: tuple[str, ...]) -> Block | None:
    return next(
        (
            block
            for block in section.blocks
            if block.is_header and set(columns) <= {each.casefold() for each in block.cells}
        ),
        None,
    )


def _row(found: tuple[dict[str, str], int]) -> Row:
    cells, at = found
    return Row(
        cells["time"], cells["event"], cells["evidence"], at, times.read_or_none(cells["time"])
    )
