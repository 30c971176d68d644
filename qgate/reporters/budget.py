"""Text that keeps to a budget: what matters most gets room first, and what has none is counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Size = Callable[[str], int]

NO_LIMIT: Final = 1 << 62
_UTF16_HIGH: Final = "\uffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a block, made when there is room for it; and how many things it stands for."""

    text: Callable[[], str]
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a page: `head`, rows, `tail`, each with its line ends.

    It stands where it is in the page; `worth` decides who gets room: the least first, those of the
    same worth in equal shares. `more` says in one line how many things of it have no room.
    """

    worth: int
    head: str
    rows: Sequence[Row] = ()
    tail: str = ""
    more: Callable[[int], str] = lambda count: f"- and {count:,} more\n"

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


def rows(texts: Iterable[str]) -> tuple[Row, ...]:
    """Rows that are made already."""
    return tuple(Row(text=text.__str__) for text in texts)


def fitted(blocks: Sequence[Block], room: int, size: Size) -> Fitted:
    """The blocks in their order, as much of each as there is room for."""
    texts = [""] * len(blocks)
    lost = 0
    equals = Counter(block.worth for block in blocks)
    for place in sorted(range(len(blocks)), key=lambda at: blocks[at].worth):
        block = blocks[place]
        texts[place] = _fit(block, room // equals[block.worth], size)
        equals[block.worth] -= 1
        room -= size(texts[place])
        lost += 0 if texts[place] else block.count
    return Fitted(text="".join(texts), lost=lost)


def _fit(block: Block, room: int, size: Size) -> str:
    """The block, its first rows, or nothing."""
    left = room - size(block.head) - size(block.tail)
    if left < 0:
        return ""
    if not block.rows:
        return f"{block.head}{block.tail}"
    total = block.count
    # What the last line takes if not all have room; its number only gets shorter.
    reserve = size(block.more(total))
    texts: list[str] = []
    used = shown = fits = fits_count = 0
    for row in block.rows:
        text = row.text()
        used += size(text)
        if used > left:
            break
        texts.append(text)
        shown += row.count
        if used + reserve <= left:
            fits, fits_count = len(texts), shown
    if shown == total:
        return "".join((block.head, *texts, block.tail))
    if not fits:
        return ""
    return "".join((block.head, *texts[:fits], block.more(total - fits_count), block.tail))
