"""The installed hook at everything that makes a commit: it blocks the bad and touches nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qgate.cli.hook import BEFORE_A_COMMIT
from tests.e2e.hooked import (
    FAILED,
    PASSED,
    at,
    content,
    fill,
    git,
    install,
    make_hooked,
    report,
    seen,
    settle,
)
from tests.support.repo import Repo, make_repo, measured


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """The repository with hooks, on a branch of its own."""
    repo = make_hooked(tmp_path / "repo", tmp_path / "home")
    repo.git("switch", "--quiet", "--create", "topic")
    install(repo)
    return repo


def plain(top: Path) -> Repo:
    return make_hooked(top / "repo", top / "home")


def with_odd_name(top: Path) -> Repo:
    return make_hooked(top / 'it\'s a "repo" $HOME; \\n*', top / "home")


def linked(top: Path) -> Repo:
    repo = plain(top)
    repo.git("worktree", "add", "--quiet", "-b", "topic", str(top / "linked tree"))
    other = at(repo, top / "linked tree")
    report(other)
    return other


def of_bare_folder(top: Path) -> Repo:
    """`.bare` beside its working trees, found by a `.git` file."""
    repo = plain(top)
    project = top / "project"
    project.mkdir()
    repo.git("clone", "--quiet", "--bare", ".", str(project / ".bare"))
    (project / ".git").write_text("gitdir: ./.bare\n", "utf-8")
    at(repo, project).git("worktree", "add", "--quiet", "main")
    tree = at(repo, project / "main")
    report(tree)
    return tree


def in_bare_folder(top: Path) -> Repo:
    """Working trees inside the bare repository itself."""
    repo = plain(top)
    repo.git("clone", "--quiet", "--bare", ".", str(top / "bare"))
    at(repo, top / "bare").git("worktree", "add", "--quiet", "main")
    tree = at(repo, top / "bare/main")
    report(tree)
    return tree


def submodule(top: Path) -> Repo:
    inner = plain(top)
    outer = make_repo(top / "outer", top / "home")
    add = ("submodule", "add", "--quiet", str(inner.path), "sub")
    outer.git("-c", "protocol.file.allow=always", *add)
    tree = at(inner, outer.path / "sub")
    report(tree)
    return tree


def separate(top: Path) -> Repo:
    home = top / "home"
    home.mkdir()
    repo = make_repo(top / "repo", home)
    repo.git("init", "--quiet", "--separate-git-dir", str(top / "elsewhere"))
    fill(repo)
    return repo


@pytest.mark.parametrize(
    "make",
    [plain, with_odd_name, linked, of_bare_folder, in_bare_folder, submodule, separate],
    ids=lambda make: make.__name__,
)
def test_a_bad_commit_is_blocked_and_a_good_one_made(
    tmp_path: Path, make: Callable[[Path], Repo]
) -> None:
    repo = make(tmp_path)
    install(repo)
    repo.write({"bad.py": content(1)})
    repo.git("add", "bad.py")
    before = settle(repo)
    blocked = git(repo, "commit", "-m", "bad")
    after = seen(repo)
    repo.git("restore", "--staged", "--worktree", "bad.py")
    repo.write({"good.py": content(1)})
    repo.git("add", "good.py")
    made = git(repo, "commit", "-m", "good")

    assert (blocked.code, blocked.out) == (1, "")
    assert blocked.err.splitlines()[0] == FAILED
    assert after == before
    assert made.code == 0
    assert PASSED in made.err
    assert repo.git("log", "-1", "--format=%s") == "good"
    assert repo.git("status", "--porcelain") == ""


def test_a_commit_from_a_folder_below_is_judged_alike(repo: Repo) -> None:
    repo.write({"bad.py": content(1), "below/x": ""})
    repo.git("add", "bad.py")

    assert git(at(repo, repo.path / "below"), "commit", "-m", "bad").code == 1


def test_what_is_not_staged_is_neither_judged_nor_touched(repo: Repo) -> None:
    repo.write({"bad.py": content(1), "good.py": content(1), "new.py": "x = 1\n"})
    repo.git("add", "good.py")
    before = settle(repo)
    made = git(repo, "commit", "-m", "good")
    after = seen(repo)

    assert made.code == 0
    assert after.files == before.files
    assert repo.git("status", "--porcelain").split() == ["M", "bad.py", "??", "new.py"]


def test_commit_all_judges_what_it_would_stage(repo: Repo) -> None:
    repo.write({"bad.py": content(1)})
    before = settle(repo)
    blocked = git(repo, "commit", "--all", "-m", "bad")
    after = seen(repo)
    repo.git("restore", "bad.py")
    repo.write({"good.py": content(1)})
    made = git(repo, "commit", "--all", "-m", "good")

    assert blocked.code == 1
    assert blocked.err.startswith(FAILED)
    assert after == before
    assert made.code == 0
    assert repo.git("status", "--porcelain") == ""


def test_a_partial_commit_is_judged_without_what_else_is_staged(repo: Repo) -> None:
    repo.write({"bad.py": content(1), "good.py": content(1)})
    repo.git("add", "bad.py")
    made = git(repo, "commit", "-m", "good", "good.py")
    before = settle(repo)
    blocked = git(repo, "commit", "-m", "bad", "bad.py")
    after = seen(repo)

    assert made.code == 0
    assert repo.git("show", "--name-only", "--format=", "HEAD") == "good.py"
    assert (repo.path / "bad.py").read_text() == content(1)
    assert blocked.code == 1
    assert after == before
    assert repo.git("diff", "--cached", "--name-only") == "bad.py"


def test_a_partial_commit_is_blocked_though_the_index_alone_would_pass(repo: Repo) -> None:
    repo.write({"bad.py": content(1), "good.py": content(1)})
    repo.git("add", "good.py")
    before = settle(repo)
    blocked = git(repo, "commit", "-m", "bad", "bad.py")

    assert blocked.code == 1
    assert seen(repo) == before


def test_an_amended_commit_is_judged_by_what_is_added_to_it(repo: Repo) -> None:
    repo.write({"good.py": content(1)})
    repo.git("commit", "--quiet", "--all", "-m", "good")
    repo.write({"bad.py": content(1)})
    repo.git("add", "bad.py")
    before = settle(repo)
    blocked = git(repo, "commit", "--amend", "--no-edit")
    after = seen(repo)
    repo.git("restore", "--staged", "--worktree", "bad.py")
    repo.write({"good.py": content(2, 2)})
    made = git(repo, "commit", "--all", "--amend", "-m", "better")

    assert blocked.code == 1
    assert after == before
    assert made.code == 0
    assert repo.git("log", "--format=%s") == "better\nx"


@pytest.mark.parametrize(("name", "code"), [("bad.py", 1), ("good.py", 0)])
def test_a_clean_merge_is_judged(repo: Repo, name: str, code: int) -> None:
    repo.environ.update(measured({}))
    repo.git("switch", "--quiet", "--create", "other", "main")
    repo.write({name: content(1)})
    repo.git("commit", "--quiet", "--no-verify", "--all", "-m", "theirs")
    repo.git("switch", "--quiet", "topic")
    head = repo.git("rev-parse", "HEAD")
    merged = git(repo, "merge", "--no-ff", "-m", "merged", "other")

    assert (merged.code != 0) == bool(code)
    assert (FAILED in merged.err) == bool(code)
    assert (repo.git("rev-parse", "HEAD") == head) == bool(code)
    # git leaves the merge to be mended or given up.
    assert (repo.path / ".git/MERGE_HEAD").exists() == bool(code)
    assert repo.git("status", "--porcelain") == ("M  bad.py" if code else "")


def conflict(repo: Repo, *command: str) -> None:
    """A conflict in both files between `topic` and `other`, brought about by a git command."""
    for branch, value in (("other", 1), ("topic", 2)):
        repo.git("switch", "--quiet", "--force-create", branch, "main")
        repo.write({"good.py": content(value), "bad.py": content(value)})
        repo.git("commit", "--quiet", "--no-verify", "--all", "-m", branch)
    assert git(repo, *command).code == 1
    assert repo.git("diff", "--name-only", "--diff-filter=U") == "bad.py\ngood.py"


def resolve(repo: Repo, *, bad: int) -> None:
    repo.write({"good.py": content(3), "bad.py": content(bad)})
    repo.git("add", "good.py", "bad.py")


@pytest.mark.parametrize(
    ("start", "go_on"),
    [
        (("merge", "other"), ("commit", "--no-edit")),
        (("merge", "other"), ("merge", "--continue")),
        (("cherry-pick", "other"), ("commit", "--no-edit")),
        (("cherry-pick", "other"), ("cherry-pick", "--continue")),
        (("revert", "--no-edit", "other"), ("revert", "--continue")),
        (("rebase", "other"), ("commit", "--no-edit")),
    ],
    ids=" ".join,
)
def test_a_resolved_conflict_is_judged(
    repo: Repo, start: tuple[str, ...], go_on: tuple[str, ...]
) -> None:
    conflict(repo, *start)
    kept = {"rebase": 1}.get(start[0], 2)  # the value on the side that is committed to
    resolve(repo, bad=7)
    before = settle(repo)
    blocked = git(repo, *go_on)
    after = seen(repo)
    resolve(repo, bad=kept)
    made = git(repo, *go_on)

    assert blocked.code == 1
    assert blocked.err.startswith(FAILED)
    assert after == before
    assert made.code == 0, made
    assert repo.git("show", "HEAD:good.py") == content(3).rstrip()


def test_a_conflict_that_is_not_resolved_is_said_by_git_before_any_hook(repo: Repo) -> None:
    conflict(repo, "merge", "other")
    blocked = git(repo, "commit", "--no-edit")

    assert blocked.code == 128
    assert "qgate" not in blocked.err


def test_rebase_continue_asks_no_hook_so_that_the_push_is_what_judges_it(repo: Repo) -> None:
    conflict(repo, "rebase", "other")
    resolve(repo, bad=7)
    repo.git("clone", "--quiet", "--bare", ".", "../remote.git")
    repo.git("remote", "add", "origin", "../remote.git")
    continued = git(repo, "rebase", "--continue")
    pushed = git(repo, "push", "origin", "HEAD:refs/heads/new")

    assert continued.code == 0
    assert "qgate" not in continued.err
    assert pushed.code == 1
    assert FAILED in pushed.err


def test_no_verify_goes_without_the_hook(repo: Repo) -> None:
    repo.write({"bad.py": content(1)})

    assert git(repo, "commit", "--no-verify", "--all", "-m", "bad").code == 0


def test_without_a_gate_named_lint_and_types_are_judged_before_a_commit(repo: Repo) -> None:
    repo.environ.update(measured({}))
    repo.call("hook", "install")
    repo.write({"bad.py": content(1)})
    blocked = git(repo, "commit", "--all", "-m", "bad")

    assert BEFORE_A_COMMIT == ("lint", "types")
    said = blocked.err.partition("hint:")[0]
    assert "lint" in said
    assert "coverage" not in said


def test_tests_that_use_git_do_not_write_to_the_index_of_the_commit(repo: Repo) -> None:
    script = "git init -q inner && cd inner && echo x > x && git add x && cat ../r > ../lcov.info"
    repo.git("switch", "--quiet", "main")
    settings = "gates: {coverage: {command: [sh, run.sh]}}\n"
    ignored = "lcov.info\ninner\nr\n"
    repo.git("rm", "--quiet", "--cached", ".gitignore")
    repo.write({".gitignore": ignored, ".qgate.yml": settings, "run.sh": f"{script}\n"})
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--no-verify", "--message", "settings")
    repo.write({"r": (repo.path / "lcov.info").read_bytes(), "good.py": content(1)})
    made = git(repo, "commit", "-m", "good", "good.py")

    assert made.code == 0, made
    assert repo.git("show", "--name-only", "--format=", "HEAD") == "good.py"
    assert at(repo, repo.path / "inner").git("ls-files") == "x"
