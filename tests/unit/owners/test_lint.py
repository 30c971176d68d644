"""What is wrong with rules about reviewers, each with a case that has it and one that has not."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.engine.reviewers_lint import _unquoted, known_owners
from qgate.model.owners import (
    Codeowners,
    Dialect,
    OwnerRule,
    Place,
    ProblemKind,
    Requirement,
    ReviewRules,
)
from qgate.model.report import Finding, Level
from qgate.owners import lint
from qgate.owners.lint import SIZE_LIMIT, Rule
from qgate.parse.codeowners import ELSEWHERE, parse
from qgate.parse.path_pattern import InvalidPattern, compile_lenient, refuse_invalid
from qgate.system import explanations
from tests.unit.parse.damage import BRIEF

PATH: Final = ".github/CODEOWNERS"
# A tree in which nothing is wrong with `CLEAN`.
TREE: Final = ("README.md", "docs/a.md", "docs/guide/b.md", "src/app.py", "src/web/index.js")
CLEAN: Final = "* @all\ndocs/ @docs\n*.py @py\ngone-by-intention-no/\n"


def read(text: str, path: str = PATH) -> Codeowners:
    return parse(text.encode(), path)


def of_rules(
    text: str,
    tracked: tuple[str, ...] = TREE,
    *,
    require: tuple[Requirement, ...] = (),
    notify: str = "",
    known: frozenset[str] | None = None,
) -> tuple[Finding, ...]:
    """Findings on rules, one a line as in CODEOWNERS."""
    rules = ReviewRules(
        owners=read(text).rules, require=require, notify=read(notify, "TELL").rules, source=PATH
    )
    return lint.of_rules(rules, tracked, known)


def said(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    """Rule, line and message of each."""
    return [(each.rule, each.line, each.message) for each in findings]


def only(findings: tuple[Finding, ...]) -> Finding:
    (found,) = findings
    return found


# Each rule id, present and absent.

Case = Callable[[], tuple[Finding, ...]]


def unquoted(text: str) -> tuple[Finding, ...]:
    return tuple(_unquoted([("rules.yml", text)]))


WRONG: Final[dict[str, Case]] = {
    Rule.DUPLICATE: lambda: of_rules("* @a\n* @b"),
    Rule.SHADOWED: lambda: of_rules("docs/ @a\n* @b"),
    Rule.NO_MATCH: lambda: of_rules("* @a\nnothing/ @b"),
    Rule.NO_OWNER: lambda: of_rules("docs/ @a"),
    Rule.UNKNOWN_OWNER: lambda: of_rules("* @a", known=frozenset({"@b"})),
    Rule.SEVERAL_FILES: lambda: of_files(read("* @a"), read("* @a", "CODEOWNERS")),
    Rule.TOO_LARGE: lambda: of_files(sized(SIZE_LIMIT)),
    Rule.UNQUOTED: lambda: unquoted("owners:\n  a: [@a]\n"),
    "reviewers/invalid-pattern": lambda: of_files(read("!a @b")),
    "reviewers/invalid-owner": lambda: of_files(read("a b")),
    "reviewers/doubtful-pattern": lambda: of_files(read("a** @b")),
    "reviewers/foreign-dialect": lambda: of_files(read("[Docs]\n* @a")),
}
RIGHT: Final[dict[str, Case]] = {
    Rule.DUPLICATE: lambda: of_rules("* @a\ndocs/ @a"),
    Rule.SHADOWED: lambda: of_rules("* @b\ndocs/ @a"),
    Rule.NO_MATCH: lambda: of_rules("* @a\nsrc/ @b"),
    Rule.NO_OWNER: lambda: of_rules("*\ndocs/ @a"),
    Rule.UNKNOWN_OWNER: lambda: of_rules("* @a", known=frozenset({"@a"})),
    Rule.SEVERAL_FILES: lambda: of_files(read("* @a")),
    Rule.TOO_LARGE: lambda: of_files(sized(SIZE_LIMIT // 2)),
    Rule.UNQUOTED: lambda: unquoted("owners:\n  a: ['@a']\n"),
    "reviewers/invalid-pattern": lambda: of_files(read(r"\!a @b")),
    "reviewers/invalid-owner": lambda: of_files(read("a @b")),
    "reviewers/doubtful-pattern": lambda: of_files(read("a/** @b")),
    "reviewers/foreign-dialect": lambda: of_files(read("Docs @b\n* @a")),
}
EVERY: Final = sorted({*map(str, Rule), *(f"reviewers/{kind}" for kind in ProblemKind)})


def of_files(*files: Codeowners) -> tuple[Finding, ...]:
    """Findings on files, of which the first is judged."""
    return lint.of_files(files, files[0] if files else None)


def sized(size: int) -> Codeowners:
    return Codeowners(path=PATH, rules=(), size=size)


def test_every_rule_has_a_case_here_and_a_text() -> None:
    assert sorted(WRONG) == sorted(RIGHT) == EVERY
    texts = {rule for rule in explanations.rules() if rule.startswith("reviewers/")}
    assert texts >= set(EVERY)


@pytest.mark.parametrize("rule", EVERY)
def test_every_rule_is_raised_by_what_is_wrong_and_not_by_what_is_right(rule: str) -> None:
    assert rule in {each.rule for each in WRONG[rule]()}
    assert not RIGHT[rule]()


@pytest.mark.parametrize("rule", EVERY)
def test_what_github_skips_or_cannot_find_blocks_and_the_rest_only_warns(rule: str) -> None:
    blocking = {
        Rule.UNKNOWN_OWNER,
        Rule.TOO_LARGE,
        "reviewers/invalid-pattern",
        "reviewers/invalid-owner",
        "reviewers/foreign-dialect",
    }
    level = Level.NOTE if rule == Rule.UNQUOTED else Level.WARNING
    # A file of another dialect is a warning, and each of its lines that is skipped an error.
    found = [each for each in WRONG[rule]() if each.rule == rule][-1]
    expected = (Level.ERROR, True) if rule in blocking else (level, False)
    assert (found.level, found.blocking) == expected


def test_a_clean_file_has_no_finding() -> None:
    text = "* @all\ndocs/ @docs\n*.py @py\nsrc/web/\n"
    assert of_files(read(text)) == ()
    known = frozenset({"@ALL", "@docs", "@py"})
    assert of_rules(text, known=known) == ()


def test_no_rules_at_all_are_no_finding() -> None:
    assert of_rules("") == ()
    assert of_files() == ()


# Duplicates.


def test_a_duplicate_is_reported_where_it_does_not_count() -> None:
    found = only(of_rules("docs/ @a\n* @b\ndocs/ @c"))
    assert found == Finding(
        rule=Rule.DUPLICATE,
        message="`docs/` a second time: line 3 alone counts",
        path=PATH,
        line=1,
        end_line=1,
        column=1,
        level=Level.WARNING,
        blocking=False,
        source="docs/ @a",
    )


def test_of_three_the_last_alone_is_said_to_count() -> None:
    found = of_rules("* @a\n* @b\n* @c")
    assert [(each.rule, each.line) for each in found] == [(Rule.DUPLICATE, 1), (Rule.DUPLICATE, 2)]
    assert all("line 3 alone counts" in each.message for each in found)


def test_a_duplicate_is_not_called_shadowed_or_without_a_match_as_well() -> None:
    assert [each.rule for each in of_rules("* @z\na @a\na @b", ("a",))][:1] == [Rule.DUPLICATE]
    rules = [each.rule for each in of_rules("* @z\ngone @a\ngone @b")]
    assert rules == [Rule.DUPLICATE, Rule.NO_MATCH]


def test_the_same_owners_for_another_pattern_are_no_duplicate() -> None:
    assert of_rules("* @z\n/docs/ @a\n*.js @a") == ()


# Rules that never decide.


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "docs/ @a\n* @b",
            1,
            "`docs/` never decides: all 2 files go to `*` in line 2",
        ),
        (
            "docs/guide/ @a\ndocs/ @b\nsrc/ @c\n/*.md @d",
            1,
            "`docs/guide/` never decides: the file that it matches goes to `docs/` in line 2",
        ),
        (
            "*.md @a\n/*.md @b\ndocs/ @c\nsrc/ @d",
            1,
            "`*.md` never decides: all 3 files go to `docs/` in line 3 and 1 more",
        ),
    ],
)
def test_a_rule_that_others_shadow_names_who_takes_most_of_its_files(
    text: str, line: int, message: str
) -> None:
    found = only(of_rules(text))
    assert (found.rule, found.line, found.message) == (Rule.SHADOWED, line, message)
    assert found.source == text.splitlines()[line - 1]


def test_a_rule_that_still_decides_for_one_file_is_not_shadowed() -> None:
    assert of_rules("*.md @a\ndocs/ @b\nsrc/ @c") == ()


def test_a_rule_without_owners_can_shadow() -> None:
    assert [each.rule for each in of_rules("docs/ @a\n*")] == [Rule.SHADOWED]


# Patterns without a file.


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("/xyzzy/", ""),
        ("docs/guid/", "; did you mean `docs/guide/`?"),
        ("/dcos/guide/b.md", "; did you mean `/docs/guide/b.md`?"),
        ("src/weeb/*.js", "; did you mean `src/web/*.js`?"),
        ("**/giude/", "; did you mean `**/guide/`?"),
        ("src/*/indx.js", "; did you mean `src/*/index.js`?"),
        ("READMEE.md", "; did you mean `README.md`?"),
        ("Docs/", "; upper and lower case count, and docs/a.md differs in nothing else"),
        ("*.PY", "; upper and lower case count, and src/app.py differs in nothing else"),
        ("readme.md", "; upper and lower case count, and README.md differs in nothing else"),
        ("/src/docs/", ""),
        ("*.rs", ""),
        ("?", ""),
    ],
)
def test_a_pattern_without_a_file_is_told_with_what_may_be_meant(pattern: str, hint: str) -> None:
    found = only(of_rules(f"* @z\n  {pattern} @a"))
    assert found.rule == Rule.NO_MATCH
    assert (found.line, found.column) == (2, 3)
    assert found.message == f"`{pattern}` matches no tracked file{hint}"
    assert found.source == f"{pattern} @a"


def test_requirements_and_notices_without_a_file_are_told_too() -> None:
    require = (
        Requirement(pattern="docs/", any_of=("@a",), place=Place("R", 4)),
        Requirement(pattern="dosc/", any_of=("@a",), all_of=("@b",), place=Place("R", 5)),
    )
    found = of_rules("* @z", require=require, notify="*.py @a\n*.rs @b")
    assert said(found) == [
        (Rule.NO_MATCH, 5, "`dosc/` matches no tracked file; did you mean `docs/`?"),
        (Rule.NO_MATCH, 2, "`*.rs` matches no tracked file"),
    ]
    assert [each.path for each in found] == ["R", "TELL"]
    assert found[0].source == "dosc/ @b @a"


def test_without_any_tracked_file_no_pattern_has_a_hint() -> None:
    found = of_rules("* @a\ndocs/ @b", ())
    assert said(found) == [
        (Rule.NO_MATCH, 1, "`*` matches no tracked file"),
        (Rule.NO_MATCH, 2, "`docs/` matches no tracked file"),
    ]


@pytest.mark.parametrize("name", ["!docs", "#docs", r"\docs", "[docs]", "docs?", "d cs"])
def test_what_may_be_meant_is_never_what_github_would_skip(name: str) -> None:
    found = [each for each in of_rules("docs/ @a", (f"{name}/x",)) if each.rule == Rule.NO_MATCH]
    assert len(found) == 1
    assert "did you mean" not in found[0].message


@BRIEF
@given(
    st.lists(st.sampled_from(["docs", "dosc", "a.py", "web", "*", "**", "*.py"]), min_size=1,
             max_size=3).map("/".join),
    st.lists(
        st.lists(st.sampled_from(["docs", "Docs", "a.py", "ab.py", "web", "wbe"]), min_size=1,
                 max_size=3).map("/".join),
        max_size=5,
        unique=True,
    ),
)  # fmt: skip
def test_what_may_be_meant_is_valid_and_matches_something(pattern: str, tracked: list[str]) -> None:
    found = of_rules(f"{pattern} @a", tuple(tracked))
    for each in found:
        _, is_there, rest = each.message.partition("did you mean `")
        if is_there:
            better = rest.removesuffix("`?")
            refuse_invalid(better)
            assert any(compile_lenient(better).matches(path) for path in tracked)


# Files without a rule.


@pytest.mark.parametrize(
    ("tracked", "message"),
    [
        (("docs/a", "x"), "1 file matches no rule: x"),
        (("docs/a", "x", "y", "z"), "3 files match no rule: x, y, z"),
        (("v", "docs/a", "x", "y", "z"), "4 files match no rule: v, x, y and 1 more"),
        (("u", "v", "docs/a", "x", "y", "z"), "5 files match no rule: u, v, x and 2 more"),
    ],
)
def test_files_that_no_rule_matches_are_counted_and_the_first_named(
    tracked: tuple[str, ...], message: str
) -> None:
    found = only(of_rules("docs/ @a", tracked))
    assert found == Finding(rule=Rule.NO_OWNER, message=message, path=PATH, level=Level.WARNING)


def test_where_nobody_owns_anything_no_file_lacks_an_owner() -> None:
    require = (Requirement(pattern="docs/", any_of=("@a",)),)
    assert of_rules("", require=require) == ()


# Owners.


def test_every_unknown_owner_of_every_rule_is_told_once_for_each_rule() -> None:
    require = (Requirement(pattern="*", any_of=("@a", "@Q"), all_of=("@q",), place=Place("R", 7)),)
    found = of_rules(
        "* @a @x @X me@example.com\ndocs/ @org/t",
        require=require,
        notify="* @y",
        known=frozenset({"@A"}),
    )
    assert said(found) == [
        (Rule.UNKNOWN_OWNER, line, f"{owner} is not among the accounts and teams that are known")
        for line, owner in ((1, "@x"), (2, "@org/t"), (7, "@q"), (1, "@y"))
    ]
    assert [each.path for each in found] == [PATH, PATH, "R", "TELL"]
    assert {(each.level, each.blocking) for each in found} == {(Level.ERROR, True)}


def test_an_empty_list_knows_nobody_and_no_list_asks_nothing() -> None:
    assert len(of_rules("* @a", known=frozenset())) == 1
    assert of_rules("* @a", known=None) == ()


def test_a_list_of_accounts_may_leave_the_sign_away() -> None:
    known = known_owners("A\n@b\n\n  org/t  \nme@example.com\n")
    assert known == {"@a", "@b", "@org/t", "me@example.com"}
    assert of_rules("* @a @B @Org/T x@example.com", known=known) == ()


# CODEOWNERS files.


def test_a_second_file_is_not_read_and_only_that_is_said_of_it() -> None:
    found = of_files(read("* @a"), read("!x b", "CODEOWNERS"), read("* @a", "docs/CODEOWNERS"))
    assert [(each.rule, each.path, each.line) for each in found] == [
        (Rule.SEVERAL_FILES, "CODEOWNERS", 0),
        (Rule.SEVERAL_FILES, "docs/CODEOWNERS", 0),
    ]
    assert found[0].message == (
        "GitHub does not read this file: it reads .github/CODEOWNERS, CODEOWNERS, "
        "docs/CODEOWNERS, and of these the first"
    )
    assert found[0].level is Level.WARNING
    assert not found[0].blocking
    assert found[0].column == 0


def test_what_is_wrong_with_the_file_that_is_judged_is_told_wherever_it_stands() -> None:
    files = (read("!x b", "CODEOWNERS"), read("a b"))
    found = lint.of_files(files, files[1])
    assert [(each.rule, each.path) for each in found] == [
        (Rule.SEVERAL_FILES, "CODEOWNERS"),
        ("reviewers/invalid-owner", PATH),
    ]


@pytest.mark.parametrize(("path", "service"), ELSEWHERE.items())
def test_a_file_of_another_service_is_named_and_not_judged(path: str, service: Dialect) -> None:
    other = read("!x b", path)
    expected = Finding(
        rule="reviewers/foreign-dialect",
        message=f"a file for {service}; qgate does not judge by it",
        path=path,
        level=Level.NOTE,
    )
    assert of_files(read("* @a"), other) == (expected,)
    assert lint.of_files([other], None) == (expected,)


@pytest.mark.parametrize(
    ("size", "level", "message"),
    [
        (2_499_999, None, ""),
        (2_500_000, Level.WARNING, "the file has 2.5 MB; from 3 MB on GitHub ignores it"),
        (2_999_999, Level.WARNING, "the file has 3.0 MB; from 3 MB on GitHub ignores it"),
        (3_000_000, Level.ERROR, "the file has 3.0 MB; GitHub ignores it"),
        (12_345_678, Level.ERROR, "the file has 12.3 MB; GitHub ignores it"),
    ],
)
def test_a_file_is_too_large_from_three_megabytes_on_and_warned_of_before(
    size: int, level: Level | None, message: str
) -> None:
    found = of_files(sized(size))
    if level is None:
        assert found == ()
        return
    assert only(found) == Finding(
        rule=Rule.TOO_LARGE, message=message, path=PATH, level=level, blocking=level is Level.ERROR
    )


@pytest.mark.parametrize("dialect", [Dialect.GITLAB, Dialect.GITEA])
def test_a_file_of_another_dialect_is_a_warning(dialect: Dialect) -> None:
    file = Codeowners(path=PATH, rules=(), dialect=dialect)
    assert only(of_files(file)) == Finding(
        rule="reviewers/foreign-dialect",
        message=f"this looks like a file for {dialect}; it is read as GitHub reads it",
        path=PATH,
        level=Level.WARNING,
    )


@pytest.mark.parametrize(
    ("line", "kind", "column", "is_skipped"),
    [
        ("  a[b] @c", ProblemKind.INVALID_PATTERN, 4, True),
        ("  a b", ProblemKind.INVALID_OWNER, 5, True),
        ("  a//b @c", ProblemKind.DOUBTFUL_PATTERN, 4, False),
        ("  [Docs]", ProblemKind.FOREIGN_DIALECT, 3, True),
        (r"  a\\.go @c", ProblemKind.FOREIGN_DIALECT, 3, False),
    ],
)
def test_a_line_is_an_error_where_github_skips_it_and_a_warning_where_it_does_not(
    line: str, kind: ProblemKind, column: int, *, is_skipped: bool
) -> None:
    file = read(f"* @z\n{line}\n")
    (problem,) = file.problems
    assert lint.of_line(problem) == Finding(
        rule=f"reviewers/{kind}",
        message=problem.message,
        path=PATH,
        line=2,
        end_line=2,
        column=column,
        level=Level.ERROR if is_skipped else Level.WARNING,
        blocking=is_skipped,
        source=line.strip(),
    )
    assert lint.of_line(problem) in of_files(file)


def test_an_invalid_line_says_what_may_be_meant() -> None:
    found = of_files(read("app/[id]/x @a\nsrc/ alice\n"))
    assert [each.message.rpartition("; ")[2] for each in found] == [
        r"did you mean `app/\[id\]/x`?",
        "did you mean `@alice`?",
    ]


def test_an_unquoted_line_is_a_note_with_its_text() -> None:
    found = unquoted("owners:\n  a: ['@a']\n  b: [@b]\n  *.js: '@c'\n")
    assert [(each.rule, each.line, each.level, each.source) for each in found] == [
        (Rule.UNQUOTED, 3, Level.NOTE, "b: [@b]"),
        (Rule.UNQUOTED, 4, Level.NOTE, "*.js: '@c'"),
    ]


def is_valid(text: str) -> bool:
    try:
        refuse_invalid(text)
    except InvalidPattern:
        return False
    return True


@BRIEF
@given(
    st.lists(st.text("ab/*?.A", min_size=1, max_size=5).filter(is_valid), max_size=6),
    st.lists(
        st.lists(st.text("abA.", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join),
        max_size=6,
        unique=True,
    ),
)
def test_a_rule_is_idle_exactly_if_no_file_is_decided_by_it(
    patterns: list[str], tracked: list[str]
) -> None:
    rules = tuple(
        OwnerRule(pattern, ("@a",), Place(PATH, number)) for number, pattern in enumerate(patterns)
    )
    found = lint.of_rules(ReviewRules(owners=rules, source=PATH), tracked)
    idle = {each.line for each in found if each.path == PATH and each.rule != Rule.NO_OWNER}
    deciding = set()
    for path in tracked:
        matching = [n for n, each in enumerate(patterns) if compile_lenient(each).matches(path)]
        deciding |= set(matching[-1:])
    assert idle == set(range(len(patterns))) - deciding
    assert all(each.level is Level.WARNING and not each.blocking for each in found)
