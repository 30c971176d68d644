"""The installed hook at a push to a real remote: HEAD is judged, and nothing is let by unseen."""

import sys
from pathlib import Path

import pytest

from tests.e2e.hooked import FAILED, at, content, git, install, make_hooked, seen, settle
from tests.e2e.samples import usage_error
from tests.support.repo import Ran, Repo, make_repo, measured

PASSED = "qgate passed: "


@pytest.fixture
def remote(tmp_path: Path) -> Repo:
    """A bare repository."""
    remote = make_repo(tmp_path / "remote.git", tmp_path)
    remote.git("init", "--quiet", "--bare", "--initial-branch=main", "bare")
    return at(remote, tmp_path / "remote.git/bare")


@pytest.fixture
def repo(tmp_path: Path, remote: Repo) -> Repo:
    """`main` is at the remote; the branch `topic` is checked out; the hook is there."""
    repo = make_hooked(tmp_path / "repo", tmp_path / "home")
    repo.environ.update(measured({}))
    repo.git("remote", "add", "origin", str(remote.path))
    repo.git("push", "--quiet", "origin", "main")
    repo.git("fetch", "--quiet")
    repo.git("switch", "--quiet", "--create", "topic")
    install(repo, "--stage", "pre-push")
    return repo


def commit(repo: Repo, name: str, value: int = 1) -> str:
    return repo.commit({name: content(value)}, f"{name} {value}")


def heads(remote: Repo) -> str:
    """The branches and tags of the remote."""
    return remote.git("for-each-ref", "--format=%(refname:lstrip=1) %(contents:subject)")


def test_a_bad_head_is_not_pushed_and_nothing_is_touched(repo: Repo, remote: Repo) -> None:
    commit(repo, "bad.py")
    repo.write({"good.py": content(5), "new.py": ""})
    before = settle(repo)
    pushed = git(repo, "push", "origin", "topic")

    assert (pushed.code, pushed.out) == (1, "")
    assert pushed.err.startswith(FAILED)
    assert seen(repo) == before
    assert heads(remote) == "heads/main x"


def test_a_good_head_is_pushed(repo: Repo, remote: Repo) -> None:
    commit(repo, "good.py")
    pushed = git(repo, "push", "--porcelain", "origin", "topic")

    assert pushed.code == 0
    assert PASSED in pushed.err
    assert "qgate" not in pushed.out
    assert "heads/topic good.py 1" in heads(remote)


def test_what_is_not_committed_does_not_count(repo: Repo) -> None:
    commit(repo, "good.py")
    repo.write({"bad.py": content(1)})
    repo.git("add", "bad.py")

    assert git(repo, "push", "origin", "topic").code == 0


def test_all_of_the_branch_is_judged_not_only_what_is_new_to_the_remote(repo: Repo) -> None:
    commit(repo, "bad.py")
    assert git(repo, "push", "--no-verify", "origin", "topic").code == 0
    commit(repo, "good.py")
    pushed = git(repo, "push", "origin", "topic")

    assert pushed.code == 1
    assert FAILED in pushed.err


def test_a_commit_that_the_remote_has_is_judged_when_a_branch_moves_to_it(repo: Repo) -> None:
    commit(repo, "bad.py")
    repo.git("push", "--quiet", "--no-verify", "origin", "topic")
    pushed = git(repo, "push", "origin", "topic:main")

    assert pushed.code == 1
    assert FAILED in pushed.err


def test_a_deletion_is_not_judged(repo: Repo, remote: Repo) -> None:
    repo.git("push", "--quiet", "--no-verify", "origin", "main:old")
    commit(repo, "bad.py")
    pushed = git(repo, "push", "origin", ":old")

    assert pushed.code == 0
    assert "qgate" not in pushed.err
    assert heads(remote) == "heads/main x"


def test_nothing_to_push_says_nothing(repo: Repo) -> None:
    assert git(repo, "push", "origin", "main") == Ran(0, "", "Everything up-to-date\n")


@pytest.mark.parametrize("options", [(), ("--annotate", "--message=v")], ids=["plain", "annotated"])
def test_a_tag_on_what_the_remote_has_is_not_judged(
    repo: Repo, remote: Repo, options: tuple[str, ...]
) -> None:
    repo.git("tag", *options, "v1", "main")
    commit(repo, "bad.py")
    pushed = git(repo, "push", "origin", "v1")

    assert pushed.code == 0
    assert "qgate" not in pushed.err
    assert "tags/v1" in heads(remote)


def test_a_tag_at_a_head_that_the_remote_has_is_not_judged_again(repo: Repo) -> None:
    commit(repo, "bad.py")
    repo.git("push", "--quiet", "--no-verify", "origin", "topic")
    repo.git("tag", "v1")
    pushed = git(repo, "push", "origin", "v1")

    assert pushed.code == 0
    assert "qgate" not in pushed.err


@pytest.mark.parametrize("name", ["bad.py", "good.py"])
def test_a_tag_that_brings_new_commits_is_judged_with_head(repo: Repo, name: str) -> None:
    commit(repo, name)
    repo.git("tag", "--annotate", "--message=v", "v1")
    commit(repo, "good.py", 2)
    pushed = git(repo, "push", "origin", "v1")

    assert pushed.code == {"bad.py": 1, "good.py": 0}[name]
    assert "qgate" in pushed.err


