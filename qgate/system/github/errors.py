"""What GitHub's answers mean: three refusals that callers tell apart, and "could not ask"."""

from typing import ClassVar, Final

from qgate.errors import EXIT_INCOMPLETE, Incomplete, QgateError

_UNREACHABLE_HINT: Final = (
    "try again; https://www.githubstatus.com says how GitHub is, "
    "and GITHUB_API_URL which one is asked"
)


class Denied(QgateError):
    """The token may not do this: 401 or 403, and no rate limit. `status` is which."""

    exit_code: ClassVar[int] = EXIT_INCOMPLETE

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(
            message,
            hint="docs/reference/github.md lists the permissions that every request needs",
        )
        self.status = status


class Missing(QgateError):
    """There is no such thing, or the token may not know that there is: 404 or 410."""

    exit_code: ClassVar[int] = EXIT_INCOMPLETE


class Rejected(QgateError):
    """GitHub understood and refuses: 422. Its words are in the message."""

    exit_code: ClassVar[int] = EXIT_INCOMPLETE


class Unanswered(Exception):
    """One exchange without an answer; becomes `Incomplete` where it is not repeated.

    `is_unsent`: it is certain that GitHub has not seen the request. `is_final`: the next try would
    end alike. The message names no address and no header: both can hold secrets.
    """

    def __init__(self, why: str, *, is_unsent: bool = False, is_final: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_unsent = is_unsent
        self.is_final = is_final


def unreachable(what: str, why: str) -> Incomplete:
    """Nothing is known. `what` is the request, `why` ends the sentence."""
    return Incomplete("github-unreachable", f"{what}: {why}", hint=_UNREACHABLE_HINT)


def rate_limited(what: str, why: str, hint: str) -> Incomplete:
    """GitHub wants a longer wait than there is patience for."""
    return Incomplete("github-rate-limited", f"{what}: {why}", hint=hint)
