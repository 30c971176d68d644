"""What the loopback GitHub knows: plain, mutable, edited by a test before and between requests."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

# A file of a tree: its bytes, or its mode (as git writes it, "120000" is a link) and its bytes.
# A submodule has mode "160000" and the commit's id for its bytes.
Entry: TypeAlias = bytes | tuple[str, bytes]
Files: TypeAlias = dict[str, Entry]

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def stamp(seconds: int = 0) -> str:
    """A time the way GitHub writes it, so many seconds after a fixed one."""
    return (_START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class TokenKind(StrEnum):
    """Whose token it is; refusals read differently for each."""

    INSTALLATION = "installation"
    FINE_GRAINED = "fine-grained"
    CLASSIC = "classic"


@dataclass(slots=True, kw_only=True)
class Token:
    """A token, who speaks with it, and what it may: none, read or write for each area.

    Areas: contents, pull_requests, issues, statuses, actions, members, metadata.
    """

    value: str
    login: str
    kind: TokenKind = TokenKind.INSTALLATION
    permissions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class User:
    """An account. `permission`: what the repository gave it, from none over read to admin."""

    login: str
    id: int
    type: str = "User"
    permission: str = "write"


@dataclass(slots=True, kw_only=True)
class Team:
    """A team of the organisation, with the logins of its members."""

    slug: str
    id: int
    members: list[str] = field(default_factory=list)
    has_access: bool = True


@dataclass(slots=True, kw_only=True)
class Repository:
    """The one repository. Its owner is an organisation unless `is_organization` says otherwise."""

    owner: str = "org"
    name: str = "project"
    id: int = 700
    owner_id: int = 900
    default_branch: str = "main"
    is_private: bool = True
    is_organization: bool = True

    @property
    def full_name(self) -> str:
        """Owner and name."""
        return f"{self.owner}/{self.name}"


@dataclass(slots=True, kw_only=True)
class File:
    """A file of a pull request; `status` in GitHub's words."""

    name: str
    status: str = "modified"
    previous: str = ""
    additions: int = 1
    deletions: int = 0


@dataclass(slots=True, kw_only=True)
class Review:
    """A review. `login` is None where the account is gone."""

    id: int
    login: str | None
    state: str
    commit: str
    body: str = ""


@dataclass(slots=True, kw_only=True)
class Event:
    """An event of a pull request. `reviewer` is a login, `team` a slug; both only for requests."""

    id: int
    kind: str
    actor: str
    reviewer: str = ""
    team: str = ""


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment in the conversation. `login` is None where the account is gone."""

    id: int
    login: str | None
    body: str


@dataclass(slots=True, kw_only=True)
class Pull:
    """A pull request. `head_owner` is empty once the fork is gone.

    `changed_files`: what GitHub counts, if that is not how many files there are; `closed`: when
    it was closed, in seconds after the fixed time.
    """

    number: int
    author: str
    head_sha: str
    head_ref: str = "topic"
    head_owner: str = ""
    base_ref: str = "main"
    is_fork: bool = False
    is_open: bool = True
    closed: int = 0
    is_draft: bool = False
    is_locked: bool = False
    title: str = "A change"
    body: str | None = None
    labels: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    changed_files: int | None = None
    reviews: list[Review] = field(default_factory=list)
    requested_users: list[str] = field(default_factory=list)
    requested_teams: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Run:
    """A run of GitHub Actions. `conclusion` is None until it has ended."""

    id: int
    head_sha: str
    path: str = ".github/workflows/qgate.yml"
    event: str = "pull_request"
    head_branch: str | None = "topic"
    head_owner: str = "org"
    conclusion: str | None = "success"
    pulls: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Artifact:
    """Something that a run left: the bytes of a zip."""

    id: int
    run: int
    name: str
    data: bytes
    is_expired: bool = False
    size: int | None = None


@dataclass(slots=True, kw_only=True)
class Status:
    """A commit status."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    login: str


@dataclass(slots=True, kw_only=True)
class Rate:
    """The hourly allowance. Every answer counts and says where it stands."""

    limit: int = 1000
    used: int = 0
    reset: int = 4_000_000_000


@dataclass(slots=True, kw_only=True)
class GitHubState:
    """All of it. `commits` has the files of each commit by its id, `branches` a commit's id each.

    - `tree_limit`: how many entries of a recursive tree are told before it is called truncated.
    """

    repository: Repository = field(default_factory=Repository)
    tokens: list[Token] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    commits: dict[str, Files] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    rate: Rate = field(default_factory=Rate)
    tree_limit: int = 100_000
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    @property
    def token(self) -> Token:
        """The first token; most tests have one."""
        return self.tokens[0]

    def user(self, login: str) -> User | None:
        """The account with this name, in whatever case; None if there is none."""
        return next((u for u in self.users.values() if u.login.lower() == login.lower()), None)

    def new_id(self) -> int:
        """A number that nothing else has."""
        return next(self.ids)
