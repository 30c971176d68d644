"""A pull request as GitHub tells it, and what stands around it: reviews, runs, comments.

Nothing here is from a payload or an artifact: it is what the API answered.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from qgate.model.reviewers import TouchedFile

MOST_FILES: Final = 3000
"""GitHub lists no more of a pull request and does not say so: such a list may be cut off.

https://docs.github.com/rest/pulls/pulls#list-pull-requests-files
"""
MOST_REVIEWERS: Final = 15
"""Users and teams of one request for reviews: https://docs.github.com/rest/pulls/review-requests"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account. `id` is what no rename and no commit can borrow; 0 where the account is gone."""

    id: int
    login: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One pull request. Its body is its author's words: data, never policy.

    - `base_ref`: the branch that it goes to; `head_owner`, `head_ref`: the fork's owner (empty once
      the fork is gone) and branch;
    - `changed_files`: how many GitHub counts, whatever it lists.
    """

    number: int
    author: Account
    body: str
    base_ref: str
    head_sha: str
    head_owner: str
    head_ref: str
    changed_files: int
    is_open: bool = True
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileList:
    """The files of a pull request, both names of a rename; `is_complete`: all there are."""

    files: tuple[TouchedFile, ...]
    is_complete: bool


class State(StrEnum):
    """What a review says, in GitHub's words. A comment changes nothing."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    DISMISSED = "DISMISSED"
    COMMENTED = "COMMENTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review. `author` is the account's id, which no rename and no commit can borrow.

    `given` is when, None where that is not known.
    """

    author: int
    login: str
    state: State
    commit: str
    given: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to a pull request that is not to be seen on it any more.

    `removed`: whose request for a review a person took away last, `@login` or `@org/team`;
    `based`: when it got another base, None if never.
    """

    removed: tuple[str, ...] = ()
    based: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Other pull requests with the very same head: runs and statuses do not tell them apart.

    `is_open`: whether there is an open one, from any branch; `closed`: when the last of those from
    the same branch was closed, None if there is none.
    """

    is_open: bool = False
    closed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """A run of GitHub Actions. `path` is its workflow's file, without the `@ref` behind it.

    `created` is when its event happened, also where it was run again since; `conclusion` is empty
    until it ends.
    """

    id: int
    path: str
    event: str
    created: datetime
    head_sha: str
    head_owner: str
    head_branch: str
    conclusion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something that a run left; `size` in bytes, packed."""

    id: int
    name: str
    size: int
    is_expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment in the conversation of a pull request."""

    id: int
    author: Account
    body: str


class CommitState(StrEnum):
    """The states of a commit status."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    PENDING = "pending"
