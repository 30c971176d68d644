"""Templates of checklists, `rules/checklists/NAME.yml`: which items there are, by a stable id.

    title: Code review
    about: What a reviewer looks at.
    sections:
      - title: Functionality
        items:
          - {id: requirements, text: "It does what was asked for."}
          - {id: lint, text: "It follows the standards.", answered_by: lint}

Ids are published: a ticked list names them for good. They are unique in their file.
"""

import re
from dataclasses import dataclass
from typing import Final

from qgate.parse.yaml_tree import Entry, InvalidYaml, Located

# The gates whose answer can stand beside a tick.
MACHINES: Final = ("coverage", "lint", "types", "audit")
FOLDER: Final = ".qgate/rules/checklists"
_MAX_BYTES: Final = 1 << 18
_ID: Final = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*")
_NAME: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class MalformedTemplate(ValueError):
    """The file is no template; 1-based place."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Item:
    """One item; `answered_by` is the gate that knows better than a person, empty for none."""

    id: str
    text: str
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Items below one heading."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A checklist to be filled in; `name` is that of its file."""

    name: str
    title: str
    about: str
    parts: tuple[Part, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item in order."""
        return tuple(item for part in self.parts for item in part.items)


def is_name(text: str) -> bool:
    """Whether a text can be a template's name: lower case letters, digits, hyphens."""
    return _NAME.fullmatch(text) is not None


def path_of(name: str) -> str:
    """Where a repository keeps its own template of a name."""
    return f"{FOLDER}/{name}.yml"


def read(data: bytes, name: str) -> Template:
    """Read a template. Raises `MalformedTemplate`."""
    if len(data) > _MAX_BYTES:
        raise MalformedTemplate(f"larger than {_MAX_BYTES >> 10} KiB: no checklist is", 1)
    from qgate.parse import yaml_reader  # noqa: PLC0415 - only where a template is read

    try:
        root = yaml_reader.read(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MalformedTemplate(f"not UTF-8 text: {error.reason}", 1) from error
    except InvalidYaml as error:
        raise MalformedTemplate(str(error), error.line, error.column) from error
    top = _mapping(root, {"title", "about", "sections"})
    parts = tuple(map(_part, _items(top, "sections", root)))
    template = Template(name, _text(top, "title", root), _text(top, "about", root, ""), parts)
    _refuse_repeated(root, template)
    return template


def _part(at: Located) -> Part:
    entries = _mapping(at, {"title", "items"})
    return Part(_text(entries, "title", at), tuple(map(_item, _items(entries, "items", at))))


def _item(at: Located) -> Item:
    entries = _mapping(at, {"id", "text", "answered_by"})
    item = Item(
        _text(entries, "id", at),
        _text(entries, "text", at),
        _text(entries, "answered_by", at, ""),
    )
    if not _ID.fullmatch(item.id):
        message = (
            f"the id {item.id!r}: expected lower case letters, digits, single hyphens and slashes"
        )
        raise MalformedTemplate(message, at.line, at.column)
    if item.answered_by and item.answered_by not in MACHINES:
        message = f"answered_by: expected {', '.join(MACHINES)}"
        raise MalformedTemplate(message, at.line, at.column)
    return item


def _refuse_repeated(root: Located, template: Template) -> None:
    seen: set[str] = set()
    for item in template.items:
        if item.id in seen:
            raise MalformedTemplate(f"the id {item.id} stands there twice", root.line)
        seen.add(item.id)
    if not seen:
        raise MalformedTemplate("there is no item", root.line)


def _mapping(at: Located, known: set[str]) -> dict[str, Entry]:
    if not isinstance(at.value, dict):
        raise MalformedTemplate("expected keys and values", at.line or 1, at.column or 1)
    for key, entry in at.value.items():
        if key not in known:
            message = f"the key {key!r} is none of {', '.join(sorted(known))}"
            raise MalformedTemplate(message, entry.line, entry.column)
    return at.value


def _items(entries: dict[str, Entry], key: str, at: Located) -> tuple[Located, ...]:
    entry = entries.get(key)
    if entry is None or not isinstance(entry.value.value, tuple):
        place = entry or at
        raise MalformedTemplate(f"{key}: expected a list", place.line, place.column)
    return entry.value.value


def _text(entries: dict[str, Entry], key: str, at: Located, otherwise: str | None = None) -> str:
    entry = entries.get(key)
    if entry is None and otherwise is not None:
        return otherwise
    value = entry.value.value if entry else None
    if not isinstance(value, str) or not value.strip():
        place = entry or at
        raise MalformedTemplate(f"{key}: expected a text", place.line, place.column)
    return " ".join(value.split())
