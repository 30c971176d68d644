"""Who may ask for what, and how GitHub says no to the others."""

from collections.abc import Mapping
from typing import Final

from tests.support.github.operations import At, Operation, Refused, missing
from tests.support.github.state import Token, TokenKind

_LEVELS: Final = ("none", "read", "write")
_VERSIONS: Final = ("", "2022-11-28", "2026-03-10")
_WORDS: Final = {
    TokenKind.INSTALLATION: "Resource not accessible by integration",
    TokenKind.FINE_GRAINED: "Resource not accessible by personal access token",
}


def admitted(at: At, headers: Mapping[str, str]) -> Token:
    """Whose request it is; raises Refused for those without a good token."""
    if not headers.get("User-Agent"):
        raise Refused(403, "Request forbidden by administrative rules.")
    if headers.get("X-Github-Api-Version", "") not in _VERSIONS:
        raise Refused(400, "The API version is not supported.")
    if not (given := headers.get("Authorization", "")):
        raise Refused(401, "Requires authentication")
    scheme, _, value = given.partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        for token in at.state.tokens:
            if token.value == value:
                return token
    raise Refused(401, "Bad credentials")


def check(at: At, token: Token, operation: Operation, params: Mapping[str, str]) -> None:
    """Raises Refused unless the token may do this here."""
    repository = at.state.repository
    if "repo" in params:
        asked_for = f"{params['owner']}/{params['repo']}"
        if asked_for.lower() != repository.full_name.lower():
            raise missing()
    if not operation.needs or _may(token, operation):
        return
    # What everybody can read needs no permission, but nobody's teams are public.
    if not repository.is_private and operation.level == "read" and "members" not in operation.needs:
        return
    raise denied(token)


def denied(token: Token) -> Refused:
    """The words for a token that may not; a classic one is told that there is nothing."""
    words = _WORDS.get(token.kind)
    return Refused(403, words) if words else missing()


def _may(token: Token, operation: Operation) -> bool:
    wanted = _LEVELS.index(operation.level)
    granted = (token.permissions.get(area, "none") for area in operation.needs)
    return any(_LEVELS.index(level) >= wanted for level in granted)
