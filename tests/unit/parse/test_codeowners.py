"""CODEOWNERS files: what a line says, where it says it, and what is wrong with it."""

from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qgate.model.owners import Codeowners, Dialect, OwnerRule, Place, ProblemKind
from qgate.parse import codeowners
from qgate.parse.codeowners import ELSEWHERE, LOCATIONS, Line, escaped, is_owner, lines, parse
from qgate.parse.path_pattern import compile_lenient, refuse_invalid
from tests.unit.parse.damage import BRIEF

PATH: Final = ".github/CODEOWNERS"

# What rules and problems are compared by: no test wants their texts in full.
_Rule = tuple[int, int, str, tuple[str, ...]]
_Problem = tuple[int, int, ProblemKind, bool]


def read(text: str | bytes) -> Codeowners:
    return parse(text.encode() if isinstance(text, str) else text, PATH)


def rules(found: Codeowners) -> list[_Rule]:
    """Line, column, pattern and owners of each."""
    return [(each.place.line, each.place.column, each.pattern, each.owners) for each in found.rules]


def problems(found: Codeowners) -> list[_Problem]:
    """Line, column, kind of each, and whether GitHub skips the line."""
    return [
        (each.place.line, each.place.column, each.kind, each.is_skipped) for each in found.problems
    ]


def test_a_file_is_rules_in_order_with_their_places() -> None:
    found = read("# all\n*  @lead\n\n  docs/ @org/docs me@example.com\n\t*.go\t@a @b\n")
    assert found == Codeowners(
        path=PATH,
        rules=(
            OwnerRule("*", ("@lead",)),
            OwnerRule("docs/", ("@org/docs", "me@example.com")),
            OwnerRule("*.go", ("@a", "@b")),
        ),
        size=61,
    )
    assert [rule.place for rule in found.rules] == [
        Place(PATH, 2, 1),
        Place(PATH, 4, 3),
        Place(PATH, 5, 2),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r\n\r\n", b" \t \n", b"\xef\xbb\xbf", b"#", b"\n#\n"]
)
def test_an_empty_file_has_neither_rules_nor_problems(data: bytes) -> None:
    assert read(data) == Codeowners(path=PATH, rules=(), size=len(data))


@pytest.mark.parametrize(
    "line", ["# a @b", "   # a @b", "#a @b", "\t#", "##", "# [x] !y ***", "#\\"]
)
def test_a_line_that_begins_with_a_hash_is_a_comment(line: str) -> None:
    for text in (line, f"{line}\n", f"{line}\r\n"):
        assert read(text) == Codeowners(path=PATH, rules=(), size=len(text))


@pytest.mark.parametrize(
    ("line", "pattern", "owners"),
    [
        ("a @b # c @d", "a", ("@b",)),
        ("a @b #c", "a", ("@b",)),
        ("a @b\t#\t#", "a", ("@b",)),
        ("a # @b", "a", ()),
        ("a #", "a", ()),
        (r"a @b # \ [x] !", "a", ("@b",)),
        ("a#b @c", "a#b", ("@c",)),
        ("a/#b @c", "a/#b", ("@c",)),
        ("**/#a @b", "**/#a", ("@b",)),
        (r"a\ #b @c", r"a\ #b", ("@c",)),
    ],
)
def test_a_later_word_that_begins_with_a_hash_begins_a_comment(
    line: str, pattern: str, owners: tuple[str, ...]
) -> None:
    found = read(f"{line}\n")
    assert found.problems == ()
    assert rules(found) == [(1, 1, pattern, owners)]


def test_a_hash_within_an_owner_is_part_of_it() -> None:
    assert problems(read("a @b#c\n")) == [(1, 3, ProblemKind.INVALID_OWNER, True)]
    assert read("a b#c@example.com").rules[0].owners == ("b#c@example.com",)


