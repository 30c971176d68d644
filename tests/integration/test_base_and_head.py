"""Which two trees are compared outside CI; each row of the design's table "What is compared"."""

import shlex
import sys
from pathlib import Path

import pytest

from qgate.errors import UsageError
from qgate.model.changes import Side
from qgate.model.report import GateResult, Outcome
from tests.support.changes import TEN, change_set, edited, touched
from tests.support.check import counts, coverage_of, judged, missing
from tests.support.repo import Repo, make_repo
from tests.support.reports import lcov_missing


def all_kinds(repo: Repo) -> Repo:
    """A branch with line 2 committed, 3 staged and 4 in the working tree; `main` went on."""
    repo.commit({"m.py": TEN, "n.py": TEN, ".gitignore": "ignored.py\n*.info\n"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"m.py": edited(1)})
    repo.git("switch", "--quiet", "main")
    repo.commit({"n.py": edited(5), "m.py": edited(8)})
    repo.git("switch", "--quiet", "topic")
    repo.write({"m.py": edited(1, 2)})
    repo.git("add", "m.py")
    repo.write({"m.py": edited(1, 2, 3)})
    return repo


def incomplete(gate: GateResult) -> str:
    """The reason of a gate that must not have judged."""
    assert gate.outcome is Outcome.INCOMPLETE
    return gate.reason


def test_a_base_is_compared_from_the_merge_base_not_from_its_tip(repo: Repo) -> None:
    assert touched(all_kinds(repo), base="main") == [("m.py", 2), ("m.py", 3), ("m.py", 4)]
    report = judged(repo, base="main")
    assert report.base is not None
    assert report.base.sha == repo.git("merge-base", "main", "topic")
    assert report.base.found == "merge base of main and HEAD"
    assert report.head is not None
    assert (report.head.sha, report.head.side) == (repo.git("rev-parse", "topic"), Side.WORKTREE)


def test_committed_means_the_commits_alone(repo: Repo) -> None:
    all_kinds(repo).write({"m.py": edited(1)})
    assert touched(repo, base="main", committed=True) == [("m.py", 2)]


def test_committed_is_not_judged_where_the_working_tree_is_another(repo: Repo) -> None:
    """The tests ran on the working tree; their report says nothing about HEAD."""
    gate = coverage_of(touched_report(all_kinds(repo)), base="main", committed=True)
    assert incomplete(gate) == "stale-report"


def touched_report(repo: Repo) -> Repo:
    lcov_missing(repo, {"m.py": set()})
    return repo


def test_staged_means_the_index_against_head(repo: Repo) -> None:
    all_kinds(repo).write({"m.py": edited(1, 2)})
    assert touched(repo, staged=True) == [("m.py", 3)]
    report = judged(repo, staged=True)
    assert report.base is not None
    assert report.head is not None
    assert (report.base.sha, report.head.side) == (repo.git("rev-parse", "HEAD"), Side.INDEX)


def test_staged_is_not_judged_where_the_working_tree_is_another(repo: Repo) -> None:
    gate = coverage_of(touched_report(all_kinds(repo)), staged=True)
    assert incomplete(gate) == "stale-report"


def test_staged_before_the_first_commit_is_all_new(repo: Repo) -> None:
    repo.write({"m.py": edited(), "not_added.py": TEN})
    repo.git("add", "m.py")
    assert len(touched(repo, staged=True)) == 10
    report = judged(repo, staged=True)
    assert report.base is not None
    assert report.base.found == "the empty tree, before the first commit"


def test_untracked_files_are_all_new_and_ignored_ones_are_none(repo: Repo) -> None:
    all_kinds(repo).write({"untracked.py": "a = 1\n", "ignored.py": "a = 1\n"})
    found = {path for path, _ in touched(repo, base="main")}
    assert found == {"m.py", "untracked.py"}


def test_untracked_files_belong_to_the_working_tree_alone(repo: Repo) -> None:
    all_kinds(repo).write({"untracked.py": "a = 1\n", "m.py": edited(1, 2)})
    assert touched(repo, staged=True) == [("m.py", 3)]
    repo.commit({"m.py": edited(1, 2)})
    repo.write({"another.py": "a = 1\n"})
    assert touched(repo, base="HEAD~1", committed=True) == [("m.py", 3), ("untracked.py", 1)]


def test_a_file_meant_to_be_added_is_all_new(repo: Repo) -> None:
    all_kinds(repo).write({"meant.py": "a = 1\nb = 2\n"})
    repo.git("add", "--intent-to-add", "meant.py")
    assert [line for path, line in touched(repo, base="main") if path == "meant.py"] == [1, 2]


# The default base ----------------------------------------------------------------------------


def with_remote(repo: Repo, branch: str = "main") -> Repo:
    """A clone of `repo` with one commit of its own, the remote's branch being ahead."""
    repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    if branch != "main":
        repo.git("branch", "--move", branch)
    repo.git("clone", "--quiet", str(repo.path), str(repo.path.parent / "clone"))
    repo.commit({"m.py": edited(8)})
    clone = Repo(repo.path.parent / "clone", repo.environ)
    clone.git("fetch", "--quiet")
    clone.git("switch", "--quiet", "--create", "topic")
    clone.commit({"m.py": edited(1)})
    return clone


