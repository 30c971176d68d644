"""The one path dialect: its rules one by one, and git's ignore patterns as the oracle."""

import re
import subprocess
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qgate.parse import path_pattern
from qgate.parse.path_pattern import (
    InvalidPattern,
    compile_lenient,
    compile_pattern,
    doubts,
    first_match,
    is_plain,
    refuse_invalid,
)
from tests.support.repo import Repo
from tests.unit.parse.damage import THOROUGH

_Paths = tuple[str, ...]
# A table's columns: a pattern, paths that it matches, paths that it does not.
COLUMNS: Final = ("pattern", "inside", "outside")
NOT_UTF_8: Final = b"\xff\xfe.py".decode("utf-8", "surrogateescape")


def is_valid(text: str) -> bool:
    try:
        refuse_invalid(text)
    except InvalidPattern:
        return False
    return True


def holds(pattern: str, inside: _Paths, outside: _Paths) -> None:
    compiled = compile_lenient(pattern)
    assert [path for path in inside if not compiled.matches(path)] == []
    assert [path for path in outside if compiled.matches(path)] == []


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("lib.rs", ("lib.rs",), ("Lib.rs", "LIB.RS", "lib.rsx", "xlib.rs", "lib/rs")),
        ("README", ("README", "a/README"), ("readme", "ReadMe")),
        ("Src/*.PY", ("Src/A.PY",), ("src/A.PY", "Src/A.py")),
        ("straße", ("straße", "a/straße/b"), ("strasse", "STRASSE")),
    ],
)
def test_every_character_counts_and_its_case_too(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("/go.mod", ("go.mod", "go.mod/x"), ("cmd/go.mod",)),
        ("/*.py", ("a.py", ".a.py", "a.py/b"), ("src/a.py",)),
        ("cmd/main.go", ("cmd/main.go",), ("x/cmd/main.go", "main.go", "cmd/x/main.go")),
        ("web/ui/", ("web/ui/a", "web/ui/b/c"), ("web/ui", "x/web/ui/a", "web/x/ui/a")),
        ("go.mod", ("go.mod", "cmd/go.mod", "a/b/c/go.mod"), ("go.mod.bak", "ago.mod")),
        ("*.go", ("a.go", "a/b/c.go", ".go"), ("a.gob", "go", "a.go~")),
        ("ui/", ("ui/a", "web/ui/a", "a/b/ui/c/d"), ("ui", "web/ui", "gui/a")),
    ],
)
def test_a_slash_before_the_end_ties_a_pattern_to_the_root(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("tests/", ("tests/test_a.py", "src/tests/deep/a.py"), ("tests", "src/tests", "atests/b")),
        ("/tests/", ("tests/a", "tests/a/b"), ("tests", "src/tests/a")),
        ("te*/", ("te/a", "tests/a", "x/tent/y"), ("tests", "a/tests", "ate/b")),
        ("a/*/", ("a/b/c", "a/b/c/d"), ("a/b", "a", "x/a/b/c")),
        ("**/gen/", ("gen/a", "x/y/gen/a"), ("gen", "x/gen")),
        ("*/", ("a/b", "a/b/c"), ("a",)),
        ("/*/", ("a/b", "a/b/c"), ("a",)),
    ],
)
def test_a_slash_at_the_end_means_what_is_below(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("*", ("a", "a/b/c", ".hidden", "a/.b", " "), ()),
        ("**", ("a", "a/b/c", ".hidden", "a/.b"), ()),
        ("/**", ("a", "a/b/c", ".hidden"), ()),
        ("**/*", ("a", "a/b/c", ".hidden"), ()),
        ("**/", ("a/b", "a/b/c", ".a/b"), ("a", ".hidden")),
        ("/**/", ("a/b", "a/b/c"), ("a",)),
        ("**/k8s", ("k8s", "a/k8s", "a/b/k8s/c"), ("k8sx", "a/xk8s")),
        ("/**/k8s", ("k8s", "a/k8s", "a/b/k8s/c"), ("k8sx",)),
        ("**/k8s/pod", ("k8s/pod", "a/b/k8s/pod/c"), ("pod", "k8s/x/pod", "ak8s/pod")),
        ("api/**/v1", ("api/v1", "api/a/v1", "api/a/b/v1/c"), ("v1", "x/api/v1", "api/av1")),
        ("api/**/**/v1", ("api/v1", "api/a/v1", "api/a/b/v1"), ("v1", "apiv1")),
        ("a/**/b/**/c", ("a/b/c", "a/x/b/y/z/c", "a/b/b/c"), ("a/c", "a/x/c", "a/c/b")),
        ("api/**", ("api/a", "api/.a", "api/a/b/c"), ("api", "x/api/a", "apia")),
        ("/api/**", ("api/a", "api/a/b"), ("api", "x/api/a")),
        ("**/api/**", ("api/a", "x/y/api/a/b"), ("api", "x/api")),
        ("api/**/*", ("api/a", "api/a/b"), ("api", "x/api/a")),
        ("api/**/*.go", ("api/a.go", "api/a/b/c.go", "api/.go"), ("a.go", "api/a.c")),
        ("a/*/**", ("a/b/c", "a/b/c/d"), ("a/b", "a")),
    ],
)
def test_two_stars_between_slashes_are_any_number_of_directories(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("*.py", ("a.py", ".py", ".hidden.py", "x/.b.py"), ("a.pyc", "apy")),
        ("/a*c", ("ac", "abc", "a.c", "a*c"), ("a/c", "ab", "xac")),
        ("*env*", ("env", ".env", ".env.local", "a/venv/b"), ("en", "e/nv")),
        ("a*b*c", ("abc", "aXbYc", "abbcc", "a/abcbc"), ("acb", "ab", "ab/c", "abcd")),
        ("ab*ba", ("abba", "ab-ba"), ("aba", "ab", "ba")),
        ("a*a", ("aa", "aaa"), ("a",)),
        ("src/?.py", ("src/a.py", "src/..py"), ("src/ab.py", "src/.py", "src//.py")),
        ("a?b", ("axb", "a.b", "a?b", "x/a-b"), ("ab", "a/b", "axxb")),
        ("???", ("abc", "a/abc/d", "..."), ("ab", "abcd", "a/c")),
        ("?*.md", ("a.md", "ab.md", "..md"), (".md",)),
        ("*?", ("a", "ab"), ()),
        ("a?*?z", ("abbz", "abcdz"), ("abz", "az", "ab/cz")),
        # What stands between two stars must not reach into what the name ends with.
        ("a*b*b", ("abb", "axbxb", "abbb"), ("ab", "axb")),
        ("*ab*b", ("abb", "ab.b", "aabbb"), ("ab", "bab")),
        # With a `?` another way is taken, which has to come back to the later star as well.
        ("*a*?c", ("axxc", "baxxc", "aac"), ("ac", "xxc", "axcx")),
        ("a?*", ("ab", "a-b", "a?"), ("a", "ba")),
        ("?*b*", ("ab", "aabb", "a-ba"), ("b", "a")),
        (".*", (".git", ".a/b", "a/.b"), ("a", "a.b")),
        ("/src/*.c", ("src/a.c", "src/.c", "src/a.c/b"), ("src/a/b.c", "a.c")),
    ],
)
def test_a_star_is_any_run_and_a_question_mark_one_character_but_no_slash(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("foo", ("foo", "foo/a", "foo/a/b", "x/foo/a"), ("foobar", "foobar/a", "x/afoo")),
        ("/foo", ("foo", "foo/a"), ("x/foo/a",)),
        ("a/b", ("a/b", "a/b/c", "a/b/c/d"), ("a/bc", "a/bc/d", "a", "b")),
        ("*.d", ("a.d", "a.d/b", "x/conf.d/y/z"), ("a.dd/b",)),
        ("a/*b", ("a/b", "a/xb/c/d"), ("a/bx/c", "a/x/b")),
        ("a/**/b", ("a/b/c", "a/x/b/c"), ("a/x",)),
    ],
)
def test_what_is_below_a_directory_of_the_name_is_owned_too(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("docs/*", ("docs/a.md", "docs/.a"), ("docs/deep/a.md", "docs", "x/docs/a.md")),
        ("/docs/*", ("docs/a.md",), ("docs/deep/a.md", "x/docs/a.md")),
        ("/*", ("a", ".a"), ("a/b",)),
        ("**/docs/*", ("docs/a", "x/y/docs/a"), ("docs/deep/a", "x/docs/deep/a")),
        ("a/*/*", ("a/b/c",), ("a/b", "a/b/c/d")),
        # A star with something beside it is no exception, nor is one that is escaped.
        ("docs/*.*", ("docs/a.md", "docs/a.b/c"), ("docs/a", "docs/x/a.md")),
        ("docs/?", ("docs/a", "docs/a/b"), ("docs/ab",)),
        (r"docs/\*", ("docs/*", "docs/*/a"), ("docs/a",)),
    ],
)
def test_a_last_segment_of_one_star_means_direct_children_only(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        (r"\*.py", ("*.py", "a/*.py"), ("a.py",)),
        (r"a\*b*", ("a*b", "a*bc"), ("ab", "axb", "a*c")),
        (r"a\?", ("a?", "x/a?/b"), ("ab", "a")),
        (r"a\??", ("a?b",), ("a?", "abc")),
        (r"a\ b.txt", ("a b.txt",), (r"a\ b.txt", "ab.txt")),
        (r"app/\[id\]/x.ts", ("app/[id]/x.ts",), (r"app/\[id\]/x.ts", "app/i/x.ts")),
        (r"\[\[...all\]\]", ("[[...all]]",), ("[...all]",)),
        (r"a\\b", ("a\\b",), ("ab", r"a\\b")),
        (r"a\\*", ("a\\", "a\\b"), ("a", "a*")),
        (r"\a\b", ("ab",), (r"\a\b",)),
        (r"a/\*\*", ("a/**", "a/**/b"), ("a/b", "a/b/c", "a")),
        (r"\*\*/a", ("**/a",), ("a", "b/a")),
        (r"\*\*", ("**", "a/**"), ("a", "*", "***")),
        (r"x\#", ("x#",), ("x",)),
        (r"\!a", ("!a",), ("a",)),
        ("a#b", ("a#b",), ("a",)),
        ("a b", ("a b", "x/a b/c"), ("a", "b")),
    ],
)
def test_a_backslash_takes_the_next_character_as_it_is(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    COLUMNS,
    [
        ("*.py", (NOT_UTF_8, f"a/{NOT_UTF_8}"), ()),
        ("??.py", (NOT_UTF_8,), ()),
        (NOT_UTF_8, (NOT_UTF_8, f"{NOT_UTF_8}/a"), ("\N{REPLACEMENT CHARACTER}.py",)),
        ("naïve/", ("naïve/a",), ("nai\N{COMBINING DIAERESIS}ve/a", "naive/a")),
        # One character, not one byte: here git, which counts bytes, has another opinion.
        ("/?", ("é", "文", "\N{GRINNING FACE}"), ("文文",)),
        ("*文*", ("文", "a/中文.md"), ("中",)),
        ("a\nb", ("a\nb",), ("a", "b")),
        ("a*c", ("a\nc", "a\0c"), ()),
    ],
)
def test_names_are_characters_whatever_bytes_they_came_from(
    pattern: str, inside: _Paths, outside: _Paths
) -> None:
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    ("pattern", "column", "inside", "outside"),
    [
        ("a**", 1, ("a", "ab", "x/ab", "ab/c"), ("ba",)),
        ("**a", 1, ("a", "ba", "x/ba/y"), ("ab",)),
        ("a/**.js", 3, ("a/.js", "a/b.js"), ("a/b/c.js", "b.js")),
        ("a/b**/c", 3, ("a/b/c", "a/bb/c"), ("a/b/d/c", "a/c")),
        ("a**b/c", 1, ("ab/c", "axb/c"), ("a/b/c", "x/ab/c")),
        ("/**b**", 2, ("b", "abc", "b/a"), ("a/b",)),
        ("a/**/", 3, ("a/b", "a/b/c"), ("a", "x/a/b")),
        ("a//b", 2, (), ("a/b", "a", "b", "a/x/b")),
        ("//a", 1, (), ("a", "b/a")),
        ("a//", 2, (), ("a", "a/b", "a/b/c")),
    ],
)
def test_what_is_hardly_meant_is_refused_in_settings_and_read_as_github_does(
    pattern: str, column: int, inside: _Paths, outside: _Paths
) -> None:
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert refused.value.column == column
    refuse_invalid(pattern)
    holds(pattern, inside, outside)


