"""The event of a CI run: which change is it for? GitHub Actions is understood today."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from qgate.errors import Incomplete
from qgate.model.event import CiEvent, MergeGroupEvent, PullRequestEvent, PushEvent
from qgate.model.reviewers import Facts
from qgate.system.environment import is_github

_MAX_EVENT_BYTES: Final = 32 << 20
_Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40,64}$")]


class _Home(msgspec.Struct):
    full_name: str = ""


class _Tip(msgspec.Struct):
    sha: _Sha
    # Null once the fork was deleted.
    repo: _Home | None = None


class _User(msgspec.Struct):
    login: str
    type: str = ""


class _Team(msgspec.Struct):
    slug: str


class _Reviewer(msgspec.Struct):
    """A user, or a team, which has a slug in place of a login."""

    login: str = ""
    slug: str = ""


class _PullRequest(msgspec.Struct):
    base: _Tip
    head: _Tip
    number: int = 0
    draft: bool = False
    # Null where nothing was written.
    body: str | None = None
    # Null for an account that is gone.
    user: _User | None = None
    # Null in the short form of GitHub's own description.
    requested_reviewers: tuple[_Reviewer, ...] | None = None
    requested_teams: tuple[_Team, ...] | None = None


class _MergeGroup(msgspec.Struct):
    base_sha: _Sha


class _Repository(msgspec.Struct):
    default_branch: str
    full_name: str = ""


class _Payload(msgspec.Struct):
    pull_request: _PullRequest | None = None
    merge_group: _MergeGroup | None = None
    before: _Sha | None = None
    ref: str = ""
    action: str = ""
    repository: _Repository | None = None


def read_event(environ: Mapping[str, str]) -> CiEvent | None:
    """The event of this run; None outside CI and for events that name no base.

    Raises `Incomplete` where an event was announced and cannot be read.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    if not is_github(environ) or name not in _READERS:
        return None
    try:
        payload = _payload(environ)
    except (OSError, msgspec.MsgspecError) as error:
        raise Incomplete(
            "unreadable-event",
            f"the payload of the {name} event cannot be read: {error}",
            hint="GITHUB_EVENT_PATH must name the file that GitHub wrote; or pass --base REV",
        ) from error
    event = _READERS[name](payload)
    if event is None:
        raise Incomplete(
            "unreadable-event",
            f"the payload of the {name} event does not name its base",
            hint="pass --base REV",
        )
    return event


def is_fork(environ: Mapping[str, str]) -> bool:
    """Whether the run is for a pull request from another repository, or might be."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if _READERS.get(name) is not _pull_request:
        return False
    try:
        payload = _payload(environ)
    except (OSError, msgspec.MsgspecError):
        return True
    if payload.pull_request is None:
        return True
    home = payload.pull_request.head.repo
    return (
        home is None or not home.full_name or home.full_name != environ.get("GITHUB_REPOSITORY", "")
    )


def read_facts(environ: Mapping[str, str]) -> Facts:
    """What the event says of its pull request; nothing outside of one.

    Raises `Incomplete` where an event was announced and cannot be read.
    """
    if read_event(environ) is None:
        return Facts()
    payload = _payload(environ)
    pull = payload.pull_request
    if pull is None:
        return Facts()
    full_name = payload.repository.full_name if payload.repository else ""
    organisation = full_name.partition("/")[0]
    people, teams = pull.requested_reviewers or (), pull.requested_teams or ()
    return Facts(
        repository=full_name,
        number=pull.number,
        author=pull.user.login if pull.user else "",
        action=payload.action,
        is_draft=pull.draft,
        body=pull.body or "",
        requested=(
            *(each.login or f"@{organisation}/{each.slug}" for each in people),
            *(f"@{organisation}/{each.slug}" for each in teams),
        ),
        bots=tuple(each.login for each in (pull.user,) if each and each.type == "Bot"),
    )


def _payload(environ: Mapping[str, str]) -> _Payload:
    with Path(environ.get("GITHUB_EVENT_PATH", "")).open("rb") as file:
        return msgspec.json.decode(file.read(_MAX_EVENT_BYTES), type=_Payload)


def _pull_request(payload: _Payload) -> CiEvent | None:
    if payload.pull_request is None:
        return None
    return PullRequestEvent(
        base_sha=payload.pull_request.base.sha, head_sha=payload.pull_request.head.sha
    )


def _merge_group(payload: _Payload) -> CiEvent | None:
    return MergeGroupEvent(base_sha=payload.merge_group.base_sha) if payload.merge_group else None


def _push(payload: _Payload) -> CiEvent | None:
    if payload.before is None:
        return None
    default = payload.repository.default_branch if payload.repository else ""
    return PushEvent(before=payload.before, ref=payload.ref, default_branch=default)


_READERS: Final = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
}