def test_a_tag_of_something_that_is_no_commit_is_not_judged(repo: Repo) -> None:
    commit(repo, "bad.py")
    repo.git("tag", "notes", "HEAD:good.py")

    assert git(repo, "push", "origin", "notes").code == 0


def test_a_branch_that_head_contains_is_judged_with_it(repo: Repo) -> None:
    commit(repo, "bad.py")
    repo.git("branch", "below")
    commit(repo, "good.py")
    blocked = git(repo, "push", "origin", "below")
    assert repo.commit({"bad.py": content(0)})
    made = git(repo, "push", "origin", "below")

    assert FAILED in blocked.err
    assert (blocked.code, made.code) == (1, 0)


def test_another_branch_cannot_be_judged_and_is_not_pushed(repo: Repo, remote: Repo) -> None:
    commit(repo, "bad.py")
    repo.git("switch", "--quiet", "--create", "it's", "main")
    pushed = git(repo, "push", "origin", "topic")

    assert pushed.code == 1
    assert "qgate: refs/heads/topic (" in pushed.err
    assert ") is not what is checked out, so it cannot be judged\n" in pushed.err
    hint = "git switch topic and push again, or push without this hook: git push --no-verify"
    assert f"hint: {hint}\n" in pushed.err
    assert heads(remote) == "heads/main x"
    assert git(repo, "push", "--no-verify", "origin", "topic").code == 0


def test_the_code_for_it_is_that_of_incomplete(repo: Repo) -> None:
    other = commit(repo, "good.py")
    repo.git("switch", "--quiet", "main")
    line = f"HEAD^{{/a word}} {other} refs/heads/x {'0' * 40}\n"
    ran = hook_run(repo, line)

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("qgate: HEAD^{/a word} (")
    assert "hint: check it out and push again" in ran.err


def test_head_with_another_branch_is_judged_and_then_incomplete(repo: Repo, remote: Repo) -> None:
    commit(repo, "good.py")
    repo.git("switch", "--quiet", "--create", "other", "main")
    commit(repo, "good.py", 2)
    pushed = git(repo, "push", "origin", "topic", "other")

    assert PASSED in pushed.err
    assert "is not what is checked out" in pushed.err
    assert heads(remote) == "heads/main x"


def test_a_failed_head_is_failed_whatever_else_is_pushed(repo: Repo) -> None:
    topic = commit(repo, "good.py")
    repo.git("switch", "--quiet", "--create", "other", "main")
    other = commit(repo, "bad.py")
    lines = "".join(f"refs/heads/x {id_} refs/heads/x {'0' * 40}\n" for id_ in (topic, other))
    ran = hook_run(repo, lines)

    assert ran.code == 1
    assert ran.out.startswith(FAILED)


def test_what_another_remote_has_is_new_to_this_one(repo: Repo, tmp_path: Path) -> None:
    commit(repo, "good.py")
    repo.git("push", "--quiet", "--no-verify", "origin", "topic")
    repo.git("switch", "--quiet", "main")
    repo.git("init", "--quiet", "--bare", str(tmp_path / "fork"))
    repo.git("remote", "add", "fork", str(tmp_path / "fork"))
    known = git(repo, "push", "origin", "topic:refs/heads/again")
    by_name = git(repo, "push", "fork", "topic")
    by_address = git(repo, "push", str(tmp_path / "fork"), "topic")

    assert known.code == 0
    assert (by_name.code, by_address.code) == (1, 1)
    assert by_name.err.count("is not what is checked out") == 1


def test_from_a_linked_working_tree_its_own_head_is_judged(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    tree = at(repo, tmp_path / "linked")
    tree.write({"lcov.info": (repo.path / "lcov.info").read_bytes()})
    commit(repo, "bad.py")
    commit(tree, "good.py")
    made = git(tree, "push", "origin", "linked")
    blocked = git(tree, "push", "origin", "topic")

    assert made.code == 0
    assert PASSED in made.err
    assert "is not what is checked out" in blocked.err


def test_without_any_commit_checked_out_nothing_can_be_judged(repo: Repo) -> None:
    commit(repo, "good.py")
    repo.git("checkout", "--quiet", "--orphan", "empty")

    assert git(repo, "push", "origin", "topic").code == 1


@pytest.mark.parametrize("text", ["nonsense\n", "\n", "refs/heads/x abc refs/heads/x def\n"])
def test_input_that_is_not_gits_is_refused(repo: Repo, text: str) -> None:
    assert "standard input is not what git gives" in usage_error(hook_run(repo, text))


def test_standard_input_that_is_closed_is_no_push_of_nothing(repo: Repo) -> None:
    command = ("sh", "-c", 'exec "$0" -m qgate hook run pre-push <&-', sys.executable)
    ran = repo._run(*command, environ=repo.environ)

    assert "standard input is closed" in usage_error(ran)


def hook_run(repo: Repo, text: str) -> Ran:
    """`qgate hook run pre-push origin URL` on this standard input."""
    (repo.path.parent / "lines").write_text(text, "utf-8")
    script = 'exec "$0" -m qgate hook run pre-push --gate coverage -- origin url <../lines'
    return repo._run("sh", "-c", script, sys.executable, environ=repo.environ)