@pytest.mark.parametrize(
    ("pattern", "column", "says"),
    [
        ("", 1, "empty pattern"),
        ("/", 1, "every file is `*`"),
        ("!a", 1, "negation"),
        ("!", 1, "negation"),
        (r"\#a", 1, "`**/#`"),
        ("a[b", 2, "escape"),
        ("a]", 2, "escape"),
        ("[ab].c", 1, "escape"),
        (r"a\[b]", 5, "escape"),
        (r"a\\[b\]", 4, "escape"),
        ("a\\", 2, "lone"),
        ("\\", 1, "lone"),
        ("a/\\\\\\", 5, "lone"),
        ("***", 1, "`***`"),
        ("a/***/b", 3, "`***`"),
        ("a****", 2, "`***`"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_column(
    pattern: str, column: int, says: str
) -> None:
    for refuse in (refuse_invalid, compile_pattern):
        with pytest.raises(InvalidPattern) as refused:
            refuse(pattern)
        assert refused.value.column == column
        assert says in str(refused.value)


def test_every_doubt_has_its_own_column() -> None:
    found = doubts("a**//b/x**/c/**/")
    assert [doubt.column for doubt in found] == [4, 1, 8, 14]


@pytest.mark.parametrize("pattern", ["a", "/a/b*/", "*.py", "a?", "a/*", "é", "a#b", "^a$"])
def test_most_patterns_are_seen_to_be_sound_at_a_glance(pattern: str) -> None:
    assert is_plain(pattern)
    refuse_invalid(pattern)
    assert doubts(pattern) == []


@THOROUGH
@given(st.text("ab/*?[]\\!# .", max_size=8))
def test_what_is_sound_at_a_glance_has_nothing_to_refuse(pattern: str) -> None:
    if is_plain(pattern):
        assert compile_pattern(pattern).text == pattern
        # The long way, which a pattern that ends suspiciously takes, says the same.
        refuse_invalid(f"{pattern}/**")


@THOROUGH
@given(st.text("ab/*?[]\\!# .é") | st.text(), st.text("ab/.*") | st.text())
def test_any_text_is_refused_or_compiled_and_any_path_is_answered(text: str, path: str) -> None:
    try:
        refuse_invalid(text)
    except InvalidPattern as refused:
        assert 1 <= refused.column <= max(len(text), 1)  # noqa: PT017 - not always raised
    else:
        assert compile_lenient(text).matches(path) in {True, False}


def test_the_first_pattern_that_matches_is_named() -> None:
    patterns = [compile_pattern(text) for text in ("*.md", "docs/", "a.py")]
    found = first_match(patterns, "docs/a.py")
    assert found is not None
    assert found.text == "docs/"
    assert first_match(patterns, "b.py") is None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        pytest.param("**/a/" * 40 + "b", "a/" * 400 + "c", id="stars between slashes"),
        pytest.param("**/a*a*a/" * 30 + "b", "aaaaaa/" * 200 + "c", id="stars within those"),
        pytest.param("*a" * 60 + "*b", "a" * 2000, id="stars in a name"),
        pytest.param("*a?" * 60 + "*b", "a" * 1000, id="stars and question marks"),
    ],
)
def test_a_hostile_pattern_is_answered_though_the_ways_to_try_are_countless(
    pattern: str, path: str
) -> None:
    # Trying every way to share the path among the stars outlasts the sun.
    assert not compile_pattern(pattern).matches(path)
    # Its last character only was in the way.
    assert compile_pattern(pattern).matches(f"{path[:-1]}b")


def test_a_pattern_asks_at_most_its_length_times_the_paths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0
    real = path_pattern._match_name

    def counting(segment: path_pattern._Segment, name: str) -> bool:
        nonlocal asked
        asked += 1
        return real(segment, name)

    monkeypatch.setattr(path_pattern, "_match_name", counting)
    assert not compile_pattern("**/a/" * 40 + "b").matches("a/" * 400 + "c")
    assert 400 <= asked <= 41 * 401


TOKENS: Final = st.sampled_from(
    ["a", "b", ".", "*", "?", "**", "-", "A", "é", r"\*", r"\?", r"\a", r"\.", r"\ ", r"\\", r"\["]
)
SEGMENTS: Final = (
    st.lists(TOKENS, min_size=1, max_size=4).map("".join)
    | st.text("ab*?", min_size=3, max_size=6)
    | st.sampled_from(["*", "**", "a", "b"])
)
NAMES: Final = (
    st.text("ab.*?-Aé \\[", min_size=1, max_size=4) | st.text("ab", min_size=1, max_size=5)
).filter(lambda name: name.strip("."))
PATHS: Final = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
# A `**` that ends a name of letters, within a pattern that is anchored. Git cuts letters at the
# start off before it looks at stars: to it `ab**/c` is `ab`, then `**/c`, and matches `abc`.
GIT_CUTS: Final = re.compile(r"[^*?\\]*[^*?\\/]\*\*/.")


@st.composite
def git_patterns(draw: st.DrawFn) -> str:
    parts = draw(st.lists(SEGMENTS, min_size=1, max_size=4))
    return draw(st.sampled_from(["", "/"])) + "/".join(parts) + draw(st.sampled_from(["", "/"]))


@THOROUGH
@given(git_patterns().filter(lambda text: "//" not in text), PATHS)
@example("a/b", "a/b")
@example("/a/b/**", "a/b/c")
@example("/a/*/b/ab*ba/**/c/", "a/x/b/ab-ba/c/d")
@example(r"\*\*/a", "**/a")
def test_what_a_pattern_says_of_every_path_holds_for_what_it_matches(text: str, path: str) -> None:
    if not is_valid(text) or not (pattern := compile_lenient(text)).matches(path):
        return
    names = path.split("/")
    assert {*pattern.literal_names} <= {*names}
    assert (*names[: len(pattern.literal_start)],) == pattern.literal_start
    assert (*names[:-1][: len(pattern.literal_folders)],) == pattern.literal_folders
    assert all(any(chunk in name for name in names) for chunk in pattern.literal_chunks)


def test_a_pattern_says_what_its_paths_have_in_common() -> None:
    pattern = compile_pattern(r"/a/\b/**/c*de*f/*/g/")
    assert pattern.literal_start == pattern.literal_folders == ("a", "b")
    assert pattern.literal_names == ("a", "b", "g")
    assert pattern.literal_chunks == ("c", "de", "f")
    # The file itself may be `b`.
    assert compile_pattern("a/b").literal_start == ("a", "b")
    assert compile_pattern("a/b").literal_folders == ("a",)
    assert compile_pattern("b").literal_start == ()


def means_the_same_to_git(pattern: str) -> bool:
    """Git differs by design where the last of several segments is `*`, and at a last `**/`."""
    *above, last = pattern.split("/")
    if not is_valid(pattern) or "//" in pattern or (above and last == "*"):
        return False
    if pattern.endswith("/**/") and pattern != "/**/":
        return False
    return GIT_CUTS.match(pattern) is None


def ignored_by_git(repo: Repo, patterns: Sequence[str], paths: Sequence[str]) -> set[str]:
    """`pN/PATH` for each path that the pattern number N ignores: one process for all."""
    for number, pattern in enumerate(patterns):
        repo.write({f"p{number}/.gitignore": f"{pattern}\n"})
    asked = [f"p{number}/{path}" for number in range(len(patterns)) for path in paths]
    done = subprocess.run(
        ["git", "-c", "core.ignorecase=false", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repo.path,
        env=repo.environ,
        input="\0".join(asked).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stdout.decode().split("\0")) - {""}


def test_patterns_mean_what_git_means(repo: Repo) -> None:
    compared = matched = 0

    @settings(max_examples=6, deadline=None, database=None)
    @given(
        st.lists(
            git_patterns().filter(means_the_same_to_git), min_size=100, max_size=150, unique=True
        ),
        st.lists(PATHS, min_size=25, max_size=25, unique=True),
    )
    def agree(patterns: list[str], paths: list[str]) -> None:
        nonlocal compared, matched
        ignored = ignored_by_git(repo, patterns, paths)
        for number, pattern in enumerate(patterns):
            compiled = compile_lenient(pattern)
            for path in paths:
                if "?" in pattern and not path.isascii():
                    continue  # to git a character is a byte
                is_match = compiled.matches(path)
                assert is_match == (f"p{number}/{path}" in ignored), (pattern, path)
                compared += 1
                matched += is_match

    agree()
    assert compared >= 5000
    assert matched >= compared // 200
