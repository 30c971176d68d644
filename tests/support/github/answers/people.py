"""Accounts, teams, the repository itself."""

from typing import Final

from tests.support.github.documents import people, repository
from tests.support.github.operations import Answer, Asked, Operation, Refused, missing
from tests.support.github.pages import PAGED, paged
from tests.support.github.state import TokenKind


def _me(asked: Asked) -> Answer:
    if asked.token.kind is TokenKind.INSTALLATION:
        raise Refused(403, "Resource not accessible by integration")
    return _account(asked, asked.token.login)


def _user(asked: Asked) -> Answer:
    return _account(asked, asked.params["login"])


def _account(asked: Asked, login: str) -> Answer:
    account = asked.state.user(login)
    if account is None:
        raise missing()
    return Answer(data=people.profile(asked.at, account))


def _members(asked: Asked) -> Answer:
    own = asked.state.repository
    team = asked.state.teams.get(asked.params["team"].lower())
    is_here = asked.params["org"].lower() == own.owner.lower()
    if team is None or not is_here or not own.is_organization:
        raise missing()
    return paged(asked, team.members, lambda login: people.named(asked.at, login))


def _permission(asked: Asked) -> Answer:
    account = asked.state.user(asked.params["login"])
    if account is None:
        raise Refused(404, f"{asked.params['login']} is not a user")
    return Answer(data=people.permission(asked.at, account))


def _repository(asked: Asked) -> Answer:
    return Answer(data=repository.full(asked.at))


OPERATIONS: Final = (
    Operation(method="GET", path="/user", answer=_me, gives="PublicUser"),
    Operation(method="GET", path="/users/{login}", answer=_user, gives="PublicUser"),
    Operation(
        method="GET",
        path="/orgs/{org}/teams/{team}/members",
        answer=_members,
        gives="list[TeamMember]",
        needs=("members",),
        query=(*PAGED, "role"),
    ),
    Operation(
        method="GET",
        path="/repos/{owner}/{repo}/collaborators/{login}/permission",
        answer=_permission,
        gives="RepositoryCollaboratorPermission",
        needs=("metadata",),
    ),
    Operation(
        method="GET",
        path="/repos/{owner}/{repo}",
        answer=_repository,
        gives="FullRepository",
        needs=("metadata",),
    ),
)
