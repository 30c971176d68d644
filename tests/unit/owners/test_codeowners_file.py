"""CODEOWNERS written: put in order without a change of meaning, and made from rules in YAML."""

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgate.errors import UsageError
from qgate.model.owners import OwnerRule, Place, Requirement, ReviewRules, identity
from qgate.owners.codeowners_file import formatted, generated, losses
from qgate.owners.matching import Matcher
from qgate.parse.codeowners import is_owner, parse
from qgate.parse.path_pattern import InvalidPattern, compile_pattern
from tests.unit.parse.damage import BRIEF

BEGIN: Final = "# qgate: begin"
END: Final = "# qgate: end"


def rules_of(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Pattern and owners of every rule that GitHub reads."""
    found = parse(text.encode("utf-8", "surrogateescape"), "CODEOWNERS")
    return [(each.pattern, each.owners) for each in found.rules]


def skipped(text: str) -> list[str]:
    """The lines that GitHub skips."""
    found = parse(text.encode("utf-8", "surrogateescape"), "CODEOWNERS")
    return list(dict.fromkeys(each.source for each in found.problems if each.is_skipped))


def review_rules(
    text: str, *require: Requirement, notify: str = "", source: str = ".qgate.yml"
) -> ReviewRules:
    """Rules of a pattern and owners a line."""

    def read(lines: str) -> tuple[OwnerRule, ...]:
        words = [line.split(" ") for line in lines.splitlines()]
        return tuple(
            OwnerRule(pattern, tuple(owners), Place(source, number))
            for number, (pattern, *owners) in enumerate(words, 1)
        )

    return ReviewRules(owners=read(text), require=require, notify=read(notify), source=source)


def rule(pattern: str, *owners: str) -> ReviewRules:
    """One rule, whatever is in its pattern."""
    return ReviewRules(owners=(OwnerRule(pattern, owners),), source=".qgate.yml")


def need(pattern: str, *any_of: str, line: int = 1, count: int = 1) -> Requirement:
    return Requirement(pattern=pattern, any_of=any_of, count=count, place=Place(".qgate.yml", line))


# Formatted.


def test_owners_stand_below_each_other_in_each_block() -> None:
    text = """\
*   @lead
docs/guide/ \t@docs    me@example.com
a    @b

# Code.
src/ @code
*.py @py   @code # why
"""
    assert (
        formatted(text)
        == """\
*           @lead
docs/guide/ @docs me@example.com
a           @b

# Code.
src/ @code
*.py @py @code # why
"""
    )


@pytest.mark.parametrize(
    "between", ["", "  ", "# why", "   # [x] why  ", "!a @b", "a[b] @c", "a b"]
)
def test_any_other_line_ends_a_block_and_stays(between: str) -> None:
    text = f"a @a\n{between}\nlonger/ @b\n"
    assert formatted(text) == f"a @a\n{between.rstrip()}\nlonger/ @b\n"


def test_a_rule_without_owners_has_no_blanks_at_its_end_and_widens_nothing() -> None:
    assert formatted("a @b\nsome/long/name/   \nc @d # x\n") == "a @b\nsome/long/name/\nc @d # x\n"


def test_a_comment_behind_a_rule_stays_as_it_is() -> None:
    text = "a  @b   #   two  blanks,\ta tab and @somebody  \ngen/   # of nobody\n"
    expected = "a    @b #   two  blanks,\ta tab and @somebody\ngen/ # of nobody\n"
    assert formatted(text) == expected


def test_an_escaped_blank_is_part_of_the_pattern() -> None:
    assert formatted("a\\ b   @a\nmy\\ long\\ name/ @b\n") == (
        "a\\ b            @a\nmy\\ long\\ name/ @b\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \n", "\t\r\n"])
def test_lines_end_in_a_line_feed_alone(end: str) -> None:
    assert formatted(end.join(["* @a", "", "# x", "b @c", ""])) == "* @a\n\n# x\nb @c\n"


def test_a_mark_at_the_start_goes_and_a_line_feed_at_the_end_comes() -> None:
    assert formatted("\ufeff* @a") == "* @a\n"


@pytest.mark.parametrize("text", ["", "\n", "\n\n \n", "\r\n", "\ufeff"])
def test_an_empty_file_stays_empty(text: str) -> None:
    assert formatted(text) == ""


def test_empty_lines_at_the_end_go_and_those_within_stay() -> None:
    assert formatted("\n\na @b\n\n\nc @d\n\n\n") == "\n\na @b\n\n\nc @d\n"


@pytest.mark.parametrize(
    "line", ["!a    @b", "a   b   @c", "[Docs]   @a", "a[b]   @c", "   ***  @a", "/    @a"]
)
def test_a_line_that_github_skips_stays_as_it_is(line: str) -> None:
    assert formatted(f"{line}\nlong/name @a\n") == f"{line}\nlong/name @a\n"


def test_a_blank_that_is_part_of_the_pattern_stays_at_the_end_of_a_line() -> None:
    for text in ("a\\ \n", "a\\ \nb @c\n", "a\\\t\n", "a\\  # why\n"):
        assert rules_of(formatted(text)) == rules_of(text)


def test_a_blank_that_keeps_a_line_from_being_a_rule_stays() -> None:
    # Without its blank the address would be one.
    assert rules_of("x a@b\\ \n") == []
    assert rules_of(formatted("x a@b\\ \n")) == []


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\x1c", "\x85", "\u2028"])
def test_what_is_no_blank_to_github_stays_at_the_end_of_a_line(blank: str) -> None:
    # Taken away it makes a rule out of a line that is none, or another pattern.
    for text in (f"a @b{blank}\n", f"a{blank}\n", f"a @b\nc{blank}\n"):
        assert rules_of(formatted(text)) == rules_of(text)
        assert skipped(formatted(text)) == skipped(text)


def test_a_backslash_before_a_carriage_return_means_the_same_afterwards() -> None:
    text = "* @a\r\nb\\\r\n"
    assert rules_of(formatted(text)) == rules_of(text)


# Whatever a line of a file may be made of. No byte order mark within: only the first is one.
WORDS: Final = st.sampled_from(
    [
        "a", "*", "docs/", "*.py", "a/**", "a**", "a//b", "***", "!a", r"\#a", "a[b]", r"a\[b\]",
        "[a]", "^[a]", "a$", "#", "# x", "#x", "a#b", "\\", r"a\ b", "a\\ ", "a\\\t", "@a", "@a/b",
        "@@a", "a@b.c", "@", "é", "\0", "\udcff", "\t", "  ", "\v", "\r", "\u00a0", "\x85",
        "\u2028", "b",
    ]
)  # fmt: skip
LINES: Final = (
    st.lists(WORDS, max_size=6).map(" ".join)
    | st.lists(WORDS, max_size=4).map("".join)
    | st.sampled_from(["* @a", "docs/ @b @c", "  a\t@b  # why", "gen/", "", "# comment  "])
)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Rules, comments, empty lines and what GitHub skips, with either end of lines."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    start = draw(st.sampled_from(["", "\ufeff"]))
    return start + end.join(draw(st.lists(LINES, max_size=10))) + draw(st.sampled_from(["", end]))


@BRIEF
@given(files())
@example("a\\ \n")
@example("a @b\u00a0\n")
@example("a\\\r\nb @c")
@example("x a@b\\ \n")
def test_a_formatted_file_has_the_same_rules_and_skipped_lines(text: str) -> None:
    assert rules_of(formatted(text)) == rules_of(text)
    assert skipped(formatted(text)) == skipped(text)


@BRIEF
@given(files())
@example("# x\r \n")
@example("a # x\r \n")
@example("\r \na @b")
def test_formatted_again_a_file_stays_the_same(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert not once or once.endswith("\n")
    assert "\ufeff" not in once


@BRIEF
@given(files())
def test_every_word_of_a_formatted_file_is_kept_in_its_order(text: str) -> None:
    blanks = re.compile(r"\s+")
    before, after = text.removeprefix("\ufeff"), formatted(text)
    assert blanks.sub("", after) == blanks.sub("", before)
    lines = [line.strip() for line in before.split("\n")]
    comments = [line for line in lines if line.startswith("#")]
    assert [line.strip() for line in after.split("\n") if line.strip().startswith("#")] == comments


# Generated.


def test_a_block_is_made_at_the_end_of_a_file() -> None:
    rules = review_rules("* @all\ndocs/ @docs me@example.com\ngen/")
    block = f"""\
{BEGIN}. Made from .qgate.yml by `qgate codeowners generate`: edit it there.
*     @all
docs/ @docs me@example.com
gen/
{END}.
"""
    assert generated("", rules) == block
    assert generated("# mine\nx @a\n", rules) == f"# mine\nx @a\n\n{block}"
    assert generated("# mine\nx @a", rules) == f"# mine\nx @a\n\n{block}"
    assert generated("# mine\nx @a\n\n", rules) == f"# mine\nx @a\n\n{block}"


def test_a_block_is_replaced_in_its_place() -> None:
    old = generated("before @a\n", review_rules("old/ @old"))
    text = f"{old}\n  after    @b   \n# end"
    made = generated(f"{text}\n", review_rules("new/ @new"))
    assert made == f"{text}\n".replace("old/ @old", "new/ @new")


@pytest.mark.parametrize("before", ["", "a  @b\r\n\r\n", "\n\n\n", "# x\u2028\x0c y\n", "!\n"])
@pytest.mark.parametrize("after", ["", "a  @b\r\n", "\n\n", "  # x \n\t\n"])
def test_what_stands_outside_of_the_block_stays_to_the_byte(before: str, after: str) -> None:
    old = f"{BEGIN} as it was\nwhatever\n{END} it was\n"
    made = generated(f"{before}{old}{after}", review_rules("* @a"))
    assert made.startswith(f"{before}{BEGIN}")
    assert made.endswith(f"{END}.\n{after}")
    assert len(made.splitlines()) == len(before.splitlines()) + 3 + len(after.splitlines())


def test_a_last_line_without_an_end_stays_without_one_below_the_block() -> None:
    rules = review_rules("* @a")
    text = f"{generated('', rules)}x @b"
    assert generated(text, rules) == text


@pytest.mark.parametrize("text", ["", "x @a\n", "x @a", "\n", "x\r\n", "\ufeff# a\n\n"])
def test_a_second_run_changes_nothing(text: str) -> None:
    rules = review_rules("* @all\ndocs/ @docs", need("*.md", "@text"))
    once = generated(text, rules)
    assert generated(once, rules) == once


def test_without_rules_the_block_is_empty_and_can_be_filled_again() -> None:
    rules = review_rules("* @a")
    empty = generated("x @y\n", ReviewRules(source=".qgate.yml"))
    assert len(empty.splitlines()) == 4
    assert generated(empty, rules) == generated("x @y\n", rules)


@pytest.mark.parametrize(
    "text",
    [
        BEGIN,
        END,
        f"{BEGIN}\n{BEGIN}\n{END}",
        f"{BEGIN}\n{END}\n{END}",
        f"{END}\n{BEGIN}",
        f"{BEGIN}\n{END}\n{BEGIN}\n{END}",
        f"* @a\n{BEGIN}\nx @b\n",
    ],
)
def test_markers_that_make_no_block_are_refused(text: str) -> None:
    for ended in (text, f"{text}\n", f"{text}\n\n".replace("\n", "\r\n")):
        with pytest.raises(UsageError, match="do not make one block") as caught:
            generated(ended, review_rules("* @a"))
        assert caught.value.hint


@pytest.mark.parametrize("text", [f"  {BEGIN}\n", f"x @a {BEGIN}\n", f"#{BEGIN}\n{END[1:]}\n"])
def test_a_marker_begins_its_line(text: str) -> None:
    made = generated(text, review_rules("* @a"))
    assert made.startswith(text)
    assert rules_of(made)[-1] == ("*", ("@a",))


def test_a_mark_at_the_start_of_a_file_does_not_hide_the_block() -> None:
    rules = review_rules("* @a")
    text = f"\ufeff{generated('', rules)}"
    assert generated(text, rules) == text


def test_a_block_with_the_other_end_of_lines_is_recognised() -> None:
    text = generated("", review_rules("* @a")).replace("\n", "\r\n")
    made = generated(text, review_rules("* @b"))
    assert rules_of(made) == [("*", ("@b",))]
    assert made.count(BEGIN) == 1


@pytest.mark.parametrize(
    ("pattern", "path", "others"),
    [
        ("#a", "#a", ("b",)),
        ("#a", "x/#a", ()),
        ("#a/", "x/#a/b", ()),
        ("#a/b", "#a/b", ("x/#a/b", "y/x/#a/b")),
        ("#*", "x/#1", ("1",)),
        ("my docs/*.md", "my docs/a.md", ("docs/a.md", "my", "my docs/x/a.md")),
        (r"my\ docs/", "my docs/a", ()),
        ("a  b", "a  b", ("a b",)),
        ("a\tb", "a\tb", ("a b",)),
        (" a", " a", ("a",)),
        ("a ", "a ", ("a",)),
        (r"a\ ", "a ", ("a",)),
        (r"a\\ b", "a\\ b", ("b",)),
        (r"a\[1\]", "a[1]", ("a1",)),
        (r"\!a", "!a", ("a",)),
        ("a\u00a0b", "a\u00a0b", ("a b",)),
        ("a\u00a0", "a\u00a0", ("a",)),
        ("a\u2028b", "a\u2028b", ("a", "b")),
        ("a\x85b", "a\x85b", ("a", "b")),
        ("a\vb", "a\vb", ("a", "b")),
        ("a\x1cb", "a\x1cb", ("a", "b")),
    ],
)
@pytest.mark.parametrize("owners", [("@a",), ()])
def test_a_pattern_is_written_so_that_it_means_the_same(
    pattern: str, path: str, others: tuple[str, ...], owners: tuple[str, ...]
) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.matches(path)
    made = generated("", rule(pattern, *owners))
    assert skipped(made) == []
    read = parse(made.encode(), "CODEOWNERS")
    assert [each.owners for each in read.rules] == [owners]
    matcher = Matcher(ReviewRules(owners=read.rules))
    assert matcher.winner(path) is not None
    for other in others:
        assert (matcher.winner(other) is not None) is compiled.matches(other)


@pytest.mark.parametrize("pattern", ["a\nsecret/", "a\rb", "a\r", "a\\\n", "a\\\r"])
def test_a_pattern_with_a_line_break_is_refused_for_no_line_can_hold_it(pattern: str) -> None:
    for rules in (rule(pattern, "@a"), review_rules("* @a", need(pattern, "@b"))):
        with pytest.raises(UsageError, match="cannot hold a line break") as caught:
            generated("", rules)
        assert caught.value.hint


@pytest.mark.parametrize(
    "owner", ["@a", "@O/t.x_y-z", "me@example.com", "a#b@example.com", "#me@example.com"]
)
def test_whoever_can_be_an_owner_in_the_settings_is_read_back_as_one(owner: str) -> None:
    # A word of CODEOWNERS that begins with `#` begins a comment, which hides the next owner too.
    if is_owner(owner):
        assert rules_of(generated("", rule("*", owner, "@b"))) == [("*", (owner, "@b"))]


# The superset.


def test_owners_of_a_requirement_join_those_of_every_rule_that_may_match_the_same_file() -> None:
    rules = review_rules(
        "* @all\ndocs/ @docs\n/src/ @code\n*.py", need("/src/auth/", "@sec", "@all")
    )
    assert rules_of(generated("", rules)) == [
        ("/src/auth/", ("@sec", "@all")),
        ("*", ("@all", "@sec")),
        ("docs/", ("@docs", "@sec", "@all")),
        ("/src/", ("@code", "@sec", "@all")),
        ("*.py", ("@sec", "@all")),
    ]


def test_rules_for_other_folders_stay_as_they_are() -> None:
    rules = review_rules("/docs/ @docs\n/srcs/ @code", need("/src/auth/", "@sec"))
    assert rules_of(generated("", rules)) == [
        ("/src/auth/", ("@sec",)),
        ("/docs/", ("@docs",)),
        ("/srcs/", ("@code",)),
    ]


def test_a_requirement_with_the_pattern_of_a_rule_is_no_rule_of_its_own() -> None:
    rules = review_rules("/a/ @A\n/b/ @b", need("/a/", "@a", "@s"))
    assert rules_of(generated("", rules)) == [("/a/", ("@A", "@s")), ("/b/", ("@b",))]


def test_requirements_without_a_rule_carry_each_others_owners() -> None:
    every = Requirement(pattern="*.py", any_of=("@a",), all_of=("@b",), except_=("*.md",))
    rules = review_rules("/docs/ @d", every, need("/src/", "@s"), need("/docs/x", "@x"))
    assert rules_of(generated("", rules)) == [
        ("*.py", ("@b", "@a", "@s", "@x")),
        ("/src/", ("@s", "@b", "@a")),
        ("/docs/x", ("@x", "@b", "@a")),
        ("/docs/", ("@d", "@b", "@a", "@x")),
    ]


SEGMENTS: Final = ["a", "b", "ab", "a b", "#a", "a.py", "!a", "[a]", "é"]
PATHS: Final = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map("/".join)
PARTS: Final = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "a b",
        r"a\ b",
        "#a",
        "a.py",
        r"\[a\]",
        "*",
        "**",
        "?",
        "a*",
        "*.py",
        "#*",
        "é",
    ]
)


def is_valid(text: str) -> bool:
    try:
        compile_pattern(text)
    except InvalidPattern:
        return False
    return True


PATTERNS: Final = (
    st.tuples(
        st.sampled_from(["", "", "/", "**/"]),
        st.lists(PARTS, min_size=1, max_size=3).map("/".join),
        st.sampled_from(["", "", "/", "/**", "/*"]),
    )
    .map("".join)
    .filter(is_valid)
)
OWNERS: Final = st.lists(
    st.sampled_from(["@a", "@A", "@b", "@c", "@o/t", "me@x.org"]), max_size=3
).map(tuple)
RULES: Final = st.builds(
    ReviewRules,
    owners=st.lists(st.builds(OwnerRule, PATTERNS, OWNERS), max_size=5).map(tuple),
    require=st.lists(
        st.builds(
            Requirement,
            pattern=PATTERNS,
            any_of=OWNERS.filter(bool),
            all_of=OWNERS,
            except_=st.lists(PATTERNS, max_size=1).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    source=st.just(".qgate.yml"),
)


@BRIEF
@given(RULES, st.lists(PATHS, min_size=1, max_size=8))
@example(
    ReviewRules(owners=(OwnerRule("*", ("@a",)), OwnerRule("#a/b", ("@b",)))), ["a/#a/b", "#a/b"]
)
def test_nobody_whom_the_rules_name_for_a_file_is_left_out(
    rules: ReviewRules, paths: list[str]
) -> None:
    read = parse(generated("", rules).encode(), "CODEOWNERS")
    assert not read.problems
    theirs, ours = Matcher(ReviewRules(owners=read.rules)), Matcher(rules)
    for path in paths:
        found = ours.of(path)
        wanted = {identity(owner) for owner, _ in found.claims()}
        winner = theirs.winner(path)
        assert (winner is not None) >= (found.rule is not None)
        assert wanted <= set(map(identity, winner.owners if winner else ())), path


@BRIEF
@given(RULES, st.lists(PATHS, min_size=1, max_size=8))
def test_without_requirements_every_file_has_exactly_its_owners(
    rules: ReviewRules, paths: list[str]
) -> None:
    rules = ReviewRules(owners=rules.owners, source=".qgate.yml")
    assert losses(rules) == ()
    read = parse(generated("", rules).encode(), "CODEOWNERS")
    theirs, ours = Matcher(ReviewRules(owners=read.rules)), Matcher(rules)
    for path in paths:
        mine, written = ours.winner(path), theirs.winner(path)
        assert (mine is None) == (written is None), path
        if mine and written:
            assert set(map(identity, mine.owners)) == set(map(identity, written.owners)), path


@BRIEF
@given(RULES, files())
def test_a_second_run_changes_nothing_whatever_stood_there(rules: ReviewRules, text: str) -> None:
    once = generated(text, rules)
    assert generated(once, rules) == once
    assert once.startswith(text)
    other = generated(once, ReviewRules(source=".qgate.yml"))
    assert generated(other, rules) == once


# Losses.


def test_rules_about_owners_alone_lose_nothing() -> None:
    assert losses(review_rules("* @a\ngen/\ndocs/ @b me@example.com")) == ()


def test_what_cannot_be_said_is_listed_with_its_place() -> None:
    rules = review_rules(
        "* @a",
        need("src/", "@s", line=4),
        need("*.py", "@s", "@t", line=9, count=2),
        Requirement(
            pattern="x", all_of=("@l",), except_=("*.md", "/y"), place=Place(".qgate.yml", 12)
        ),
        notify="* @told\ndocs/ @also",
    )
    assert losses(rules) == (
        ".qgate.yml:4: require src/: approvals of its own beside the owners'",
        ".qgate.yml:9: require *.py: approvals of its own beside the owners', 2 of them",
        ".qgate.yml:12: require x: approvals of its own beside the owners', but not for *.md, /y",
        ".qgate.yml:1: notify *: tells without asking",
        ".qgate.yml:2: notify docs/: tells without asking",
    )
