"""Many patterns at once: the answers of asking each in turn, without asking each."""

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgate.parse.path_index import PathIndex, PathSet, is_everything
from qgate.parse.path_pattern import InvalidPattern, PathPattern, compile_lenient, refuse_invalid
from tests.unit.parse.damage import BRIEF

# Few of them, so that patterns meet paths and each other.
NAMES: Final = st.sampled_from(
    [
        "a", "b", "ab", "abc", "abcd", "xabcd", "abXcd", "docs", "a.py", "b.py", "a.b.py", ".py",
        "py", "a.", "A", "*", "**", "a*b", "é", "a b", "\udcff.py",
    ]
)  # fmt: skip
WILD: Final = st.sampled_from(
    [
        "*", "**", "?", "??", "*.py", "*.b.py", ".*", "*.", "*py", "a*", "*b", "a*b",
        "ab*cd", "abc*", "*bcd", "*abc*", "a?c", "?bcd", "?*", "*?", "abc?", "*.p?", "a**b",
        r"\*", r"\*\*", r"a\*b", r"\a", r"\a\b\c", r"a\ b", r"\**.py", r"\?", r"*\.py",
    ]
)  # fmt: skip
PATHS: Final = st.lists(
    st.lists(NAMES, min_size=1, max_size=5).map("/".join), min_size=1, max_size=12
)


def _is_valid(text: str) -> bool:
    try:
        refuse_invalid(text)
    except InvalidPattern:
        return False
    return True


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Folders, names, endings, literal paths, stars anywhere; an empty segment now and then."""
    parts = draw(
        st.lists(NAMES | WILD, min_size=1, max_size=4) | st.lists(WILD, min_size=1, max_size=1)
    )
    start = draw(st.sampled_from(["", "", "/", "**/", "/**/"]))
    end = draw(st.sampled_from(["", "", "/", "/*", "/**", "/**/*"]))
    between = draw(st.sampled_from(["/"] * 20 + ["//"]))
    return start + between.join(parts) + end


PATTERNS: Final = st.lists(patterns().filter(_is_valid), max_size=40)


def agrees(texts: list[str], paths: list[str]) -> None:
    """Fail unless the index says of every path what the patterns say one by one."""
    compiled = [compile_lenient(text) for text in texts]
    index = PathIndex(texts)
    # Twice, for it remembers folders and names that it has seen.
    for path in [*paths, *reversed(paths)]:
        expected = [number for number, each in enumerate(compiled) if each.matches(path)]
        assert index.all(path) == expected, path
        assert index.last(path) == (expected[-1] if expected else None), path


@BRIEF
@given(PATTERNS, PATHS)
@example(["docs"], ["docs", "docs/a", "a/docs", "a/docs/b"])
@example(["docs/"], ["docs", "docs/a", "a/docs", "a/docs/b"])
@example(["/docs/", "a/docs/"], ["docs", "docs/a", "a/docs", "a/docs/b"])
@example(["*.py"], ["a.py", "a.py/b", "a/b.py/c/d"])
@example(["*.b.py", "**/*.b.py"], ["a.b.py", "x/.b.py/y", "b.py"])
@example(["*.", "*..", ".*"], ["a.", "a..", ".", "a./b"])
@example(["abc*", "*abc"], ["abc", "xabc", "abcabc/abc/abcx", "ab"])
@example([r"\*\*", "**"], ["**", "a", "a/**"])
@example(["a//b", "//", "a//"], ["a/b", "a", "b"])
def test_the_index_says_what_the_patterns_say_one_by_one(
    texts: list[str], paths: list[str]
) -> None:
    agrees(texts, paths)


@BRIEF
@given(
    st.lists(
        st.text("ab/*?\\.", min_size=1, max_size=7).filter(_is_valid), min_size=1, max_size=30
    ),
    st.lists(
        st.lists(st.text("ab.*", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join),
        min_size=1,
        max_size=12,
    ),
)
def test_the_index_says_it_of_patterns_that_nobody_would_write(
    texts: list[str], paths: list[str]
) -> None:
    agrees(texts, paths)


@BRIEF
@given(st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.data())
def test_a_literal_path_is_found_among_its_like(path: str, data: st.DataObject) -> None:
    text = path.replace("*", r"\*")
    start, end = data.draw(st.sampled_from(["", "/"])), data.draw(st.sampled_from(["", "/"]))
    agrees([f"{start}{text}{end}"] * 2, [path, f"{path}/a", f"a/{path}", f"{path}a", f"a/{path}/b"])


def test_the_last_of_several_rules_wins_whatever_kind_each_is() -> None:
    kinds = ["*", "src/", "/src", "src/a/", "src/a/b.py", "*.py", "b.py", "src/*/b.py", "s*/**/b*"]
    for shift in range(len(kinds)):
        texts = kinds[shift:] + kinds[:shift]
        index = PathIndex(texts)
        assert index.all("src/a/b.py") == [*range(len(kinds))]
        assert index.last("src/a/b.py") == len(kinds) - 1
        assert index.last("other") == texts.index("*")


def test_without_a_pattern_nothing_matches() -> None:
    assert PathIndex([]).last("a/b") is None
    assert PathIndex([]).all("a/b") == []
    assert PathIndex(["b", "/a/", "a/*/c"]).last("a") is None


@pytest.mark.parametrize(
    "text", ["*", "**", "/**", "**/*", "/**/*", "/*", "*/", "**/", "?*", "*a*"]
)
def test_what_is_every_file_by_its_looks_matches_every_file(text: str) -> None:
    paths = ["a", "b/a", ".b", "b/.a/c", "xyz/\n", "é/a"]
    assert is_everything(text) <= all(compile_lenient(text).matches(path) for path in paths)
    agrees([text], paths)


def test_the_same_pattern_twice_counts_twice() -> None:
    for text in ("*", "a", "a/", "*.py", "/a/x.py", "a/*.py", "?/*.py"):
        index = PathIndex([text, "b", text])
        assert index.all("a/x.py") == [0, 2]
        assert index.last("a/x.py") == 2


def test_a_set_has_what_one_of_its_patterns_matches() -> None:
    chosen = PathSet(text for text in ("*.py", "docs/", "/a/*"))
    assert "x/y.py" in chosen
    assert "docs/a" in chosen
    assert "docs" not in chosen
    assert "a/b/c" not in chosen
    assert "a" not in PathSet(())


def test_a_set_keeps_the_order_of_the_paths() -> None:
    paths = (path for path in ("z.py", "b.md", "a.py", "m.py", "a.py"))
    assert PathSet(["*.py"]).among(paths) == ["z.py", "a.py", "m.py", "a.py"]


@pytest.mark.parametrize("text", ["", "!a", "a[b]", "a//b", "a**", "a/**/"])
def test_a_set_refuses_what_is_invalid_or_doubtful(text: str) -> None:
    with pytest.raises(InvalidPattern):
        PathSet(["a", text])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of all patterns that were asked about a path, one for each time."""
    texts: list[str] = []
    real = PathPattern.matches

    def counting(pattern: PathPattern, path: str) -> bool:
        texts.append(pattern.text)
        return real(pattern, path)

    monkeypatch.setattr(PathPattern, "matches", counting)
    return texts