def found_base(repo: Repo) -> str:
    base = judged(repo).base
    assert base is not None
    return base.found


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_the_default_is_the_merge_base_with_the_remotes_head(repo: Repo, branch: str) -> None:
    clone = with_remote(repo, branch)
    assert touched(clone) == [("m.py", 2)]
    assert found_base(clone) == f"merge base of origin/{branch} and HEAD"


@pytest.mark.parametrize("branch", ["main", "master"])
def test_without_the_remotes_head_the_usual_names_are_tried(repo: Repo, branch: str) -> None:
    clone = with_remote(repo, branch)
    clone.git("remote", "set-head", "origin", "--delete")
    assert touched(clone) == [("m.py", 2)]
    assert found_base(clone) == f"merge base of origin/{branch} and HEAD"


def test_a_remote_head_that_leads_nowhere_is_passed_over(repo: Repo) -> None:
    clone = with_remote(repo)
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert found_base(clone) == "merge base of origin/main and HEAD"


def test_without_a_remote_the_local_main_branch_is_the_base(repo: Repo) -> None:
    assert touched(all_kinds(repo)) == [("m.py", 2), ("m.py", 3), ("m.py", 4)]
    assert "local branch main" in found_base(repo)


def test_without_any_other_branch_there_is_no_base(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    repo.write({"m.py": edited(1)})
    gate = coverage_of(touched_report(repo))
    assert incomplete(gate) == "no-base"
    assert "--base HEAD" in gate.hint


def test_the_setting_base_names_another_branch(repo: Repo) -> None:
    clone = with_remote(repo)
    clone.git("branch", "develop")
    clone.commit({".qgate.yml": "base: develop\n", "m.py": edited(1, 4)})
    assert touched(clone) == [("m.py", 5)]
    assert "setting `base`" in found_base(clone)


def test_a_flag_beats_the_setting_base(repo: Repo) -> None:
    clone = with_remote(repo)
    clone.commit({".qgate.yml": "base: develop\n", "m.py": edited(1, 4)})
    assert touched(clone, base="origin/main") == [("m.py", 2), ("m.py", 5)]


def test_a_setting_base_that_does_not_exist_is_no_empty_diff(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".qgate.yml": "base: develop\n"})
    assert incomplete(coverage_of(touched_report(repo))) == "missing-base"


# Bases that cannot be -------------------------------------------------------------------------


@pytest.mark.parametrize("revision", ["no-such", "HEAD~5", "0" * 40, "a" * 40, "HEAD:m.py", "a b"])
def test_an_unknown_revision_is_no_empty_diff(repo: Repo, revision: str) -> None:
    repo.commit({"m.py": TEN})
    gate = coverage_of(touched_report(repo), base=revision)
    assert incomplete(gate) == "missing-base"
    assert gate.hint


@pytest.mark.parametrize("revision", ["--all", "-1", "--output=evil", ""])
def test_an_option_is_no_revision(repo: Repo, revision: str) -> None:
    repo.commit({"m.py": TEN})
    with pytest.raises(UsageError, match="not a revision"):
        judged(repo, base=revision)
    assert not (repo.path / "evil").exists()


def test_a_setting_base_cannot_smuggle_an_option(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".qgate.yml": "base: --output=evil\n"})
    with pytest.raises(UsageError, match="not a revision"):
        judged(repo)
    assert not (repo.path / "evil").exists()


@pytest.mark.parametrize("revision", ["^HEAD", "HEAD..HEAD", "HEAD --not"])
def test_a_range_is_no_base(repo: Repo, revision: str) -> None:
    repo.commit({"m.py": TEN})
    incomplete(coverage_of(touched_report(repo), base=revision))


def test_a_repository_without_commits_has_nothing_to_compare(repo: Repo) -> None:
    repo.write({"m.py": TEN})
    assert incomplete(coverage_of(touched_report(repo), base="HEAD")) == "no-commits"
    assert incomplete(coverage_of(repo)) == "no-commits"


def test_a_bare_repository_is_refused(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    bare = repo.path.parent / "bare.git"
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(bare))
    with pytest.raises(UsageError, match="bare repository"):
        judged(repo, folder=bare)


def test_a_folder_outside_of_any_repository_is_refused(repo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    environ = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    with pytest.raises(UsageError, match="not inside a git repository"):
        judged(repo, folder=outside, environ=environ)


def test_histories_without_a_common_commit_cannot_be_compared(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    repo.git("switch", "--quiet", "--orphan", "other")
    repo.commit({"m.py": edited(1)})
    gate = coverage_of(touched_report(repo), base="main")
    assert incomplete(gate) == "no-merge-base"
    assert "--base" in gate.hint


def in_conflict(repo: Repo) -> Repo:
    """A repository in the middle of a merge of `main` into `topic`."""
    repo.commit({"m.py": TEN})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"m.py": edited(1)})
    repo.git("switch", "--quiet", "main")
    repo.commit({"m.py": edited(1, 2)})
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "main", check=False)
    repo.lcov({"m.py": {1: 1}})
    return repo


