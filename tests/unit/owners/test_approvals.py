"""Approvals that rules require: what counts, what never does, and what is missing from whom."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.owners import Place, Requirement, ReviewRules, identity
from qgate.model.pull_request import Review, State
from qgate.model.reviewers import TouchedFile
from qgate.owners.approvals import Evidence, Met, Missing, judge
from tests.unit.parse.damage import BRIEF

HEAD: Final = "f" * 40
OLD: Final = "0123456789abcdef" * 2 + "01234567"
AUTHOR: Final = 1
# Accounts by number. The members of the teams are 2 and 3, and 3 and 4.
IDS: Final = {"@me": AUTHOR, "@a": 2, "@b": 3, "@c": 4}
TEAMS: Final = {"@org/s": frozenset({2, 3}), "@org/t": frozenset({3, 4}), "@org/mine": {AUTHOR}}
ACCOUNTS: Final[Mapping[str, frozenset[int]]] = {
    **{login: frozenset({number}) for login, number in IDS.items()},
    **{team: frozenset(members) for team, members in TEAMS.items()},
}
APPROVED, CHANGES = State.APPROVED, State.CHANGES_REQUESTED
COMMENTED, DISMISSED = State.COMMENTED, State.DISMISSED


def review(login: str, state: State = APPROVED, commit: str = HEAD) -> Review:
    """A review of one of the known accounts."""
    return Review(author=IDS[f"@{login}"], login=login, state=state, commit=commit)


def evidence(
    *reviews: Review,
    accounts: Mapping[str, frozenset[int]] = ACCOUNTS,
    head: str = HEAD,
    is_complete: bool = True,
) -> Evidence:
    return Evidence(
        head=head, author=AUTHOR, reviews=reviews, accounts=accounts, is_complete=is_complete
    )


@pytest.mark.parametrize(("seconds", "is_met"), [(None, False), (0, False), (1, True)])
def test_an_approval_counts_for_the_base_that_it_was_given_for(
    seconds: int | None, *, is_met: bool
) -> None:
    based = datetime(2026, 1, 1, tzinfo=UTC)
    when = None if seconds is None else based + timedelta(seconds=seconds)
    found = replace(evidence(replace(review("a"), given=when)), based=based)
    assert isinstance(judged_by(need("@a"), found), Met) is is_met
    lenient = replace(need("@a"), dismiss_stale=False)
    assert isinstance(judged_by(lenient, found), Met)


def test_an_account_that_is_gone_meets_nothing_even_if_an_owner_is_gone_too() -> None:
    gone = replace(review("a"), author=0, login="ghost")
    found = evidence(gone, accounts={"@a": frozenset({0})})
    assert isinstance(judged_by(need("@a"), found), Missing)


def need(*any_of: str, pattern: str = "x", count: int = 1) -> Requirement:
    return Requirement(pattern=pattern, any_of=any_of, count=count, place=Place("NEED", 1))


def judged(requirement: Requirement, *reviews: Review) -> Met | Missing:
    """The one result for one file."""
    return judged_by(requirement, evidence(*reviews))


def judged_by(requirement: Requirement, found: Evidence) -> Met | Missing:
    (result,) = judge(ReviewRules(require=(requirement,)), files("x"), found)
    return result


def files(*paths: str) -> list[TouchedFile]:
    """Files with one name each; both names of a rename stand together as `new<old`."""
    return [TouchedFile(names=tuple(path.split("<")), lines=1) for path in paths]


def test_an_approval_of_the_head_by_who_is_named_meets_a_requirement() -> None:
    requirement = need("@a")
    assert judged(requirement, review("a")) == Met(requirement=requirement, by=("a",))


def test_without_a_review_it_is_said_how_many_are_missing() -> None:
    requirement = need("@a", "@b", count=2)
    assert judged(requirement) == Missing(requirement=requirement, needs=2)


def test_an_approval_of_somebody_else_meets_nothing() -> None:
    requirement = need("@a")
    assert judged(requirement, review("b"), review("c")) == Missing(
        requirement=requirement, needs=1
    )


# Invariant 1: incomplete or contradictory evidence never gives success.


def test_incomplete_evidence_never_gives_success() -> None:
    rules = ReviewRules(require=(need("@a"), need("@b", pattern="not/touched")))
    found = judge(rules, files("x"), evidence(review("a"), review("b"), is_complete=False))
    reason = "the list of files or reviews is not complete"
    assert found == tuple(Missing(requirement=each, reason=reason) for each in rules.require)


def test_with_an_incomplete_list_of_files_a_requirement_applies_that_no_file_shows() -> None:
    rules = ReviewRules(require=(need("@a"),))
    assert judge(rules, [], evidence()) == ()
    (found,) = judge(rules, [], evidence(is_complete=False))
    assert isinstance(found, Missing)


@pytest.mark.parametrize("state", [CHANGES, DISMISSED, COMMENTED])
def test_nothing_but_an_approval_is_one(state: State) -> None:
    requirement = need("@a")
    assert judged(requirement, review("a", state)) == Missing(requirement=requirement, needs=1)


@pytest.mark.parametrize(
    ("states", "is_met"),
    [
        ((APPROVED, CHANGES), False),
        ((CHANGES, APPROVED), True),
        ((APPROVED, COMMENTED), True),
        ((CHANGES, COMMENTED), False),
        ((COMMENTED, APPROVED), True),
        ((APPROVED, DISMISSED), False),
        ((DISMISSED, APPROVED), True),
        ((APPROVED, CHANGES, COMMENTED), False),
        ((APPROVED, CHANGES, APPROVED), True),
        ((APPROVED, DISMISSED, COMMENTED), False),
        ((APPROVED, APPROVED), True),
    ],
)
def test_the_last_word_of_a_person_counts_and_a_comment_is_none(
    states: tuple[State, ...], *, is_met: bool
) -> None:
    found = judged(need("@a"), *(review("a", state) for state in states))
    assert isinstance(found, Met) is is_met


def test_the_last_word_of_another_does_not_take_an_approval_away() -> None:
    found = judged(need("@a", "@b"), review("a"), review("b", CHANGES), review("c", DISMISSED))
    assert found == Met(requirement=need("@a", "@b"), by=("a",))


def test_an_unknown_head_is_not_the_commit_of_a_review_that_is_unknown_too() -> None:
    found = judged_by(need("@a"), evidence(review("a", commit=""), head=""))
    assert isinstance(found, Missing)


# Invariant 2: a review of an older head does not count where policy says so.


def test_a_review_of_an_older_head_does_not_count_and_it_is_said_which() -> None:
    requirement = need("@a")
    assert judged(requirement, review("a", commit=OLD)) == Missing(
        requirement=requirement,
        needs=1,
        discounted=(("a", "approved 0123456789ab, which is not the head"),),
    )


def test_a_review_of_an_older_head_counts_where_it_need_not_be_dismissed() -> None:
    requirement = replace(need("@a"), dismiss_stale=False)
    assert judged(requirement, review("a", commit=OLD)) == Met(requirement=requirement, by=("a",))


def test_an_older_head_is_judged_for_each_requirement_apart() -> None:
    strict = need("@a", "@b", count=2)
    loose = replace(strict, dismiss_stale=False)
    rules = ReviewRules(require=(strict, loose))
    found = judge(rules, files("x"), evidence(review("a", commit=OLD), review("b")))
    assert [type(each) for each in found] == [Missing, Met]


def test_an_approval_given_again_for_the_head_counts_and_the_old_one_is_not_mentioned() -> None:
    found = judged(need("@a"), review("a", commit=OLD), review("a"))
    assert found == Met(requirement=need("@a"), by=("a",))


def test_a_part_of_the_heads_name_is_not_the_head() -> None:
    assert isinstance(judged(need("@a"), review("a", commit=HEAD[:12])), Missing)
    assert isinstance(judged(need("@a"), review("a", commit="")), Missing)


# Invariant 3: both names of a rename are judged.


@pytest.mark.parametrize("pattern", ["new/", "old/"])
def test_both_names_of_a_rename_are_judged(pattern: str) -> None:
    rules = ReviewRules(require=(need("@a", pattern=pattern),))
    (found,) = judge(rules, files("new/x<old/x"), evidence())
    assert found == Missing(requirement=need("@a", pattern=pattern), needs=1)


def test_an_exception_for_one_name_of_a_rename_does_not_free_the_other() -> None:
    requirement = replace(need("@a", pattern="*"), except_=("gen/",))
    rules = ReviewRules(require=(requirement,))
    assert judge(rules, files("gen/x<gen/y"), evidence()) == ()
    for names in ("gen/x<src/x", "src/x<gen/x"):
        assert len(judge(rules, files(names), evidence())) == 1


# Invariant 4: every distinct owner set is met separately.


def test_every_owner_set_is_met_separately() -> None:
    rules = ReviewRules(require=(need("@a", pattern="p/"), need("@b", pattern="q/")))
    found = judge(rules, files("p/x", "q/x"), evidence(review("a")))
    assert found == (
        Met(requirement=rules.require[0], by=("a",)),
        Missing(requirement=rules.require[1], needs=1),
    )


def test_two_approvals_by_one_set_do_not_stand_for_two_sets() -> None:
    rules = ReviewRules(require=(need("@org/s", pattern="p/"), need("@c", pattern="q/")))
    found = judge(rules, files("p/x", "q/x"), evidence(review("a"), review("b")))
    assert [type(each) for each in found] == [Met, Missing]


def test_one_approval_meets_several_entries() -> None:
    rules = ReviewRules(
        require=(
            need("@b", pattern="p/"),
            need("@org/s", pattern="q/"),
            Requirement(pattern="*", any_of=("@org/t",), all_of=("@b", "@org/s")),
        )
    )
    found = judge(rules, files("p/x", "q/x"), evidence(review("b")))
    assert found == tuple(Met(requirement=each, by=("b",)) for each in rules.require)


def test_only_what_applies_is_judged_in_the_order_of_the_rules() -> None:
    rules = ReviewRules(
        require=tuple(need("@a", pattern=pattern) for pattern in ("*.c", "z", "*.b", "*"))
    )
    found = judge(rules, files("x.b", "x.c"), evidence())
    assert [each.requirement.pattern for each in found] == ["*.c", "*.b", "*"]
    assert judge(rules, [], evidence()) == ()


def test_the_same_requirement_twice_is_judged_twice() -> None:
    first, second = need("@a"), replace(need("@a"), place=Place("NEED", 2))
    found = judge(ReviewRules(require=(first, second)), files("x"), evidence())
    assert [each.requirement.place.line for each in found] == [1, 2]


# Invariant 5: a label is never an approval.


def test_a_label_is_never_an_approval_for_there_is_no_place_for_one() -> None:
    # What is judged is accounts, reviews and paths: no title, no body, no label, no e-mail.
    assert {each.name for each in fields(Evidence)} == {
        "head",
        "author",
        "reviews",
        "accounts",
        "based",
        "is_complete",
    }
    assert {each.name for each in fields(Review)} == {"author", "login", "state", "commit", "given"}
    assert {each.name for each in fields(TouchedFile)} == {"names", "lines"}
    assert [each for each in State if "APPROV" in each] == [APPROVED]


# Invariant 7: identity is the account's id.


def test_identity_is_the_accounts_id_and_not_its_login() -> None:
    borrowed = Review(author=99, login="a", state=APPROVED, commit=HEAD)
    assert isinstance(judged(need("@a"), borrowed), Missing)
    renamed = Review(author=IDS["@a"], login="another-name", state=APPROVED, commit=HEAD)
    assert judged(need("@a"), renamed) == Met(requirement=need("@a"), by=("another-name",))


def test_one_account_under_two_logins_is_one_person() -> None:
    renamed = Review(author=IDS["@a"], login="another-name", state=APPROVED, commit=HEAD)
    requirement = need("@a", "@b", count=2)
    assert judged(requirement, review("a"), renamed) == Missing(requirement=requirement, needs=1)
    assert isinstance(judged(need("@a"), review("a"), replace(renamed, state=CHANGES)), Missing)


def test_two_accounts_with_one_login_are_two_people() -> None:
    other = Review(author=IDS["@b"], login="a", state=CHANGES, commit=HEAD)
    assert judged(need("@a"), review("a"), other) == Met(requirement=need("@a"), by=("a",))


def test_an_address_is_nobody_whoever_has_it_as_a_name() -> None:
    requirement = need("a@example.com")
    named = Review(author=IDS["@a"], login="a@example.com", state=APPROVED, commit=HEAD)
    assert judged(requirement, review("a"), named) == Missing(
        requirement=requirement, needs=1, unknown=("a@example.com",)
    )


def test_upper_and_lower_case_of_an_owner_are_the_same() -> None:
    for owner in ("@A", "@Org/S"):
        assert judged(need(owner), review("a")) == Met(requirement=need(owner), by=("a",))


# The author.


def test_the_authors_own_approval_never_counts_and_it_is_said() -> None:
    requirement = need("@me")
    assert judged(requirement, review("me")) == Missing(
        requirement=requirement, needs=1, discounted=(("me", "wrote the change"),)
    )


@pytest.mark.parametrize("dismiss_stale", [True, False])
@pytest.mark.parametrize("commit", [HEAD, OLD])
@pytest.mark.parametrize(
    "requirement",
    [
        need("@org/mine"),
        need("@a", "@me"),
        Requirement(pattern="x", all_of=("@me",)),
        Requirement(pattern="x", all_of=("@org/mine",)),
    ],
)
def test_the_authors_own_approval_counts_neither_in_a_team_nor_for_all(
    requirement: Requirement, commit: str, *, dismiss_stale: bool
) -> None:
    found = judged(replace(requirement, dismiss_stale=dismiss_stale), review("me", commit=commit))
    assert isinstance(found, Missing)
    assert found.discounted == (("me", "wrote the change"),)


def test_the_author_is_known_by_id_whatever_the_login() -> None:
    disguised = Review(author=AUTHOR, login="a", state=APPROVED, commit=HEAD)
    assert isinstance(judged(need("@me", "@a"), disguised), Missing)


def test_the_author_is_not_one_of_two_who_are_needed() -> None:
    requirement = need("@me", "@a", "@b", count=2)
    assert judged(requirement, review("me"), review("a")) == Missing(
        requirement=requirement, needs=1, discounted=(("me", "wrote the change"),)
    )
    assert judged(requirement, review("me"), review("a"), review("b")) == Met(
        requirement=requirement, by=("a", "b")
    )


# Counting: count, all_of, teams.


@pytest.mark.parametrize(("count", "needs"), [(1, 0), (2, 0), (3, 1), (5, 3)])
def test_as_many_people_have_to_approve_as_are_counted(count: int, needs: int) -> None:
    requirement = need("@a", "@b", "@c", count=count)
    found = judged(requirement, review("a"), review("c"), review("a"))
    if needs:
        assert found == Missing(requirement=requirement, needs=needs)
    else:
        assert found == Met(requirement=requirement, by=("a", "c"))


def test_one_person_is_counted_once_though_in_several_teams() -> None:
    requirement = need("@org/s", "@org/t", "@b", "@B", count=2)
    assert judged(requirement, review("b")) == Missing(requirement=requirement, needs=1)
    found = judged(requirement, review("b"), review("c"))
    assert found == Met(requirement=requirement, by=("b", "c"))


def test_members_of_one_team_can_be_several_of_those_who_are_counted() -> None:
    requirement = need("@org/s", count=2)
    assert isinstance(judged(requirement, review("a"), review("c")), Missing)
    assert judged(requirement, review("a"), review("b")) == Met(
        requirement=requirement, by=("a", "b")
    )


def test_all_of_them_have_to_approve_and_who_has_not_is_named() -> None:
    requirement = Requirement(pattern="x", all_of=("@a", "@Org/T", "@b"))
    assert judged(requirement) == Missing(requirement=requirement, each_of=("@a", "@Org/T", "@b"))
    assert judged(requirement, review("a"), review("c")) == Missing(
        requirement=requirement, each_of=("@b",)
    )
    assert judged(requirement, review("a"), review("b")) == Met(
        requirement=requirement, by=("a", "b")
    )


def test_both_parts_of_a_requirement_have_to_be_met() -> None:
    requirement = Requirement(pattern="x", any_of=("@a", "@b"), all_of=("@c",))
    assert judged(requirement, review("a")) == Missing(requirement=requirement, each_of=("@c",))
    assert judged(requirement, review("c")) == Missing(requirement=requirement, needs=1)
    assert judged(requirement, review("c"), review("b")) == Met(
        requirement=requirement, by=("c", "b")
    )


def test_those_who_met_it_are_only_those_whom_it_names() -> None:
    found = judged(need("@a"), review("c"), review("a"), review("b"))
    assert found == Met(requirement=need("@a"), by=("a",))


def test_a_discounted_approval_is_mentioned_only_of_whom_the_requirement_names() -> None:
    found = judged(need("@a"), review("c", commit=OLD), review("me"), review("b", commit=OLD))
    assert found == Missing(requirement=need("@a"), needs=1)


def test_one_that_does_not_block_is_judged_the_same_way() -> None:
    soft = replace(need("@a"), block=False)
    assert judged(soft) == Missing(requirement=soft, needs=1)
    assert judged(soft, review("a")) == Met(requirement=soft, by=("a",))


# Unknown accounts.


def test_an_owner_behind_whom_no_account_is_known_is_named() -> None:
    requirement = Requirement(
        pattern="x", any_of=("@a", "@gone", "@org/hidden"), all_of=("@c", "@other", "e@x.org")
    )
    assert judged(requirement, review("b")) == Missing(
        requirement=requirement,
        needs=1,
        each_of=("@c", "@other", "e@x.org"),
        unknown=("@gone", "@org/hidden", "@other", "e@x.org"),
    )


def test_unknown_members_of_a_team_never_approve() -> None:
    requirement = need("@org/hidden")
    found = judged(requirement, *(review(login) for login in ("a", "b", "c", "me")))
    assert found == Missing(requirement=requirement, needs=1, unknown=("@org/hidden",))


def test_a_team_without_members_is_known_and_approves_nothing() -> None:
    requirement = need("@org/empty")
    accounts = {**ACCOUNTS, "@org/empty": frozenset[int]()}
    found = judged_by(requirement, evidence(review("a"), accounts=accounts))
    assert found == Missing(requirement=requirement, needs=1)


def test_an_unknown_owner_does_no_harm_where_others_approve() -> None:
    requirement = need("@gone", "@a")
    assert judged(requirement, review("a")) == Met(requirement=requirement, by=("a",))


def test_an_unknown_owner_of_a_part_that_is_met_is_not_mentioned() -> None:
    requirement = Requirement(pattern="x", any_of=("@gone", "@a"), all_of=("@b",))
    assert judged(requirement, review("a")) == Missing(requirement=requirement, each_of=("@b",))


# What never helps.

LOGINS: Final = tuple(login.removeprefix("@") for login in IDS)
OWNERS: Final = st.lists(
    st.sampled_from([*IDS, *TEAMS, "@A", "@gone", "a@example.com"]), min_size=1, max_size=3
).map(tuple)
REVIEWS: Final = st.lists(
    st.builds(
        review, st.sampled_from(LOGINS), st.sampled_from(State), st.sampled_from([HEAD, OLD])
    ),
    max_size=6,
).map(tuple)
REQUIREMENTS: Final = st.builds(
    Requirement,
    pattern=st.sampled_from(["*", "x", "y"]),
    any_of=OWNERS | st.just(()),
    all_of=OWNERS | st.just(()),
    count=st.integers(1, 2),
    dismiss_stale=st.booleans(),
).filter(lambda each: bool(each.owners))


@st.composite
def useless(draw: st.DrawFn, *, is_stale_too: bool) -> Review:
    """A review that says no "yes", one by the author, or one of another head."""
    anybody = st.sampled_from(LOGINS)
    commits = st.sampled_from([HEAD, OLD])
    kinds = [
        st.builds(review, anybody, st.sampled_from([CHANGES, COMMENTED, DISMISSED]), commits),
        st.builds(review, st.just("me"), st.sampled_from(State), commits),
        st.builds(
            Review,
            author=st.integers(90, 99),
            login=anybody,
            state=st.sampled_from(State),
            commit=commits,
        ),
    ]
    if is_stale_too:
        kinds.append(st.builds(review, anybody, st.sampled_from(State), st.just(OLD)))
    return draw(st.one_of(kinds))


def met(found: Iterable[Met | Missing]) -> list[bool]:
    return [isinstance(each, Met) for each in found]


@BRIEF
@given(st.lists(REQUIREMENTS, min_size=1, max_size=3), REVIEWS, st.data())
def test_a_review_that_is_no_approval_of_the_head_by_another_never_meets_anything(
    required: list[Requirement], reviews: tuple[Review, ...], data: st.DataObject
) -> None:
    rules = ReviewRules(require=tuple(required))
    is_stale_too = all(each.dismiss_stale for each in required)
    extra = data.draw(useless(is_stale_too=is_stale_too))
    place = data.draw(st.integers(0, len(reviews)))
    before = judge(rules, files("x"), evidence(*reviews))
    after = judge(rules, files("x"), evidence(*reviews[:place], extra, *reviews[place:]))
    assert len(before) == len(after)
    for was, is_ in zip(met(before), met(after), strict=True):
        assert was or not is_


@BRIEF
@given(st.lists(REQUIREMENTS, max_size=3), REVIEWS, st.data())
def test_less_that_is_known_of_accounts_never_meets_anything(
    required: list[Requirement], reviews: tuple[Review, ...], data: st.DataObject
) -> None:
    rules = ReviewRules(require=tuple(required))
    known = data.draw(st.sets(st.sampled_from([*ACCOUNTS])))
    fewer = {owner: ACCOUNTS[owner] for owner in known}
    before = judge(rules, files("x"), evidence(*reviews))
    after = judge(rules, files("x"), evidence(*reviews, accounts=fewer))
    for was, is_ in zip(met(before), met(after), strict=True):
        assert was or not is_


@BRIEF
@given(st.lists(REQUIREMENTS, max_size=3), REVIEWS)
def test_what_is_met_is_met_by_people_whom_it_names_and_not_by_the_author(
    required: list[Requirement], reviews: tuple[Review, ...]
) -> None:
    found = judge(ReviewRules(require=tuple(required)), files("x"), evidence(*reviews))
    for each in found:
        named: set[int] = set()
        for owner in each.requirement.owners:
            named |= ACCOUNTS.get(identity(owner), frozenset())
        if isinstance(each, Met):
            assert each.by
            assert {IDS[f"@{login}"] for login in each.by} <= named - {AUTHOR}
        else:
            assert each.needs or each.each_of
            assert not each.reason
