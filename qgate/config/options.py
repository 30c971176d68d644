"""How a setting is declared: its kind, its default, and what makes it stricter."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from qgate.config import kinds
from qgate.config.kinds import Kind


class Bar(Enum):
    """How a change of a setting moves the bar that a change has to pass.

    With `HIGHER` and `LOWER` that direction is stricter and the stricter of base and head
    holds (a value that is not set is the laxest, for `HIGHER` as for `LOWER`). With
    `BASE` the two cannot be ordered and the base's holds; with `COMMON` only what both
    contain counts. `FREE` settings say where things are, not what is demanded.
    """

    HIGHER = "higher"
    LOWER = "lower"
    BASE = "base"
    COMMON = "common"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of a setting beside its type; `order` lists words from lax to strict."""

    kind: Kind
    bar: Bar
    help: str
    order: tuple[str, ...] = ()


T = TypeVar("T")


def option(default: T, kind: Kind, bar: Bar, text: str) -> T:
    """A field of a section."""
    return field(default=default, metadata={"option": Option(kind, bar, text)})


def choice(default: str, *lax_to_strict: str, text: str) -> str:
    """A field with one of a few words, of which the later is the stricter."""
    declared = Option(kinds.one_of(*lax_to_strict), Bar.HIGHER, text, lax_to_strict)
    return field(default=default, metadata={"option": declared})


def section(of: type[T]) -> T:
    """A field that is a section of its own."""
    return field(default_factory=of)
