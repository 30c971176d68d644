"""What the rules say of a path: who wins, whom it beats, and what applies beside it."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.owners import OwnerRule, Place, Requirement, ReviewRules
from qgate.model.reviewers import Owned, Ownership
from qgate.owners.matching import Matcher
from qgate.parse.path_pattern import compile_lenient
from tests.unit.parse.damage import BRIEF


def owners(text: str) -> tuple[OwnerRule, ...]:
    """A rule for each line: a pattern and its owners."""
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        pattern, *names = line.split()
        rules.append(OwnerRule(pattern, tuple(names), Place("RULES", number)))
    return tuple(rules)


def of(path: str, text: str) -> Owned:
    return Matcher(ReviewRules(owners=owners(text))).of(path)


def test_the_last_rule_that_matches_wins() -> None:
    found = of("docs/a.md", "* @all\ndocs/ @docs\n*.md @text\nsrc/ @code")
    assert found.rule == OwnerRule("*.md", ("@text",))
    assert found.rule.place == Place("RULES", 3)


def test_a_general_rule_further_down_beats_a_special_one() -> None:
    found = of("docs/a.md", "/docs/a.md @one\n* @all")
    assert found.rule == OwnerRule("*", ("@all",))


def test_the_rules_that_it_won_over_are_kept_in_their_order() -> None:
    found = of("docs/a.md", "* @all\nsrc/ @code\ndocs/ @docs\n*.md @text")
    assert [each.pattern for each in found.overridden] == ["*", "docs/"]
    assert [each.place.line for each in found.overridden] == [1, 3]


def test_a_single_match_overrides_nothing() -> None:
    assert of("a", "* @all").overridden == ()
    assert of("a", "b @all").overridden == ()


@pytest.mark.parametrize(
    ("text", "ownership"),
    [
        ("* @all", Ownership.OWNED),
        ("a", Ownership.UNOWNED),
        ("b @all", Ownership.UNMATCHED),
        ("", Ownership.UNMATCHED),
        ("* @all\na", Ownership.UNOWNED),
        ("a\n* @all", Ownership.OWNED),
    ],
)
def test_owned_unowned_and_unmatched_stay_apart(text: str, ownership: Ownership) -> None:
    assert of("a", text).ownership is ownership


def test_a_rule_without_owners_takes_a_file_away_and_names_nobody() -> None:
    found = of("gen/a", "* @all\ngen/")
    assert found.rule == OwnerRule("gen/", ())
    assert found.overridden == (OwnerRule("*", ("@all",)),)
    assert list(found.claims()) == []


def test_upper_and_lower_case_of_paths_differ() -> None:
    assert of("docs/A.md", "Docs/ @a\n*.MD @b").ownership is Ownership.UNMATCHED


def test_a_rule_is_asked_about_the_path_as_it_is_given() -> None:
    assert of("gen/a b.md", "gen/a?b.md @a").rule is not None
    assert of("docs", "docs/ @a").rule is None
    assert of("docs/a/b", "docs/* @a").rule is None


REQUIRE: Final = (
    Requirement(pattern="*", any_of=("@all",)),
    Requirement(pattern="auth/", any_of=("@sec",), except_=("*.md", "/auth/docs/")),
    Requirement(pattern="*.py", any_of=("@py",), except_=("auth/",)),
    Requirement(pattern="other/", any_of=("@other",)),
)


def required(path: str) -> list[str]:
    found = Matcher(ReviewRules(require=REQUIRE)).of(path).require
    return [each.pattern for each in found]


@pytest.mark.parametrize(
    ("path", "patterns"),
    [
        ("a", ["*"]),
        ("a.py", ["*", "*.py"]),
        ("auth/a", ["*", "auth/"]),
        ("other/a.py", ["*", "*.py", "other/"]),
    ],
)
def test_every_requirement_that_matches_applies_in_the_order_of_the_rules(
    path: str, patterns: list[str]
) -> None:
    assert required(path) == patterns


@pytest.mark.parametrize("path", ["auth/a.md", "auth/docs/a", "x/auth/a.md"])
def test_a_requirement_does_not_apply_to_what_it_excepts(path: str) -> None:
    assert required(path) == ["*"]


def test_an_exception_concerns_its_own_requirement_alone() -> None:
    # `*.py` excepts `auth/`, and `auth/` does not.
    assert required("auth/a.py") == ["*", "auth/"]


def test_every_notice_that_matches_applies_in_the_order_of_the_rules() -> None:
    notify = owners("* @all\ndocs/ @docs\n*.md @text\nsrc/ @code")
    found = Matcher(ReviewRules(notify=notify)).of("docs/a.md")
    assert found.notify == notify[:3]


def test_the_three_layers_do_not_touch_each_other() -> None:
    rules = ReviewRules(
        owners=owners("docs/ @docs"), require=REQUIRE[:1], notify=owners("*.md @text")
    )
    found = Matcher(rules).of("a.md")
    assert found.ownership is Ownership.UNMATCHED
    assert found.require == REQUIRE[:1]
    assert found.notify == owners("*.md @text")


def test_claims_are_those_of_the_rule_that_won_and_of_every_requirement() -> None:
    place = Place("RULES", 9)
    rules = ReviewRules(
        owners=owners("* @all\na @a @b"),
        require=(Requirement(pattern="a", any_of=("@a", "@c"), all_of=("@d",), place=place),),
        notify=owners("a @told"),
    )
    won = Place("RULES", 2)
    assert list(Matcher(rules).of("a").claims()) == [
        ("@a", won),
        ("@b", won),
        ("@d", place),
        ("@a", place),
        ("@c", place),
    ]


def test_where_a_rule_stands_is_no_part_of_what_it_says() -> None:
    assert OwnerRule("a", ("@a",), Place("x", 1)) == OwnerRule("a", ("@a",), Place("y", 2, 3))
    assert Requirement(pattern="a", place=Place("x", 1)) == Requirement(pattern="a")


PATTERNS: Final = st.lists(
    st.sampled_from(
        ["*", "a", "/a", "a/", "a/*", "a/**", "**/b", "*.py", "a/*.py", "a/b/c.py", "?", r"\a"]
    ),
    max_size=8,
)
PATHS: Final = st.lists(st.sampled_from(["a", "b", "c.py", "a.py"]), min_size=1, max_size=3).map(
    "/".join
)


@BRIEF
@given(PATTERNS, PATTERNS, PATTERNS, PATHS)
def test_a_matcher_says_what_the_patterns_say_one_by_one(
    patterns: list[str], required_: list[str], exceptions: list[str], path: str
) -> None:
    rules = ReviewRules(
        owners=tuple(OwnerRule(each, ("@a",)) for each in patterns),
        require=tuple(
            Requirement(pattern=each, any_of=("@a",), except_=tuple(exceptions))
            for each in required_
        ),
        notify=tuple(OwnerRule(each, ("@a",)) for each in required_),
    )
    matcher = Matcher(rules)
    found = matcher.of(path)
    expected = [each for each in rules.owners if compile_lenient(each.pattern).matches(path)]
    assert [*found.overridden, *([found.rule] if found.rule else [])] == expected
    assert matcher.winner(path) == (expected[-1] if expected else None)
    matching = [each for each in rules.notify if compile_lenient(each.pattern).matches(path)]
    assert list(found.notify) == matching
    is_excepted = any(compile_lenient(each).matches(path) for each in exceptions)
    assert [each.pattern for each in found.require] == (
        [] if is_excepted else [each.pattern for each in matching]
    )
