"""Times with an offset, whole days and durations: read strictly, and written in one way.

A time is ISO 8601's long form as RFC 3339 has it, with `T` or a space, seconds and fractions as
wanted, and always an offset: `2027-01-31T14:05Z`, `2027-01-31 16:05:30+02:00`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

_TIME: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_PART: Final = re.compile(r"(\d{1,6})\s*(d|h|min|m|s)(?![a-z])\s*(?:,\s*|and\s+)?", re.ASCII)
_WORDS: Final = (
    (re.compile(r"\bdays?\b|(?<=\d)days?\b"), "d"),
    (re.compile(r"\bh(?:ou)?rs?\b|(?<=\d)h(?:ou)?rs?\b"), "h"),
    (re.compile(r"\bmin(?:ute)?s?\b|(?<=\d)min(?:ute)?s?\b"), "min"),
    (re.compile(r"\bsec(?:ond)?s?\b|(?<=\d)sec(?:ond)?s?\b"), "s"),
)
_UNITS: Final = {"d": 86_400, "h": 3_600, "min": 60, "m": 60, "s": 1}
_SHOWN: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_MOST_OFFSET: Final = 24 * 60
_LAST_MINUTE: Final = 59


class WrongTime(ValueError):
    """A text that is no time or duration; the message says what is missing."""


class Moment(StrEnum):
    """The five times of an incident, in the order in which they come."""

    STARTED = "started"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Measure(StrEnum):
    """What is computed from two times; the value is the words for people."""

    DETECT = "time to detect"
    ACKNOWLEDGE = "time to acknowledge"
    MITIGATE = "time to mitigate"
    RESOLVE = "time to resolve"

    @property
    def between(self) -> tuple[Moment, Moment]:
        """From when to when. People can only acknowledge what was detected."""
        return _BETWEEN[self]


_BETWEEN: Final = {
    Measure.DETECT: (Moment.STARTED, Moment.DETECTED),
    Measure.ACKNOWLEDGE: (Moment.DETECTED, Moment.ACKNOWLEDGED),
    Measure.MITIGATE: (Moment.STARTED, Moment.MITIGATED),
    Measure.RESOLVE: (Moment.STARTED, Moment.RESOLVED),
}


def read(text: str) -> datetime:
    """A time with its offset. Raises `WrongTime`."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise WrongTime("expected a time such as 2027-01-31T14:05:00Z or 2027-01-31T16:05+02:00")
    if match["offset"] is None:
        raise WrongTime("no offset from UTC: write Z, or one such as +02:00")
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        day = datetime.fromisoformat(match["date"])
        return day.replace(
            hour=int(match["hour"]),
            minute=int(match["minute"]),
            second=int(match["second"] or 0),
            microsecond=microsecond,
            tzinfo=_zone(match["offset"]),
        )
    except ValueError as error:
        raise WrongTime(f"there is no such time: {error}") from error


def read_or_none(text: str) -> datetime | None:
    """The same, None for what is no time."""
    try:
        return read(text)
    except WrongTime:
        return None


def written(time: datetime) -> str:
    """A time as documents hold it: to the second, `Z` for UTC. What `read` reads."""
    text = time.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def duration(text: str) -> tuple[timedelta, timedelta]:
    """A duration such as `1 h 5 min` or `2 hours`, and how exactly it is said (its last unit).

    Raises `WrongTime`.
    """
    plain = text.strip().casefold()
    for pattern, unit in _WORDS:
        plain = pattern.sub(unit, plain)
    seconds, place, unit = 0, 0, ""
    while match := _PART.match(plain, place):
        seconds += int(match[1]) * _UNITS[match[2]]
        place, unit = match.end(), match[2]
    if not unit or place != len(plain):
        raise WrongTime("expected a duration such as 15 minutes, 4 hours or 1 h 30 min")
    return timedelta(seconds=seconds), timedelta(seconds=_UNITS[unit])


def said(length: timedelta) -> str:
    """A duration for people, to the second: `1 d 2 h`, `14 min 5 s`, `0 s`."""
    rest = abs(int(length.total_seconds()))
    parts = []
    for unit, seconds in _SHOWN:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}")
    sign = "-" if length < timedelta() and parts else ""
    return sign + (" ".join(parts) or "0 s")


def limit(length: timedelta) -> str:
    """A limit for people, never in days, as the handbook says them: `15 minutes`, `48 hours`."""
    minutes = int(length.total_seconds()) // 60
    count, unit = (minutes // 60, "hour") if minutes and not minutes % 60 else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _zone(offset: str) -> timezone:
    if offset in {"Z", "z"}:
        return UTC
    digits = offset[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    whole = hours * 60 + minutes
    if minutes > _LAST_MINUTE or whole >= _MOST_OFFSET:
        raise ValueError(f"the offset {offset} is none")
    return timezone(timedelta(minutes=-whole if offset[0] == "-" else whole))
