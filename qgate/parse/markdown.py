"""Markdown as CommonMark reads it: a flat list of blocks with their lines.

Headings, task items and links inside of fences, HTML blocks and code spans are none. Lines are
1-based and counted in the whole file, front matter included, each ended by a line feed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from qgate.parse.markdown_inline import Comment, Link, comments_in, parser, seen, without

__all__ = ["Block", "BlockKind", "Link", "Markdown", "Section", "anchor", "parse"]

_TASK: Final = re.compile(r"\[([ xX])\](?:\s+|$)")
# What can hold a link or a comment, or hide one; all other text is taken as it stands.
_INLINE: Final = re.compile(r"[\[<`]")
# The same for what a heading looks like when it is drawn.
_DRAWN: Final = re.compile(r"[\[<`*_\\&]")

_MOST_LEVELS: Final = 6


class BlockKind(StrEnum):
    """What a block is. A list item's first text is `ITEM`; what follows in it stands for itself."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    FENCE = "fence"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: `line` is its first, `end_line` its last.

    - `level`: a heading's, or how deep an item's list is (1 is outermost);
    - `text`: the source of its text without comments; of a fence its content;
    - `plain`: of a heading the text as it is drawn, without marks and targets;
    - `info`: what stands behind a fence's opening;
    - `is_checked`: of a task item, else None;
    - `cells`: of a table's row; `is_header` where it is the table's head;
    - `comments`: the HTML comments in it.
    """

    kind: BlockKind
    line: int
    end_line: int
    text: str = ""
    plain: str = ""
    level: int = 0
    info: str = ""
    is_checked: bool | None = None
    cells: tuple[str, ...] = ()
    is_header: bool = False
    comments: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def is_content(self) -> bool:
        """Whether it says something: no heading, and no comment alone."""
        if self.kind is BlockKind.HEADING:
            return False
        if self.kind is BlockKind.HTML:
            return bool(without(self.text, comments_in(self.text)).strip())
        return bool(self.text.strip() or self.links or any(self.cells))


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next of its level or a higher one."""

    heading: Block
    blocks: tuple[Block, ...]
    end_line: int

    @property
    def title(self) -> str:
        """The heading's text."""
        return self.heading.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing but headings and comments stands in it."""
        return not any(block.is_content for block in self.blocks)


@dataclass(frozen=True, slots=True)
class _Boundary:
    """The heading that ends sections: its place among the blocks, and its line."""

    number: int
    line: int


@dataclass(frozen=True)
class Markdown:
    """A whole body; `last_line` is the file's."""

    blocks: tuple[Block, ...]
    last_line: int

    @cached_property
    def title(self) -> Block | None:
        """The first heading of level 1."""
        headings = (block for block in self.blocks if block.kind is BlockKind.HEADING)
        return next((block for block in headings if block.level == 1), None)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every heading below level 1 with all that belongs to it, in order."""
        return tuple(self._sections())

    def section(self, *titles: str) -> Section | None:
        """The first section of level 2 with one of these titles, whatever their case."""
        wanted = {title.casefold() for title in titles}
        return next(
            (
                section
                for section in self.sections
                if section.heading.level == 2  # noqa: PLR2004 - as the docstring says
                and section.title.casefold() in wanted
            ),
            None,
        )

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link and image."""
        return tuple(link for block in self.blocks for link in block.links)

    @cached_property
    def tasks(self) -> tuple[Block, ...]:
        """Every item with a box."""
        return tuple(block for block in self.blocks if block.is_checked is not None)

    def _sections(self) -> Iterator[Section]:
        """From the end, so that each knows at once where the next of its level begins."""
        found: list[Section] = []
        following = [_Boundary(len(self.blocks), self.last_line + 1)] * (_MOST_LEVELS + 1)
        for number in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[number]
            if block.kind is not BlockKind.HEADING:
                continue
            end = following[block.level]
            if block.level > 1:
                below = self.blocks[number + 1 : end.number]
                found.append(Section(block, below, end.line - 1))
            for level in range(block.level, _MOST_LEVELS + 1):
                following[level] = _Boundary(number, block.line)
        return reversed(found)


