"""The running double: what it was asked, what is wrong with it on purpose, what it answers."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from tests.support.github import access, answers, validation
from tests.support.github.faults import Context, Delivery, Fault
from tests.support.github.operations import (
    SIGNATURE,
    STORE,
    Answer,
    Asked,
    At,
    Operation,
    Refused,
    missing,
)
from tests.support.github.state import GitHubState

ENTERPRISE: Final = "/api/v3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that came in. `path` has neither prefix nor query; names have replaced numbers.

    The names of headers are written Like-This.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Armed:
    """A fault that waits for its requests: `skip` of them pass, then `times` meet it."""

    method: str
    pattern: re.Pattern[str]
    fault: Fault
    times: int
    skip: int
    met: int = 0


@dataclass(slots=True, kw_only=True)
class Double:
    """A loopback GitHub. `asked` are the requests so far, `elsewhere` those to its other host.

    - `url`: the API at the root; `enterprise_url`: the same as a GitHub Enterprise has it;
    - `violations`: requests that GitHub would not take, and answers that it would not give;
    - `released`: set at the end, so that what hangs need not.
    """

    state: GitHubState
    url: str = ""
    elsewhere_url: str = ""
    asked: list[Request] = field(default_factory=list)
    elsewhere: list[Request] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    armed: list[Armed] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def enterprise_url(self) -> str:
        """The API's address as GitHub Enterprise writes it."""
        return self.url + ENTERPRISE

    @property
    def written(self) -> list[Request]:
        """The requests that wanted to change something."""
        return [each for each in self.asked if each.method != "GET"]

    def fail(
        self, method: str, pattern: str, fault: Fault, *, times: int = 1, skip: int = 0
    ) -> None:
        """Let a fault happen to requests whose path, or path and query, has the pattern.

        `*` is every method; the other host's paths begin with `/artifacts/`. Write `[?&]page=2`:
        `page=2` is in `per_page=2` too. It is an AssertionError at the end if it never happened.
        """
        armed = Armed(
            method=method, pattern=re.compile(pattern), fault=fault, times=times, skip=skip
        )
        self.armed.append(armed)

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], raw: bytes
    ) -> tuple[Answer, Delivery]:
        """The answer to a request, and how it is to be sent."""
        prefix = ENTERPRISE if target.startswith(f"{ENTERPRISE}/") else ""
        raw_path, _, raw_query = target.removeprefix(prefix).partition("?")
        path = self._by_name(unquote(raw_path))
        query = dict(parse_qsl(raw_query, keep_blank_values=True))
        body, unreadable = _decoded(raw)
        request = Request(method=method, path=path, query=query, body=body, headers=headers)
        with self.lock:
            self.asked.append(request)
            fault = self._due(method, path, raw_query)
            at = At(state=self.state, base=self.url + prefix)
            if fault is not None and not fault.does:
                healthy = Answer()
            elif unreadable:
                self.violations.append(f"{method} {path}: the body is no JSON")
                healthy = Refused(400, "Problems parsing JSON").answer()
            else:
                healthy = self._healthy(at, request, raw)
        if fault is None:
            return healthy, Delivery.WHOLE
        context = Context(url=self.url + target, elsewhere=self.elsewhere_url)
        return fault.change(healthy, context), fault.delivery

    def stored(
        self, method: str, target: str, headers: Mapping[str, str]
    ) -> tuple[Answer, Delivery]:
        """The answer of the other host, which keeps artifacts and takes nobody's token."""
        path, _, query = target.partition("?")
        request = Request(method=method, path=path, query=dict(parse_qsl(query)), headers=headers)
        with self.lock:
            self.elsewhere.append(request)
            fault = self._due(method, path, query)
            artifact = self.state.artifacts.get(_number(path.removeprefix(STORE)))
        if "Authorization" in headers:
            healthy = _xml(400, "InvalidAuthenticationInfo")
        elif request.query.get("sig") != SIGNATURE:
            healthy = _xml(403, "AuthenticationFailed")
        elif artifact is None:
            healthy = _xml(404, "BlobNotFound")
        else:
            healthy = Answer(data=artifact.data, headers={"Content-Type": "application/zip"})
        if fault is None:
            return healthy, Delivery.WHOLE
        context = Context(url=self.elsewhere_url + target, elsewhere=self.url)
        return fault.change(healthy, context), fault.delivery

    def _by_name(self, path: str) -> str:
        own = self.state.repository
        return re.sub(rf"^/repositories/{own.id}(?=/|$)", f"/repos/{own.full_name}", path)

    def _due(self, method: str, path: str, query: str) -> Fault | None:
        for armed in self.armed:
            if armed.method not in {"*", method} or armed.times == 0:
                continue
            if not any(armed.pattern.search(text) for text in (path, f"{path}?{query}")):
                continue
            if armed.skip:
                armed.skip -= 1
                continue
            armed.times -= 1
            armed.met += 1
            return armed.fault
        return None

    def _healthy(self, at: At, request: Request, raw: bytes) -> Answer:
        try:
            return self._carried_out(at, request, raw)
        except Refused as refused:
            return refused.answer()
        except (AssertionError, LookupError) as error:
            self.violations.append(f"{request.method} {request.path}: {error!r}")
            return Refused(500, f"The double's state does not hold together: {error!r}").answer()

    def _carried_out(self, at: At, request: Request, raw: bytes) -> Answer:
        token = access.admitted(at, request.headers)
        self.state.rate.used += 1
        if self.state.rate.used > self.state.rate.limit:
            raise Refused(403, "API rate limit exceeded for installation ID 1.")
        if (found := answers.found(request.method, request.path)) is None:
            self.violations.append(f"{request.method} {request.path}: no such endpoint here")
            raise missing()
        operation, params = found
        access.check(at, token, operation, params)
        self._check_request(operation, request, raw)
        asked = Asked(
            at=at,
            token=token,
            path=request.path,
            params=params,
            query=request.query,
            body=request.body,
            elsewhere=self.elsewhere_url,
            accept=request.headers.get("Accept", ""),
        )
        answer = operation.answer(asked)
        self._check_answer(operation, request, answer)
        return answer

    def _check_request(self, operation: Operation, request: Request, raw: bytes) -> None:
        wrong = [f"no parameter {name}" for name in request.query if name not in operation.query]
        if operation.takes:
            wrong.append(validation.request_fault(operation.takes, raw))
        elif raw:
            wrong.append("a body where there is none")
        if said := "; ".join(filter(None, wrong)):
            self.violations.append(f"{request.method} {request.path}: {said}")
            raise Refused(422, f"The double was asked for what GitHub does not describe: {said}")

    def _check_answer(self, operation: Operation, request: Request, answer: Answer) -> None:
        if not operation.gives or isinstance(answer.data, bytes):
            return
        encoded = json.dumps(answer.data).encode()
        if said := validation.answer_fault(operation.gives, encoded):
            self.violations.append(f"{request.method} {request.path} answered: {said}")


def _xml(status: int, code: str) -> Answer:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code></Error>'
    return Answer(status=status, data=body.encode(), headers={"Content-Type": "application/xml"})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _decoded(raw: bytes) -> tuple[Any, bool]:
    try:
        return (json.loads(raw) if raw else None), False
    except ValueError:
        return None, True
