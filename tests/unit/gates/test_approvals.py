"""The gate `approvals`: what rules and changes of policy ask for, and the design's invariants."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from inspect import signature
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.gates.approvals import policy
from qgate.gates.approvals.gate import asked, judged
from qgate.model.owners import OwnerRule, Place, Requirement, ReviewRules
from qgate.model.pull_request import FileList, Review, State
from qgate.model.report import GateResult, Level, Outcome
from qgate.model.reviewers import TouchedFile
from qgate.owners.approvals import Evidence
from tests.unit.parse.damage import BRIEF

HEAD: Final = "f" * 40
OLD: Final = "0123456789abcdef" * 2 + "01234567"
AUTHOR: Final = 1
IDS: Final = {"me": AUTHOR, "a": 2, "b": 3, "c": 4}
ACCOUNTS: Final[Mapping[str, frozenset[int]]] = {
    **{f"@{login}": frozenset({number}) for login, number in IDS.items()},
    "@org/s": frozenset({2, 3}),
}
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCOMPLETE, SKIPPED = Outcome.INCOMPLETE, Outcome.SKIPPED
NOTHING: Final = ReviewRules()


def review(login: str, state: State = State.APPROVED, commit: str = HEAD) -> Review:
    return Review(author=IDS.get(login, 99), login=login, state=state, commit=commit)


def evidence(*reviews: Review, accounts: Mapping[str, frozenset[int]] = ACCOUNTS) -> Evidence:
    return Evidence(head=HEAD, author=AUTHOR, reviews=reviews, accounts=accounts)


def files(*paths: str, is_complete: bool = True) -> FileList:
    """Files; both names of a rename stand together as `new<old`."""
    touched = (TouchedFile(names=tuple(path.split("<")), lines=1) for path in paths)
    return FileList(files=tuple(touched), is_complete=is_complete)


def need(*any_of: str, pattern: str = "x", **values: object) -> Requirement:
    made = Requirement(pattern=pattern, any_of=any_of, place=Place(".qgate.yml", 3))
    return replace(made, **values)  # type: ignore[arg-type]  # the fields of a requirement


def required(*requirements: Requirement) -> ReviewRules:
    return ReviewRules(require=requirements)


def owned(**owners: str) -> ReviewRules:
    """Rules about owners by pattern; `_` stands for what no keyword can hold."""
    rules = ({"all": "*", "github": ".github/", "qgate": ".qgate.yml"}[name] for name in owners)
    return ReviewRules(
        owners=tuple(
            OwnerRule(pattern, tuple(names.split()), Place("CODEOWNERS", line))
            for line, (pattern, names) in enumerate(zip(rules, owners.values(), strict=True), 1)
        )
    )


def rules_of(result: GateResult) -> list[str]:
    return [each.rule.removeprefix("approvals/") for each in result.findings]


def messages(result: GateResult) -> list[str]:
    return [each.message for each in result.findings]


# What the rules ask for ------------------------------------------------------------------------


def test_an_approval_by_who_is_asked_passes_and_says_by_whom() -> None:
    result = judged(required(need("@a")), files("x"), evidence(review("a")))
    assert (result.name, result.outcome, result.reason) == ("approvals", PASSED, "approved")
    assert result.summary == "1 requirement is met, by a"
    assert result.metrics == {"required": 1, "met": 1}
    assert result.findings == ()


def test_a_missing_approval_fails_and_names_whose() -> None:
    result = judged(required(need("@a", "@org/s", count=2)), files("x"), evidence(review("a")))
    assert (result.outcome, result.reason, result.hint) == (FAILED, "missing", "")
    assert result.summary == "0 of 1 requirements are met"
    assert rules_of(result) == ["missing"]
    assert messages(result) == [
        "x (.qgate.yml:3) asks for approvals: 1 more approval is missing out of @a, @org/s"
    ]
    assert result.findings[0].blocking


def test_it_is_said_who_of_several_has_not_approved() -> None:
    requirement = Requirement(pattern="x", any_of=("@b", "@c"), all_of=("@a", "@b"), count=2)
    result = judged(required(requirement), files("x"), evidence())
    (said,) = messages(result)
    assert said == (
        "x asks for approvals: 2 more approvals are missing out of @b, @c "
        "and an approval each of @a, @b is missing"
    )
    alone = replace(requirement, any_of=())
    (said,) = messages(judged(required(alone), files("x"), evidence(review("b"))))
    assert said == "x asks for approvals: an approval of @a is missing"


def test_it_is_said_which_approvals_do_not_count_and_why() -> None:
    given_ = evidence(review("a", commit=OLD), review("me"))
    result = judged(required(need("@a", "@me", "@b")), files("x"), given_)
    assert messages(result)[0].endswith(
        "; does not count: a approved 0123456789ab, which is not the head, me wrote the change"
    )


def test_there_is_one_finding_for_each_requirement_that_is_not_met() -> None:
    rules = required(need("@a"), need("@b", pattern="*"), need("@c"))
    result = judged(rules, files("x"), evidence(review("b")))
    assert rules_of(result) == ["missing", "missing"]
    assert result.summary == "1 of 3 requirements are met"


@pytest.mark.parametrize("rules", [NOTHING, required(need("@a", pattern="y"))])
def test_a_change_that_waits_for_nobody_is_not_judged(rules: ReviewRules) -> None:
    result = judged(rules, files("x"), evidence())
    assert (result.outcome, result.reason) == (SKIPPED, "nothing-required")
    assert result.findings == ()


def test_what_does_not_block_is_a_warning() -> None:
    wish = need("@a", block=False)
    result = judged(required(wish), files("x"), evidence())
    assert (result.outcome, rules_of(result)) == (SKIPPED, ["missing"])
    assert (result.findings[0].level, result.findings[0].blocking) == (Level.WARNING, False)
    both = judged(required(wish, need("@b")), files("x"), evidence(review("b")))
    assert (both.outcome, rules_of(both)) == (PASSED, ["missing"])
    assert both.metrics == {"required": 1, "met": 1}


# Policy ----------------------------------------------------------------------------------------

POLICY: Final = (
    ".qgate.yml",
    ".qgate/rules/reviewers.yml",
    ".qgate",
    "CODEOWNERS",
    ".github/CODEOWNERS",
    "docs/CODEOWNERS",
    ".github/workflows/a.yml",
    ".github/actions/build/action.yml",
    ".gitattributes",
    "src/.gitattributes",
)
NO_POLICY: Final = (
    *("x.py", "action.yml", ".github/pull_request_template.md", "src/.qgate.yml", ".qgate.yml.txt"),
    *("src/CODEOWNERS", ".github/workflows.md", ".qgates/x", "a.gitattributes", ".github/x.yml"),
)


@pytest.mark.parametrize("path", POLICY)
def test_a_change_of_policy_needs_an_approval_of_its_owner(path: str) -> None:
    rules = owned(all="@a @b")
    missing = judged(rules, files(path), evidence())
    assert (missing.outcome, rules_of(missing)) == (FAILED, ["policy-missing"])
    (said,) = messages(missing)
    assert said == (
        f"this change alters policy, {path} (CODEOWNERS:1): "
        "1 more approval is missing out of @a, @b"
    )
    assert judged(rules, files(path), evidence(review("c"))).outcome is FAILED
    assert judged(rules, files(path), evidence(review("b"))).outcome is PASSED


@pytest.mark.parametrize("path", NO_POLICY)
def test_another_change_does_not_need_its_owners(path: str) -> None:
    assert judged(owned(all="@a"), files(path), evidence()).outcome is SKIPPED
    assert policy.notice(files(path).files) == ()


def test_policy_that_nobody_owns_is_told_and_waits_for_nobody() -> None:
    for rules in (NOTHING, owned(github="@a"), owned(all="@a", qgate="")):
        result = judged(rules, files(".qgate.yml"), evidence())
        assert (result.outcome, rules_of(result)) == (SKIPPED, ["policy-unowned"])
        assert (result.findings[0].level, result.findings[0].blocking) == (Level.WARNING, False)
        assert ".qgate.yml" in result.findings[0].message


def test_the_last_rule_that_matches_says_who_owns_policy() -> None:
    rules = owned(all="@a", qgate="@b")
    assert judged(rules, files(".qgate.yml"), evidence(review("a"))).outcome is FAILED
    assert judged(rules, files(".qgate.yml"), evidence(review("b"))).outcome is PASSED


def test_many_files_of_the_same_owners_ask_once() -> None:
    rules = owned(all="@a @B", github="@b @A")
    paths = [".qgate.yml", *(f".github/workflows/{number}.yml" for number in range(9))]
    result = judged(rules, files(*paths), evidence())
    assert result.metrics["required"] == 1
    assert (
        ".qgate.yml, .github/workflows/0.yml, .github/workflows/1.yml and 7 more"
        in (messages(result)[0])
    )


def test_an_author_who_owns_policy_alone_is_told_so() -> None:
    result = judged(owned(all="@me"), files(".qgate.yml"), evidence(review("me")))
    assert result.outcome is FAILED
    assert messages(result)[0].endswith("nobody but the author is named there")
    others = judged(owned(all="@me @a"), files(".qgate.yml"), evidence())
    assert "nobody but" not in messages(others)[0]


def test_requirements_and_policy_are_judged_together() -> None:
    rules = replace(owned(all="@a"), require=(need("@b", pattern="*"),))
    result = judged(rules, files(".qgate.yml"), evidence(review("b")))
    assert (result.metrics, rules_of(result)) == ({"required": 2, "met": 1}, ["policy-missing"])


def test_a_change_of_policy_is_noticed() -> None:
    (notice,) = policy.notice(files("x", "y<.qgate.yml", "CODEOWNERS").files)
    assert (notice.rule, notice.level) == ("approvals/policy-changed", Level.WARNING)
    assert "(.qgate.yml, CODEOWNERS)" in notice.message
    assert not notice.blocking


def test_asked_are_the_owners_whom_the_gate_has_to_know() -> None:
    rules = ReviewRules(
        owners=(OwnerRule("*", ("@a",)), OwnerRule(".qgate.yml", ("@org/t", "@B"))),
        require=(need("@b", "@c"), need("@else", pattern="y")),
    )
    assert asked(rules, files("x")) == ("@b", "@c")
    assert asked(rules, files("x", "z<.qgate.yml")) == ("@b", "@c", "@org/t")
    assert asked(rules, files("z")) == ()


# Invariant 1: incomplete or contradictory evidence never gives success.

EVERYBODY: Final = tuple(review(login) for login in ("a", "b", "c"))


@pytest.mark.parametrize("rules", [required(need("@a")), owned(all="@a")])
def test_incomplete_evidence_never_gives_success(rules: ReviewRules) -> None:
    full, cut = files("x", ".qgate.yml"), files("x", ".qgate.yml", is_complete=False)
    many = files("x", *(f"f{number}" for number in range(2999)))
    for list_, found in [
        (cut, evidence(*EVERYBODY)),
        (full, replace(evidence(*EVERYBODY), is_complete=False)),
        (many, evidence(*EVERYBODY)),
        (files(is_complete=False), evidence(*EVERYBODY)),
    ]:
        result = judged(rules, list_, found)
        assert (result.outcome, result.reason) == (INCOMPLETE, "incomplete-list")
        assert rules_of(result) == ["incomplete-list"]
        assert result.findings[0].blocking
    assert judged(rules, full, evidence(*EVERYBODY)).outcome is PASSED


def test_a_list_that_is_cut_off_hides_nothing_where_nothing_can_be_required() -> None:
    for rules in (NOTHING, owned(all=""), required(need("@a", block=False))):
        result = judged(rules, files("x", is_complete=False), evidence())
        assert (result.outcome, result.reason) == (SKIPPED, "nothing-required")


@pytest.mark.parametrize("owner", ["@org/unread", "@gone", "somebody@example.com"])
@pytest.mark.parametrize("is_policy", [False, True])
def test_an_owner_nobody_knows_cannot_be_judged_where_somebody_may_be_it(
    owner: str, *, is_policy: bool
) -> None:
    rules = ReviewRules(owners=(OwnerRule("*", (owner,)),)) if is_policy else required(need(owner))
    list_ = files(".qgate.yml" if is_policy else "x")
    result = judged(rules, list_, evidence(review("a")))
    assert (result.outcome, result.reason) == (INCOMPLETE, "unknown-owner")
    assert rules_of(result) == ["unknown-owner"]
    assert f"who is behind {owner} is not known" in messages(result)[0]
    words = {"@org/unread": "token", "@gone": "gone", "somebody@example.com": "login"}
    assert words[owner] in result.hint


@pytest.mark.parametrize(
    "reviews",
    [
        (),
        (review("a", State.CHANGES_REQUESTED),),
        (review("a", commit=OLD),),
        (review("me"),),
        (Review(author=0, login="ghost", state=State.APPROVED, commit=HEAD),),
    ],
)
def test_what_is_missing_whatever_an_unknown_owner_said_fails(reviews: tuple[Review, ...]) -> None:
    result = judged(required(need("@org/unread")), files("x"), evidence(*reviews))
    assert (result.outcome, result.reason) == (FAILED, "missing")
    assert "token" in result.hint


def test_one_that_fails_beats_one_that_cannot_be_judged() -> None:
    rules = required(need("@org/unread"), need("@b"))
    result = judged(rules, files("x"), evidence(review("a")))
    assert (result.outcome, rules_of(result)) == (FAILED, ["unknown-owner", "missing"])


def test_an_unknown_owner_does_not_matter_where_others_are_enough() -> None:
    result = judged(required(need("@org/unread", "@a")), files("x"), evidence(review("a")))
    assert (result.outcome, result.hint) == (PASSED, "")


def test_contradictory_reviews_of_one_account_are_decided_by_the_last() -> None:
    rules, list_ = required(need("@a")), files("x")
    yes, no = review("a"), review("a", State.CHANGES_REQUESTED)
    assert judged(rules, list_, evidence(yes, no)).outcome is FAILED
    assert judged(rules, list_, evidence(no, yes)).outcome is PASSED


def test_an_account_that_is_gone_is_nobody_even_where_a_team_has_one() -> None:
    accounts = {"@org/s": frozenset({0})}
    ghost = Review(author=0, login="ghost", state=State.APPROVED, commit=HEAD)
    found = replace(evidence(ghost, accounts=accounts), author=7)
    assert judged(required(need("@org/s")), files("x"), found).outcome is FAILED


# Invariant 2: a review of an older head does not count where policy says so.


def test_a_review_of_an_older_head_does_not_count() -> None:
    old = evidence(review("a", commit=OLD))
    assert judged(required(need("@a")), files("x"), old).outcome is FAILED
    loose = required(need("@a", dismiss_stale=False))
    assert judged(loose, files("x"), old).outcome is PASSED
    assert judged(owned(all="@a"), files(".qgate.yml"), old).outcome is FAILED


# Invariant 3: both names of a rename are judged.


@pytest.mark.parametrize("names", ["x<elsewhere", "elsewhere<x"])
def test_both_names_of_a_rename_are_judged(names: str) -> None:
    assert judged(required(need("@a")), files(names), evidence()).outcome is FAILED
    moved = names.replace("x", ".github/workflows/x.yml")
    rules = owned(all="@a", github="@b")
    assert judged(rules, files(moved), evidence(review("a"))).outcome is FAILED
    assert judged(rules, files(moved), evidence(review("b"))).outcome is PASSED


def test_policy_that_moves_between_owners_needs_both() -> None:
    rules = owned(all="@a", github="@b")
    list_ = files(".github/CODEOWNERS<CODEOWNERS")
    assert judged(rules, list_, evidence(review("a"))).outcome is FAILED
    assert judged(rules, list_, evidence(review("b"))).outcome is FAILED
    assert judged(rules, list_, evidence(review("a"), review("b"))).outcome is PASSED


# Invariant 4: every distinct owner set is met separately.


def test_every_distinct_set_of_owners_is_met_separately() -> None:
    rules = owned(all="@a", github="@org/s", qgate="@a @c")
    list_ = files(".qgate.yml", "CODEOWNERS", ".github/workflows/x.yml")
    result = judged(rules, list_, evidence(review("b"), review("c")))
    assert (result.metrics, rules_of(result)) == ({"required": 3, "met": 2}, ["policy-missing"])
    assert "CODEOWNERS (CODEOWNERS:1)" in messages(result)[0]
    assert judged(rules, list_, evidence(review("a"))).outcome is PASSED


# Invariant 5: a label is never an approval.


def test_a_label_or_any_other_word_of_the_pull_request_is_no_part_of_what_is_judged() -> None:
    assert [*signature(judged).parameters] == ["rules", "files", "evidence"]
    assert set(FileList.__slots__) == {"files", "is_complete"}
    assert set(Evidence.__slots__) == {
        "head",
        "author",
        "reviews",
        "accounts",
        "based",
        "is_complete",
    }


# Invariant 7: identity is the account's id.


def test_identity_is_the_id_of_the_account() -> None:
    borrowed = Review(author=99, login="a", state=State.APPROVED, commit=HEAD)
    renamed = Review(author=IDS["a"], login="new-name", state=State.APPROVED, commit=HEAD)
    for rules, list_ in [
        (required(need("@a")), files("x")),
        (owned(all="@a"), files("CODEOWNERS")),
    ]:
        assert judged(rules, list_, evidence(borrowed)).outcome is FAILED
        assert judged(rules, list_, evidence(renamed)).outcome is PASSED
    mine = Review(author=AUTHOR, login="a", state=State.APPROVED, commit=HEAD)
    assert judged(required(need("@me", "@a")), files("x"), evidence(mine)).outcome is FAILED


# Whatever is known ------------------------------------------------------------------------------

OWNERS: Final = st.lists(
    st.sampled_from(["@a", "@b", "@c", "@me", "@org/s", "@org/unread"]), max_size=3, unique=True
)
REVIEWS: Final = st.lists(
    st.builds(review, st.sampled_from(["a", "b", "c", "me", "else"]), st.sampled_from(State)),
    max_size=4,
)


@BRIEF
@given(OWNERS, OWNERS, REVIEWS)
def test_a_change_of_policy_passes_only_by_an_owner_of_each_set_who_is_not_the_author(
    first: list[str], second: list[str], reviews: list[Review]
) -> None:
    rules = owned(all=" ".join(first), github=" ".join(second))
    result = judged(rules, files(".qgate.yml", ".github/workflows/x.yml"), evidence(*reviews))
    last = {each.author: each for each in reviews if each.state is not State.COMMENTED}
    yes = {each for each in last if last[each].state is State.APPROVED} - {AUTHOR}

    def is_met(owners: Iterable[str]) -> bool:
        return bool(yes & frozenset().union(*(ACCOUNTS.get(each, frozenset()) for each in owners)))

    if result.outcome is PASSED:
        assert all(is_met(owners) for owners in (first, second) if owners)
        assert first or second
    elif result.outcome is SKIPPED:
        assert not first
        assert not second
    else:
        assert not all(is_met(owners) for owners in (first, second) if owners)
        assert (result.outcome is INCOMPLETE) <= ("@org/unread" in (*first, *second))
