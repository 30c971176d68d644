"""Raw findings as the cache keeps them: JSON's types in, the same values out."""

from typing import Any, Final

from qgate.model.tool import ToolFinding, ToolReading, Unjudged

_FIELDS: Final = (
    *("path", "rule", "message", "line", "end_line", "column"),
    *("level", "is_parse_error", "severity", "aliases", "subject"),
)
# The year 5138; also keeps out what is no number.
_NEVER: Final = 1e11
_TYPES: Final = (str, str, str, int, int, int, str, bool, str, list, str)


def pack(at: float, reading: ToolReading) -> dict[str, Any]:
    """An entry; `at` is when the tool ran, in seconds since 1970."""
    return {
        "at": at,
        "findings": [_row(each) for each in reading.findings],
        "unjudged": [[each.name, each.reason, each.path] for each in reading.unjudged],
        "judged": list(reading.judged),
    }


def _row(finding: ToolFinding) -> list[Any]:
    values = (getattr(finding, name) for name in _FIELDS)
    return [list(each) if isinstance(each, tuple) else each for each in values]


def unpack(entry: Any) -> tuple[float, ToolReading]:
    """When the tool ran, and what it found.

    Raises `KeyError`, `TypeError` or `ValueError` for anything that `pack` does not make.
    """
    at = entry["at"]
    if type(at) not in (int, float) or not 0 <= at < _NEVER:
        raise ValueError(f"{at!r} is no time")
    findings = tuple(_finding(row) for row in _list(entry["findings"]))
    unjudged = tuple(Unjudged(*_texts(row)) for row in _list(entry["unjudged"]))
    return float(at), ToolReading(findings, unjudged, _texts(entry["judged"]))


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError(f"{type(value).__name__} is no list")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not all(type(each) is str for each in _list(value)):
        raise TypeError("not a list of texts")
    return tuple(value)


def _finding(row: Any) -> ToolFinding:
    values: dict[str, Any] = {}
    kind: Any
    value: Any
    for name, kind, value in zip(_FIELDS, _TYPES, _list(row), strict=True):
        if type(value) is not kind:
            raise TypeError(f"{name} is {type(value).__name__}")
        values[name] = _texts(value) if kind is list else value
    return ToolFinding(**values)
