"""Whether the approvals that `require` asks for are there: a pure function.

The invariants are those of docs/reference/reviewers.md ("Approvals"): what is not known is never
an approval, and nobody is known by anything but the account that reviewed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qgate.model.owners import Requirement, ReviewRules, identity
from qgate.model.pull_request import MOST_FILES, Review, State
from qgate.model.reviewers import TouchedFile
from qgate.owners.matching import Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a pull request's reviews, oldest first.

    `accounts` has the ids of the accounts behind an owner of the rules, a user's own or a team's
    members, by the owner's `identity`. An owner that is not in it is unknown.
    `based`: when the pull request last got another base, None if never; `is_complete`: whether the
    files and the reviews are all there are.
    """

    head: str
    author: int
    reviews: tuple[Review, ...]
    accounts: Mapping[str, frozenset[int]]
    based: datetime | None = None
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A requirement that is met, and the logins of those who met it."""

    requirement: Requirement
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A requirement that is not met.

    `needs` is how many more people out of `any_of` have to approve, `each_of` who of `all_of` has
    not; `unknown` are owners behind whom no account is known; `discounted` are approvals that do
    not count, with the reason in words; `reason` is why nothing can be said at all.
    """

    requirement: Requirement
    needs: int = 0
    each_of: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    discounted: tuple[tuple[str, str], ...] = ()
    reason: str = ""


def judge(
    rules: ReviewRules, files: Sequence[TouchedFile], evidence: Evidence
) -> tuple[Met | Missing, ...]:
    """One result for each requirement that applies, in the order of the rules.

    With an incomplete list every requirement may apply, and none is met.
    """
    if not evidence.is_complete or len(files) >= MOST_FILES:
        reason = "the list of files or reviews is not complete"
        return tuple(Missing(requirement=each, reason=reason) for each in rules.require)
    return tuple(judge_one(each, evidence) for each in applying(rules, files))


def applying(rules: ReviewRules, files: Iterable[TouchedFile]) -> tuple[Requirement, ...]:
    """The requirements that a change with these files has to meet, in the order of the rules."""
    matcher = Matcher(rules)
    names = (name for file in files for name in file.names)
    found = frozenset(each for name in names for each in matcher.of(name).require)
    return tuple(each for each in rules.require if each in found)


def judge_one(requirement: Requirement, evidence: Evidence) -> Met | Missing:
    """One requirement that applies, by evidence that is complete."""
    approvers, discounted = _approvers(requirement, evidence)
    pool = _accounts(requirement.any_of, evidence)
    from_pool = [login for author, login in approvers.items() if author in pool]
    needs = max(0, requirement.count - len(from_pool)) if requirement.any_of else 0
    lacking = tuple(
        owner
        for owner in requirement.all_of
        if not approvers.keys() & _accounts((owner,), evidence)
    )
    if needs or lacking:
        named = _accounts(requirement.owners, evidence)
        return Missing(
            requirement=requirement,
            needs=needs,
            each_of=lacking,
            unknown=tuple(
                owner
                for owner in (*(requirement.any_of if needs else ()), *lacking)
                if identity(owner) not in evidence.accounts
            ),
            discounted=tuple((login, why) for id_, login, why in discounted if id_ in named),
        )
    named = _accounts(requirement.owners, evidence)
    return Met(
        requirement=requirement, by=tuple(login for id_, login in approvers.items() if id_ in named)
    )


def _accounts(owners: Iterable[str], evidence: Evidence) -> frozenset[int]:
    known = (evidence.accounts.get(identity(owner), frozenset()) for owner in owners)
    # 0 stands for every account that is gone.
    return frozenset().union(*known) - {0}


def _approvers(
    requirement: Requirement, evidence: Evidence
) -> tuple[dict[int, str], list[tuple[int, str, str]]]:
    """Id and login of everybody whose last word is an approval that counts, and the others."""
    last: dict[int, Review] = {}
    for review in evidence.reviews:
        if review.state is not State.COMMENTED:
            last[review.author] = review
    approvers, discounted = {}, []
    for review in last.values():
        if review.state is not State.APPROVED:
            continue
        if review.author == evidence.author:
            discounted.append((review.author, review.login, "wrote the change"))
        elif requirement.dismiss_stale and not (review.commit == evidence.head != ""):
            why = f"approved {review.commit[:12]}, which is not the head"
            discounted.append((review.author, review.login, why))
        elif requirement.dismiss_stale and not _is_of_base(review, evidence.based):
            why = "approved it for another base"
            discounted.append((review.author, review.login, why))
        else:
            approvers[review.author] = review.login
    return approvers, discounted


def _is_of_base(review: Review, based: datetime | None) -> bool:
    """Whether it was given since the present base was chosen: before, it was of another diff."""
    return based is None or (review.given is not None and review.given > based)
