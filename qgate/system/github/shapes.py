"""What GitHub's JSON must look like, and the values made from it. Nothing else is let in.

Unknown names are passed over, for GitHub adds some at any time. A name that is missing or of
another type is `MalformedAnswer`.
"""

from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from qgate.model.pull_request import Account, Comment, PullRequest, State
from qgate.model.pull_request import Review as ReviewOf
from qgate.model.reviewers import TouchedFile

Id = Annotated[int, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Sha = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")]
_T = TypeVar("_T")

# Who wrote something once, and whose account is gone.
_GHOST: Final = Account(id=0, login="ghost")
_PENDING: Final = "PENDING"


class MalformedAnswer(ValueError):
    """JSON of another shape than GitHub describes."""


class User(msgspec.Struct):
    """An account, wherever one is named."""

    id: Id
    login: str
    type: str

    def account(self) -> Account:
        """The value that qgate works with."""
        is_bot = self.type == "Bot" or self.login.endswith("[bot]")
        return Account(id=self.id, login=self.login, is_bot=is_bot)


class Repository(msgspec.Struct):
    """A repository, wherever one is named."""

    owner: User | None

    @property
    def owner_login(self) -> str:
        """Empty where the owner is gone."""
        return self.owner.login if self.owner else ""


class Side(msgspec.Struct):
    """A branch of a pull request: `repo` is none once a fork is gone."""

    ref: str
    sha: Sha
    repo: Repository | None


class BriefPull(msgspec.Struct):
    """As it stands in lists."""

    number: Id
    head: Side
    closed_at: datetime | None


class BusyPull(msgspec.Struct):
    """Whom one of a list still waits for."""

    requested_reviewers: list[User] | None = None


class Pull(BriefPull):
    """A pull request by itself."""

    user: User | None
    body: str | None
    state: str
    base: Side
    changed_files: Count
    draft: bool | None = None

    def value(self) -> PullRequest:
        """The value that qgate works with."""
        head = self.head
        return PullRequest(
            number=self.number,
            author=account_of(self.user),
            body=self.body or "",
            base_ref=self.base.ref,
            head_sha=head.sha,
            head_owner=head.repo.owner_login if head.repo else "",
            head_ref=head.ref,
            changed_files=self.changed_files,
            is_open=self.state == "open",
            is_draft=bool(self.draft),
        )


class File(msgspec.Struct):
    """A file of a pull request."""

    filename: str
    status: str
    changes: Count
    previous_filename: str | None = None

    def value(self) -> TouchedFile:
        """A renamed file has two names; what a copy was made from is not touched."""
        if self.status != "renamed":
            return TouchedFile(names=(self.filename,), lines=self.changes)
        if not self.previous_filename:
            raise MalformedAnswer("a renamed file without its former name")
        return TouchedFile(names=(self.filename, self.previous_filename), lines=self.changes)


class Review(msgspec.Struct):
    """A review, given or not yet."""

    id: Id
    user: User | None
    state: str
    commit_id: str | None
    submitted_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """Not given yet; only its author sees it."""
        return self.state == _PENDING

    def value(self) -> ReviewOf:
        """The value that qgate works with."""
        if self.state not in State.__members__:
            raise MalformedAnswer("a review in a state that is not known")
        who = account_of(self.user)
        return ReviewOf(
            author=who.id,
            login=who.login,
            state=State(self.state),
            commit=self.commit_id or "",
            given=self.submitted_at,
        )


class Slug(msgspec.Struct):
    """A team, by the name in its address."""

    slug: str


class Requested(msgspec.Struct):
    """Who is asked for a review."""

    users: list[User]
    teams: list[Slug]


class Event(msgspec.Struct):
    """What happened to a pull request."""

    id: Id
    event: str
    created_at: datetime
    actor: User | None = None
    requested_reviewer: User | None = None
    requested_team: Slug | None = None


class Remark(msgspec.Struct):
    """A comment in a conversation."""

    id: Id
    user: User | None
    body: str | None = None

    def value(self) -> Comment:
        """The value that qgate works with."""
        return Comment(id=self.id, author=account_of(self.user), body=self.body or "")


class Made(msgspec.Struct):
    """What was created."""

    id: Id


class Target(msgspec.Struct):
    """What a reference points to."""

    type: str
    sha: Sha


class Reference(msgspec.Struct):
    """A reference of git."""

    ref: str
    object: Target


class Level(msgspec.Struct):
    """What somebody may do in a repository."""

    permission: str


class Login(msgspec.Struct):
    """Who a token belongs to."""

    login: str


def read(data: Any, shape: type[_T]) -> _T:
    """The value of a shape. Raises `MalformedAnswer`."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise MalformedAnswer(str(error)) from None


def account_of(user: User | None) -> Account:
    """The account, or that of nobody where it is gone."""
    return user.account() if user else _GHOST
