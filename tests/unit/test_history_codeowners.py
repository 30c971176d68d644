"""Owners beside those of others: each reason of the closed list, and what has none."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.history.codeowners import differences, main
from tests.history.owner_reasons import Answer, Facts, Line, Reason, explain, read_lines
from tests.history.owner_views import Corpus, Ignore, Other, at_github, by_qgate, read_corpus
from tests.support.repo import make_repo

NOBODY: Final = Answer()
OWNED: Final = Answer(2, frozenset({"@a"}))


def only_ours(path: str, line: Line, *, refusal: str = "") -> Facts:
    """A rule that qgate takes, and by git rightly, and the other does not."""
    return Facts(path=path, ours=OWNED, theirs=NOBODY, truth=OWNED, line=line, refusal=refusal)


def only_theirs(path: str, line: Line) -> Facts:
    """A rule that the other takes, and by git wrongly."""
    return Facts(path=path, ours=NOBODY, theirs=OWNED, truth=NOBODY, line=line)


def test_without_git_on_its_side_qgate_has_no_reason() -> None:
    space = only_ours("a b/x", Line("/a*b/"))
    assert explain(space) is Reason.WILDCARD
    assert explain(replace(space, truth=NOBODY)) is None
    assert explain(replace(space, truth=replace(OWNED, line=1))) is None


def test_a_plain_pattern_that_only_one_of_them_takes_has_no_reason() -> None:
    assert explain(replace(only_ours("a/x", Line("/a/")), is_ignored=True)) is None
    assert explain(only_theirs("a/x", Line("/b/"))) is None


def test_a_wildcard_matches_a_space() -> None:
    space = only_ours("Activity Log/x", Line("/Activity*Log/**"))
    assert explain(space) is Reason.WILDCARD
    assert explain(replace(space, is_split_match=True)) is None
    assert explain(replace(space, path="ActivityLog/x")) is None


def test_a_name_does_not_end_at_a_space() -> None:
    space = replace(only_theirs("Rencore Code/x", Line("/Rencore/")), is_split_match=True)
    assert explain(space) is Reason.NAME
    assert explain(replace(space, is_split_match=False)) is None


def test_a_star_at_the_end_means_direct_children() -> None:
    below = replace(only_theirs("docs/b/c", Line("docs/*")), is_ignored=True)
    assert explain(below) is Reason.CHILDREN
    assert explain(replace(below, line=Line("docs/**"))) is None
    assert explain(replace(below, is_ignored=False)) is None


def test_stars_and_a_slash_at_the_end_mean_everything_below() -> None:
    child = only_ours("a/x", Line("a/**/"))
    assert explain(child) is Reason.LAST_STARS
    assert explain(replace(child, is_ignored=True)) is None


def test_a_pattern_goes_on_behind_an_escaped_blank() -> None:
    kept = only_ours("a\tb", Line("a\\\tb"))
    assert explain(kept) is Reason.BLANK
    assert explain(replace(kept, is_cut_match=True)) is None
    cut = only_theirs("a", Line("a\\\tb"))
    assert explain(replace(cut, is_cut_match=True)) is Reason.BLANK
    assert explain(cut) is None


@pytest.mark.parametrize(
    ("line", "refusal", "reason"),
    [
        (Line(r"\[id\].ts"), "line 1: unexpected character '[' at position 2", Reason.ESCAPE),
        (Line("é.ts"), "line 1: unexpected character 'é' at position 1", Reason.CHARACTER),
        (Line("a.ts"), "line 1: unexpected character '[' at position 2", None),
        (Line("a", ("@o/a.b",)), "invalid owner format '@o/a.b' at position 3", Reason.OWNER),
        (Line("a", ("@o/a",)), "invalid owner format '@o/a.b' at position 3", None),
        (Line("a"), "unexpected end of rule", None),
    ],
)
def test_a_refused_line_has_what_is_said_of_it(
    line: Line, refusal: str, reason: Reason | None
) -> None:
    assert explain(only_ours("x", line, refusal=refusal)) is reason


def test_owners_behind_a_hash_are_no_owners() -> None:
    both = replace(OWNED, owners=frozenset({"@a", "@b"}))
    more = replace(only_ours("x", Line("x", ("@a",), ("", "@B"))), theirs=both)
    assert explain(more) is Reason.COMMENT
    assert explain(replace(more, line=Line("x", ("@a",)))) is None
    assert explain(replace(more, theirs=replace(OWNED, owners=frozenset({"@b"})))) is None


def test_a_hash_inside_a_word_is_part_of_it() -> None:
    line = Line("a#b", ("@a",))
    assert explain(only_ours("a#b", line)) is Reason.HASH
    assert explain(only_theirs("a", line)) is Reason.HASH
    ownerless = replace(only_ours("a#b", line), theirs=replace(OWNED, owners=frozenset()))
    assert explain(ownerless) is Reason.HASH
    assert explain(replace(ownerless, line=Line("a", ("@a",)))) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Line("a[bc].txt"), Reason.SKIPPED_BRACKET),
        (Line(r"a\\[b"), Reason.SKIPPED_BRACKET),
        (Line("!a"), Reason.SKIPPED_NEGATION),
        (Line(r"\#a"), Reason.SKIPPED_HASH),
        (Line("/"), Reason.SKIPPED_PATTERN),
        (Line("a***"), Reason.SKIPPED_PATTERN),
        (Line("a\\"), Reason.SKIPPED_PATTERN),
        (Line("a", ("@a", "word")), Reason.SKIPPED_OWNER),
        (Line(r"a\[b\]\\", ("@a", "@o/t.x", "a@b.c")), None),
    ],
)
def test_what_github_skips_is_no_rule(line: Line, reason: Reason | None) -> None:
    assert line.skipped is reason
    assert explain(only_theirs("a", line)) is reason


def test_lines_are_words_and_the_words_behind_a_hash() -> None:
    text = "\ufeff# head\r\n\n  a\\ b @x @y # was @z\r\n*\n"
    assert read_lines(text) == {
        3: Line("a\\ b", ("@x", "@y"), ("", "was", "@z")),
        4: Line("*"),
    }


def test_git_knows_what_github_does_otherwise(tmp_path: Path) -> None:
    git = Ignore(tmp_path)
    paths = ["docs/a", "docs/b/c", ":x", "docs"]
    assert git.matched("docs/*", paths) == {"docs/a", "docs/b/c"}
    assert git.matched(at_github("docs/*"), paths) == {"docs/a"}
    assert git.matched("docs/**/", paths) == {"docs/b/c"}
    assert git.matched(at_github("docs/**/"), paths) == {"docs/a", "docs/b/c"}
    assert git.matched("*", paths) == set(paths)


def test_git_takes_the_last_line_and_github_no_skipped_one(tmp_path: Path) -> None:
    alone, truth = Ignore(tmp_path).last(read_lines("* @a\n/x/\n[ab] @b\n"), ["a", "x/y", "x/a/é"])
    everyone, nobody, other = Answer(1, frozenset({"@a"})), Answer(2), Answer(3, frozenset({"@b"}))
    assert alone.answers == [other, nobody, other]
    assert truth.answers == [everyone, nobody, nobody]


def corpus(text: str, *paths: str) -> Corpus:
    return Corpus(name="o/r", commit="0" * 40, where="CODEOWNERS", data=text.encode(), paths=paths)


def test_what_all_say_is_still_held_against_git(tmp_path: Path) -> None:
    sample = corpus("* @a\n/x/ @b\n", "x/y", "z")
    lines, git = read_lines(sample.text), Ignore(tmp_path)
    alone, truth = git.last(lines, sample.paths)
    ours = by_qgate(sample)
    assert not list(differences(sample, lines, (ours, truth, alone), git))
    wrong = [ours[1], ours[1]]
    (found,) = differences(sample, lines, (wrong, truth, Other(wrong)), git)
    assert found.path == "x/y"
    assert explain(found) is None


def test_a_space_is_seen_as_a_slash_on_both_sides(tmp_path: Path) -> None:
    sample = corpus("/a\\ b/ @a\n/a*c/ @a\n/d/ @a\n", "a b/x", "a c/x", "d e/x")
    lines, git = read_lines(sample.text), Ignore(tmp_path)
    _, truth = git.last(lines, sample.paths)
    theirs = Other([NOBODY, NOBODY, Answer(3, frozenset({"@a"}))])
    found = {
        each.path: explain(each)
        for each in differences(sample, lines, (by_qgate(sample), truth, theirs), git)
    }
    # An escaped space is a slash on both sides, so that it is not for this that one is passed over.
    assert found == {"a b/x": Reason.BLANK, "a c/x": Reason.WILDCARD, "d e/x": Reason.NAME}


def write_corpus(folder: Path, text: str, *paths: str) -> Path:
    folder.mkdir()
    for name, content in {
        "CODEOWNERS": text,
        "where": ".github/CODEOWNERS\nCODEOWNERS\n",
        "repo": "o/r\n",
        "commit": "1234567890abcdef\n",
        "paths": "".join(f"{path}\0" for path in paths),
    }.items():
        (folder / name).write_text(content, "utf-8")
    return folder


def test_a_corpus_is_a_folder_of_files_or_a_checkout(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", "* @a\n", "a", "b c")
    assert read_corpus(folder).where == ".github/CODEOWNERS"
    assert read_corpus(folder).paths == ("a", "b c")
    repo = make_repo(tmp_path / "checkout", tmp_path)
    head = repo.commit({"docs/CODEOWNERS": "* @a\n", "é": ""})
    checkout = read_corpus(repo.path)
    assert (checkout.where, checkout.commit) == ("docs/CODEOWNERS", head)
    assert checkout.paths == ("docs/CODEOWNERS", "é")
    with pytest.raises(SystemExit, match="no CODEOWNERS"):
        read_corpus(tmp_path)


def run_main(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[tuple[int, list[str]]]
) -> int:
    """The exit code, where another implementation gives these answers about two paths."""
    said = json.dumps({"version": "1", "refused": {}, "paths": answers})
    program = tmp_path / "other"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\necho '{said}'\n", "utf-8")
    program.chmod(0o755)
    folder = write_corpus(tmp_path / "corpus", "* @a\nb.md @b # @c\n", "a", "b.md")
    table = ["--markdown", str(tmp_path / "table.md")]
    monkeypatch.setattr(sys, "argv", ["x", str(folder), "--python", str(program), *table])
    return main()


def test_differences_with_a_reason_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(tmp_path, monkeypatch, [(1, ["@A"]), (2, ["@b", "@c"])]) == 0
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "| o/r | `1234567890ab` | 2 | 2 | 1 | 0 |" in table
    assert f"| {Reason.COMMENT} | 1 | 0 |" in table
    assert "2 with owners" in table
    assert f"codeowners: 1 paths: {Reason.COMMENT}" in capsys.readouterr().out


def test_a_difference_without_a_reason_makes_it_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(tmp_path, monkeypatch, [(1, ["@a"]), (1, ["@a"])]) == 1
    assert "UNEXPLAINED o/r codeowners: Facts(path='b.md'" in capsys.readouterr().out
