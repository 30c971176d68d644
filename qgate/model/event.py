"""What a CI service says about the change it runs for."""

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


CiEvent = PullRequestEvent | MergeGroupEvent | PushEvent
