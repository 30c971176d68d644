"""Repositories and revisions that give nothing to compare: one message and the next step."""

import os
import shutil
from pathlib import Path

import pytest

from qgate.system import explanations
from tests.e2e.samples import EVERY_GATE, incomplete, uncovered, usage_error
from tests.support.repo import Repo, clean_environment, make_repo


def test_a_folder_outside_of_any_repository_is_named(tmp_path: Path) -> None:
    outside = Repo(tmp_path, clean_environment(tmp_path))

    assert f"{tmp_path} is not inside a git repository" in usage_error(outside.call("check"))


def test_a_repository_without_commits_is_incomplete(repo: Repo) -> None:
    repo.write({"app.py": "x = 1\n"})

    assert "qgate check --staged" in incomplete(repo.call("check"), "no-commits", gates=EVERY_GATE)


def test_a_bare_repository_has_nothing_to_judge(topic: Repo, tmp_path: Path) -> None:
    topic.git("clone", "--quiet", "--bare", str(topic.path), str(tmp_path / "bare.git"))

    said = usage_error(topic.call("check", "-C", str(tmp_path / "bare.git")))

    assert "is a bare repository" in said


@pytest.fixture
def shallow(topic: Repo, tmp_path: Path) -> Repo:
    """One commit of `topic`, without its base and without a remote to ask."""
    origin, clone = f"file://{topic.path}", tmp_path / "shallow"
    topic.git("clone", "--quiet", "--depth=1", "--branch=topic", origin, str(clone))
    clone_of = Repo(clone, topic.environ)
    clone_of.git("remote", "remove", "origin")
    return clone_of


@pytest.mark.parametrize("base", ["main", "HEAD~1"])
def test_a_shallow_clone_without_the_base_is_told_to_fetch(shallow: Repo, base: str) -> None:
    said = incomplete(shallow.call("check", "--base", base), "missing-base", gates=EVERY_GATE)

    assert f"the base {base} does not exist in this clone" in said
    assert "git fetch --unshallow" in said


def test_an_event_base_that_a_shallow_clone_lacks_is_never_an_empty_diff(
    shallow: Repo, topic: Repo, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text(f'{{"before": "{topic.git("rev-parse", "main")}"}}', "utf-8")
    ci = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
    }

    said = incomplete(shallow.call("check", environ=ci), "missing-base", gates=EVERY_GATE)

    assert "fetch-depth: 0" in said


@pytest.mark.parametrize("content", ["", "{", '{"before": 1}', "[]", "\x00"])
def test_a_broken_event_payload_is_incomplete(topic: Repo, tmp_path: Path, content: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(content, "utf-8")
    ci = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
    }

    incomplete(topic.call("check", environ=ci), "unreadable-event", gates=EVERY_GATE)


def test_without_any_base_the_ways_to_name_one_are_listed(repo: Repo) -> None:
    repo.commit({"app.py": "x = 1\n"})

    assert "--base HEAD" in incomplete(repo.call("check"), "no-base", gates=EVERY_GATE)


@pytest.mark.parametrize("revision", ["nosuch", "main..topic", "HEAD:app.py", "a b\nc", "f" * 40])
def test_an_unknown_revision_is_incomplete(topic: Repo, revision: str) -> None:
    incomplete(topic.call("check", "--base", revision), "missing-base", gates=EVERY_GATE)


@pytest.mark.parametrize("revision", ["-x", "--output=/tmp/x", "--all", ""])
def test_a_revision_that_looks_like_an_option_never_reaches_git(topic: Repo, revision: str) -> None:
    assert f"{revision!r} is not a revision" in usage_error(
        topic.call("check", f"--base={revision}")
    )


def test_a_conflict_that_is_not_resolved_is_incomplete(own: Repo) -> None:
    own.git("switch", "--quiet", "--create", "other", "main")
    own.commit({"app.py": "other = 1\n"})
    own.git("merge", "topic", check=False)

    said = incomplete(own.call("check", "--base", "main"), "unmerged", gates=EVERY_GATE)

    assert "app.py has a conflict" in said


def test_a_repository_that_git_does_not_trust_names_the_command(own: Repo) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files to another user")
    os.chown(own.path, 12345, 12345)

    said = usage_error(own.call("check"))

    assert "hint: git config --global --add safe.directory" in said


def test_a_damaged_repository_is_incomplete_and_no_bug_of_ours(own: Repo, tmp_path: Path) -> None:
    blob = own.git("rev-parse", "main:app.py")
    (own.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    ran = own.call("check", "--report", uncovered(tmp_path))

    assert ran.code == 3, ran
    assert "Traceback" not in ran.out + ran.err
    assert blob in ran.out + ran.err


def test_what_git_cannot_list_for_a_tool_is_a_rule_that_can_be_explained(own: Repo) -> None:
    """A folder that the change does not touch is read by the gates of tools alone."""
    own.git("switch", "--quiet", "main")
    own.commit({"mypy.ini": "[mypy]\n", "sub/other.py": "x = 1\n"})
    own.git("switch", "--quiet", "topic")
    own.git("rebase", "--quiet", "main")
    folder = own.git("rev-parse", "main:sub")
    (own.path / ".git" / "objects" / folder[:2] / folder[2:]).unlink()

    ran = own.call("check", "types", "--committed")

    assert folder in ran.out
    assert ran.code == 3
    rule = ran.out.rstrip("]\n").rpartition("[")[2]
    assert rule in explanations.rules(), ran.out


def test_a_worktree_and_a_folder_inside_are_no_bad_input(topic: Repo, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    topic.git("worktree", "add", "--quiet", "--detach", str(linked), "topic")
    (linked / "sub").mkdir()
    try:
        ran = topic.call(
            *("check", "-C", str(linked / "sub"), "--report", uncovered(tmp_path, ran=1))
        )
    finally:
        shutil.rmtree(linked)
        topic.git("worktree", "prune")

    assert ran.code == 0, ran


def test_an_empty_repository_can_still_judge_what_is_staged(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    repo = make_repo(tmp_path / "repo", tmp_path / "home")
    repo.write({"app.py": "def one():\n    return 1\n"})
    repo.git("add", "app.py")
    repo.lcov({"app.py": {1: 1, 2: 1}})

    assert repo.call("check", "--staged").code == 0