@pytest.mark.parametrize("flags", [{"base": "main"}, {"base": "HEAD"}, {"staged": True}])
def test_a_conflict_that_is_not_resolved_is_incomplete(
    repo: Repo, flags: dict[str, object]
) -> None:
    gate = coverage_of(in_conflict(repo), **flags)
    assert incomplete(gate) == "unmerged"
    assert gate.summary.startswith("m.py has a conflict")


def test_a_conflict_does_not_concern_what_is_committed(repo: Repo) -> None:
    (file,) = change_set(in_conflict(repo), base="main", committed=True).files
    assert list(file.changed_lines()) == [2]


def test_flags_that_exclude_each_other_are_refused(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    with pytest.raises(UsageError, match="exclude each other"):
        judged(repo, committed=True, staged=True)
    with pytest.raises(UsageError, match="compared with HEAD"):
        judged(repo, base="main", staged=True)


# Places to run from ---------------------------------------------------------------------------


def test_it_runs_from_a_subdirectory(repo: Repo) -> None:
    repo.commit({"m.py": TEN, "pkg/inside/n.py": TEN})
    repo.write({"m.py": edited(1), "pkg/inside/n.py": edited(2), "pkg/new.py": "a = 1\n"})
    lcov_missing(repo, {"m.py": {2}, "pkg/inside/n.py": {3}, "pkg/new.py": {1}})
    gate = coverage_of(repo, base="HEAD", folder=repo.path / "pkg" / "inside")
    assert missing(gate) == [("m.py", 2), ("pkg/inside/n.py", 3), ("pkg/new.py", 1)]


def test_it_runs_in_a_linked_worktree(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    folder = repo.path.parent / "linked"
    repo.git("worktree", "add", "--quiet", "-b", "topic", str(folder))
    linked = Repo(folder, repo.environ)
    linked.commit({"m.py": edited(1)})
    linked.write({"m.py": edited(1, 2), "new.py": "a = 1\n"})
    repo.write({"m.py": edited(9)})
    found = touched(linked)
    assert found == [("m.py", 2), ("m.py", 3), ("new.py", 1)]
    repo.git("worktree", "remove", "--force", str(folder))


@pytest.mark.parametrize("is_absolute", [True, False])
def test_the_variables_of_a_hook_change_nothing(repo: Repo, *, is_absolute: bool) -> None:
    all_kinds(repo)
    folder = str(repo.path / ".git") if is_absolute else ".git"
    environ = {"GIT_DIR": folder, "GIT_INDEX_FILE": f"{folder}/index", "GIT_PREFIX": ""}
    assert touched(repo, base="main", environ=environ) == touched(repo, base="main")


def hook(repo: Repo, name: str, *arguments: str) -> Path:
    """Make qgate a hook of the repository; gives the file with what it said."""
    said = repo.path.parent / "said"
    command = shlex.join([sys.executable, "-m", "qgate", "check", *arguments])
    script = repo.path / ".git" / "hooks" / name
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\n{command} > {shlex.quote(str(said))} 2>&1\n")
    script.chmod(0o755)
    return said


@pytest.mark.parametrize("by", ["all", "path"])
def test_as_a_hook_it_sees_the_index_of_the_commit_being_made(repo: Repo, by: str) -> None:
    """`commit --all` and `commit PATH` hand the hook an index that is not `.git/index`."""
    repo.commit({"m.py": TEN, "n.py": TEN, ".gitignore": "*.info\n"})
    said = hook(repo, "pre-commit", "--staged")
    repo.write({"m.py": edited(1, 2)})
    if by == "path":
        repo.write({"n.py": edited(1)})
        repo.git("add", "n.py")
    lcov_missing(repo, {"m.py": {3}, "n.py": {2}})
    selected = ["--all"] if by == "all" else ["m.py"]
    repo.git("commit", "--quiet", "--message", "x", *selected, check=False)
    assert "50.00 % of 2 changed statements" in said.read_text()
    assert repo.git("rev-list", "--count", "HEAD") == "1"


def test_another_repositorys_variables_do_not_lead_astray(repo: Repo, tmp_path: Path) -> None:
    """A folder named on the call is what counts, where git itself is told of no other."""
    all_kinds(repo)
    other = make_repo(tmp_path / "other", tmp_path / "home")
    other.commit({"m.py": TEN})
    other.write({"m.py": edited(6)})
    lcov_missing(other, {"m.py": {7}})
    gate = coverage_of(repo, base="HEAD", folder=other.path)
    assert missing(gate) == [("m.py", 7)]
    assert counts(gate, "coverable") == (1,)


def test_a_link_to_the_repository_is_the_repository(repo: Repo) -> None:
    all_kinds(repo)
    link = repo.path.parent / "link"
    link.symlink_to(repo.path)
    repo.lcov({str(link / "m.py"): dict.fromkeys(range(1, 11), 0)})
    gate = coverage_of(repo, base="main", folder=link)
    assert missing(gate) == [("m.py", 2), ("m.py", 3), ("m.py", 4)]
