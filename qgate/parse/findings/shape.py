"""Values of decoded JSON, checked: each gives its value or raises `TypeError` or `ValueError`.

`json_text.reading` turns both into `MalformedOutput`. Iterating over what merely should be a list
would read an empty object as "no findings".
"""

from typing import Any, Final

# No file has more lines; JSON knows 1e999, which no `int` holds.
_MOST: Final = 10**9


def record(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found {_kind(value)}")
    return value


def items(value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {_kind(value)}")
    return value


def text(value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, found {_kind(value)}")
    return value


def number(value: Any, *, least: int = 0) -> int:
    """A whole number from `least` to a thousand million."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected a whole number, found {_kind(value)}")
    if not least <= value <= _MOST:
        raise ValueError(f"{value} is not a number from {least} to {_MOST}")
    return value


def number_or_zero(value: Any) -> int:
    """A whole number; 0 for null or a missing one."""
    return 0 if value is None else number(value)


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
