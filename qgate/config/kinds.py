"""The kinds of value a setting can have: how each is read, shown and described to an editor."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Self, TypeVar

from qgate.parse.path_pattern import InvalidPattern, compile_pattern
from qgate.parse.yaml_tree import Entry, Located

T = TypeVar("T")
R = TypeVar("R")

_ALL: Final = 100
_MAX_COUNT: Final = 1_000_000_000


class WrongValue(ValueError):
    """A value a setting cannot take, with its place in the file where it has one (1-based).

    `every` is all that was found wrong with the value, itself among them.
    """

    def __init__(self, message: str, at: Located) -> None:
        super().__init__(message)
        self.line = at.line
        self.column = at.column
        self.every: tuple[WrongValue, ...] = (self,)

    def within(self, key: str) -> Self:
        """The same, said of a key inside the value."""
        self.every = tuple(each if each is self else each.within(key) for each in self.every)
        self.args = (f"{key}: {self}",)
        return self


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value. `read` raises `WrongValue`; `schema` is JSON Schema."""

    read: Callable[[Located], Any]
    schema: dict[str, Any] = field(default_factory=dict)
    show: Callable[[Any], str] = str


def read_each(
    items: Iterable[T], read: Callable[[T], R], *, key: Callable[[T], str] = lambda _item: ""
) -> tuple[R, ...]:
    """What `read` makes of each item. Raises `WrongValue` for all that are wrong at once."""
    found, wrong = [], []
    for item in items:
        try:
            found.append(read(item))
        except WrongValue as error:
            wrong.append(error.within(name) if (name := key(item)) else error)
    if wrong:
        wrong[0].every = tuple(each for error in wrong for each in error.every)
        raise wrong[0]
    return tuple(found)


def read_both(one: Callable[[], T], other: Callable[[], R]) -> tuple[T, R]:
    """What both give. Raises `WrongValue` for what is wrong in either."""
    found: list[Any] = []
    read_each((one, other), lambda read: found.append(read()))
    return found[0], found[1]


def suggestion(word: str, known: Sequence[str]) -> str:
    """`; did you mean "..."?` for a word that is nearly a known one, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _described(at: Located) -> str:
    match at.value:
        case None:
            return "nothing"
        case bool():
            return str(at.value).lower()
        case int() | str():
            return repr(at.value) if isinstance(at.value, str) else str(at.value)
        case tuple():
            return "a list"
        case _:
            return "a mapping"


def _expected(what: str, at: Located) -> WrongValue:
    return WrongValue(f"expected {what}, found {_described(at)}", at)


def _read_switch(at: Located) -> bool:
    if isinstance(at.value, bool):
        return at.value
    raise _expected("true or false", at)


def _read_percent(at: Located) -> Fraction:
    is_number = at.is_decimal or (isinstance(at.value, int) and not isinstance(at.value, bool))
    if not is_number:
        raise _expected("a number from 0 to 100", at)
    percent = Fraction(str(at.value))
    if not 0 <= percent <= _ALL:
        raise _expected("a number from 0 to 100", at)
    if (percent * 100).denominator != 1:
        raise WrongValue(f"at most two decimals count, found {at.value}", at)
    return percent


def _read_count(at: Located) -> int:
    if isinstance(at.value, bool) or not isinstance(at.value, int):
        raise _expected("a whole number", at)
    if not 0 <= at.value <= _MAX_COUNT:
        raise _expected(f"a whole number from 0 to {_MAX_COUNT}", at)
    return at.value


def _read_text(at: Located) -> str:
    if isinstance(at.value, str) and at.value and "\0" not in at.value:
        return at.value
    raise _expected("text", at)


def _read_texts(at: Located) -> tuple[str, ...]:
    """A list of texts; one text alone stands for a list of it."""
    if isinstance(at.value, str):
        return (_read_text(at),)
    if not isinstance(at.value, tuple):
        raise _expected("a list of texts", at)
    return tuple(_read_text(item) for item in at.value)


def _read_patterns(at: Located) -> tuple[str, ...]:
    _read_texts(at)
    return read_each(at.value if isinstance(at.value, tuple) else (at,), read_pattern)


def read_pattern(at: Located) -> str:
    """One path pattern."""
    pattern = _read_text(at)
    try:
        compile_pattern(pattern)
    except InvalidPattern as error:
        raise WrongValue(f"the pattern {pattern!r}: {error}", at) from error
    return pattern


def _read_command(at: Located) -> tuple[str, ...]:
    if isinstance(at.value, str) and re.search(r"\s", at.value):
        raise WrongValue("a command is a list of words, such as [coverage, run, -m, pytest]", at)
    command = _read_texts(at)
    if not command:
        raise _expected("a list of words", at)
    return command


def show_percent(percent: Fraction) -> str:
    """`90`, `87.5`: without zeros that say nothing."""
    whole, rest = divmod(int(percent * 100), 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def _show_texts(texts: Sequence[str]) -> str:
    """A list that can be copied into the settings: what YAML could misread is quoted."""
    plain = re.compile(r"[A-Za-z_./][\w./-]*")
    return f"[{', '.join(text if plain.fullmatch(text) else repr(text) for text in texts)}]"


_TEXTS_SCHEMA: Final = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}},
    ]
}

SWITCH: Final = Kind(_read_switch, {"type": "boolean"}, lambda value: str(value).lower())
PERCENT: Final = Kind(
    _read_percent,
    {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01},
    show_percent,
)
COUNT: Final = Kind(_read_count, {"type": "integer", "minimum": 0, "maximum": _MAX_COUNT})
TEXT: Final = Kind(_read_text, {"type": "string", "minLength": 1})
TEXTS: Final = Kind(_read_texts, _TEXTS_SCHEMA, _show_texts)
PATTERNS: Final = Kind(_read_patterns, _TEXTS_SCHEMA, _show_texts)
COMMAND: Final = Kind(
    _read_command,
    {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    _show_texts,
)


def one_of(*words: str) -> Kind:
    """One of a few words."""

    def read(at: Located) -> str:
        if at.value in words:
            return str(at.value)
        near = suggestion(str(at.value), words)
        raise WrongValue(f"expected {' or '.join(words)}, found {_described(at)}{near}", at)

    return Kind(read, {"enum": list(words)})


def optional(kind: Kind) -> Kind:
    """The kind, or null for "not set"."""
    return Kind(
        lambda at: None if at.value is None else kind.read(at),
        {"anyOf": [{"type": "null"}, kind.schema]},
        lambda value: "none" if value is None else kind.show(value),
    )


def one_version(at: Located) -> int:
    """The version of the settings' format: 1 is the only one."""
    if at.value == 1 and not isinstance(at.value, bool):
        return 1
    raise _expected("1", at)


def entries(at: Located) -> dict[str, Entry]:
    """The entries of a mapping; none for a null. Raises `WrongValue`."""
    if at.value is None:
        return {}
    if isinstance(at.value, dict):
        return at.value
    raise _expected("a mapping", at)
