"""Cases of every release, part two: names, renames and kinds of changed files."""

import os
from collections.abc import Iterable

import pytest

from qgate.model.changes import Status
from qgate.model.report import Outcome
from tests.support.changes import change_set
from tests.support.check import counts, coverage_of, missing
from tests.support.repo import Repo
from tests.support.reports import json_missing, lcov_missing

HOSTILE_NAMES = {
    "quotes": 'it\'s "quoted".py',
    "spaces": " a  folder / a file .py",
    "another folder b": "x b/y b/z.py",
    "unicode": "naïve/Ünïcödé 😀.py",
    "decomposed unicode": "cafe\u0301.py",
    "not utf-8": os.fsdecode(b"caf\xe9/\xff.py"),
    "tab": "a\tb.py",
    "dash": "-rf.py",
    "pathspec": ":(exclude)*.py",
    "glob": "[a]*?.py",
    "arrow": "a => b/{c => d}.py",
    "dev null": "dev/null.py",
    "backslash": "a\\b.py",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_no_name_misleads(repo: Repo, name: str) -> None:
    repo.commit({name: "a = 1\nb = 2\n", "zz.py": "a = 1\n"})
    repo.write({name: "a = 1\nb = 3\n", "zz.py": "a = 2\n"})
    lcov_missing(repo, {name: {2}, "zz.py": {1}})
    assert missing(coverage_of(repo, base="HEAD")) == [(name, 2), ("zz.py", 1)]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_no_name_of_an_untracked_file_misleads(repo: Repo, name: str) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({name: "a = 1\nb = 3\n"})
    lcov_missing(repo, {name: {2}})
    assert missing(coverage_of(repo, base="HEAD")) == [(name, 2)]


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "untracked"])
def test_a_newline_in_a_name_misleads_nobody(repo: Repo, *, is_committed: bool) -> None:
    name = "a\n+++ b/evil\n@@ -1 +1 @@.py"
    repo.commit({"m.py": "a = 1\n"})
    repo.write({name: "a = 1\nb = 3\n"})
    if is_committed:
        repo.commit()
    json_missing(repo, {name: {2}})
    base = "HEAD~1" if is_committed else "HEAD"
    gate = coverage_of(repo, base=base, committed=is_committed)
    assert missing(gate) == [(name, 2)]


def test_a_real_run_on_a_name_with_spaces_and_accents_is_found(repo: Repo) -> None:
    name = "a b/naïve b/m.py"
    repo.commit({name: "def f():\n    return 1\n"})
    repo.write({name: "def f():\n    return 2\n"})
    repo.measure(name)
    gate = coverage_of(repo, base="HEAD")
    assert gate.evidence == (".coverage (coverage.py data)",)
    assert missing(gate) == [(name, 2)]


def ten_lines(changed: Iterable[int] = ()) -> str:
    """Ten statements of equal length: each makes a tenth of what git compares."""
    return "".join(f"{'new' if n in changed else 'old'}_{n} = 1234\n" for n in range(10))


def test_a_pure_rename_changes_no_line(repo: Repo) -> None:
    repo.commit({"old.py": ten_lines()})
    repo.git("mv", "old.py", "new.py")
    lcov_missing(repo, {"new.py": {1, 2, 3}})
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "no-coverable-lines")


