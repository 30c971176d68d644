"""A process document: YAML front matter, then Markdown, each with its place in the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from qgate.parse.markdown import Markdown
from qgate.parse.markdown import parse as parse_markdown
from qgate.parse.yaml_tree import Entry, InvalidYaml, Located

# A document is written by people; what is larger was not.
MAX_BYTES: Final = 1 << 20
_FENCE: Final = "---"


class MalformedDocument(ValueError):
    """The bytes are no document; 1-based place."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Document:
    """One file. `path` is relative to the repository's root.

    `fields` is the front matter by key, empty where there is none; `body_line` is the line on
    which the Markdown begins.
    """

    path: str
    text: str
    fields: Mapping[str, Entry] = field(default_factory=dict)
    body_line: int = 1

    @cached_property
    def body(self) -> Markdown:
        """The Markdown below the front matter, read when it is first asked for."""
        lines = self.text.splitlines(keepends=True)[self.body_line - 1 :]
        return parse_markdown("".join(lines), self.body_line)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The file's lines without their ends; `lines[n - 1]` is line n."""
        return tuple(self.text.splitlines())

    def value(self, key: str) -> str:
        """A field that is one plain value, as text; empty where it is missing or none."""
        entry = self.fields.get(key)
        if entry is None or entry.value.value is None:
            return ""
        value = entry.value.value
        return "" if isinstance(value, tuple | dict) else str(value)

    def line_of(self, key: str) -> int:
        """The line of a field's key; 1 where it is missing."""
        return self.fields[key].line if key in self.fields else 1


def read(data: bytes, path: str) -> Document:
    """Read a file. Raises `MalformedDocument` for what is binary, too large, or broken YAML."""
    if len(data) > MAX_BYTES:
        raise MalformedDocument(f"larger than {MAX_BYTES >> 20} MiB: no document is", 1)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise MalformedDocument("a NUL byte: this is not text", line)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MalformedDocument(f"not UTF-8 text: {error.reason}", line) from error
    matter, body_line = _split(text)
    if matter is None:
        return Document(path, text)
    # PyYAML is imported only where there is front matter.
    from qgate.parse import yaml_reader  # noqa: PLC0415

    try:
        tree = yaml_reader.read(matter)
    except InvalidYaml as error:
        raise MalformedDocument(f"front matter: {error}", error.line + 1, error.column) from error
    return Document(path, text, _fields(tree), body_line)


def _split(text: str) -> tuple[str | None, int]:
    """The front matter's text, None without one, and the line on which the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return None, 1
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in {_FENCE, "..."}:
            return "\n".join(lines[1 : number - 1]) + "\n", number + 1
    raise MalformedDocument("front matter: no `---` ends it", 1)


def _fields(tree: Located) -> dict[str, Entry]:
    """The entries, each a line further down than in its own text: below the first `---`."""
    if tree.value is None:
        return {}
    if not isinstance(tree.value, dict):
        raise MalformedDocument("front matter: expected keys and values", tree.line + 1)
    return {key: _shifted(entry) for key, entry in tree.value.items()}


def _shifted(entry: Entry) -> Entry:
    return Entry(_moved(entry.value), entry.line + 1, entry.column)


def _moved(at: Located) -> Located:
    value = at.value
    if isinstance(value, tuple):
        return Located(tuple(map(_moved, value)), at.line + 1, at.column)
    if isinstance(value, dict):
        entries = {key: _shifted(entry) for key, entry in value.items()}
        return Located(entries, at.line + 1, at.column)
    return Located(value, at.line + 1, at.column, at.is_decimal)
