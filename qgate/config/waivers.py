"""Waivers: a finding that somebody answers for, until a day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.parse.yaml_tree import Located

_RULE: Final = re.compile(r"[\w@.+-]+/\S(?:.*\S)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_FIELDS: Final = ("rule", "reason", "by", "until", "path")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`rule` is a rule id such as `audit/GHSA-xxxx-xxxx-xxxx`; `path` "" means everywhere.

    It holds through the day `until`, by UTC.
    """

    rule: str
    reason: str
    by: str
    until: date
    path: str = ""

    def holds(self, today: date) -> bool:
        """Whether it still waives anything."""
        return today <= self.until


def _read_waiver(at: Located) -> Waiver:
    entries = kinds.entries(at)
    for word, entry in entries.items():
        if word not in _FIELDS:
            near = kinds.suggestion(word, _FIELDS)
            raise WrongValue(
                f"a waiver has no {word!r}{near}", Located(None, entry.line, entry.column)
            )
    lacking = [word for word in _FIELDS[:-1] if word not in entries]
    if lacking:
        raise WrongValue(f"a waiver needs {', '.join(lacking)}", at)
    values: dict[str, Any] = {
        word: kinds.TEXT.read(entry.value) for word, entry in entries.items() if word != "until"
    }
    if not _RULE.fullmatch(values["rule"]):
        raise WrongValue(
            "a rule is GATE/ID, such as audit/GHSA-xxxx-xxxx-xxxx", entries["rule"].value
        )
    return Waiver(**values, until=_read_day(entries["until"].value))


def _read_day(at: Located) -> date:
    text = str(at.value)
    try:
        # From 3.11 on it also takes weeks, and days without hyphens.
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise WrongValue(f"expected a day such as 2027-01-31, found {at.value!r}", at) from error


def _read_waivers(at: Located) -> tuple[Waiver, ...]:
    if at.value is None:
        return ()
    if not isinstance(at.value, tuple):
        raise WrongValue("expected a list of waivers", at)
    return tuple(_read_waiver(item) for item in at.value)


_TEXT: Final = {"type": "string", "minLength": 1}
WAIVERS: Final = Kind(
    _read_waivers,
    {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": list(_FIELDS[:-1]),
            "properties": {
                **dict.fromkeys(_FIELDS, _TEXT),
                "until": {"type": "string", "format": "date"},
            },
        },
    },
    lambda waivers: ", ".join(f"{each.rule} until {each.until}" for each in waivers) or "none",
)
