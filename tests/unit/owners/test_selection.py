"""From owners to requests: who of them is asked, who is not, and the words for it."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.owners import OwnerRule, Place, Requirement, ReviewRules, Select, Strategy, is_team
from qgate.model.pull_request import MOST_FILES
from qgate.model.reviewers import Candidate, Facts, Fate, Ownership, Plan, Suggestion, TouchedFile
from qgate.owners.people import key
from qgate.owners.selection import plan
from qgate.parse.path_pattern import compile_lenient
from qgate.reporters import reviewers_json
from tests.support.repo import ROOT, clean_environment
from tests.unit.parse.damage import BRIEF

NOTHING_KNOWN: Final = Facts()
ONE: Final = Select(per_rule=1)
ALL: Final = Select(per_rule=None, cap=None)


def file(*names: str, lines: int = 1) -> TouchedFile:
    return TouchedFile(names=names, lines=lines)


def owners(text: str, path: str = "RULES") -> tuple[OwnerRule, ...]:
    """A rule for each line: a pattern and its owners."""
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        pattern, *names = line.split()
        rules.append(OwnerRule(pattern, tuple(names), Place(path, number)))
    return tuple(rules)


def need(pattern: str, *any_of: str, line: int = 1, count: int = 1) -> Requirement:
    """A requirement that blocks."""
    return Requirement(pattern=pattern, any_of=any_of, count=count, place=Place("NEED", line))


def planned(
    paths: str | Sequence[TouchedFile],
    text: str = "",
    *require: Requirement,
    facts: Facts = NOTHING_KNOWN,
    select: Select = ONE,
    notify: str = "",
) -> Plan:
    """The plan for some paths, each with one line, or for files."""
    files = [file(path) for path in paths.split()] if isinstance(paths, str) else paths
    rules = ReviewRules(
        owners=owners(text),
        require=require,
        notify=owners(notify, "TELL"),
        select=select,
        source="RULES",
    )
    return plan(files, rules, facts)


def asked(made: Plan) -> list[str]:
    """Who is asked, in the order in which they were chosen."""
    return [each.owner for each in made.of(Fate.ASKED)]


def reason(made: Plan, owner: str) -> tuple[Fate, str]:
    """What became of an owner and why."""
    (found,) = (each for each in made.candidates if each.owner == owner)
    return found.fate, found.reason


def people(facts: Facts, select: Select = ONE, owner: str = "@a") -> tuple[Fate, str]:
    """What becomes of the only owner of a file."""
    return reason(planned("x", f"x {owner}", facts=facts, select=select), owner)


# Step 1: candidates.


def test_the_owners_of_a_changed_file_are_candidates_and_nobody_else() -> None:
    made = planned("src/x", "* @all\nsrc/ @code\ndocs/ @docs", need("src/", "@sec"), select=ALL)
    assert asked(made) == ["@sec", "@code"]
    assert {each.owner for each in made.candidates} == {"@sec", "@code"}


def test_a_candidate_has_the_rules_files_and_lines_that_are_theirs() -> None:
    files = [file("src/x", lines=3), file("src/y", lines=4), file("docs/z", lines=50)]
    made = planned(files, "src/ @a @b\ndocs/ @b", need("*.z", "@a"), need("src/x", "@a", line=2))
    (a,) = (each for each in made.candidates if each.owner == "@a")
    (b,) = (each for each in made.candidates if each.owner == "@b")
    assert (a.files, a.lines) == (2, 7)
    assert a.rules == (Place("RULES", 1), Place("NEED", 2))
    assert (b.files, b.lines) == (3, 57)
    assert b.rules == (Place("RULES", 1), Place("RULES", 2))


def test_a_file_that_two_rules_give_to_one_person_counts_once_for_them() -> None:
    made = planned([file("x", lines=5)], "x @a", need("*", "@a"), need("x", "@A", line=2))
    (only,) = made.candidates
    assert (only.files, only.lines) == (1, 5)
    assert only.rules == (Place("RULES", 1), Place("NEED", 1), Place("NEED", 2))


@pytest.mark.parametrize("names", [("new/x", "old/x"), ("new/x",), ("old/x",)])
def test_both_names_of_a_rename_have_their_owners(names: tuple[str, ...]) -> None:
    made = planned([file(*names)], "new/ @new\nold/ @old", need("old/", "@sec"))
    expected = {f"@{name.partition('/')[0]}" for name in names}
    assert set(asked(made)) == expected | ({"@sec"} if "old/x" in names else set())
    assert [each.path for each in made.files] == list(names)


def test_a_rename_is_one_file_for_who_owns_both_names() -> None:
    made = planned([file("new/x", "old/x", lines=7)], "new/ @a\nold/ @a")
    (only,) = made.candidates
    assert (only.files, only.lines) == (1, 7)
    assert only.rules == (Place("RULES", 1), Place("RULES", 2))


def test_an_owner_who_is_named_twice_is_one_candidate() -> None:
    made = planned("x", "x @a @A @b @a", select=ALL)
    assert asked(made).count("@a") == 1
    assert len(made.candidates) == 2


def test_nothing_changed_means_nobody_is_a_candidate() -> None:
    made = planned("", "* @a", need("*", "@b"))
    assert made == Plan(files=(), candidates=(), source="RULES")


# Step 2: who is out, and who is there already.


@pytest.mark.parametrize("written", ["a", "@a", "A", "@A"])
@pytest.mark.parametrize(
    ("name", "fate", "words"),
    [
        ("author", Fate.DROPPED, "is the author"),
        ("bots", Fate.DROPPED, "is a bot"),
        ("removed", Fate.DROPPED, "somebody took the request away"),
        ("without_access", Fate.DROPPED, "cannot read the repository"),
        ("requested", Fate.COUNTED, "is asked already"),
        ("reviewed", Fate.COUNTED, "has reviewed"),
    ],
)
def test_a_login_is_known_with_and_without_its_sign_and_in_either_case(
    name: str, fate: Fate, words: str, written: str
) -> None:
    known = {name: written if name == "author" else (written,)}
    for owner in ("@a", "@A"):
        facts = Facts(**known)  # type: ignore[arg-type]  # the field by name
        assert people(facts, owner=owner) == (fate, words)


@pytest.mark.parametrize("written", ["a", "@a", "A", "@A"])
def test_an_excluded_owner_is_not_asked(written: str) -> None:
    select = Select(exclude=(written,))
    assert people(NOTHING_KNOWN, select) == (Fate.DROPPED, "is excluded by select.exclude")


@pytest.mark.parametrize("written", ["org/team", "@org/team", "Org/Team"])
def test_a_team_is_excluded_removed_and_asked_already_like_a_person(written: str) -> None:
    for facts, select, expected in (
        (NOTHING_KNOWN, Select(exclude=(written,)), "is excluded by select.exclude"),
        (Facts(removed=(written,)), ONE, "somebody took the request away"),
        (Facts(without_access=(written,)), ONE, "cannot read the repository"),
        (Facts(requested=(written,)), ONE, "is asked already"),
    ):
        assert people(facts, select, "@org/team")[1] == expected


def test_an_address_cannot_be_asked() -> None:
    words = "an e-mail address cannot be asked; name the account"
    assert people(NOTHING_KNOWN, owner="me@example.com") == (Fate.DROPPED, words)


def test_an_address_is_excluded_in_either_case_and_is_no_login() -> None:
    made = planned("x", "x Me@Example.com", select=Select(exclude=("me@example.COM",)))
    assert reason(made, "Me@Example.com")[0] is Fate.DROPPED
    assert people(Facts(requested=("me",)), owner="me@example.com")[0] is Fate.DROPPED


def test_nobody_is_asked_for_a_draft_unless_drafts_are_wanted() -> None:
    draft = Facts(is_draft=True)
    assert people(draft) == (Fate.DROPPED, "the pull request is a draft")
    assert people(draft, Select(drafts=True))[0] is Fate.ASKED


@pytest.mark.parametrize("action", ["", "opened", "reopened", "ready_for_review", "synchronize"])
def test_somebody_is_asked_on_the_usual_events_and_where_none_is_known(action: str) -> None:
    assert people(Facts(action=action))[0] is Fate.ASKED


def test_nobody_is_asked_on_another_event() -> None:
    words = "nobody is asked on the event labeled"
    assert people(Facts(action="labeled")) == (Fate.DROPPED, words)
    words = "nobody is asked on the event synchronize"
    select = Select(events=("opened",))
    assert people(Facts(action="synchronize"), select) == (Fate.DROPPED, words)
    assert people(Facts(action="opened"), select)[0] is Fate.ASKED


def test_who_is_asked_already_counts_on_any_event_and_for_a_draft() -> None:
    for facts in (Facts(is_draft=True), Facts(action="labeled")):
        assert people(replace(facts, requested=("a",))) == (Fate.COUNTED, "is asked already")


def test_a_review_says_more_than_a_request() -> None:
    facts = Facts(requested=("a",), reviewed=("a",))
    assert people(facts) == (Fate.COUNTED, "has reviewed")


def test_who_was_asked_again_by_hand_counts_though_removed_once() -> None:
    assert people(Facts(requested=("a",), removed=("a",)))[0] is Fate.COUNTED


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(requested=("m",)), "a member is asked already"),
        (Facts(reviewed=("@M",)), "a member has reviewed"),
        (Facts(requested=("org/team", "m")), "is asked already"),
    ],
)
@pytest.mark.parametrize("members", [("m", "n"), ("@n", "@M")])
def test_a_team_is_there_with_one_of_its_members(
    facts: Facts, words: str, members: tuple[str, ...]
) -> None:
    facts = replace(facts, members={"Org/Team": members})
    assert people(facts, owner="@org/team") == (Fate.COUNTED, words)


def test_a_member_of_an_unknown_team_says_nothing_of_it() -> None:
    assert people(Facts(requested=("m",)), owner="@org/team")[0] is Fate.ASKED


def test_a_request_to_a_team_is_none_to_its_members() -> None:
    facts = Facts(requested=("@org/team",), members={"@org/team": ("a",)})
    assert people(facts)[0] is Fate.ASKED


def test_a_team_of_the_author_alone_is_not_asked_and_a_larger_one_is() -> None:
    facts = Facts(author="me", members={"org/team": ("@Me",)})
    words = "the author is its only member"
    assert people(facts, owner="@org/team") == (Fate.DROPPED, words)
    facts = replace(facts, members={"org/team": ("@Me", "you")})
    assert people(facts, owner="@org/team")[0] is Fate.ASKED


def test_who_was_removed_by_hand_is_never_added_again_though_it_is_required() -> None:
    facts = Facts(removed=("a",))
    made = planned("x", "x @a", need("x", "@a"), facts=facts, select=ALL)
    assert reason(made, "@a") == (Fate.DROPPED, "somebody took the request away")
    assert made.notices == (
        "nobody is asked for x (NEED:1): none of its owners can be asked",
        "nobody is asked for x (RULES:1): none of its owners can be asked",
    )


def test_the_next_is_asked_in_the_place_of_who_cannot_be() -> None:
    facts = Facts(author="a", bots=("b",), without_access=("c",), removed=("d",))
    made = planned("x", "x @a @b @c @d @e", facts=facts, select=Select(per_rule=2))
    assert asked(made) == ["@e"]


def test_without_an_author_nobody_is_taken_for_it() -> None:
    assert asked(planned("x", "x @a", facts=Facts(members={"@org/t": ()}))) == ["@a"]
    assert people(Facts(members={"@org/t": ()}), owner="@org/t")[0] is Fate.ASKED


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("x @me @b", Facts(author="me", reviewed=("me",))),
        ("x @org/t @b", Facts(author="me", reviewed=("me",), members={"org/t": ("me", "b")})),
    ],
)
def test_an_answer_of_the_author_counts_as_nobodys_review(text: str, facts: Facts) -> None:
    # GitHub keeps what the author says to a reviewer's remark as a review.
    made = planned("x", text, facts=facts, select=Select(per_rule=1, cap=1))
    assert not made.of(Fate.COUNTED)
    assert len(asked(made)) == 1
    assert "@me" not in asked(made)


@pytest.mark.parametrize("name", ["reviewed", "requested"])
def test_a_review_of_a_bot_is_not_that_of_a_person(name: str) -> None:
    facts = Facts(bots=("bot",), **{name: ("bot",)})  # type: ignore[arg-type]  # by name
    made = planned("x", "x @bot @b", facts=facts, select=Select(per_rule=1, cap=1))
    assert reason(made, "@bot") == (Fate.DROPPED, "is a bot")
    assert asked(made) == ["@b"]


# Step 3: one for each rule, the most specific first; then per_rule; then the cap.


def test_one_person_is_asked_for_each_rule_before_a_second_for_any() -> None:
    select = Select(per_rule=2, cap=3, strategy=Strategy.LISTED)
    made = planned("a/x b/x c/x", "a/ @a1 @a2\nb/ @b1 @b2\nc/ @c1 @c2", select=select)
    assert sorted(asked(made)) == ["@a1", "@b1", "@c1"]
    made = planned("a/x b/x", "a/ @a1 @a2\nb/ @b1 @b2", select=select)
    assert {"@a1", "@b1"} < set(asked(made))
    assert len(asked(made)) == 3


def test_who_covers_two_rules_leaves_room_for_a_third() -> None:
    text = "z/ @c\nzz/ @both @b\nzzz/ @both"
    made = planned("z/x zz/x zzz/x", text, select=Select(per_rule=2, cap=2))
    assert asked(made) == ["@both", "@c"]


def test_who_is_not_waited_for_is_served_like_a_rule_the_most_specific_first() -> None:
    soft = replace(need("*", "@s", "@t", count=2), block=False)
    made = planned("p/x", "p/x @a", soft, select=Select(per_rule=1, cap=2))
    first, second = asked(made)
    assert first == "@a"
    assert second in {"@s", "@t"}


@pytest.mark.parametrize(
    ("special", "general", "paths"),
    [
        ("a/b/x", "a/*", "a/b/x a/z"),
        ("a/b/c/d/x.py", "/a/b/", "a/b/c/d/x.py a/b/z"),
        ("docs/", "*", "docs/x y"),
        ("/src/web/", "/src/", "src/web/x src/z"),
        ("/src/**/x", "/src/**", "src/q/x src/z"),
        ("longer*", "l*", "longer lx"),
        ("a/b/", "a-longer-name*", "a/b/x a-longer-name"),
    ],
)
def test_the_most_specific_rule_is_served_first(special: str, general: str, paths: str) -> None:
    made = planned(paths, f"{general} @general\n{special} @special", select=Select(cap=1))
    assert asked(made) == ["@special"]
    assert reason(made, "@general") == (Fate.DROPPED, "the cap of 1 is reached")


def test_of_two_rules_as_specific_the_later_is_served_first() -> None:
    assert asked(planned("aa bb", "aa @a\nbb @b", select=Select(cap=1))) == ["@b"]
    assert asked(planned("aa bb", "bb @b\naa @a", select=Select(cap=1))) == ["@a"]


def test_one_person_covers_several_rules() -> None:
    made = planned("a/x b/x", "a/ @a @both\nb/ @b @both")
    assert asked(made) == ["@both"]
    for owner in ("@a", "@b"):
        words = "enough others of the same rules are asked"
        assert reason(made, owner) == (Fate.DROPPED, words)


@pytest.mark.parametrize(("per_rule", "number"), [(1, 1), (2, 2), (3, 3), (4, 4), (9, 4)])
def test_as_many_are_asked_for_a_rule_as_are_wanted_and_there_are(
    per_rule: int, number: int
) -> None:
    made = planned("x", "x @a @b @c @d", select=Select(per_rule=per_rule))
    assert len(asked(made)) == number
    assert len(made.candidates) == 4


def test_without_per_rule_all_owners_are_asked() -> None:
    select = Select(per_rule=None, cap=9)
    assert len(asked(planned("x y", "x @a @b @c @d @e\ny @f @g", select=select))) == 7


def test_who_is_there_already_counts_towards_per_rule() -> None:
    facts = Facts(requested=("c",), reviewed=("d",))
    made = planned("x", "x @a @b @c @d", facts=facts, select=Select(per_rule=2))
    assert asked(made) == []
    made = planned("x", "x @a @b @c @d", facts=facts, select=Select(per_rule=3))
    assert len(asked(made)) == 1
    assert reason(made, "@c") == (Fate.COUNTED, "is asked already")
    assert reason(made, "@d") == (Fate.COUNTED, "has reviewed")


@pytest.mark.parametrize("cap", range(5))
def test_no_more_are_asked_than_the_cap(cap: int) -> None:
    made = planned("a b c d", "a @a\nb @b\nc @c\nd @d", select=Select(per_rule=2, cap=cap))
    assert len(asked(made)) == cap
    for each in made.of(Fate.DROPPED):
        assert each.reason == f"the cap of {cap} is reached"


@pytest.mark.parametrize(
    "facts",
    [
        Facts(requested=("x", "@Y")),
        Facts(reviewed=("x", "y")),
        Facts(requested=("x",), reviewed=("y", "X")),
    ],
)
def test_everybody_who_is_there_already_counts_towards_the_cap(facts: Facts) -> None:
    made = planned("a b c", "a @a\nb @b\nc @c", facts=facts, select=Select(cap=3))
    assert len(asked(made)) == 1
    made = planned("a b c", "a @a\nb @b\nc @c", facts=facts, select=Select(cap=2))
    assert asked(made) == []


def test_without_a_cap_nobody_is_left_out() -> None:
    text = "\n".join(f"f{number} @u{number}" for number in range(40))
    paths = " ".join(f"f{number}" for number in range(40))
    assert len(asked(planned(paths, text, select=Select(cap=None)))) == 40


def test_a_cap_of_none_at_all_asks_only_those_who_are_waited_for() -> None:
    made = planned("x", "x @a", need("x", "@sec"), select=Select(cap=0))
    assert asked(made) == ["@sec"]
    assert reason(made, "@a") == (Fate.DROPPED, "the cap of 0 is reached")
    assert "nobody is asked for x (RULES:1): the cap of 0 is reached" in made.notices


def test_who_is_waited_for_takes_nobodys_place_within_the_cap() -> None:
    made = planned("x y", "x @a\ny @b", need("x", "@s", "@t", count=2), select=Select(cap=2))
    assert set(asked(made)) == {"@s", "@t", "@a", "@b"}
    required = {each.owner for each in made.candidates if each.is_required}
    assert required == {"@s", "@t"}


def test_who_is_asked_without_being_waited_for_counts_towards_the_cap() -> None:
    soft = replace(need("x", "@s"), block=False)
    made = planned("x y", "y @b", soft, select=Select(cap=1))
    assert len(asked(made)) == 1
    assert not any(each.is_required for each in made.candidates)
    made = planned("x y", "y @b", soft, select=Select(cap=2))
    assert set(asked(made)) == {"@s", "@b"}


def test_those_who_are_waited_for_are_as_many_as_are_required_and_come_first() -> None:
    every = Requirement(
        pattern="x", any_of=("@s", "@t", "@u"), count=2, all_of=("@lead",), place=Place("NEED", 1)
    )
    select = Select(per_rule=1, cap=1, strategy=Strategy.LISTED)
    made = planned("x", "x @a", every, select=select)
    assert asked(made) == ["@lead", "@s", "@t", "@a"]
    assert reason(made, "@lead") == (Fate.ASKED, "has to approve x")
    assert reason(made, "@a") == (Fate.ASKED, "owns x")
    words = "enough others of the same rules are asked"
    assert reason(made, "@u") == (Fate.DROPPED, words)


def test_who_is_waited_for_covers_the_rule_too() -> None:
    made = planned("x", "x @a @sec", need("x", "@sec"))
    assert asked(made) == ["@sec"]


def test_one_approval_that_is_waited_for_covers_several_requirements() -> None:
    made = planned("x y", "", need("x", "@s"), need("y", "@s", "@t", line=2))
    assert asked(made) == ["@s"]


def test_it_is_said_that_more_are_waited_for_than_can_be_asked() -> None:
    facts = Facts(author="t")
    made = planned("x", "", need("x", "@s", "@t", count=2), facts=facts)
    assert asked(made) == ["@s"]
    assert made.notices[0] == "x (NEED:1) waits for 2, and fewer can be asked"


def test_it_is_said_for_which_rule_nobody_is_asked() -> None:
    made = planned("x y", "x @me\ny @a", facts=Facts(author="me"))
    words = "nobody is asked for x (RULES:1): none of its owners can be asked"
    assert made.notices == (words,)
    made = planned("xx y", "y @a\nxx @b", select=Select(cap=1))
    assert made.notices == ("nobody is asked for y (RULES:1): the cap of 1 is reached",)


def test_who_has_to_approve_is_waited_for_when_asked_already_too() -> None:
    made = planned("x", "", need("x", "@s"), facts=Facts(requested=("s",)))
    (only,) = made.candidates
    assert only.fate is Fate.COUNTED
    assert only.is_required


# Step 4: who of several.


def test_who_owns_more_files_is_asked_first_whatever_the_lines() -> None:
    files = [file("xxx"), file("y1"), file("y2"), file("z", lines=900)]
    made = planned(files, "xxx @b @a\ny* @a\nz @b", select=Select(cap=1))
    (first,) = made.of(Fate.ASKED)
    assert (first.owner, first.files, first.lines) == ("@a", 3, 3)
    (last,) = made.of(Fate.DROPPED)
    assert (last.owner, last.files, last.lines) == ("@b", 2, 901)


def test_of_as_many_files_the_lines_decide_whatever_the_load() -> None:
    files = [file("xx"), file("y", lines=2), file("z", lines=3)]
    facts = Facts(load={"b": 9})
    made = planned(files, "xx @a @b\ny @a\nz @b", facts=facts, select=Select(cap=1))
    assert asked(made) == ["@b"]


@pytest.mark.parametrize(
    ("load", "first"), [({"a": 1}, "@b"), ({"@B": 1}, "@a"), ({"A": 2, "b": 1}, "@b")]
)
def test_of_as_many_files_and_lines_the_load_decides(load: dict[str, int], first: str) -> None:
    for number in range(20):
        assert asked(planned("x", "x @a @b", facts=Facts(load=load, number=number))) == [first]


def test_who_owns_more_is_asked_though_another_has_less_to_do() -> None:
    text = "x @a @b\ny @a"
    facts = Facts(load={"a": 99})
    assert asked(planned("x y", text, facts=facts)) == ["@a"]


def test_the_lot_decides_last_and_the_same_way_each_time() -> None:
    text = "x @a @b @c @d"
    found = {
        tuple(asked(planned("x", text, facts=Facts(repository="o/r", number=7)))) for _ in range(20)
    }
    assert len(found) == 1


def test_the_order_in_which_owners_are_written_does_not_decide() -> None:
    for number in range(20):
        facts = Facts(repository="o/r", number=number)
        one, other = (planned("x", text, facts=facts) for text in ("x @a @b @c", "x @C @B @A"))
        assert list(map(str.casefold, asked(one))) == list(map(str.casefold, asked(other)))


@pytest.mark.parametrize("name", ["number", "repository"])
def test_another_pull_request_draws_another_lot(name: str) -> None:
    numbers: list[dict[str, object]] = [
        {"number": number} if name == "number" else {"repository": f"o/r{number}"}
        for number in range(60)
    ]
    chosen = Counter(
        asked(planned("x", "x @a @b @c", facts=Facts(**known)))[0]  # type: ignore[arg-type]
        for known in numbers
    )
    assert set(chosen) == {"@a", "@b", "@c"}
    assert min(chosen.values()) > 5


def test_listed_asks_in_the_order_of_the_rule_whatever_else_is_known() -> None:
    select = Select(per_rule=2, strategy=Strategy.LISTED)
    for number in range(20):
        facts = Facts(load={"c": 9, "a": 9}, number=number)
        made = planned([file("x", lines=2)], "x @c @a @b", facts=facts, select=select)
        assert asked(made) == ["@c", "@a"]


def test_listed_passes_over_who_cannot_be_asked() -> None:
    select = Select(per_rule=1, strategy=Strategy.LISTED)
    assert asked(planned("x", "x @c @a @b", facts=Facts(author="C"), select=select)) == ["@a"]


# Step 5: the plan.


def test_the_plan_says_for_every_name_which_rule_decides() -> None:
    made = planned([file("b", "a"), file("c")], "* @all\na @a\nc", need("c", "@s"))
    assert [each.path for each in made.files] == ["b", "a", "c"]
    assert [each.ownership for each in made.files] == [
        Ownership.OWNED,
        Ownership.OWNED,
        Ownership.UNOWNED,
    ]
    assert made.files[1].rule == OwnerRule("a", ("@a",))
    assert [each.pattern for each in made.files[1].overridden] == ["*"]
    assert made.files[2].require == made.requirements == (need("c", "@s"),)
    assert made.source == "RULES"


def test_candidates_stand_in_the_order_asked_counted_dropped() -> None:
    facts = Facts(author="a", requested=("b",))
    made = planned("x", "x @a @b @c", facts=facts, select=Select(per_rule=3))
    assert [(each.owner, each.fate) for each in made.candidates] == [
        ("@c", Fate.ASKED),
        ("@b", Fate.COUNTED),
        ("@a", Fate.DROPPED),
    ]


@pytest.mark.parametrize(
    ("paths", "notice"),
    [("a b", ("2 paths match no rule",)), ("a x", ("1 path matches no rule",)), ("x", ())],
)
def test_it_is_said_how_many_paths_no_rule_matches(paths: str, notice: tuple[str, ...]) -> None:
    assert planned(paths, "x").notices == notice


def test_only_requirements_that_apply_are_in_the_plan_in_their_order() -> None:
    one, two, three = need("*.a", "@a"), need("*.b", "@b", line=2), need("x*", "@c", line=3)
    assert planned("y.b x.b", "", one, two, three).requirements == (two, three)
    assert planned("y.c", "", one, two, three).requirements == ()


def test_who_is_told_is_neither_asked_nor_the_author() -> None:
    facts = Facts(author="me", requested=("there",))
    made = planned(
        "x y",
        "x @a @dropped",
        facts=facts,
        select=Select(per_rule=1, exclude=("@dropped",)),
        notify="x @told @a @me @there-not me@example.com\ny @Told @dropped",
    )
    assert made.notify == (
        ("@told", (Place("TELL", 1), Place("TELL", 2))),
        ("@there-not", (Place("TELL", 1),)),
        ("me@example.com", (Place("TELL", 1),)),
        ("@dropped", (Place("TELL", 2),)),
    )
    assert {each.owner for each in made.candidates} == {"@a", "@dropped"}


def test_who_is_there_already_is_not_told_as_well() -> None:
    facts = Facts(requested=("b",))
    made = planned("x", "x @b", facts=facts, notify="x @b")
    assert made.notify == ()


def test_suggestions_are_handed_on_and_ask_nobody() -> None:
    hint = Suggestion(name="Some One", lines=3, last="2025-01-31")
    made = plan([file("x")], ReviewRules(), NOTHING_KNOWN, (hint,))
    assert made.suggestions == (hint,)
    assert made.candidates == ()


# Step 7: a list that may be cut off. (Step 6, sending, is not done here.)


@pytest.mark.parametrize("pattern", ["*", "**", "/**", "**/*"])
@pytest.mark.parametrize("cause", ["limit", "incomplete", "both"])
def test_a_list_that_may_be_cut_off_asks_the_owners_of_every_file_and_says_so(
    pattern: str, cause: str
) -> None:
    facts = Facts(is_complete=cause == "limit")
    number = 2 if cause == "incomplete" else MOST_FILES
    files = [file(f"src/{each}") for each in range(number)]
    made = planned(
        files, f"{pattern} @all\nsrc/ @code", need("src/", "@sec"), need("z", "@z", line=2),
        facts=facts,
    )  # fmt: skip
    assert asked(made) == ["@all"]
    assert {each.owner for each in made.candidates} == {"@all"}
    assert made.requirements == (need("src/", "@sec"), need("z", "@z", line=2))
    assert made.notices[0] == (
        "the list of files may be cut off (3000 is the most that GitHub lists): only the owners "
        "of every file are asked, and every requirement may apply"
    )


def test_one_file_less_than_the_limit_is_the_whole_list() -> None:
    assert MOST_FILES == 3000
    files = [file(f"src/{each}") for each in range(MOST_FILES - 1)]
    made = planned(files, "* @all\nsrc/ @code", need("z", "@z"))
    assert asked(made) == ["@code"]
    assert made.requirements == ()
    assert made.notices == ()


def test_without_owners_of_every_file_a_cut_list_asks_nobody() -> None:
    made = planned("src/x", "src/ @code", facts=Facts(is_complete=False))
    assert made.candidates == ()
    assert len(made.notices) == 1


def test_of_two_rules_for_every_file_a_cut_list_asks_the_owners_of_the_last() -> None:
    made = planned("x", "* @old\n** @new\nx @x", facts=Facts(is_complete=False))
    assert [each.owner for each in made.candidates] == ["@new"]


def test_a_rule_for_every_file_that_names_nobody_is_not_said_to_lack_people() -> None:
    made = planned("x", "*\nx @x", facts=Facts(is_complete=False))
    assert len(made.notices) == 1


# The same facts, the same plan.


def a_plan(number: int = 7) -> Plan:
    """A plan with much to decide."""
    files = [file(f"{a}/{b}.{c}", lines=3) for a in "pqr" for b in "xyz" for c in "mn"]
    text = "* @a @b @c @d\np/ @d @e @f\n*.m @g @h @org/t\nq/x.n @a @h"
    facts = Facts(
        repository="o/r",
        number=number,
        author="e",
        requested=("f",),
        members={"org/t": ("h", "i")},
        load={"a": 1},
    )
    select = Select(per_rule=2, cap=5)
    return planned(
        files, text, need("r/", "@s", "@t", "@u", count=2), facts=facts, select=select,
        notify="* @a @w @v",
    )  # fmt: skip


PRINT_A_PLAN: Final = """
from qgate.reporters import reviewers_json
from tests.unit.owners.test_selection import a_plan
print(reviewers_json.render(a_plan()), end="")
"""


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_a_fresh_process_with_other_hashes_makes_the_same_plan(seed: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PRINT_A_PLAN,
        ],
        cwd=ROOT,
        env={
            **clean_environment(tmp_path), "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"
        },
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip
    assert done.stdout == reviewers_json.render(a_plan())


def test_the_same_facts_in_another_order_choose_the_same_people() -> None:
    files = [file(f"{a}/{b}") for a in "pq" for b in "xyz"]
    text = "* @a @b @c @d\np/ @d @e @f"
    one = Facts(number=3, bots=("a", "b"), requested=("c", "x"), load={"d": 1, "e": 2})
    two = Facts(number=3, bots=("b", "a"), requested=("x", "c"), load={"e": 2, "d": 1})
    select = Select(per_rule=2)
    assert asked(planned(files, text, facts=one, select=select)) == asked(
        planned(files[::-1], text, facts=two, select=select)
    )


# What holds of every plan.

LOGINS: Final = ("a", "b", "c", "d", "e")
TEAMS: Final = ("o/s", "o/t")
NAMED: Final = (*(f"@{name}" for name in (*LOGINS, *TEAMS)), "@A", "@O/S", "me@x.org")
OWNERS: Final = st.lists(st.sampled_from(NAMED), max_size=4).map(tuple)
SOME_OWNERS: Final = st.lists(st.sampled_from(NAMED), min_size=1, max_size=4).map(tuple)
PATTERNS: Final = st.sampled_from(["*", "p/", "q/", "p/x", "*.m", "/q/*", "**", "p/y.m", "z"])
PATHS: Final = st.sampled_from(["x", "y.m", "p/x", "p/y.m", "p/z/x", "q/x", "q/y.m", "z"])
WRITTEN: Final = st.sampled_from(
    [*LOGINS, *TEAMS, *(f"@{name}" for name in (*LOGINS, *TEAMS)), "A", "@O/T", "stranger"]
)
PEOPLE: Final = st.lists(WRITTEN, max_size=3).map(tuple)
# Most pull requests have nobody of a kind.
FEW: Final = st.just(()) | PEOPLE

FILES: Final = st.lists(
    st.builds(
        TouchedFile,
        names=st.lists(PATHS, min_size=1, max_size=2, unique=True).map(tuple),
        lines=st.integers(0, 3),
    ),
    max_size=5,
)
SELECTS: Final = st.builds(
    Select,
    per_rule=st.none() | st.integers(1, 4),
    cap=st.none() | st.integers(0, 5),
    strategy=st.sampled_from(Strategy),
    exclude=st.just(()) | OWNERS,
    drafts=st.booleans(),
)
REQUIREMENTS: Final = st.builds(
    Requirement,
    pattern=PATTERNS,
    any_of=SOME_OWNERS,
    all_of=st.just(()) | OWNERS,
    count=st.integers(1, 3),
    except_=st.just(()) | st.lists(PATTERNS, max_size=1).map(tuple),
    block=st.booleans(),
    place=st.builds(Place, st.just("NEED"), st.integers(1, 9)),
)
RULES: Final = st.builds(
    ReviewRules,
    owners=st.lists(
        st.builds(
            OwnerRule, PATTERNS, OWNERS, st.builds(Place, st.just("RULES"), st.integers(1, 9))
        ),
        max_size=5,
    ).map(tuple),
    require=st.lists(REQUIREMENTS, max_size=3).map(tuple),
    select=SELECTS,
)
FACTS: Final = st.builds(
    Facts,
    number=st.integers(0, 9),
    author=st.sampled_from(["", *LOGINS, "@A"]),
    action=st.sampled_from(["", "opened", "opened", "labeled"]),
    is_draft=st.sampled_from([False, False, False, True]),
    requested=FEW,
    reviewed=FEW,
    removed=FEW,
    bots=FEW,
    without_access=FEW,
    members=st.dictionaries(st.sampled_from(TEAMS), st.lists(st.sampled_from(LOGINS)).map(tuple)),
    load=st.dictionaries(st.sampled_from(LOGINS), st.integers(0, 2)),
    is_complete=st.sampled_from([True, True, True, False]),
)


def keys(names: Iterable[str]) -> set[str]:
    """Names as they are compared."""
    return set(map(key, names)) - {""}


def named_by_the_change(files: Iterable[TouchedFile], rules: ReviewRules) -> set[str]:
    """Everybody whom the winning rules and the requirements of a change name, found anew."""
    found: set[str] = set()
    for name in (name for each in files for name in each.names):
        winner = None
        for rule in rules.owners:
            if compile_lenient(rule.pattern).matches(name):
                winner = rule
        found |= keys(winner.owners if winner else ())
        for each in rules.require:
            is_excepted = any(compile_lenient(other).matches(name) for other in each.except_)
            if compile_lenient(each.pattern).matches(name) and not is_excepted:
                found |= keys(each.owners)
    return found


def within_the_cap(candidates: Iterable[Candidate]) -> int:
    """How many are asked who are not waited for."""
    return sum(not each.is_required for each in candidates)


@BRIEF
@given(FILES, RULES, FACTS)
def test_nobody_is_asked_who_must_not_be(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts
) -> None:
    made = plan(files, rules, facts)
    chosen = [key(owner) for owner in asked(made)]
    assert len(chosen) == len(set(chosen))
    out = keys([facts.author, *facts.bots, *facts.removed, *facts.without_access])
    out |= keys([*rules.select.exclude, "me@x.org"])
    assert not out & set(chosen)
    assert not keys([*facts.requested, *facts.reviewed]) & set(chosen)
    assert not chosen or not facts.is_draft or rules.select.drafts
    assert not chosen or facts.action != "labeled"


@BRIEF
@given(FILES, RULES, FACTS)
def test_never_more_are_asked_than_the_cap_beside_those_who_are_waited_for(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts
) -> None:
    made = plan(files, rules, facts)
    number = within_the_cap(made.of(Fate.ASKED))
    if rules.select.cap is not None and number:
        people_there = keys([*facts.requested, *facts.reviewed])
        people_there -= keys([facts.author, *facts.bots])
        # Whom a requirement waits for is outside the cap, also where they are there already.
        waited_for = (each.owners for each in made.requirements if each.block)
        people_there -= keys(owner for owners in waited_for for owner in owners)
        assert number + len(people_there) <= rules.select.cap


@BRIEF
@given(FILES, RULES, FACTS)
def test_everybody_whom_a_rule_of_the_change_names_is_a_candidate_once_with_a_reason(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts
) -> None:
    made = plan(files, rules, replace(facts, is_complete=True))
    found = [key(each.owner) for each in made.candidates]
    assert len(found) == len(set(found))
    assert set(found) == named_by_the_change(files, rules)
    assert all(each.reason for each in made.candidates)
    assert all(each.files > 0 and each.rules for each in made.candidates)


@BRIEF
@given(FILES, RULES, FACTS)
def test_a_second_run_asks_nobody_new(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts
) -> None:
    first = plan(files, rules, facts)
    again = replace(facts, requested=(*facts.requested, *asked(first)))
    second = plan(files, rules, again)
    assert asked(second) == []
    counted = keys(each.owner for each in second.of(Fate.COUNTED))
    assert counted >= keys(asked(first))


@BRIEF
@given(FILES, RULES, FACTS)
def test_whoever_is_waited_for_is_asked_there_or_said_to_be_missing(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts
) -> None:
    made = plan(files, rules, replace(facts, is_complete=True))
    fates = {key(each.owner): each.fate for each in made.candidates}
    said = " ".join(made.notices)
    for each in made.requirements:
        # How many a team can send is not known; and with a reason for all it is said once.
        if each.block and "nobody is asked: " not in said and not any(map(is_team, each.owners)):
            there = sum(fates[name] is not Fate.DROPPED for name in keys(each.any_of))
            lacks_one = any(fates[name] is Fate.DROPPED for name in keys(each.all_of))
            if there < each.count or lacks_one:
                assert f"{each.pattern} ({each.place})" in said


@BRIEF
@given(FILES, RULES, FACTS, st.permutations(LOGINS))
def test_the_order_of_what_is_known_of_people_does_not_matter(
    files: list[TouchedFile], rules: ReviewRules, facts: Facts, order: list[str]
) -> None:
    def turned(names: tuple[str, ...]) -> tuple[str, ...]:
        return names[::-1]

    def sorted_by(names: Mapping[str, int]) -> dict[str, int]:
        return {name: names[name] for name in sorted(names, key=order.index)}

    other = replace(
        facts,
        requested=turned(facts.requested),
        reviewed=turned(facts.reviewed),
        removed=turned(facts.removed),
        bots=turned(facts.bots),
        load=sorted_by(facts.load),
        members={team: turned(facts.members[team]) for team in reversed([*facts.members])},
    )
    assert plan(files, rules, other) == plan(files, rules, facts)
