"""A process document: YAML front matter, then Markdown, each with its place in the file."""

import re
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
_BREAKS: Final = re.compile("[\x85\u2028\u2029]")


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
        text = self.text.split("\n", self.body_line - 1)
        return parse_markdown(text[-1] if len(text) == self.body_line else "", self.body_line)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The file's lines without their ends; `lines[n - 1]` is line n.

        Only line feeds part them, as git and editors count: a form feed or U+2028 does not.
        """
        lines = self.text.split("\n")
        return tuple(lines if lines[-1] else lines[:-1])

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
        raise MalformedDocument(f"front matter: {error}", error.line, error.column) from error
    return Document(path, text, _fields(tree), body_line)


def _split(text: str) -> tuple[str | None, int]:
    """The front matter's text, None without one, and the line on which the body begins.

    The text has an empty line in place of the fence, so that its lines are the file's.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return None, 1
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in {_FENCE, "..."}:
            matter = "\n".join(("", *lines[1 : number - 1], ""))
            # Line breaks to YAML, where they would be folded to spaces, but to nothing else.
            return _BREAKS.sub(" ", matter), number + 1
    raise MalformedDocument("front matter: no `---` ends it", 1)


def _fields(tree: Located) -> Mapping[str, Entry]:
    if tree.value is None:
        return {}
    if not isinstance(tree.value, dict):
        raise MalformedDocument("front matter: expected keys and values", tree.line)
    return tree.value
