"""The API's JSON, page by page, and what a refusal means.

PyGithub does addresses, authentication and JSON. Its own retries, pauses, redirects and lists are
not used: they sleep by themselves, know no bound on a whole answer or on the number of pages, and
repeat what must not be done twice.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from qgate import __version__
from qgate.errors import UsageError
from qgate.system.github.addresses import base_of, last_of, next_of
from qgate.system.github.asking import Asker
from qgate.system.github.errors import Denied, Missing, Rejected, unreachable
from qgate.system.github.patience import Patience
from qgate.system.github.requester import HEADERS, PER_PAGE, authorized, requester
from qgate.system.github.transport import Answer, Question, host_of
from qgate.system.github.words import Words

if TYPE_CHECKING:
    from github.Requester import Requester

_AGENT: Final = f"qgate/{__version__}"
_ERROR: Final = 400
_SUCCESS: Final = range(200, 300)
_NO_ENTRY: Final = (401, 403)
_GONE: Final = (404, 410)
_UNPROCESSABLE: Final = 422
# What PyGithub raises where JSON is none, too deep, or not what it expected.
_UNREADABLE: Final = (ValueError, RecursionError, AttributeError, TypeError, LookupError)


class Api:
    """The API at a base address, with a token that it never shows.

    `what` names a request in messages: "the reviews of pull request 7". Every method raises
    `Denied`, `Missing`, `Rejected` and `Incomplete`.
    """

    def __init__(self, token: str, url: str, patience: Patience) -> None:
        self.base = base_of(url)
        self.patience = patience
        self._token = _usable(token)
        self._words = Words(self._token)
        self._made: tuple[Asker, Requester] | None = None
        self._what = ""

    def __repr__(self) -> str:
        return f"Api({self.base.url!r})"

    def get(self, path: str, what: str, **parameters: str | int) -> Any:
        """The JSON of what is no list."""
        return self._json("GET", path, what, parameters)[1]

    def write(
        self, method: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> Any:
        """The JSON of the answer to a POST, PATCH or DELETE; None where it is empty."""
        return self._json(method, path, what, {}, body)[1]

    def pages(self, path: str, what: str, **parameters: str | int) -> Iterator[Any]:
        """The JSON of all pages, 100 items each."""
        seen: set[str] = set()
        last = 1
        following: str | None = path
        given: Mapping[str, str | int] = {**parameters, "per_page": PER_PAGE}
        while following is not None:
            if following in seen:
                raise unreachable(what, "its pages go round in circles")
            if len(seen) >= self.patience.pages:
                raise unreachable(what, f"it has more than {self.patience.pages} pages")
            seen.add(following)
            headers, data = self._json("GET", following, what, given)
            yield data
            given = {}
            link = headers.get("link", "")
            following, last = self._next(link, what), last_of(link) or last
        if len(seen) < last:
            raise unreachable(what, f"it ends at page {len(seen)} of {last}")

    def download(self, path: str, what: str, most: int) -> bytes:
        """A body that may be stored elsewhere, at most so many bytes."""
        headers = authorized(self._token, _AGENT)
        question = Question(
            method="GET", url=self.base.url + path, headers=headers, body=None, most=most
        )
        asker, _ = self._tools()
        answer = asker.ask(question, what=what, may_leave=True)
        if answer.status >= _ERROR and self.base.within(answer.url) is None:
            raise unreachable(what, f"{host_of(answer.url)} answered {answer.status}")
        return self._checked(answer, what).body

    def _next(self, link: str, what: str) -> str | None:
        address = next_of(link)
        if address is None:
            return None
        below = self.base.within(address)
        if below is None:
            raise unreachable(what, "its next page is said to be at another address")
        return below

    def _json(
        self,
        method: str,
        path: str,
        what: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, Any] | None = None,
    ) -> tuple[dict[str, Any], Any]:
        _, pygithub = self._tools()
        self._what = what
        try:
            return pygithub.requestJsonAndCheck(
                method, path, parameters=dict(parameters), headers=dict(HEADERS), input=body
            )
        except _UNREADABLE:
            raise unreachable(what, "GitHub's answer could not be read") from None

    def _tools(self) -> tuple[Asker, "Requester"]:
        """Made with the first request, for they take long to load."""
        if self._made is None:
            asker = Asker(self.base, self.patience, self._words)
            self._made = asker, requester(self._token, self.base.url, _AGENT, self._exchange)
        return self._made

    def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: str | None
    ) -> Answer:
        question = Question(
            method=method,
            url=self.base.origin + path,
            headers=headers,
            body=None if body is None else body.encode(),
            most=self.patience.bytes,
        )
        asker, _ = self._tools()
        return self._checked(asker.ask(question, what=self._what), self._what)

    def _checked(self, answer: Answer, what: str) -> Answer:
        """A success; else what is raised has GitHub's words."""
        status = answer.status
        if status in _SUCCESS:
            return answer
        said = self._words.said(answer.body)
        why = f"GitHub answered {status}" + (f" ({said})" if said else "")
        if status in _NO_ENTRY:
            raise Denied(f"{what}: {why}", status=status)
        if status in _GONE:
            raise Missing(f"{what}: {why}")
        if status == _UNPROCESSABLE:
            raise Rejected(f"{what}: {why}")
        raise unreachable(what, why)


def _usable(token: str) -> str:
    """A token that can stand in a header. Raises `UsageError`, which does not quote it."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            "the token for GitHub is empty or has characters that no token has",
            hint="in a workflow: ${{ github.token }}",
        )
    return token
