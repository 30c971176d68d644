"""Changes to a record as exact splices: every other byte stays, line ends and marks included."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qgate.documents.adr import naming
from qgate.documents.adr.record import Record, Spelled, State, Where
from qgate.documents.adr.relations import SUPERSEDED_BY
from qgate.parse.markdown import BlockKind

_END: Final = re.compile(r"\r\n|\r|\n")
_MARKER: Final = re.compile(r"\s*([-*+])\s")
_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Splice:
    """`text` in place of what stands from `start` to `end`, offsets into the source."""

    start: int
    end: int
    text: str


class Source:
    """A file's text with its own line ends; lines are 1-based, columns 0-based."""

    def __init__(self, text: str) -> None:
        self.text = text
        ends = list(_END.finditer(text))
        self._starts = [len(_MARK) if text.startswith(_MARK) else 0]
        self._starts += [end.end() for end in ends]
        self._stops = [*(end.start() for end in ends), len(text)]
        self.line_end = ends[0][0] if ends else "\n"

    def offset(self, line: int, column: int = 0) -> int:
        """Where a column of a line is."""
        return self._starts[line - 1] + column

    def stop(self, line: int) -> int:
        """Where a line ends, before its line end."""
        return self._stops[line - 1]

    def line_at(self, offset: int) -> int:
        """The line that an offset is in."""
        return bisect_right(self._starts, offset)

    def line(self, number: int) -> str:
        """A line without its end."""
        return self.text[self.offset(number) : self.stop(number)]

    def spliced(self, splices: Iterable[Splice]) -> str:
        """The text with the splices done; line feeds in them become the file's line ends."""
        text = self.text
        for each in sorted(splices, key=lambda each: each.start, reverse=True):
            put = each.text.replace("\n", self.line_end)
            text = text[: each.start] + put + text[each.end :]
        return text


def with_state(record: Record, text: str, state: State, successor: Record | None = None) -> str:
    """The text with another status at every place that spells it.

    A record that is superseded names its successor there. Where no place spells one, the front
    matter gets it, else a section is made.
    """
    source = Source(text)
    if not record.statuses:
        return source.spliced([_new_status(record, source, state, successor)])
    return source.spliced(
        _state_splice(record, each, source, state, successor) for each in record.statuses
    )


def with_relation(record: Record, text: str, verb: str, to: Record) -> str:
    """The text with one more thing that the record says of another, where its form says such.

    `verb` is such as `Amends`. That it is superseded is said by `with_state`.
    """
    source = Source(text)
    link = f"[{to.label}]({relative(record, to)})"
    section = record.status_section
    if section is not None:
        return source.spliced([_in_section(section[-1].end_line, source, f"{verb} {link}")])
    for each in record.document.body.sections:
        if each.title.casefold() in {"links", "more information"}:
            last = max((block.end_line for block in each.blocks), default=each.heading.end_line)
            return source.spliced([_in_list(record, source, last, f"{verb} {link}")])
    title = "Links" if record.name.day else "More Information"
    said = f"\n## {title}\n\n{_bullet(record)} {verb} {link}\n"
    if not text.endswith(("\n", "\r")):
        said = "\n" + said
    return source.spliced([Splice(len(text), len(text), said)])


def with_heading_number(record: Record, text: str, number: int) -> str:
    """The text with another number in the heading, if there is one in it."""
    if record.heading_number is None:
        return text
    source = Source(text)
    start = source.offset(record.heading_line)
    match = re.search(r"\d+", source.line(record.heading_line))
    if match is None:
        return text
    digits = str(number).zfill(len(match[0]) if match[0].startswith("0") else 0)
    return source.spliced([Splice(start + match.start(), start + match.end(), digits)])


def with_date(record: Record, text: str, iso: str) -> str:
    """The text with the day of the decision in another form."""
    if record.date is None:
        return text
    source = Source(text)
    start = source.offset(record.date.line, record.date.start)
    return source.spliced([Splice(start, start + len(record.date.text), iso)])


