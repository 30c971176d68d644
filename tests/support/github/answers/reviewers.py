"""Requests for review: one bad name refuses the whole call."""

from collections.abc import Sequence
from typing import Final

from tests.support.github.answers.pulls import of
from tests.support.github.documents import pulls
from tests.support.github.operations import Answer, Asked, Operation, Refused
from tests.support.github.state import Event, Pull

_PATH: Final = "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers"
_BODY: Final = "ReposOwnerRepoPullsPullNumberRequestedReviewers"
_MOST: Final = 15


def _get(asked: Asked) -> Answer:
    return Answer(data=pulls.requested(asked.at, of(asked)))


def _request(asked: Asked) -> Answer:
    pull = of(asked)
    logins = [_account(asked, login) for login in _unique(asked.body.get("reviewers", ()))]
    slugs = [slug.lower() for slug in _unique(asked.body.get("team_reviewers", ()))]
    if pull.author in logins:
        raise Refused(422, "Review cannot be requested from pull request author.")
    if len(logins) + len(slugs) > _MOST:
        raise Refused(422, f"Reviews can be requested from at most {_MOST} users and teams.")
    for slug in slugs:
        _check_team(asked, slug)
    for login in logins:
        if login not in pull.requested_users:
            pull.requested_users.append(login)
            _note(asked, pull, "review_requested", login=login)
    for slug in slugs:
        if slug not in pull.requested_teams:
            pull.requested_teams.append(slug)
            _note(asked, pull, "review_requested", team=slug)
    return Answer(status=201, data=pulls.brief(asked.at, pull))


def _remove(asked: Asked) -> Answer:
    pull = of(asked)
    for login in _unique(asked.body.get("reviewers", ())):
        if login in pull.requested_users:
            pull.requested_users.remove(login)
            _note(asked, pull, "review_request_removed", login=login)
    for slug in _unique(asked.body.get("team_reviewers", ())):
        if slug in pull.requested_teams:
            pull.requested_teams.remove(slug)
            _note(asked, pull, "review_request_removed", team=slug)
    return Answer(data=pulls.brief(asked.at, pull))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    return tuple({name.lower(): name for name in names}.values())


def _account(asked: Asked, login: str) -> str:
    account = asked.state.user(login)
    if account is None or account.permission == "none" or account.type != "User":
        raise _no_collaborator(asked)
    return account.login


def _check_team(asked: Asked, slug: str) -> None:
    team = asked.state.teams.get(slug)
    if team is None or not team.has_access:
        raise _no_collaborator(asked)
    if asked.token.permissions.get("members", "none") == "none":
        # A token of GITHUB_TOKEN's kind finds the team, and then may not see it.
        lost = f"Could not resolve to a node with the global id of 'T_{team.id}'."
        raise Refused(422, "Validation Failed", (lost,))


def _no_collaborator(asked: Asked) -> Refused:
    return Refused(
        422,
        "Reviews may only be requested from collaborators. One or more of the users or teams "
        f"you specified is not a collaborator of the {asked.state.repository.full_name} "
        "repository.",
    )


def _note(asked: Asked, pull: Pull, kind: str, *, login: str = "", team: str = "") -> None:
    number = asked.state.new_id()
    actor = asked.token.login
    pull.events.append(Event(id=number, kind=kind, actor=actor, reviewer=login, team=team))


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answer=_get,
        gives="PullRequestReviewRequest",
        needs=("pull_requests",),
    ),
    Operation(
        method="POST",
        path=_PATH,
        answer=_request,
        takes=f"{_BODY}PostBodyAnyof0|{_BODY}PostBodyAnyof1",
        gives="PullRequestSimple",
        needs=("pull_requests",),
        level="write",
    ),
    Operation(
        method="DELETE",
        path=_PATH,
        answer=_remove,
        takes=f"{_BODY}DeleteBody",
        gives="PullRequestSimple",
        needs=("pull_requests",),
        level="write",
    ),
)
