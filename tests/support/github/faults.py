"""What can go wrong with an answer. Each is a value that `Double.fail` switches on for a while."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from tests.support.github.operations import Answer, Refused

# As often as it is asked.
ALWAYS: Final = 1_000_000


class Delivery(StrEnum):
    """How the bytes of an answer reach the client."""

    WHOLE = "whole"
    RESET = "the connection is reset"
    HANG = "nothing arrives"
    DRIP = "one byte at a time, without an end"
    CUT = "half of it, then the end"
    UNSIZED = "all of it, without saying how long it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a fault may need: the address that was asked, and one on another host."""

    url: str
    elsewhere: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault. `does`: whether the request is carried out before its answer is spoilt."""

    name: str
    does: bool = False
    change: Callable[[Answer, Context], Answer] = lambda answer, _: answer
    delivery: Delivery = Delivery.WHOLE


def replied(
    status: int, message: str, headers: Mapping[str, str] | None = None, *, does: bool = False
) -> Fault:
    """Another answer in place of the true one, as a JSON document with a message."""
    answer = replace(Refused(status, message).answer(), headers=headers or {})
    return Fault(name=f"{status} {message}", does=does, change=lambda *_: answer)


def bad_credentials() -> Fault:
    """401."""
    return replied(401, "Bad credentials")


def read_only() -> Fault:
    """403, as a token of a fork's run gets for every write."""
    return replied(403, "Resource not accessible by integration")


def missing() -> Fault:
    """404."""
    return replied(404, "Not Found")


def rejected(message: str = "Validation Failed") -> Fault:
    """422."""
    return replied(422, message)


def secondary_limit(status: int = 403, retry_after: int | None = None) -> Fault:
    """Too much at once: 403 or 429, with or without the seconds to wait."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    return replied(status, message, _retry_after(retry_after))


def too_many(retry_after: int | None = None) -> Fault:
    """429 without a reason."""
    return replied(429, "Too many requests", _retry_after(retry_after))


def _retry_after(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


def rate_limited(reset: int, status: int = 403) -> Fault:
    """The hour's allowance is used up until `reset`, in seconds since 1970."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    return replied(status, "API rate limit exceeded for installation ID 1.", headers)


def broken(status: int = 502, *, does: bool = False) -> Fault:
    """500, 502 or 503; with `does` the work is done and only its answer is lost."""
    return replied(status, "Server Error", does=does)


def reset(*, does: bool = False) -> Fault:
    """The connection ends without an answer."""
    return Fault(name="reset", does=does, delivery=Delivery.RESET)


def hang(*, does: bool = False) -> Fault:
    """No answer while the block lasts."""
    return Fault(name="hang", does=does, delivery=Delivery.HANG)


def drip() -> Fault:
    """The answer comes byte by byte and never ends."""
    return Fault(name="drip", delivery=Delivery.DRIP)


def cut_off() -> Fault:
    """The connection ends in the middle of the body that was promised, after the work."""
    return Fault(name="cut off", does=True, delivery=Delivery.CUT)


def _body(name: str, change: Callable[[Any], Any]) -> Fault:
    return Fault(
        name=name,
        does=True,
        change=lambda answer, _: replace(answer, data=change(answer.data)),
    )


def unsized() -> Fault:
    """The true answer without its length: it ends with the connection."""
    return Fault(name="unsized", does=True, delivery=Delivery.UNSIZED)


def half_json() -> Fault:
    """A whole answer whose JSON ends too early."""
    return _body(
        "half JSON", lambda data: (encoded := json.dumps(data).encode())[: len(encoded) // 2]
    )


def html(status: int = 200) -> Fault:
    """A page for people."""
    page = Answer(
        status=status,
        data=b"<!DOCTYPE html><title>Log in</title>",
        headers={"Content-Type": "text/html; charset=utf-8"},
    )
    return Fault(name="html", change=lambda *_: page)


def wrong_shape() -> Fault:
    """JSON of another shape: an object for a list, a list for an object."""
    return _body("wrong shape", lambda data: {"items": data} if isinstance(data, list) else [data])


def edited(change: Callable[[Any], Any]) -> Fault:
    """The true document after `change`, which GitHub's description need not allow."""
    return _body("edited", change)


def huge(size: int = 64 * 1024 * 1024) -> Fault:
    """A body of so many bytes."""
    return _body("huge", lambda _: b"[" + b" " * (size - 2) + b"]")


def short_page() -> Fault:
    """A page with half of its entries and no way to the next."""

    def change(answer: Answer, _: Context) -> Answer:
        return replace(answer, data=_halved(answer.data), headers=_linked(answer, ""))

    return Fault(name="short page", does=True, change=change)


def same_next() -> Fault:
    """A page whose next is itself."""
    return _next("same next", lambda context: context.url)


def foreign_next() -> Fault:
    """A page whose next is on another host."""
    return _next("foreign next", lambda context: f"{context.elsewhere}/page?page=2")


def redirected(status: int = 301) -> Fault:
    """A redirect to another host."""

    def change(_: Answer, context: Context) -> Answer:
        return Answer(status=status, headers={"Location": f"{context.elsewhere}/moved"})

    return Fault(name=f"{status} redirected", change=change)


def _next(name: str, url: Callable[[Context], str]) -> Fault:
    def change(answer: Answer, context: Context) -> Answer:
        return replace(answer, headers=_linked(answer, f'<{url(context)}>; rel="next"'))

    return Fault(name=name, does=True, change=change)


def _linked(answer: Answer, link: str) -> dict[str, str]:
    others = {name: value for name, value in answer.headers.items() if name != "Link"}
    return {**others, "Link": link} if link else others


def _halved(data: Any) -> Any:
    if isinstance(data, list):
        return data[: len(data) // 2]
    return {k: _halved(v) if isinstance(v, list) else v for k, v in data.items()}
