"""YAML text to a tree that knows the line and column of everything in it.

A small, safe part of YAML: mappings with plain keys, sequences and scalars, resolved by the
YAML 1.2 core rules (`on` and `yes` are text). Anchors, aliases, tags, duplicate keys, several
documents, more than 1 MiB and more than 32 levels are refused: settings can come from a
stranger's pull request.
"""

from dataclasses import dataclass
from typing import Any

Scalar = None | bool | int | str


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its place: `line` and `column` are 1-based.

    A decimal number stays text in `value` with `is_decimal` set, so that no digit is lost.
    """

    value: "Scalar | tuple[Located, ...] | dict[str, Entry]"
    line: int = 0
    column: int = 0
    is_decimal: bool = False


def plain(at: Located) -> Any:
    """The value without places, in lists and mappings of Python's."""
    if isinstance(at.value, tuple):
        return [plain(item) for item in at.value]
    if isinstance(at.value, dict):
        return {key: plain(entry.value) for key, entry in at.value.items()}
    return at.value


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mapping; `line` and `column` are those of its key."""

    value: Located
    line: int
    column: int


class InvalidYaml(ValueError):
    """The text is not YAML, or uses a part of it that is refused; 1-based place.

    `every` is all that was found, itself among it.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.every: tuple[InvalidYaml, ...] = (self,)