@pytest.mark.parametrize("end", ["\n", "\r\n", " \r\n", "\t\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ends_of_lines_and_a_mark_at_the_start_are_no_part_of_a_rule(
    end: str, last: str, mark: str
) -> None:
    found = read(f"{mark}* @a{end}{end}b\\ c @d{end}e{end}f g@h.i # j{end}k/ @l{last}")
    assert found.problems == ()
    assert rules(found) == [
        (1, 1, "*", ("@a",)),
        (3, 1, r"b\ c", ("@d",)),
        (4, 1, "e", ()),
        (5, 1, "f", ("g@h.i",)),
        (6, 1, "k/", ("@l",)),
    ]


def test_a_mark_at_the_start_of_another_line_belongs_to_the_name() -> None:
    assert rules(read("a\n\ufeffb @c\n")) == [(1, 1, "a", ()), (2, 1, "\ufeffb", ("@c",))]


@pytest.mark.parametrize(
    ("line", "column", "pattern"),
    [
        (r"my\ docs/a.md @a", 1, r"my\ docs/a.md"),
        (r"  a\ \ b @a", 3, r"a\ \ b"),
        (r"\ a @a", 1, r"\ a"),
        (r"a\  @a", 1, r"a\ "),
        ("a\\\tb @a", 1, "a\\\tb"),
        (r"a\\ @a", 1, r"a\\"),
        ("a\N{NO-BREAK SPACE}b @a", 1, "a\N{NO-BREAK SPACE}b"),
        ("\t \ta\t \t@a\t", 4, "a"),
        ("a\v@a", 1, "a"),
        ("a\f@a\f", 1, "a"),
    ],
)
def test_a_line_is_split_at_white_space_that_is_not_escaped(
    line: str, column: int, pattern: str
) -> None:
    found = read(line)
    assert found.problems == ()
    assert rules(found) == [(1, column, pattern, ("@a",))]


def test_a_rule_without_owners_is_kept_for_it_takes_owners_away() -> None:
    assert rules(read("* @a\ngen/\nb # none\n")) == [
        (1, 1, "*", ("@a",)),
        (2, 1, "gen/", ()),
        (3, 1, "b", ()),
    ]


@pytest.mark.parametrize(
    "owner",
    [
        "@a", "@A-b_c", "@1", "@a-", "@org/team", "@Org-1/Team.x_y-z", "me@example.com",
        "a.b+c@d", "é@example.com", "@a_company",
    ],
)  # fmt: skip
def test_a_user_a_team_and_an_address_are_owners(owner: str) -> None:
    assert is_owner(owner)
    for line in (f"* {owner}", f"* {owner} # x", f"* @x {owner} @y"):
        assert owner in read(line).rules[0].owners


@pytest.mark.parametrize(
    ("owner", "suggests"),
    [
        ("user", "@user"),
        ("org/team", "@org/team"),
        ("@", None),
        ("@-a", None),
        ("@a/", None),
        ("@/a", None),
        ("@a/b/c", None),
        ("@a,@b", None),
        ("@a,", None),
        ("a@b@c", None),
        ("<me@example.com>", None),
        ("me@", None),
        ("é", None),
        ("@é", None),
        ("@a.b", None),
        ("&", None),
    ],
)
def test_what_is_no_owner_makes_its_line_one_that_github_skips(
    owner: str, suggests: str | None
) -> None:
    assert not is_owner(owner)
    found = read(f"b @c\n  a/ @b  {owner} @d # x\n")
    assert rules(found) == [(1, 1, "b", ("@c",))]
    assert problems(found) == [(2, 10, ProblemKind.INVALID_OWNER, True)]
    (problem,) = found.problems
    assert problem.message.startswith(owner)
    assert ("did you mean" in problem.message) == (suggests is not None)
    assert suggests is None or f"did you mean `{suggests}`?" in problem.message
    assert problem.source == f"a/ @b  {owner} @d # x"


def test_every_wrong_owner_of_a_line_is_told() -> None:
    assert problems(read("a b @c d # e")) == [
        (1, 3, ProblemKind.INVALID_OWNER, True),
        (1, 8, ProblemKind.INVALID_OWNER, True),
    ]


@pytest.mark.parametrize(
    ("pattern", "column", "suggests"),
    [
        ("a[b]", 2, r"a\[b\]"),
        ("app/[id]/x.ts", 5, r"app/\[id\]/x.ts"),
        (r"a\[b]", 5, r"a\[b\]"),
        ("a]", 2, r"a\]"),
        ("[ab].c", 1, r"\[ab\].c"),
        ("a/***", 3, "a/**"),
        ("***", 1, "**"),
        ("a[b]***", 2, r"a\[b\]**"),
        ("!a", 1, None),
        (r"\#a", 1, None),
        ("/", 1, None),
        ("a/b\\\\\\", 6, None),
        ("[a\\", 1, None),
        ("a*****", 2, None),
    ],
)
@pytest.mark.parametrize("indent", ["", "  \t"])
def test_an_invalid_pattern_is_told_with_its_column_and_what_may_be_meant(
    pattern: str, column: int, suggests: str | None, indent: str
) -> None:
    # A `\` at the end of a word escapes the space after it: it is alone at the end of a line only.
    owner = "" if pattern.endswith("\\") else " @a"
    found = read(f"{indent}{pattern}{owner}\n")
    assert found.rules == ()
    assert problems(found) == [(1, len(indent) + column, ProblemKind.INVALID_PATTERN, True)]
    (problem,) = found.problems
    assert "GitHub skips this line" in problem.message
    assert ("did you mean" in problem.message) == (suggests is not None)
    assert suggests is None or problem.message.endswith(f"; did you mean `{suggests}`?")
    assert problem.source == f"{pattern}{owner}"
    if suggests is not None:
        refuse_invalid(suggests)


def test_the_pattern_and_the_owners_of_one_line_can_both_be_wrong() -> None:
    assert problems(read("a[ b")) == [
        (1, 2, ProblemKind.INVALID_PATTERN, True),
        (1, 4, ProblemKind.INVALID_OWNER, True),
    ]


@pytest.mark.parametrize(
    ("pattern", "columns"),
    [
        ("a**", [1]),
        ("a/**.js", [3]),
        ("a//b", [2]),
        ("a/**/", [3]),
        ("a**/b**", [1, 5]),
        ("a//b**", [2, 4]),
    ],
)
def test_a_doubtful_pattern_is_a_rule_and_a_warning(pattern: str, columns: list[int]) -> None:
    found = read(f"*\n {pattern} @a\n")
    assert rules(found) == [(1, 1, "*", ()), (2, 2, pattern, ("@a",))]
    assert problems(found) == [
        (2, column + 1, ProblemKind.DOUBTFUL_PATTERN, False) for column in columns
    ]


def test_a_doubtful_pattern_does_not_save_a_line_with_a_wrong_owner() -> None:
    found = read("a** b\n")
    assert found.rules == ()
    assert problems(found) == [
        (1, 1, ProblemKind.DOUBTFUL_PATTERN, False),
        (1, 5, ProblemKind.INVALID_OWNER, True),
    ]


@pytest.mark.parametrize(
    "line",
    ["[Docs]", "^[Docs]", "  [Docs team]  ", "[Docs][2]", "[Docs] @a", "^[D][1] @a @b/c", "^[Docs"],
)
def test_a_heading_is_gitlabs_and_the_rest_is_read_on(line: str) -> None:
    found = read(f"* @a\n{line}\r\nb @c\n")
    assert found.dialect is Dialect.GITLAB
    assert rules(found) == [(1, 1, "*", ("@a",)), (3, 1, "b", ("@c",))]
    column = len(line) - len(line.lstrip()) + 1
    assert problems(found) == [(2, column, ProblemKind.FOREIGN_DIALECT, True)]
    assert "GitLab" in found.problems[0].message


@pytest.mark.parametrize("owner", ["@@developers", "@@Maintainer", "@group/sub/team", "@a/b/c/d.e"])
def test_a_role_and_a_nested_group_are_gitlabs(owner: str) -> None:
    found = read(f"b {owner}\nc @d\n")
    assert found.dialect is Dialect.GITLAB
    assert rules(found) == [(2, 1, "c", ("@d",))]
    assert problems(found) == [(1, 3, ProblemKind.INVALID_OWNER, True)]
    assert "GitLab" in found.problems[0].message


@pytest.mark.parametrize("line", ["[ab].c @d", "[a @b", "a [b]", "[] @a", "a[b]"])
def test_a_bracket_alone_is_no_heading(line: str) -> None:
    found = read(line)
    assert found.dialect is Dialect.GITHUB
    assert found.rules == ()
    assert {problem.kind for problem in found.problems} <= {
        ProblemKind.INVALID_PATTERN,
        ProblemKind.INVALID_OWNER,
    }


@pytest.mark.parametrize(
    "pattern", [r".+\\.go", r".*\\.md$", "docs/(aws|azure)/", "^src/", "src/.*$", r"a\\.b"]
)
def test_a_regular_expression_is_giteas_and_to_github_a_name(pattern: str) -> None:
    found = read(f"{pattern} @a\n")
    assert found.dialect is Dialect.GITEA
    assert rules(found) == [(1, 1, pattern, ("@a",))]
    assert problems(found) == [(1, 1, ProblemKind.FOREIGN_DIALECT, False)]
    assert "Gitea" in found.problems[0].message


def test_a_negated_regular_expression_is_giteas_and_invalid_too() -> None:
    found = read("!^vendor/ @a\n")
    assert found.dialect is Dialect.GITEA
    assert found.rules == ()
    assert problems(found) == [
        (1, 1, ProblemKind.INVALID_PATTERN, True),
        (1, 1, ProblemKind.FOREIGN_DIALECT, False),
    ]


@pytest.mark.parametrize(
    "pattern", ["a(1).txt", "a(b", "a|b", "a$b", "a^b", "worker/^cpu", "c++/", "a{b}", r"a\ b$c"]
)
def test_a_name_with_odd_characters_is_no_regular_expression(pattern: str) -> None:
    found = read(f"{pattern} @a\n")
    assert found.dialect is Dialect.GITHUB
    assert found.problems == ()
    assert rules(found) == [(1, 1, pattern, ("@a",))]


def test_the_first_hint_names_the_dialect() -> None:
    assert read("^src/ @a\n[Docs]\n").dialect is Dialect.GITEA
    assert read("[Docs]\n^src/ @a\n").dialect is Dialect.GITLAB


@pytest.mark.parametrize(("path", "dialect"), ELSEWHERE.items())
def test_where_only_another_service_looks_the_place_names_the_dialect(
    path: str, dialect: Dialect
) -> None:
    for text in (b"* @a\n", b"[Docs]\n", b"^src/ @a\n"):
        assert parse(text, path).dialect is dialect


def test_where_github_looks_the_dialect_is_githubs_unless_a_line_says_otherwise() -> None:
    assert LOCATIONS == (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
    assert not {*LOCATIONS} & {*ELSEWHERE}
    for path in LOCATIONS:
        assert parse(b"* @a\n", path).dialect is Dialect.GITHUB
        assert parse(b"[Docs]\n", path).dialect is Dialect.GITLAB


def test_bytes_that_are_not_utf_8_name_the_files_that_they_name_on_disk() -> None:
    found = read(b"\xff\xe9.py @a\nb\xff c\xff@d # \xff\n")
    assert found.problems == ()
    assert rules(found) == [
        (1, 1, "\udcff\udce9.py", ("@a",)),
        (2, 1, "b\udcff", ("c\udcff@d",)),
    ]
    path = b"x/\xff\xe9.py".decode("utf-8", "surrogateescape")
    assert compile_lenient(found.rules[0].pattern).matches(path)


def test_a_nul_byte_is_a_character_like_another() -> None:
    found = read(b"a\0b @c\n* @d\0\n\0\n")
    assert rules(found) == [(1, 1, "a\0b", ("@c",)), (3, 1, "\0", ())]
    assert problems(found) == [(2, 3, ProblemKind.INVALID_OWNER, True)]


def test_a_column_counts_characters_not_bytes() -> None:
    assert problems(read("éé文 b\n")) == [(1, 5, ProblemKind.INVALID_OWNER, True)]


def test_only_a_line_feed_ends_a_line() -> None:
    text = "a @b\N{LINE SEPARATOR}c\vd\n\x1ce\x85f\ng\n"
    found = read(text)
    assert [rule.place.line for rule in found.rules] == [2, 3]
    assert rules(found)[0][2] == "\x1ce\x85f"
    assert problems(found)[0][:2] == (1, 3)


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        pytest.param("a" * 10**6 + " @b", 1, id="a long name"),
        pytest.param("a" + " @b" * 10**5, 10**5, id="many owners"),
        pytest.param("a" + " b@c" * 10**5 + " # d", 10**5, id="many addresses"),
        pytest.param(" " * 10**6 + "a" + " " * 10**6 + "@b" + "\t" * 10**6, 1, id="white space"),
        pytest.param(r"a\ " * 10**5 + " @b", 1, id="many escapes"),
        pytest.param("a @b # " + "x " * 10**6, 1, id="a long comment"),
        pytest.param("a(" * 10**5 + " @b", 1, id="many parentheses"),
    ],
)
def test_a_very_long_line_is_one_rule(text: str, owners: int) -> None:
    found = read(text)
    assert found.problems == ()
    assert [len(rule.owners) for rule in found.rules] == [owners]
    assert found.size == len(text)


