"""What a CI service says about the run: for which change it is, or what else it is there for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestEvent:
    """A pull request: the tips of both branches when the event happened."""

    base_sha: str
    head_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGroupEvent:
    """A merge queue's candidate, and the commit it would be merged onto."""

    base_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushEvent:
    """A push. `before` is all zeros where the branch is new; `ref` is `refs/heads/NAME`."""

    before: str
    ref: str
    default_branch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualEvent:
    """A run that somebody started by hand (`workflow_dispatch`) on a branch or tag."""

    ref: str
    default_branch: str


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """A run that the clock started. Nothing has changed but the time."""


@dataclass(frozen=True, slots=True)
class NothingEvent:
    """An event after which there is nothing to judge, and why in words."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEvent:
    """A pull request, told to a workflow of its base, which has rights (`pull_request_target`).

    `action` is what happened to it, such as `opened`.
    """

    number: int
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """The end of another workflow's run (`workflow_run`), by the run's id."""

    run: int


CiEvent = PullRequestEvent | MergeGroupEvent | PushEvent | ManualEvent | ScheduledEvent
TrustedEvent = TargetEvent | RunEvent
Occasion = CiEvent | NothingEvent | TrustedEvent
