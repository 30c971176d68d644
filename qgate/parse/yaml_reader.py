"""PyYAML's events to the tree of `yaml_tree`: its limits and its rules for plain words."""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from qgate.parse.yaml_tree import Entry, InvalidYaml, Located, Scalar

_MAX_BYTES: Final = 1 << 20
_MAX_DEPTH: Final = 32
_TOO_DEEP: Final = f"more than {_MAX_DEPTH} levels is not allowed here"
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> Located:
    """The root of the one document in the text. Raises `InvalidYaml`.

    Plain scalars that begin with `@` or `*` are text (see `yaml_quotes`).
    """
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise InvalidYaml("the file is larger than 1 MiB", 1, 1)
    try:
        return _read(text, _LOADER)
    except (yaml.YAMLError, UnicodeError, InvalidYaml) as error:
        if "@" not in text and "*" not in text:
            raise _located(error) from error
    from qgate.parse.yaml_quotes import LenientLoader  # noqa: PLC0415 - only rules need it

    try:
        return _read(text, LenientLoader)
    except (yaml.YAMLError, UnicodeError, InvalidYaml) as error:
        raise _located(error) from error


def _read(text: str, loader: Any) -> Located:
    return _Reader(iter(yaml.parse(text, Loader=loader))).document()


def _located(error: yaml.YAMLError | UnicodeError | InvalidYaml) -> InvalidYaml:
    if isinstance(error, InvalidYaml):
        return error
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = error.problem or "not valid YAML"
        # libyaml looks ahead for a key, and may stop there before the first event is out.
        return InvalidYaml(_TOO_DEEP if "nesting depth" in said else said, line, column)
    return InvalidYaml(f"not valid YAML: {error}".splitlines()[0], 1, 1)


class _Reader:
    """Events to a tree."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._repeated: list[InvalidYaml] = []

    def document(self) -> Located:
        root: Located | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise _refused("a second document", event)
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 0)
        if self._repeated:
            first = self._repeated[0]
            first.every = tuple(self._repeated)
            raise first
        return root or Located(None, 1, 1)

    def _node(self, event: Any, depth: int) -> Located:
        self._refuse_properties(event)
        if depth > _MAX_DEPTH:
            raise InvalidYaml(_TOO_DEEP, *_place(event))
        line, column = _place(event)
        if isinstance(event, yaml.ScalarEvent):
            if not event.implicit[0]:
                return Located(event.value, line, column)
            is_decimal = _DECIMAL.fullmatch(event.value) is not None
            return Located(_plain(event.value), line, column, is_decimal)
        if isinstance(event, yaml.SequenceStartEvent):
            return Located(tuple(self._items(depth)), line, column)
        return Located(self._entries(depth), line, column)

    def _items(self, depth: int) -> Iterator[Located]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _refused("a key that is not plain text", event)
            self._refuse_properties(event)
            value = self._node(next(self._events), depth + 1)
            if event.value in entries:
                first = entries[event.value].line
                what = f"the key {event.value!r} a second time (first on line {first})"
                self._repeated.append(_refused(what, event))
            else:
                entries[event.value] = Entry(value, *_place(event))
        return entries

    def _refuse_properties(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _refused("an anchor or alias", event, "; quote text that begins so")
        if event.tag not in (None, "!"):
            raise _refused(f"the tag {event.tag}", event, "; quote text that begins so")


def _refused(what: str, event: Any, hint: str = "") -> InvalidYaml:
    return InvalidYaml(f"{what} is not allowed here{hint}", *_place(event))


def _place(event: Any) -> tuple[int, int]:
    """1-based line and column of an event."""
    return event.start_mark.line + 1, event.start_mark.column + 1


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text
