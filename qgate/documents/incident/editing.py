"""Edits of an incident's text that change exact spans and keep every other byte.

Each takes the whole text, as it is on disk, and gives the new one. Raises `UsageError` where the
text is written in a way that cannot be spliced; nothing is guessed.
"""

import json
import re
from datetime import datetime
from typing import Final

from qgate.documents.incident import timeline, times
from qgate.documents.incident.wording import cell
from qgate.errors import UsageError
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.markdown import Block, BlockKind

# The value of a field on one line: quoted, a plain scalar, a list in brackets, or none.
_FIELD: Final = re.compile(
    r"(?P<key>[^:#]+?)[ \t]*:[ \t]*"
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\[[^\[\]#]*\]|[^\s#"'\[{|>&*!%@`](?:[^#]|(?<!\s)#)*?)?"""
    r"(?P<tail>[ \t]+\#.*)?[ \t]*"
)
_ITEM: Final = re.compile(r"(?P<indent>[ ]*)-[ ]")


def document(text: str, path: str) -> Document:
    """The document of a text. Raises `UsageError` where it is none."""
    try:
        return read(text.encode("utf-8"), path)
    except MalformedDocument as error:
        place = f"{path}:{error.line}:{error.column}"
        raise UsageError(f"{place}: {error}", hint="mend it by hand") from error


def with_field(text: str, path: str, key: str, value: str) -> str:
    """A field with another plain value, added at the end where it is missing."""
    before = document(text, path)
    lines, end = _lines(text, path)
    if key not in before.fields:
        if before.body_line == 1:
            raise UsageError(f"{path} has no front matter", hint="mend it by hand")
        lines.insert(before.body_line - 2, f"{key}: {value}{end}")
    else:
        number = before.line_of(key)
        line = lines[number - 1]
        match = _FIELD.fullmatch(line.rstrip("\r"))
        if match is None or match["key"].strip("\"' ") != key:
            hint = "write its value on the same line, and nothing else"
            raise UsageError(f"{path}:{number}: {key} cannot be changed", hint=hint)
        begin, stop = match.span("value") if match["value"] else (match.end("key"),) * 2
        if match["value"]:
            lines[number - 1] = line[:begin] + value + line[stop:]
        else:
            colon = line.index(":", match.end("key")) + 1
            rest = line[colon:] if match["tail"] else line[colon:].lstrip(" \t")
            lines[number - 1] = f"{line[:colon]} {value}{rest}"
    after = "\n".join(lines)
    _refuse_other(before, document(after, path), key, _value(f"---\n{key}: {value}\n---\n", key))
    return after


def with_word(text: str, path: str, key: str, word: str) -> str:
    """A field that is a list in brackets, with one word more at its end."""
    at = document(text, path).fields.get(key)
    old = at.value.value if at else None
    items = old if isinstance(old, tuple) else ()
    words = [*(str(each.value) for each in items), word]
    return with_field(text, path, key, f"[{', '.join(words)}]")


def with_row(text: str, path: str, section: str, cells: dict[str, str], time: datetime) -> str:
    """A row more in a section's table, below the last that is not later. `cells` is by column."""
    before = document(text, path)
    found = before.body.section(section)
    blocks = found.blocks if found else ()
    head = next((each for each in blocks if _is_head(each, cells)), None)
    if head is None:
        columns = " | ".join(cells)
        hint = f"add one with the columns {columns}"
        raise UsageError(f"{path} has no table under `## {section}`", hint=hint)
    place = head.line + 1
    column = [each.casefold() for each in head.cells].index("time")
    for block in (each for each in blocks if each.line > head.line):
        if block.kind is not BlockKind.ROW or block.is_header:
            break
        other = times.read_or_none(block.cells[column]) if column < len(block.cells) else None
        if other is None or other <= time:
            place = block.line
        else:
            break
    lines, end = _lines(text, path)
    written = (cell(cells.get(each.casefold(), "")) for each in head.cells)
    row = "".join(f"| {each} " if each else "| " for each in written) + "|"
    lines.insert(place, row + end)
    return "\n".join(lines)


def with_event(text: str, path: str, time: datetime, event: str, evidence: str = "") -> str:
    """A row more in the timeline."""
    cells = {"time": times.written(time), "event": event, "evidence": evidence}
    return with_row(text, path, timeline.TITLE, cells, time)


def with_link(text: str, path: str, relation: str, target: str) -> str:
    """A link more in the front matter."""
    before = document(text, path)
    lines, end = _lines(text, path)
    entry = before.fields.get("links")
    link = f"{{rel: {relation}, to: {json.dumps(target, ensure_ascii=False)}}}"
    items = entry.value.value if entry else None
    if entry is None:
        lines.insert(before.body_line - 2, f"links:{end}\n  - {link}{end}")
    elif not items:
        number = entry.line
        match = _FIELD.fullmatch(lines[number - 1].rstrip("\r"))
        if match is None:
            raise UsageError(f"{path}:{number}: links cannot be changed", hint="add it by hand")
        lines[number - 1] = f"links:{match['tail'] or ''}{end}\n  - {link}{end}"
    else:
        first = items[0].line if isinstance(items, tuple) else entry.line
        item = _ITEM.match(lines[first - 1])
        if item is None:
            hint = f"add {link} by hand, each link on a line of its own"
            raise UsageError(f"{path}:{first}: links cannot be changed", hint=hint)
        lines.insert(first - 1, f"{item['indent']}- {link}{end}")
    after = "\n".join(lines)
    old = tuple(_plain(each.value) for each in items) if isinstance(items, tuple) else ()
    wanted = ({"rel": relation, "to": target}, *old)
    _refuse_other(before, document(after, path), "links", wanted)
    return after


def _is_head(block: Block, cells: dict[str, str]) -> bool:
    return block.is_header and set(cells) <= {each.casefold() for each in block.cells}


def _lines(text: str, path: str) -> tuple[list[str], str]:
    r"""The lines without `\n`, and what stands before it at a line's end: `\r` or nothing."""
    lines = text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    if text.count("\r") != text.count("\r\n"):
        raise UsageError(f"{path} has a bare carriage return", hint="take it out")
    return lines, end


def _refuse_other(before: Document, after: Document, key: str, wanted: object) -> None:
    """Whatever the text looks like: only this field has changed, and it is what it should be."""
    old, new = (
        {name: _plain(entry.value.value) for name, entry in each.fields.items()}
        for each in (before, after)
    )
    if {**old, key: wanted} != new:
        hint = "write its value on the same line, and nothing else"
        raise UsageError(f"{before.path}: {key} cannot be changed", hint=hint)


def _value(text: str, key: str) -> object:
    """A field's value in a text, without its place."""
    return _plain(document(text, "").fields[key].value.value)


def _plain(value: object) -> object:
    """A value without its place."""
    if isinstance(value, tuple):
        return tuple(_plain(each.value) for each in value)
    if isinstance(value, dict):
        return {key: _plain(entry.value.value) for key, entry in value.items()}
    return value