def relative(record: Record, to: Record) -> str:
    """A link's target from one record to another."""
    here, there = record.path.split("/")[:-1], to.path.split("/")
    same = 0
    while same < min(len(here), len(there) - 1) and here[same] == there[same]:
        same += 1
    parts = [".."] * (len(here) - same) + there[same:]
    return "/".join(parts).replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _state_splice(
    record: Record, at: Spelled, source: Source, state: State, successor: Record | None
) -> Splice:
    line = source.offset(at.line)
    if at.state is State.SUPERSEDED and successor is not None:
        return _one_more(record, at, source, successor)
    word = source.text[line + at.start : line + at.end]
    put = _said(record, state, successor, at.where)
    put = put[:1].upper() + put[1:] if word[:1].isupper() or not word else put
    if not word and line + at.end == source.stop(at.line):
        before = source.text[line : line + at.end]
        put = put if before.endswith(" ") else f" {put}"
    return Splice(line + at.start, line + at.end, put)


def _said(record: Record, state: State, successor: Record | None, where: Where) -> str:
    if state is not State.SUPERSEDED or successor is None:
        return state.value
    if where is Where.FIELD:
        name = successor.name
        return f"{SUPERSEDED_BY} {f'ADR-{name.digits}' if name.digits else successor.stem}"
    return f"{SUPERSEDED_BY} [{successor.label}]({relative(record, successor)})"


def _one_more(record: Record, at: Spelled, source: Source, successor: Record) -> Splice:
    """A second successor behind the first."""
    said = _said(record, State.SUPERSEDED, successor, at.where).removeprefix(f"{SUPERSEDED_BY} ")
    if at.where is Where.SECTION:
        return _in_section(at.line, source, f"Superseded by {said}")
    if at.where is Where.LINE:
        stop = source.offset(at.line, len(source.line(at.line).rstrip(" |")))
        return Splice(stop, stop, f", {said}")
    stop = source.offset(at.line, at.start) + len(at.text)
    return Splice(stop, stop, f", {said}")


def _new_status(record: Record, source: Source, state: State, successor: Record | None) -> Splice:
    document = record.document
    if document.body_line > 1:
        place = source.offset(document.body_line - 1)
        return Splice(place, place, f"status: {_said(record, state, successor, Where.FIELD)}\n")
    said = _said(record, state, successor, Where.SECTION)
    text = f"## Status\n\n{said[:1].upper()}{said[1:]}\n\n"
    for block in document.body.blocks:
        if block.kind is BlockKind.HEADING and block.level > 1:
            place = source.offset(block.line)
            return Splice(place, place, text)
    end = len(source.text)
    return Splice(end, end, f"\n{text[:-1]}")


def _in_section(last: int, source: Source, said: str) -> Splice:
    """One more paragraph, or item where the last line is one."""
    marker = _MARKER.match(source.line(last))
    stop = source.stop(last)
    return Splice(stop, stop, f"\n{marker[1]} {said}" if marker else f"\n\n{said}")


def _in_list(record: Record, source: Source, last: int, said: str) -> Splice:
    stop = source.stop(last)
    marker = _MARKER.match(source.line(last))
    if marker:
        return Splice(stop, stop, f"\n{marker[1]} {said}")
    return Splice(stop, stop, f"\n\n{_bullet(record)} {said}")


def _bullet(record: Record) -> str:
    """The marker that the record's lists have."""
    for block in record.document.body.blocks:
        if block.kind is BlockKind.ITEM:
            match = _MARKER.match(record.lines[block.line - 1])
            if match:
                return match[1]
    return "*"


def title_source(title: str, number: int | None) -> str:
    """The source of a heading of level 1 without its `# `."""
    if number is None:
        return naming.escaped(title, is_first=True)
    return f"{number}. {naming.escaped(title)}"
