"""PyYAML's events to the tree of `yaml_tree`: its limits and its rules for plain words."""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from qgate.parse.yaml_tree import Entry, InvalidYaml, Located, Scalar

_MAX_BYTES: Final = 1 << 20
_MAX_DEPTH: Final = 32
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> Located:
    """The root of the one document in the text. Raises `InvalidYaml`."""
    if len(text) > _MAX_BYTES:
        raise InvalidYaml("the file is larger than 1 MiB", 1, 1)
    try:
        events = yaml.parse(text, Loader=_LOADER)
        return _document(iter(events))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidYaml(error.problem or "not valid YAML", line, column) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise InvalidYaml(f"not valid YAML: {error}".splitlines()[0], 1, 1) from error


def _document(events: Iterator[Any]) -> Located:
    root: Located | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _refused("a second document", event)
        if isinstance(event, yaml.NodeEvent):
            root = _node(event, events, 0)
    return root or Located(None, 1, 1)


def _node(event: Any, events: Iterator[Any], depth: int) -> Located:
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _refused("an anchor or alias", event)
    if event.tag not in (None, "!"):
        raise _refused(f"the tag {event.tag}", event)
    if depth > _MAX_DEPTH:
        raise _refused(f"more than {_MAX_DEPTH} levels", event)
    line, column = _place(event)
    if isinstance(event, yaml.ScalarEvent):
        if not event.implicit[0]:
            return Located(event.value, line, column)
        is_decimal = _DECIMAL.fullmatch(event.value) is not None
        return Located(_plain(event.value), line, column, is_decimal)
    if isinstance(event, yaml.SequenceStartEvent):
        return Located(tuple(_items(events, depth)), line, column)
    return Located(_entries(events, depth), line, column)


def _items(events: Iterator[Any], depth: int) -> Iterator[Located]:
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        yield _node(event, events, depth + 1)


def _entries(events: Iterator[Any], depth: int) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused("a key that is not plain text", event)
        if event.value in entries:
            first = entries[event.value].line
            raise _refused(f"the key {event.value!r} a second time (first on line {first})", event)
        entries[event.value] = Entry(_node(next(events), events, depth + 1), *_place(event))
    return entries


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def _refused(what: str, event: Any) -> InvalidYaml:
    return InvalidYaml(f"{what} is not allowed here", *_place(event))


def _place(event: Any) -> tuple[int, int]:
    """1-based line and column of an event."""
    return event.start_mark.line + 1, event.start_mark.column + 1
