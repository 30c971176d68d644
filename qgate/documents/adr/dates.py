"""Days in forms that leave no doubt which day is meant, as ISO 8601's."""

import re
from datetime import date
from typing import Final

_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\.?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})")
_MONTH_FIRST: Final = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_LEAST: Final = 3


def iso(text: str) -> str | None:
    """The day in the form 2027-01-31; None where another day could be meant, or none is.

    `12/02/2016` is one or the other, by where it was written.
    """
    plain = text.strip()
    if match := _YEAR_FIRST.fullmatch(plain):
        return _day(match[1], int(match[3]), match[4])
    if match := _DAY_FIRST.fullmatch(plain):
        return _day(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.fullmatch(plain):
        return _day(match[3], _month(match[1]), match[2])
    return None


def _month(word: str) -> int:
    """1 to 12 for a month's name or the start of one; 0 for anything else."""
    said = word.casefold()
    if said == "sept":
        return 9
    for number, name in enumerate(_MONTHS, 1):
        if name == said or (len(said) == _LEAST and name.startswith(said)):
            return number
    return 0


def _day(year: str, month: int, day: str) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None
