"""JSON that tools print: decoded whole or not at all."""

import json
from collections.abc import Callable
from typing import Any

from qgate.errors import MalformedOutput
from qgate.model.tool import ToolFinding, ToolReading, Unjudged


def reading(text: bytes, read: Callable[[Any], ToolReading]) -> ToolReading:
    """What `read` makes of the decoded text. Raises `MalformedOutput` for any other shape."""
    try:
        return read(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise MalformedOutput(f"not valid JSON: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise MalformedOutput(f"JSON of an unexpected shape: {error!r}") from error


def without_unreadable(findings: tuple[ToolFinding, ...], rule: str) -> ToolReading:
    """Findings apart from those of a rule that says "this file could not be read"."""
    return ToolReading(
        findings=tuple(each for each in findings if each.rule != rule),
        unjudged=tuple(
            Unjudged(each.path, each.message, each.path) for each in findings if each.rule == rule
        ),
    )
