"""The one path dialect: its rules one by one, and git's ignore patterns as the oracle."""

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgate.parse.path_pattern import InvalidPattern, compile_pattern, first_match
from tests.support.repo import Repo


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tests/", "tests/test_a.py", True),
        ("tests/", "src/tests/deep/test_a.py", True),
        ("tests/", "tests", False),
        ("/tests/", "src/tests/a.py", False),
        ("tests", "src/tests/a.py", True),
        ("src/a.py", "lib/src/a.py", False),
        ("*.py", "deep/down/a.py", True),
        ("*.py", "a.pyc", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/deep/a.md", False),
        ("docs/**", "docs/deep/a.md", True),
        ("docs/**", "docs", False),
        ("**/a.py", "a.py", True),
        ("a/**/b.py", "a/b.py", True),
        ("a/**/b.py", "a/x/y/b.py", True),
        ("*", "any/where", True),
        ("**", "any/where", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("*", ".hidden", True),
        (r"\*.py", "*.py", True),
        (r"\*.py", "a.py", False),
        (r"a\[1\].py", "a[1].py", True),
        ("A.py", "a.py", False),
        ("a/b", "a/b/c", True),
    ],
)
def test_the_rules(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert compile_pattern(pattern).matches(path) is expected


@pytest.mark.parametrize(
    ("pattern", "column"),
    [
        ("", 1),
        ("/", 1),
        ("!a", 1),
        (r"\#a", 1),
        ("a[b", 2),
        ("a]", 2),
        ("a\\", 2),
        ("a//b", 2),
        ("***", 1),
        ("a/**.js", 3),
        ("a/**/", 3),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_column(pattern: str, column: int) -> None:
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert refused.value.column == column


def test_the_first_pattern_that_matches_is_named() -> None:
    patterns = [compile_pattern(text) for text in ("*.md", "docs/", "a.py")]
    found = first_match(patterns, "docs/a.py")
    assert found is not None
    assert found.text == "docs/"
    assert first_match(patterns, "b.py") is None


def test_a_hostile_pattern_costs_no_more_than_its_length() -> None:
    # A backtracking regular expression would need longer than the age of the universe.
    pattern = compile_pattern("/".join(["**", "a*a*a*a*a*a*a*b"] * 30))
    assert not pattern.matches("/".join(["aaaaaaaaaaaaaaaaaaaaaaaa"] * 60))


NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
PARTS = st.one_of(
    st.text("ab.*?", min_size=1, max_size=4).filter(lambda part: "**" not in part), st.just("**")
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    parts = draw(st.lists(PARTS, min_size=1, max_size=4))
    return draw(st.sampled_from(["", "/"])) + "/".join(parts) + draw(st.sampled_from(["", "/"]))


def is_comparable(pattern: str) -> bool:
    """Git differs by design where the last segment is `*`, and for `.` and `..`."""
    parts = pattern.strip("/").split("/")
    if {".", ".."} & set(parts):
        return False
    if len(parts) > 1 or pattern.startswith("/"):
        return parts[-1] != "*"
    return True


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chosen=patterns().filter(is_comparable),
    paths=st.lists(
        st.lists(NAMES, min_size=1, max_size=4).map("/".join), min_size=1, max_size=8, unique=True
    ),
)
def test_patterns_mean_what_git_means(repo: Repo, chosen: str, paths: list[str]) -> None:
    try:
        compiled = compile_pattern(chosen)
    except InvalidPattern:
        return
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/exclude").write_text(f"{chosen}\n", "utf-8")
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repo.path,
        env=repo.environ,
        input="\0".join(paths).encode(),
        capture_output=True,
        check=False,
    )
    ignored = set(done.stdout.decode().split("\0")) - {""}
    assert {path for path in paths if compiled.matches(path)} == ignored
