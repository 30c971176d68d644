"""Raw findings as the cache keeps them: JSON's types in, the same values out."""

from typing import Any, Final

from qgate.model.tool import ToolFinding, ToolReading, Unjudged

_FIELDS: Final = (
    *("path", "rule", "message", "line", "end_line", "column"),
    *("level", "is_parse_error", "severity", "aliases", "subject"),
)
_TYPES: Final = (str, str, str, int, int, int, str, bool, str, list, str)


def pack(at: float, reading: ToolReading) -> dict[str, Any]:
    """An entry; `at` is when the tool ran, in seconds since 1970."""
    return {
        "at": at,
        "findings": [[getattr(each, name) for name in _FIELDS] for each in reading.findings],
        "unjudged": [[each.name, each.reason, each.path] for each in reading.unjudged],
        "judged": list(reading.judged),
    }


def unpack(entry: Any) -> tuple[float, ToolReading]:
    """When the tool ran, and what it found.

    Raises `KeyError`, `TypeError` or `ValueError` for anything that `pack` does not make.
    """
    findings = tuple(_finding(row) for row in entry["findings"])
    unjudged = tuple(Unjudged(*map(str, row)) for row in entry["unjudged"])
    judged = tuple(map(str, entry["judged"]))
    return float(entry["at"]), ToolReading(findings, unjudged, judged)


def _finding(row: Any) -> ToolFinding:
    values: dict[str, Any] = {}
    kind: Any
    value: Any
    for name, kind, value in zip(_FIELDS, _TYPES, row, strict=True):
        if type(value) is not kind and not (kind is list and isinstance(value, tuple)):
            raise TypeError(f"{name} is {type(value).__name__}")
        values[name] = tuple(map(str, value)) if kind is list else value
    return ToolFinding(**values)