@pytest.mark.parametrize(
    ("form", "most"),
    [
        # Found without asking any pattern.
        ("src/mod{}", 0),
        ("/src/mod{}/", 0),
        ("src/mod{}/x.py", 0),
        # Found by a name, which one pattern alone has; the first of all is entered under `src`.
        ("src/mod{}/*", 2),
        ("src/*/file{}.py", 2),
        ("src/**/mod{}/*.py", 2),
        ("src/mod{}/**/fil?.py", 2),
        # Found by three characters, which a few share.
        ("src/mod{}*/*.py", 200),
        ("src/**/*{}.py", 200),
    ],
)
def test_patterns_with_one_first_folder_are_not_asked_one_by_one(
    form: str, most: int, asked: list[str]
) -> None:
    index = PathIndex([form.format(number) for number in range(10000, 30000)])
    paths = [f"src/mod{number}/file{number}.py" for number in range(10500, 30500, 20)]
    found = [index.last(path) for path in paths]
    assert len(paths) == 1000
    assert len(asked) <= most * len(paths)
    if "x.py" not in form and "fil?" not in form:
        assert found == [number if number < 20000 else None for number in range(500, 20500, 20)]


def test_folders_that_are_common_alone_are_rare_together(asked: list[str]) -> None:
    places = [f"team{team}/part{part}" for team in range(60) for part in range(60)]
    index = PathIndex([f"{place}/?" for place in places])
    assert [index.last(f"{place}/ab") for place in places] == [None] * len(places)
    assert len(asked) <= 4 * len(places)


def test_the_answer_of_a_later_rule_spares_the_earlier_ones(asked: list[str]) -> None:
    index = PathIndex([*(f"src/?{'*' * (number % 2)}" for number in range(500)), "src/"])
    assert index.last("src/abc") == 500
    assert asked == []
