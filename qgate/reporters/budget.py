"""Text that keeps to a budget: what matters most gets room first, and what has none is counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Size = Callable[[str], int]

NO_LIMIT: Final = 1 << 62
_UTF16_HIGH: Final = "\uffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a block, and how many things it stands for."""

    text: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a page: `head`, rows, `tail`, each with its line ends.

    It stands where it is in the page; `worth` decides who gets room: the least first. `more` says
    in one line how many things of it have no room.
    """

    worth: int
    head: str
    rows: Sequence[Row] = ()
    tail: str = ""
    more: Callable[[int], str] = lambda count: f"and {count:,} more\n"

    @property
    def count(self) -> int:
        """How many things all its rows stand for."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What had room; `lost` counts the things of blocks that had none at all."""

    text: str
    lost: int


def utf8(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode())


def utf16(text: str) -> int:
    """Code units in UTF-16, which is how GitHub's limits count at their strictest."""
    return len(text) + sum(each > _UTF16_HIGH for each in text) if not text.isascii() else len(text)


def fitted(blocks: Sequence[Block], room: int, size: Size) -> Fitted:
    """The blocks in their order, as much of each as there is room for."""
    texts = [""] * len(blocks)
    lost = 0
    for place in sorted(range(len(blocks)), key=lambda at: blocks[at].worth):
        texts[place] = _fit(blocks[place], room, size)
        room -= size(texts[place])
        lost += 0 if texts[place] else blocks[place].count
    return Fitted(text="".join(texts), lost=lost)


def _fit(block: Block, room: int, size: Size) -> str:
    """The block, its first rows, or nothing."""
    total = block.count
    left = room - size(block.head) - size(block.tail)
    if left < 0 or (block.rows and left < size(block.more(total))):
        whole = _whole(block)
        return whole if size(whole) <= room else ""
    rows: list[str] = []
    sizes: list[int] = []
    for row in block.rows:
        length = size(row.text)
        if length > left:
            break
        rows.append(row.text)
        sizes.append(length)
        left -= length
    shown = sum(row.count for row in block.rows[: len(rows)])
    while shown < total and size(block.more(total - shown)) > left:
        left += sizes.pop()
        rows.pop()
        shown -= block.rows[len(rows)].count
    last = block.more(total - shown) if shown < total else ""
    return "".join((block.head, *rows, last, block.tail))


def _whole(block: Block) -> str:
    return "".join((block.head, *(row.text for row in block.rows), block.tail))
