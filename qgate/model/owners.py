"""Who owns what, and who must look at it: rules, as CODEOWNERS or YAML wrote them.

An owner is a text: `@login`, `@organisation/team`, or an e-mail address. Letters of either case
are the same to GitHub: compare `identity`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple


def identity(owner: str) -> str:
    """What two ways to write one owner have in common."""
    return owner.casefold()


def distinct(owners: Iterable[str]) -> tuple[str, ...]:
    """Each owner once, as first written, in order."""
    found: dict[str, str] = {}
    for owner in owners:
        found.setdefault(identity(owner), owner)
    return tuple(found.values())


def is_team(owner: str) -> bool:
    """Whether it is `@organisation/team`."""
    return owner.startswith("@") and "/" in owner


def is_email(owner: str) -> bool:
    """Whether it is an address, behind which nobody knows an account."""
    return not owner.startswith("@")


class Place(NamedTuple):
    """A place in a file of rules; `line` and `column` are 1-based.

    A large CODEOWNERS file makes a hundred thousand of them: no dataclass, which takes three times
    as long.
    """

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


_NOWHERE: Final = Place("", 0)


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Files that match `pattern` belong to `owners`; to nobody, on purpose, if there are none.

    Where it stands is no part of what it says: moved down a line it is the same rule.
    """

    pattern: str
    owners: tuple[str, ...]
    place: Place = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Approvals that files ask for, beside their owners' (docs/reference/reviewers.md).

    It applies to a change with a file that `pattern` matches and none of `except_` does. Then
    `count` people out of all in `any_of` have to approve, and one for each in `all_of`. One that
    does not `block` is asked and not waited for. With `dismiss_stale` only approvals of the
    present head count.
    """

    pattern: str
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    count: int = 1
    except_: tuple[str, ...] = ()
    block: bool = True
    dismiss_stale: bool = True
    place: Place = field(default=_NOWHERE, compare=False)

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody it names."""
        return distinct((*self.all_of, *self.any_of))


class Strategy(StrEnum):
    """Who of several owners is asked first."""

    BALANCED = "balanced"
    LISTED = "listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """How many owners are asked, and which (docs/reference/reviewers.md).

    `per_rule` and `cap` None are "all of them" and "no cap".
    """

    per_rule: int | None = 2
    cap: int | None = 6
    strategy: Strategy = Strategy.BALANCED
    exclude: tuple[str, ...] = ()
    events: tuple[str, ...] = ("opened", "reopened", "ready_for_review", "synchronize")
    drafts: bool = False
    blame: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """Everything that decides about reviewers; `source` names where `owners` came from."""

    owners: tuple[OwnerRule, ...] = ()
    require: tuple[Requirement, ...] = ()
    notify: tuple[OwnerRule, ...] = ()
    select: Select = Select()
    source: str = ""


class Dialect(StrEnum):
    """Whose CODEOWNERS it is; the three share the name and little else."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    GITEA = "Gitea"


class ProblemKind(StrEnum):
    """The last part of a rule id, `reviewers/KIND`."""

    INVALID_PATTERN = "invalid-pattern"
    INVALID_OWNER = "invalid-owner"
    DOUBTFUL_PATTERN = "doubtful-pattern"
    FOREIGN_DIALECT = "foreign-dialect"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """What is wrong with a line of a CODEOWNERS file; `is_skipped`: GitHub ignores the line."""

    kind: ProblemKind
    message: str
    place: Place
    source: str
    is_skipped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Codeowners:
    """One CODEOWNERS file as GitHub reads it: the lines that it skips are in `problems` only."""

    path: str
    rules: tuple[OwnerRule, ...]
    problems: tuple[LineProblem, ...] = ()
    dialect: Dialect = Dialect.GITHUB
    size: int = 0
