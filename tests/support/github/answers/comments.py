"""Comments in the conversation of a pull request."""

from typing import Final

from tests.support.github.answers.pulls import of
from tests.support.github.documents import pulls
from tests.support.github.operations import Answer, Asked, Operation, Refused, missing
from tests.support.github.pages import PAGED, paged
from tests.support.github.state import Comment, Pull

_MOST_CHARACTERS: Final = 65_536
_MOST_BYTES: Final = 262_144
_LIST: Final = "/repos/{owner}/{repo}/issues/{number}/comments"
_ONE: Final = "/repos/{owner}/{repo}/issues/comments/{id}"
_NEEDS: Final = ("issues", "pull_requests")


def _list(asked: Asked) -> Answer:
    pull = of(asked)
    return paged(asked, pull.comments, lambda comment: pulls.comment(asked.at, pull, comment))


def _create(asked: Asked) -> Answer:
    pull = of(asked)
    if pull.is_locked:
        raise Refused(403, "Unable to create comment because issue is locked.")
    comment = Comment(id=asked.state.new_id(), login=asked.token.login, body=_body(asked))
    pull.comments.append(comment)
    document = pulls.comment(asked.at, pull, comment)
    return Answer(status=201, data=document, headers={"Location": document["url"]})


def _get(asked: Asked) -> Answer:
    pull, comment = _found(asked)
    return Answer(data=pulls.comment(asked.at, pull, comment))


def _edit(asked: Asked) -> Answer:
    pull, comment = _found(asked)
    comment.body = _body(asked)
    return Answer(data=pulls.comment(asked.at, pull, comment))


def _delete(asked: Asked) -> Answer:
    pull, comment = _found(asked)
    pull.comments.remove(comment)
    return Answer(status=204)


def _found(asked: Asked) -> tuple[Pull, Comment]:
    for pull in asked.state.pulls.values():
        for comment in pull.comments:
            if str(comment.id) == asked.params["id"]:
                return pull, comment
    raise missing()


def _body(asked: Asked) -> str:
    body: str = asked.body["body"]
    if not body.strip():
        raise _refused("Body cannot be blank")
    # Whoever counts in units of UTF-16 gets the highest number; none is wrong to keep to.
    characters = len(body.encode("utf-16-le")) // 2
    if characters > _MOST_CHARACTERS or len(body.encode()) > _MOST_BYTES:
        raise _refused(f"Body is too long (maximum is {_MOST_CHARACTERS} characters)")
    return body


def _refused(message: str) -> Refused:
    wrong = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
    return Refused(422, "Validation Failed", ({**wrong, "message": message},))


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_LIST,
        answer=_list,
        gives="list[IssueComment]",
        needs=_NEEDS,
        query=(*PAGED, "since"),
    ),
    Operation(
        method="POST",
        path=_LIST,
        answer=_create,
        takes="ReposOwnerRepoIssuesIssueNumberCommentsPostBody",
        gives="IssueComment",
        needs=_NEEDS,
        level="write",
    ),
    Operation(method="GET", path=_ONE, answer=_get, gives="IssueComment", needs=_NEEDS),
    Operation(
        method="PATCH",
        path=_ONE,
        answer=_edit,
        takes="ReposOwnerRepoIssuesCommentsCommentIdPatchBody",
        gives="IssueComment",
        needs=_NEEDS,
        level="write",
    ),
    Operation(method="DELETE", path=_ONE, answer=_delete, needs=_NEEDS, level="write"),
)
