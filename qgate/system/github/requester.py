"""PyGithub's Requester over connections that are ours."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qgate.system.github.transport import Answer

if TYPE_CHECKING:
    from github.Requester import Requester

# What every request has beside the token.
HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}
PER_PAGE: Final = 100

# Method, path with the API's prefix, headers, body: gives the answer if it is a success.
Exchange = Callable[[str, str, dict[str, str], str | None], Answer]


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as PyGithub takes it from a connection."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    def getheaders(self) -> list[tuple[str, str]]:
        # The others it would only count with, and trip over what is no number.
        return [(key, value) for key, value in self.answer.headers.items() if key == "link"]

    def read(self) -> str:
        return self.answer.body.decode()


class _Connection:
    """What PyGithub makes for each request."""

    exchange: Exchange

    def __init__(self, host: str, *_: object, **__: object) -> None:
        self.host = host
        self.asked: tuple[str, str, dict[str, str], str | None]

    def request(
        self, verb: str, url: str, body: str | None, headers: dict[str, str], *_: object
    ) -> None:
        self.asked = (verb, url, headers, body)

    def getresponse(self) -> _Response:
        return _Response(self.exchange(*self.asked))

    def close(self) -> None:
        """Nothing: the connections are kept by the transport."""


def requester(token: str, url: str, agent: str, exchange: Exchange) -> "Requester":
    """A Requester for the API at `url` that sends everything through `exchange`."""
    from github import Auth  # noqa: PLC0415 - takes long
    from github.Requester import Requester  # noqa: PLC0415 - the same

    class Ours(Requester):
        """A class of its own: what is injected here concerns no other user of PyGithub."""

    connection: Any = type("Connection", (_Connection,), {"exchange": staticmethod(exchange)})
    Ours.injectConnectionClasses(connection, connection)
    # It would log bodies and headers.
    silent = logging.getLogger(f"{__name__}.silent")
    silent.disabled = True
    Ours.injectLogger(silent)
    return Ours(
        auth=Auth.Token(token),
        base_url=url,
        timeout=0,
        user_agent=agent,
        per_page=PER_PAGE,
        verify=True,
        retry=None,
        pool_size=None,
    )


def authorized(token: str, agent: str) -> dict[str, str]:
    """Headers for a request that PyGithub has no method for."""
    from github import Auth  # noqa: PLC0415 - takes long

    headers = {**HEADERS, "User-Agent": agent}
    Auth.Token(token).authentication(headers)
    return headers
