"""The event of a CI run: which change is it for? GitHub Actions is understood today.

Payloads are those of https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from qgate.errors import Incomplete, UsageError
from qgate.model.event import (
    CiEvent,
    ManualEvent,
    MergeGroupEvent,
    NothingEvent,
    Occasion,
    PullRequestEvent,
    PushEvent,
    RunEvent,
    ScheduledEvent,
    TargetEvent,
)
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
    # Null for an account that is gone.
    user: _User | None = None
    # Null in the short form of GitHub's own description.
    requested_reviewers: tuple[_Reviewer, ...] | None = None
    requested_teams: tuple[_Team, ...] | None = None


class _MergeGroup(msgspec.Struct):
    base_sha: _Sha


class _WorkflowRun(msgspec.Struct):
    id: int


class _Repository(msgspec.Struct):
    default_branch: str
    full_name: str = ""


class _Payload(msgspec.Struct):
    pull_request: _PullRequest | None = None
    merge_group: _MergeGroup | None = None
    workflow_run: _WorkflowRun | None = None
    before: _Sha | None = None
    deleted: bool = False
    ref: str = ""
    action: str = ""
    repository: _Repository | None = None


_Reader = Callable[[_Payload], Occasion | None]


def read_event(environ: Mapping[str, str]) -> CiEvent | None:
    """The event of this run; None outside CI and for events that name no base.

    Raises `Incomplete` where an event was announced and cannot be read.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    if not is_github(environ) or name not in _READERS:
        return None
    found = _read(environ, name, _READERS[name])
    return found if isinstance(found, CiEvent) else None


def occasion(environ: Mapping[str, str]) -> Occasion:
    """What a run of GitHub Actions is there for.

    Raises `UsageError` for an event that qgate does not answer, `Incomplete` for a payload that
    cannot be read.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name == "pull_request_review":
        # A green check of the same name would take the place of a red one on the same commit.
        raise UsageError(
            "nothing is judged on pull_request_review: a review changes no file",
            hint="let that workflow run without qgate; its end wakes the one on workflow_run, "
            "which judges approvals",
        )
    if name in TRUSTED:
        return _read(environ, name, TRUSTED[name])
    if name not in _READERS:
        known = ", ".join(sorted(_READERS.keys() | TRUSTED.keys()))
        raise UsageError(
            f"qgate does not answer the event {name!r}" if name else "GITHUB_EVENT_NAME is not set",
            hint=f"events: {known}; for any other, `qgate check --base REV`",
        )
    return _read(environ, name, _READERS[name])


def _read(environ: Mapping[str, str], name: str, reader: _Reader) -> Occasion:
    if reader is _schedule:
        # What the clock started says nothing that is needed.
        payload = _Payload()
    else:
        try:
            payload = _payload(environ)
        except (OSError, msgspec.MsgspecError) as error:
            raise Incomplete(
                "unreadable-event",
                f"the payload of the {name} event cannot be read: {error}",
                hint="GITHUB_EVENT_PATH must name the file that GitHub wrote; or pass --base REV",
            ) from error
    event = reader(payload)
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
    if name not in _OF_PULL_REQUESTS:
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
    if environ.get("GITHUB_EVENT_NAME", "") not in _OF_PULL_REQUESTS or read_event(environ) is None:
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
        requested=(
            *(each.login or f"@{organisation}/{each.slug}" for each in people),
            *(f"@{organisation}/{each.slug}" for each in teams),
        ),
        bots=tuple(each.login for each in (pull.user,) if each and each.type == "Bot"),
    )


def _payload(environ: Mapping[str, str]) -> _Payload:
    with Path(environ.get("GITHUB_EVENT_PATH", "")).open("rb") as file:
        return msgspec.json.decode(file.read(_MAX_EVENT_BYTES), type=_Payload)


def _pull_request(payload: _Payload) -> PullRequestEvent | None:
    if payload.pull_request is None:
        return None
    return PullRequestEvent(
        base_sha=payload.pull_request.base.sha, head_sha=payload.pull_request.head.sha
    )


def _target(payload: _Payload) -> TargetEvent | None:
    pull = payload.pull_request
    if pull is None or not pull.number:
        return None
    return TargetEvent(number=pull.number, action=payload.action)


def _run(payload: _Payload) -> RunEvent | None:
    run = payload.workflow_run
    return RunEvent(run=run.id) if run else None


def _merge_group(payload: _Payload) -> CiEvent | NothingEvent | None:
    if payload.merge_group is None:
        return None
    if payload.action == "destroyed":
        return NothingEvent("the merge queue's candidate is gone")
    return MergeGroupEvent(base_sha=payload.merge_group.base_sha)


def _push(payload: _Payload) -> CiEvent | NothingEvent | None:
    if payload.before is None:
        return None
    if payload.deleted:
        return NothingEvent(f"the push deleted {payload.ref or 'a branch'}")
    default = payload.repository.default_branch if payload.repository else ""
    return PushEvent(before=payload.before, ref=payload.ref, default_branch=default)


def _manual(payload: _Payload) -> ManualEvent | None:
    if payload.repository is None or not payload.ref:
        return None
    return ManualEvent(ref=payload.ref, default_branch=payload.repository.default_branch)


def _schedule(_payload: _Payload) -> ScheduledEvent:
    return ScheduledEvent()


_OF_PULL_REQUESTS: Final = frozenset({"pull_request", "pull_request_target"})
_READERS: Final[dict[str, _Reader]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
    "workflow_dispatch": _manual,
    "schedule": _schedule,
}
TRUSTED: Final[dict[str, _Reader]] = {
    "pull_request_target": _target,
    "workflow_run": _run,
}
