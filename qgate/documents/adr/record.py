"""A document as a decision record: number, title, and every place that spells its status.

Three forms are read: Nygard's (`# 3. Title`, `Date:`, `## Status`), MADR's 2 to 4 (front matter, or
`* Status:` lines), and log4brains' (`- Status:`, a day in the file's name).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from qgate.documents.adr import naming, relations
from qgate.documents.adr.naming import Name
from qgate.documents.adr.relations import Relation
from qgate.parse.documents import Document
from qgate.parse.markdown import Block, BlockKind


class State(StrEnum):
    """What a decision can be."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEPRECATED = "deprecated"
    SUPERSEDED = "superseded"


class Where(StrEnum):
    """The places that can spell the status."""

    FIELD = "the front matter"
    SECTION = "the section Status"
    LINE = "the line Status"


_STATE: Final = re.compile(
    r"\W*?(draft|proposed|accepted|rejected|deprecated|super[sc]eded)(?![\w-])", re.IGNORECASE
)
# What stands behind it is the value: a pattern for that too would take quadratic time.
_FIELD_LINE: Final = re.compile(
    r"\s*(?:[-*+|]\s+)?[*_]*(status|date)[*_]*\s*[:|]\s*[*_]*\s*", re.IGNORECASE
)
_HEADING_NUMBER: Final = re.compile(
    r"(?:ADR[- ]?)?(\d+)(?:\.|:| [-\u2013\u2014])\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """The status at one place: columns are 0-based and those of the state's word.

    `state` is None where the word is none of the states; `text` is what stands there.
    """

    where: Where
    text: str
    state: State | None
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The day of a decision as it is written; columns are 0-based."""

    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Record:
    """One decision record."""

    document: Document

    @property
    def path(self) -> str:
        """The file, relative to the repository's root."""
        return self.document.path

    @cached_property
    def name(self) -> Name:
        """The parts of the file's name."""
        return naming.parts(self.path)

    @property
    def number(self) -> int | None:
        """The number of the file's name."""
        return self.name.number

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        return PurePosixPath(self.path).stem

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines as Markdown and YAML count them."""
        return self.document.text.split("\n")

    @cached_property
    def heading(self) -> str:
        """The source of the heading of level 1, empty without one."""
        title = self.document.body.title
        return title.text if title else ""

    @property
    def heading_line(self) -> int:
        """Its line, the body's first without one."""
        title = self.document.body.title
        return title.line if title else self.document.body_line

    @cached_property
    def heading_number(self) -> int | None:
        """The number that the heading begins with."""
        match = _HEADING_NUMBER.match(self.heading)
        return int(match[1]) if match else None

    @property
    def title(self) -> str:
        """The title without a number; the file's slug where there is no heading."""
        text = _HEADING_NUMBER.sub("", self.heading, count=1)
        return naming.unescaped(text) if text else self.name.slug

    @property
    def label(self) -> str:
        """What a link to it is called: its heading if that is numbered, else its number or name."""
        if self.heading_number is not None:
            return naming.link_text(self.heading)
        return f"ADR-{self.name.digits}" if self.name.digits else self.stem

    @property
    def is_record(self) -> bool:
        """Whether it is one, and not another page in the folder."""
        return bool(self.name.digits or self.name.day or self.statuses)

    @cached_property
    def statuses(self) -> tuple[Spelled, ...]:
        """Every place that spells the status, also one that says nothing known."""
        return tuple(self._statuses())

    @property
    def state(self) -> State | None:
        """The status: what the first place says; None where none says a known one."""
        return next((each.state for each in self.statuses if each.state), None)

    @cached_property
    def date(self) -> Dated | None:
        """The day of the decision, if one is written: of the front matter, else of a line."""
        line = self.document.line_of("date")
        if "date" in self.document.fields:
            return self._value_at(line, self.document.value("date"))
        for number, start, text in self._field_lines("date"):
            if text:
                return Dated(text=text, line=number, start=start, end=start + len(text))
        return None

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """What it says of other records, in order."""
        return tuple(dict.fromkeys(self._relations()))

    @cached_property
    def status_section(self) -> tuple[Block, ...] | None:
        """The heading Status and the blocks below it up to the next heading; None without one."""
        blocks = self.document.body.blocks
        for number, block in enumerate(blocks):
            if block.kind is BlockKind.HEADING and block.text.casefold().rstrip(":") == "status":
                below = []
                for other in blocks[number + 1 :]:
                    if other.kind is BlockKind.HEADING:
                        break
                    below.append(other)
                return (block, *below)
        return None

    def _statuses(self) -> Iterator[Spelled]:
        if "status" in self.document.fields:
            line = self.document.line_of("status")
            at = self._value_at(line, self.document.value("status"))
            yield self._spelled(Where.FIELD, at.text, line, at.start)
        for number, start, text in self._field_lines("status"):
            yield self._spelled(Where.LINE, text, number, start)
        said = list(self._section_lines())
        found = [self._spelled(Where.SECTION, text.strip(), line, 0) for line, text in said]
        states = [each for each in found if each.state]
        # Some keep the history: what was accepted, and then superseded.
        last = next((each for each in states if each.state is State.SUPERSEDED), None)
        if last or states:
            yield last or states[0]
        elif found:
            yield found[0]

    def _spelled(self, where: Where, text: str, line: int, start: int) -> Spelled:
        source = self.lines[line - 1]
        match = _STATE.match(source, start)
        if match is None:
            return Spelled(
                where=where, text=text, state=None, line=line, start=start, end=start + len(text)
            )
        word = match[1].lower().replace("superceded", "superseded")
        return Spelled(
            where=where,
            text=text,
            state=State(word),
            line=line,
            start=match.start(1),
            end=match.end(1),
        )

    def _value_at(self, line: int, value: str) -> Dated:
        """A front matter's value and where it stands on its key's line."""
        source = self.lines[line - 1]
        start = source.find(value, source.find(":") + 1) if value else -1
        start = start if start >= 0 else len(source)
        return Dated(text=value, line=line, start=start, end=start + len(value))

    def _field_lines(self, name: str) -> Iterator[tuple[int, int, str]]:
        """Lines such as `* Status: accepted` above the first heading that is not the title.

        Line, column and text of each value.
        """
        for block in self.document.body.blocks:
            if block.kind is BlockKind.HEADING:
                if block.level > 1:
                    return
                continue
            if block.kind in {BlockKind.ITEM, BlockKind.PARAGRAPH, BlockKind.ROW}:
                for number in range(block.line, block.end_line + 1):
                    line = self.lines[number - 1]
                    match = _FIELD_LINE.match(line)
                    if match and match[1].lower() == name:
                        text = _without_comments(line[match.end() :]).rstrip(" \t|*_")
                        yield number, match.end(), text

    def _section_lines(self) -> Iterator[tuple[int, str]]:
        for block in (self.status_section or ())[1:]:
            if block.is_content and block.kind is not BlockKind.FENCE:
                for number in range(block.line, block.end_line + 1):
                    text = _without_comments(self.lines[number - 1])
                    if text.strip():
                        yield number, text

    def _relations(self) -> Iterator[Relation]:
        for each in self.statuses:
            if each.where is not Where.SECTION:
                yield from relations.said(
                    self.path, each.line, self.lines[each.line - 1][each.start :]
                )
        for line, text in self._section_lines():
            yield from relations.said(self.path, line, text)
        for section in self.document.body.sections:
            if section.title.casefold() in relations.SECTIONS:
                for block in section.blocks:
                    if block.kind in {BlockKind.ITEM, BlockKind.PARAGRAPH}:
                        for number in range(block.line, block.end_line + 1):
                            said = relations.said(self.path, number, self.lines[number - 1])
                            yield from (each for each in said if each.is_known)
        yield from relations.of_front_matter(self.document)


def _without_comments(line: str) -> str:
    kept = []
    while "<!--" in line:
        before, _, rest = line.partition("<!--")
        kept.append(before.rstrip())
        line = rest.partition("-->")[2]
    return "".join((*kept, line))
