"""What an endpoint is: a request comes in, an answer or a refusal goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests.support.github.state import GitHubState, Token

Json: TypeAlias = dict[str, Any]

DOCS: Final = "https://docs.github.com/rest"
# Where the other host keeps artifacts, and what it wants to see in the query instead of a token.
STORE: Final = "/artifacts/"
SIGNATURE: Final = "loopback-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The state, and the address at which it is served (with the prefix of a GitHub Enterprise)."""

    state: GitHubState
    base: str

    @property
    def site(self) -> str:
        """The address for people."""
        return self.base.removesuffix("/api/v3")

    @property
    def repo(self) -> str:
        """The repository's address in the API."""
        return f"{self.base}/repos/{self.state.repository.full_name}"

    @property
    def repo_site(self) -> str:
        """The repository's address for people."""
        return f"{self.site}/{self.state.repository.full_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that passed the door: parameters of the path, of the query, and the JSON body."""

    at: At
    token: Token
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    elsewhere: str
    accept: str = ""

    @property
    def state(self) -> GitHubState:
        """All that the service knows."""
        return self.at.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers and body; `data` is JSON if it is no bytes, and None is no body at all."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """GitHub's no: a status, its words and, for some, a list of what is wrong."""

    status: int
    message: str
    errors: tuple[Any, ...] = ()

    def answer(self) -> Answer:
        """The document that says it."""
        document: Json = {"message": self.message}
        if self.errors:
            document["errors"] = list(self.errors)
        document |= {"documentation_url": DOCS, "status": str(self.status)}
        return Answer(status=self.status, data=document)


def missing() -> Refused:
    """What is not there, and what is hidden."""
    return Refused(404, "Not Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One endpoint of the description.

    - `path`: with parameters in braces; `{name*}` goes over slashes;
    - `needs`: the areas of which one suffices, with the level; empty for all who have a token;
    - `gives`: the model of the answer; `takes`: that of the request's body; empty for none;
    - `query`: the parameters that may be in the query.
    """

    method: str
    path: str
    answer: Callable[[Asked], Answer]
    gives: str = ""
    takes: str = ""
    needs: tuple[str, ...] = ()
    level: str = "read"
    query: tuple[str, ...] = ()
