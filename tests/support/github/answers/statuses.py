"""Commit statuses."""

from typing import Final

from tests.support.github.documents import actions
from tests.support.github.operations import Answer, Asked, Operation, Refused
from tests.support.github.pages import PAGED, paged
from tests.support.github.state import Status

_MOST_CHARACTERS: Final = 140
_MOST_STATUSES: Final = 1000


def _create(asked: Asked) -> Answer:
    sha, body = asked.params["sha"], asked.body
    _check_commit(asked, sha)
    description, target = body.get("description"), body.get("target_url")
    if description and len(description) > _MOST_CHARACTERS:
        message = f"description is too long (maximum is {_MOST_CHARACTERS} characters)"
        raise _refused("description", message)
    if target and not target.startswith(("http://", "https://")):
        raise _refused("target_url", "Target url must use http(s) scheme")
    context = body.get("context", "default")
    same = [s for s in asked.state.statuses if (s.sha, s.context) == (sha, context)]
    if len(same) >= _MOST_STATUSES:
        raise Refused(422, "This SHA and context has reached the maximum number of statuses.")
    status = Status(
        id=asked.state.new_id(),
        sha=sha,
        state=body["state"],
        context=context,
        description=description,
        target_url=target,
        login=asked.token.login,
    )
    asked.state.statuses.append(status)
    return Answer(status=201, data=actions.status(asked.at, status))


def _refused(field: str, message: str) -> Refused:
    wrong = {"resource": "Status", "code": "custom", "field": field, "message": message}
    return Refused(422, "Validation Failed", (wrong,))


def _check_commit(asked: Asked, sha: str) -> None:
    heads = {pull.head_sha for pull in asked.state.pulls.values()}
    if sha not in asked.state.commits and sha not in heads:
        raise Refused(422, f"No commit found for SHA: {sha}")


def _list(asked: Asked) -> Answer:
    found = [status for status in asked.state.statuses if status.sha == asked.params["sha"]]
    return paged(asked, found[::-1], lambda status: actions.status(asked.at, status))


def _combined(asked: Asked) -> Answer:
    sha = asked.params["sha"]
    newest = {each.context: each for each in asked.state.statuses if each.sha == sha}
    return Answer(data=actions.combined(asked.at, sha, list(newest.values())))


OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/repos/{owner}/{repo}/statuses/{sha}",
        answer=_create,
        takes="ReposOwnerRepoStatusesShaPostBody",
        gives="Status",
        needs=("statuses",),
        level="write",
    ),
    Operation(
        method="GET",
        path="/repos/{owner}/{repo}/commits/{sha}/statuses",
        answer=_list,
        gives="list[Status]",
        needs=("statuses",),
        query=PAGED,
    ),
    Operation(
        method="GET",
        path="/repos/{owner}/{repo}/commits/{sha}/status",
        answer=_combined,
        gives="CombinedCommitStatus",
        needs=("statuses",),
        query=PAGED,
    ),
)
