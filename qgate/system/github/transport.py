"""One HTTP exchange with bounds on everything: waiting, the whole time, the size.

requests bounds the wait between two bytes only, and looking up a name not at all. So each exchange
has a thread of its own, which is left behind when its time is over.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from qgate.system.github.errors import Unanswered
from qgate.system.github.patience import Patience

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

_CHUNK: Final = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request. `most`: bytes of the answer's body. `headers` hold the token: never shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer. The names of `headers` are small; `url` is where it came from."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Exchanges over kept connections. Proxies and CA bundles are those of the environment."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._session = _session()

    def send(self, question: Question) -> Answer:
        """The answer, whatever its status; redirects are not followed. Raises `Unanswered`."""
        outcome: list[Answer | BaseException] = []
        is_over = threading.Event()
        thread = threading.Thread(target=self._run, args=(question, is_over, outcome), daemon=True)
        thread.start()
        thread.join(self._patience.whole)
        is_over.set()
        if not outcome:
            raise Unanswered(f"there was no whole answer within {self._patience.whole:g} s")
        if isinstance(outcome[0], BaseException):
            raise _unanswered(outcome[0]) from None
        return outcome[0]

    def _run(
        self, question: Question, is_over: threading.Event, outcome: list[Answer | BaseException]
    ) -> None:
        try:
            outcome.append(self._exchange(question, is_over))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.append(error)

    def _exchange(self, question: Question, is_over: threading.Event) -> Answer:
        with self._session.request(
            question.method,
            question.url,
            # What is not compressed cannot grow beyond what was counted.
            headers={**question.headers, "Accept-Encoding": "identity"},
            data=question.body,
            timeout=(self._patience.connect, self._patience.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(
                url=question.url,
                status=response.status_code,
                headers={key.lower(): value for key, value in response.headers.items()},
                body=_body(response, question.most, is_over),
            )


def _body(response: "Response", most: int, is_over: threading.Event) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unanswered("the answer is compressed, which was not asked for", is_final=True)
    parts: list[bytes] = []
    size = 0
    while part := response.raw.read1(_CHUNK, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > most:
            raise Unanswered(f"the answer is larger than {most:,} bytes", is_final=True)
        if is_over.is_set():
            break
    return b"".join(parts)


def _session() -> "Session":
    """A session that keeps connections and nothing else."""
    from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415 - as below

    import requests  # noqa: PLC0415 - takes long

    class Ours(requests.Session):
        def get_redirect_target(self, resp: "Response") -> None:
            """Nowhere: to prepare the next request it would read the whole body of this answer."""

    session = Ours()
    # Something, so that requests does not look into .netrc for a password.
    session.auth = _as_it_is
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _as_it_is(request: "PreparedRequest") -> "PreparedRequest":
    return request


def _unanswered(error: BaseException) -> BaseException:
    """A failure in our words; a defect stays what it is.

    The libraries' own words are dropped: they quote addresses (of storage, which are signed) and
    header values.
    """
    from http.client import HTTPException  # noqa: PLC0415 - as below

    from requests import exceptions  # noqa: PLC0415 - takes long
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - the same

    if isinstance(error, Unanswered):
        return error
    if isinstance(error, exceptions.SSLError):
        return Unanswered("no safe connection: TLS or its certificate was refused", is_final=True)
    if isinstance(error, exceptions.Timeout):
        is_unsent = isinstance(error, exceptions.ConnectTimeout)
        return Unanswered("there was no answer in time", is_unsent=is_unsent)
    if isinstance(error, exceptions.ProxyError):
        return Unanswered("the proxy did not connect")
    if isinstance(error, exceptions.ConnectionError):
        return Unanswered("the connection failed", is_unsent=_is_unsent(error))
    if isinstance(error, ValueError):
        return Unanswered("the request or the answer is not HTTP", is_final=True)
    if isinstance(error, (OSError, HTTPError, HTTPException)):
        return Unanswered("the answer was cut off")
    return error


def _is_unsent(error: Exception) -> bool:
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415 - takes long

    cause: Any = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def host_of(url: str) -> str:
    """The host of an address, which is all of it that may be shown."""
    return urlsplit(url).hostname or ""
