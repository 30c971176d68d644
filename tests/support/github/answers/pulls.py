"""Pull requests, their files, reviews and events: what is read."""

from typing import Final

from tests.support.github.documents import pulls
from tests.support.github.operations import Answer, Asked, Operation, missing
from tests.support.github.pages import PAGED, paged
from tests.support.github.state import Pull

_MOST_FILES: Final = 3000
# What the description gives for events lacks most kinds; IssueEvent is how others are described.
_EVENTS: Final = "list[ReviewRequestedIssueEvent|ReviewRequestRemovedIssueEvent|IssueEvent]"
_NEEDS: Final = ("pull_requests",)


def of(asked: Asked) -> Pull:
    """The pull request whose number is in the path."""
    number = asked.params["number"]
    pull = asked.state.pulls.get(int(number)) if number.isdecimal() else None
    if pull is None:
        raise missing()
    return pull


def _list(asked: Asked) -> Answer:
    found = [pull for pull in asked.state.pulls.values() if _is_wanted(asked, pull)]
    newest_first = sorted(found, key=lambda pull: pull.number, reverse=True)
    return paged(asked, newest_first, lambda pull: pulls.brief(asked.at, pull))


def _is_wanted(asked: Asked, pull: Pull) -> bool:
    state = asked.query.get("state", "open")
    if state != "all" and (state == "open") != pull.is_open:
        return False
    if asked.query.get("base", pull.base_ref) != pull.base_ref:
        return False
    owner, colon, ref = asked.query.get("head", "").partition(":")
    if not colon:
        return True  # GitHub takes no notice of a head without its owner
    is_owner = owner.lower() == pulls.head_owner(asked.at, pull).lower()
    return is_owner and ref == pull.head_ref


def _get(asked: Asked) -> Answer:
    return Answer(data=pulls.full(asked.at, of(asked)))


def _files(asked: Asked) -> Answer:
    pull = of(asked)
    return paged(asked, pull.files[:_MOST_FILES], lambda file: pulls.file(asked.at, pull, file))


def _reviews(asked: Asked) -> Answer:
    pull = of(asked)
    # A review that is not handed in is seen by its author alone.
    seen = [r for r in pull.reviews if r.state != "PENDING" or r.login == asked.token.login]
    return paged(asked, seen, lambda review: pulls.review(asked.at, pull, review))


def _events(asked: Asked) -> Answer:
    return paged(asked, of(asked).events, lambda event: pulls.event(asked.at, event))


def _operation(path: str, answer: object, gives: str, query: tuple[str, ...] = ()) -> Operation:
    assert callable(answer)
    path = f"/repos/{{owner}}/{{repo}}{path}"
    return Operation(method="GET", path=path, answer=answer, gives=gives, needs=_NEEDS, query=query)


_FILTERS: Final = ("state", "head", "base", "sort", "direction")

OPERATIONS: Final = (
    _operation("/pulls", _list, "list[PullRequestSimple]", (*PAGED, *_FILTERS)),
    _operation("/pulls/{number}", _get, "PullRequest"),
    _operation("/pulls/{number}/files", _files, "list[DiffEntry]", PAGED),
    _operation("/pulls/{number}/reviews", _reviews, "list[PullRequestReview]", PAGED),
    _operation("/issues/{number}/events", _events, _EVENTS, PAGED),
)
