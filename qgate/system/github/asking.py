"""Requests with patience: repeated where that is safe, redirected where that is, and in pace."""

import dataclasses
import time
from itertools import count
from typing import Final
from urllib.parse import urlsplit

from qgate.system.github import retrying
from qgate.system.github.addresses import Base, is_loopback, target_of
from qgate.system.github.errors import Unanswered, rate_limited, unreachable
from qgate.system.github.patience import Patience
from qgate.system.github.retrying import Pause
from qgate.system.github.transport import Answer, Question, Transport, host_of
from qgate.system.github.words import Words

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MOST_REDIRECTS: Final = 5
_NOT_FOUND: Final = 404
_NO_CONTENT: Final = 204
_ERROR: Final = 400
# Nothing of ours goes to a host that is not the API.
_FOR_STRANGERS: Final = ("User-Agent",)


class Asker:
    """Asks the API. `longest` of the patience is shared by everything that one asker waits for."""

    def __init__(self, base: Base, patience: Patience, words: Words) -> None:
        self.base = base
        self.words = words
        self._patience = patience
        self._transport = Transport(patience)
        self._lost = 0.0
        self._last_write: float | None = None

    def ask(self, question: Question, *, what: str, may_leave: bool = False) -> Answer:
        """The last word on a request, whatever its status. `what` names it in messages.

        `may_leave`: a redirect may lead to another host, without the token. Raises `Incomplete`.
        """
        is_repeatable = retrying.is_repeatable(question.method, urlsplit(question.url).path)
        is_maybe_done = False
        for tried in count(1):
            self._keep_pace(question.method)
            began = self._patience.clock()
            try:
                answer = self._followed(question, what, may_leave=may_leave)
            except Unanswered as error:
                self._lost += self._patience.clock() - began
                if error.is_final or not (is_repeatable or error.is_unsent):
                    raise unreachable(what, error.why) from None
                pause, why = retrying.after_silence(tried, self._patience.chance()), error.why
                is_maybe_done |= not error.is_unsent
            else:
                found = self._pause(answer, question.method, tried)
                if found is None:
                    return _settled(answer, question.method, is_maybe_done=is_maybe_done)
                pause, why = found, self._why(answer)
                if not (pause.is_limit or is_repeatable):
                    raise unreachable(what, f"{why}; it is not known whether it was done")
                is_maybe_done |= not pause.is_limit
            self._wait(pause, tried, what, why)
        raise AssertionError

    def _pause(self, answer: Answer, method: str, tried: int) -> Pause | None:
        return retrying.after_answer(
            answer.status,
            answer.headers,
            self.words.said(answer.body) if answer.status >= _ERROR else "",
            method=method,
            tried=tried,
            now=self._patience.clock(),
            chance=self._patience.chance(),
        )

    def _why(self, answer: Answer) -> str:
        said = self.words.said(answer.body)
        return f"{host_of(answer.url)} answered {answer.status}" + (f" ({said})" if said else "")

    def _wait(self, pause: Pause, tried: int, what: str, why: str) -> None:
        """Wait, or raise `Incomplete` if that would be once too often or too long."""
        is_too_long = self._lost + pause.seconds > self._patience.longest
        if tried < self._patience.tries and not is_too_long:
            self._lost += pause.seconds
            self._patience.sleep(pause.seconds)
            return
        if pause.is_limit:
            until = self._patience.clock() + pause.seconds
            clock = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(until, 2.0**34)))
            raise rate_limited(what, why, f"run it again after {clock}, when GitHub answers again")
        raise unreachable(what, why + (f", asked {tried} times" if tried > 1 else ""))

    def _keep_pace(self, method: str) -> None:
        """Writes one after the other, at the pace that GitHub asks for."""
        if method == "GET":
            return
        now = self._patience.clock()
        if self._last_write is not None:
            rest = self._last_write + self._patience.between_writes - now
            if 0 < rest <= self._patience.between_writes:
                self._patience.sleep(rest)
        self._last_write = self._patience.clock()

    def _followed(self, question: Question, what: str, *, may_leave: bool) -> Answer:
        """The answer behind all redirects. Raises `Unanswered` and `Incomplete`."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._transport.send(question)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS:
                return answer
            if question.method != "GET" or location is None:
                raise unreachable(what, "GitHub redirects it; was the repository renamed?")
            question = self._redirected(question, location, what, may_leave=may_leave)
        raise unreachable(what, "GitHub redirects it in circles")

    def _redirected(
        self, question: Question, location: str, what: str, *, may_leave: bool
    ) -> Question:
        try:
            target = target_of(question.url, location)
            parts = urlsplit(target)
        except ValueError:
            raise unreachable(what, "GitHub redirects it to no address") from None
        # Whoever left comes back without the token, which has been dropped.
        if self.base.within(target) is not None:
            return dataclasses.replace(question, url=target)
        is_safe = parts.scheme == "https" or (
            self.base.is_plain and parts.scheme == "http" and is_loopback(parts.hostname)
        )
        if not (may_leave and is_safe) or "@" in parts.netloc:
            raise unreachable(what, "GitHub redirects it to where the token must not go")
        headers = {key: question.headers[key] for key in _FOR_STRANGERS if key in question.headers}
        return dataclasses.replace(question, url=target, headers=headers)


def _settled(answer: Answer, method: str, *, is_maybe_done: bool) -> Answer:
    """What an earlier try deleted is gone at the next; that is what was asked for."""
    if method == "DELETE" and answer.status == _NOT_FOUND and is_maybe_done:
        return dataclasses.replace(answer, status=_NO_CONTENT, body=b"")
    return answer