def test_of_a_rename_at_60_percent_the_edited_lines_count(repo: Repo) -> None:
    repo.commit({"old.py": ten_lines()})
    repo.git("mv", "old.py", "new.py")
    repo.write({"new.py": ten_lines({6, 7, 8, 9})})
    lcov_missing(repo, {"new.py": {1, 2, 9}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("new.py", 9)]
    assert counts(gate, "coverable") == (4,)


def test_a_rename_at_40_percent_is_a_new_file(repo: Repo) -> None:
    repo.commit({"old.py": ten_lines()})
    repo.git("mv", "old.py", "new.py")
    repo.write({"new.py": ten_lines({4, 5, 6, 7, 8, 9})})
    lcov_missing(repo, {"new.py": {1, 9}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("new.py", 1), ("new.py", 9)]
    assert counts(gate, "coverable", "moved") == (10, 4)


def test_a_rename_of_case_only_is_a_rename(repo: Repo) -> None:
    repo.commit({"Module.py": ten_lines()})
    repo.git("mv", "Module.py", "module.py")
    repo.write({"module.py": ten_lines({4})})
    lcov_missing(repo, {"module.py": {1, 5}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("module.py", 5)]
    assert counts(gate, "coverable") == (1,)


def test_a_rename_not_yet_added_still_counts_every_line(repo: Repo) -> None:
    """No untracked file is paired by git; the new name is all-new, which can only be too strict."""
    repo.commit({"old.py": ten_lines()})
    (repo.path / "old.py").rename(repo.path / "new.py")
    lcov_missing(repo, {"new.py": {1}})
    gate = coverage_of(repo, base="HEAD")
    assert counts(gate, "coverable", "moved") == (10, 10)


def test_a_copy_is_new(repo: Repo) -> None:
    repo.commit({"old.py": ten_lines()})
    repo.write({"copy.py": ten_lines(), "old.py": ten_lines({3})})
    repo.git("add", "--all")
    lcov_missing(repo, {"copy.py": {1}, "old.py": set()})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("copy.py", 1)]
    assert counts(gate, "coverable") == (11,)


def test_another_mode_changes_no_line(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    (repo.path / "m.py").chmod(0o755)
    lcov_missing(repo, {"m.py": {1}})
    assert coverage_of(repo, base="HEAD").reason == "no-coverable-lines"


def test_a_file_that_becomes_a_link_has_no_line_and_shifts_no_other_file(repo: Repo) -> None:
    repo.commit({"a.py": "a = 1\nb = 2\n", "z.py": "a = 1\nb = 2\n"})
    (repo.path / "a.py").unlink()
    (repo.path / "a.py").symlink_to("z.py")
    repo.write({"z.py": "a = 1\nb = 3\n"})
    lcov_missing(repo, {"z.py": {2}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("z.py", 2)]
    assert counts(gate, "coverable") == (1,)


def test_a_link_that_becomes_a_file_is_all_new(repo: Repo) -> None:
    (repo.path / "a.py").symlink_to("z.py")
    repo.commit({"z.py": "a = 1\nb = 2\n"})
    (repo.path / "a.py").unlink()
    repo.write({"a.py": "a = 1\nb = 2\nc = 3\n", "z.py": "a = 1\nb = 3\n"})
    lcov_missing(repo, {"a.py": {1}, "z.py": {2}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("a.py", 1), ("z.py", 2)]
    assert counts(gate, "coverable") == (4,)


def test_an_untracked_link_has_no_line(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    (repo.path / "link.py").symlink_to("m.py")
    (repo.path / "dangling.py").symlink_to("nowhere.py")
    lcov_missing(repo, {"m.py": set()})
    assert coverage_of(repo, base="HEAD").reason == "no-coverable-lines"


def with_submodule(repo: Repo) -> Repo:
    """A repository inside of `repo`, committed there as the submodule `a_library`."""
    inner = Repo(repo.path / "a_library", repo.environ)
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.commit({"inside.py": "a = 1\n"})
    repo.commit({"m.py": "a = 1\nb = 2\n"})
    return inner


def test_a_submodule_bump_is_no_change_of_lines(repo: Repo) -> None:
    inner = with_submodule(repo)
    inner.commit({"inside.py": "a = 2\n"})
    repo.commit()
    assert change_set(repo, base="HEAD~1", committed=True).files == ()


def test_a_submodule_bump_shifts_no_other_file(repo: Repo) -> None:
    inner = with_submodule(repo)
    inner.commit({"inside.py": "a = 2\n"})
    repo.write({"m.py": "a = 1\nb = 3\n"})
    inner.write({"untracked.py": "a = 3\n"})
    lcov_missing(repo, {"m.py": {2}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("m.py", 2)]
    assert counts(gate, "coverable") == (1,)


def test_a_submodule_that_becomes_a_file_is_all_new(repo: Repo) -> None:
    inner = with_submodule(repo)
    inner.path.rename(repo.path.parent / "elsewhere")
    repo.commit({"a_library": "a = 1\nb = 2\n", "m.py": "a = 2\nb = 2\n"})
    library, module = change_set(repo, base="HEAD~1", committed=True).files
    assert (library.path, library.status, library.is_regular) == (
        "a_library",
        Status.TYPE_CHANGED,
        True,
    )
    assert list(library.changed_lines()) == [1, 2]
    assert list(module.changed_lines()) == [1]


def test_an_untracked_repository_inside_is_passed_over(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    inner = Repo(repo.path / "inner.py", repo.environ)
    inner.path.mkdir()
    inner.git("init", "--quiet")
    inner.commit({"inside.py": "a = 1\n"})
    lcov_missing(repo, {"m.py": set()})
    assert coverage_of(repo, base="HEAD").reason == "no-coverable-lines"