def test_a_very_long_line_can_have_a_problem_in_every_word() -> None:
    found = read("[" * 10**5 + " b" * 10**4)
    assert [kind for _, _, kind, _ in problems(found)] == [
        ProblemKind.INVALID_PATTERN,
        *[ProblemKind.INVALID_OWNER] * 10**4,
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", "a"),
        ("/a b/*.md", r"/a\ b/*.md"),
        (r"a\ b", r"a\ b"),
        ("a  b", r"a\ \ b"),
        ("a\tb", "a\\\tb"),
        ("#a", "**/#a"),
        ("a#", "a#"),
        (r"a\[1\]", r"a\[1\]"),
    ],
)
def test_a_pattern_of_the_settings_is_written_so_that_it_is_read_back(
    pattern: str, expected: str
) -> None:
    assert escaped(pattern) == expected
    assert rules(read(f"{escaped(pattern)} @a")) == [(1, 1, expected, ("@a",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  @b\t@c   #  d e ", Line("a  @b\t@c   #  d e ", "a", "@b @c #  d e")),
        ("  a\\ b", Line("  a\\ b", "a\\ b")),
        ("a #b", Line("a #b", "a", "#b")),
        ("a** @b", Line("a** @b", "a**", "@b")),
        ("", Line("")),
        (" \t", Line(" \t")),
        ("  # a @b", Line("  # a @b")),
        ("[a] @b", Line("[a] @b", is_skipped=True)),
        ("a[b] @c", Line("a[b] @c", is_skipped=True)),
        ("a b", Line("a b", is_skipped=True)),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_is_kept_as_it_is_written_with_its_words_beside_it(
    text: str, expected: Line, mark: str, end: str
) -> None:
    assert list(lines(f"{mark}{text}{end}x @y")) == [expected, Line("x @y", "x", "@y")]
    assert expected.is_rule == bool(read(text).rules)


# Whatever a line may begin with, contain, or stumble over.
WORDS: Final = st.sampled_from(
    [
        "a", "*", "/", "docs/", "*.py", "a/**", "a**", "a//b", "***", "!a", r"\#a", "a[b]", "[a]",
        "^[a]", "[a][2]", "^a", "a$", r"\\.", "(a|b)", ".+", "#", "# x", "a#b", "\\", r"\ ",
        r"a\ b", "@a", "@a/b", "@a/b/c", "@@a", "a@b", "@", "é", "\ufeff", "\0", "\r", "\t",
        "  ", "\v", "\x1c",
    ]
)  # fmt: skip
LINES: Final = st.lists(WORDS, max_size=6).map(" ".join) | st.lists(WORDS, max_size=4).map("".join)
FILES: Final = st.lists(LINES, max_size=12).map("\n".join).map(str.encode) | st.binary(max_size=300)


def as_lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")


@BRIEF
@given(FILES)
def test_any_bytes_are_read_and_each_line_is_one_rule_a_problem_or_nothing(data: bytes) -> None:
    found = read(data)
    texts = as_lines(data)
    ruled = [rule.place.line for rule in found.rules]
    assert ruled == sorted({*ruled})
    skipped = {problem.place.line for problem in found.problems if problem.is_skipped}
    assert not skipped & {*ruled}
    stripped = [line.strip(" \t\r\v\f") for line in texts]
    said = {n for n, line in enumerate(stripped, 1) if line and not line.startswith("#")}
    assert skipped | {*ruled} == said
    places = [rule.place for rule in found.rules] + [each.place for each in found.problems]
    for place in places:
        assert place.path == PATH
        assert 1 <= place.column <= len(texts[place.line - 1])


@BRIEF
@given(FILES)
def test_every_rule_stands_at_its_place_and_can_be_used(data: bytes) -> None:
    texts = as_lines(data)
    for rule in read(data).rules:
        line = texts[rule.place.line - 1]
        assert line[rule.place.column - 1 :].startswith(rule.pattern)
        refuse_invalid(rule.pattern)
        compile_lenient(rule.pattern)
        assert all(map(is_owner, rule.owners))


@BRIEF
@given(FILES)
def test_the_lines_of_a_file_are_its_rules_and_what_is_around_them(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    found = list(lines(text))
    assert [line.text for line in found] == [line.rstrip("\r") for line in as_lines(data)]
    numbers = [number for number, line in enumerate(found, 1) if line.is_rule]
    assert numbers == [rule.place.line for rule in read(data).rules]
    # One space between words says the same.
    tidy = "".join(f"\n{line.pattern} {line.rest}" for line in found if line.is_rule)
    assert read(tidy.encode("utf-8", "surrogateescape")).rules == read(data).rules


PLAIN_WORDS: Final = st.sampled_from(
    ["a", "/b/", "*.py", "c#d", "a//", "a**", "é", ".-", "**", "{"]
)
PLAIN_OWNERS: Final = st.sampled_from(["@a", "@A/b.c", "@b-", "@a_b"])
PLAIN_LINES: Final = st.tuples(PLAIN_WORDS, st.lists(PLAIN_OWNERS, max_size=3)).flatmap(
    lambda words: st.lists(
        st.sampled_from([" ", "\t", "  \t"]), min_size=len(words[1]), max_size=len(words[1])
    ).map(lambda gaps: words[0] + "".join(map("".join, zip(gaps, words[1], strict=True))))
)


@BRIEF
@given(st.from_regex(codeowners._PLAIN, fullmatch=True) | PLAIN_LINES, st.sampled_from(["", " \t"]))
def test_a_plain_line_is_read_at_once_as_it_is_read_word_by_word(line: str, indent: str) -> None:
    line = indent + line
    assume("\n" not in line)
    assert codeowners._PLAIN.fullmatch(line)
    commented = f"{line} # x"  # a comment is what the quick way does not know
    assert not codeowners._PLAIN.fullmatch(commented)
    assert rules(read(line)) == rules(read(commented))
