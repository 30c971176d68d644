"""When to ask again, and after how long: pure.

The rule is GitHub's: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

_FORBIDDEN: Final = 403
_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_BROKEN: Final = 500
_NOT_READY: Final = 202
_SECONDARY_WAIT: Final = 60.0
_FIRST_WAIT: Final = 1.0
_LONGEST_NUMBER: Final = 12
_LIMIT_WORDS: Final = ("rate limit", "abuse detection", "too many requests")
# Asking for the same reviewers, or setting the same status, twice changes nothing.
_REPEATABLE_POSTS: Final = re.compile(
    r"/repos/[^/]+/[^/]+/(?:pulls/[0-9]+/requested_reviewers|statuses/[0-9a-f]+)\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Wait so many seconds, then ask again. After a `is_limit` it is sure that nothing was done."""

    seconds: float
    is_limit: bool = False


def after_answer(
    status: int,
    headers: Mapping[str, str],
    message: str,
    *,
    method: str,
    tried: int,
    now: float,
    chance: float,
) -> Pause | None:
    """The pause after an answer; None if it is the last word.

    `headers` has small names. `tried`: how often it was asked, 1 after the first time. `now`:
    seconds since 1970. `chance`: 0 to 1, so that many clients do not come back at once.
    """
    if _is_limit(status, headers, message):
        return Pause(seconds=_limit_wait(headers, tried, now), is_limit=True)
    if status >= _BROKEN or status == _TIMEOUT or (status == _NOT_READY and method == "GET"):
        asked = _retry_after(headers, now)
        return Pause(seconds=asked) if asked is not None else after_silence(tried, chance)
    return None


def after_silence(tried: int, chance: float) -> Pause:
    """The pause after an exchange that failed: doubled every time, with jitter."""
    return Pause(seconds=_FIRST_WAIT * 2.0 ** (tried - 1) * (0.5 + chance))


def is_repeatable(method: str, path: str) -> bool:
    """Whether asking twice does no more than asking once. Creating a comment does."""
    return method != "POST" or _REPEATABLE_POSTS.search(path) is not None


def _is_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    """A 403 may also be a refusal: only a header or GitHub's words make it a limit."""
    if status == _TOO_MANY:
        return True
    if status != _FORBIDDEN:
        return False
    said = message.lower()
    return (
        "retry-after" in headers
        or _has_used_up(headers)
        or any(each in said for each in _LIMIT_WORDS)
    )


def _limit_wait(headers: Mapping[str, str], tried: int, now: float) -> float:
    asked = _retry_after(headers, now)
    if asked is not None:
        return asked
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if _has_used_up(headers) and reset is not None and reset > now:
        # Nobody says when in that second.
        return reset - now + 1
    return _SECONDARY_WAIT * 2.0 ** (tried - 1)


def _has_used_up(headers: Mapping[str, str]) -> bool:
    return headers.get("x-ratelimit-remaining", "").strip() == "0"


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds or a date (RFC 9110, 10.2.3); None where it says neither."""
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - hardly ever needed

    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)


def _number(text: str) -> float | None:
    text = text.strip()
    is_one = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return float(text) if is_one else None