def parse(text: str, first_line: int = 1) -> Markdown:
    """Read a body whose first line is `first_line` of its file."""
    reader = _Reader(first_line)
    blocks = tuple(reader.blocks(text)) if text.strip() else ()
    return Markdown(blocks, first_line + text.count("\n") - text.endswith("\n"))


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading, before it counts repetitions."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


class _Reader:
    """Tokens to blocks."""

    def __init__(self, first_line: int) -> None:
        self._first = first_line
        self._markdown = parser()
        self._env: dict[str, Any] = {}
        self._lists = 0
        self._item_starts = False
        self._heading = self._heading_end = 0
        self._cells: list[Block] | None = None
        self._is_header = False

    def blocks(self, text: str) -> Iterator[Block]:
        for token in self._markdown.parse(text, self._env):
            match token.type:
                case "inline":
                    block = self._inline(token)
                    if self._cells is None:
                        yield block
                    else:
                        self._cells.append(block)
                case "tr_close":
                    yield self._row()
                case "fence" | "code_block":
                    yield self._literal(token, BlockKind.FENCE)
                case "html_block":
                    yield self._literal(token, BlockKind.HTML)
                case _:
                    self._note(token)

    def _note(self, token: Any) -> None:
        """Keep where we are."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
            case "list_item_open" | "list_item_close":
                self._item_starts = token.type == "list_item_open"
            case "heading_open" | "heading_close":
                self._heading = int(token.tag[1]) if token.type == "heading_open" else 0
                # The text of a heading does not know of the line that underlines it.
                self._heading_end = token.map[1] if self._heading else 0
            case "blockquote_open":
                self._item_starts = False
            case "thead_open" | "thead_close":
                self._is_header = token.type == "thead_open"
            case "tr_open":
                self._cells = []
            case _:
                pass

    def _inline(self, token: Any) -> Block:
        kind, level = BlockKind.PARAGRAPH, self._lists
        is_checked = None
        content, line = token.content, token.map[0] + self._first
        begin = line
        if self._heading:
            kind, level = BlockKind.HEADING, self._heading
        elif self._item_starts and self._cells is None:
            kind = BlockKind.ITEM
            if task := _TASK.match(content):
                is_checked = task[1] != " "
                content = content[task.end() :]
                begin += task[0].count("\n")
        self._item_starts = False
        links: tuple[Link, ...] = ()
        comments: tuple[Comment, ...] = ()
        text = plain = content
        if (_DRAWN if self._heading else _INLINE).search(content):
            links, comments, plain = seen(content, begin, self._env)
            text = without(content, comments)
        return Block(
            kind=kind,
            line=line,
            end_line=max(token.map[1], self._heading_end) + self._first - 1,
            text=text.strip(),
            plain=plain.strip() if self._heading else "",
            level=level,
            is_checked=is_checked,
            comments=tuple(each.text.strip() for each in comments),
            links=links,
        )

    def _row(self) -> Block:
        cells, self._cells = self._cells or [], None
        first = cells[0]
        return Block(
            kind=BlockKind.ROW,
            line=first.line,
            end_line=first.end_line,
            cells=tuple(cell.text for cell in cells),
            is_header=self._is_header,
            comments=tuple(comment for cell in cells for comment in cell.comments),
            links=tuple(link for cell in cells for link in cell.links),
        )

    def _literal(self, token: Any, kind: BlockKind) -> Block:
        self._item_starts = False
        comments = comments_in(token.content) if kind is BlockKind.HTML else ()
        return Block(
            kind=kind,
            line=token.map[0] + self._first,
            end_line=token.map[1] + self._first - 1,
            text=token.content,
            info=token.info.strip(),
            comments=tuple(each.text.strip() for each in comments),
        )
