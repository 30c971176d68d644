"""`qgate hook install` and `uninstall`: beside other hooks, in the git folder only, and back."""

import errno
import os
import shlex
import shutil
import stat
import sys
from pathlib import Path

import pytest

from qgate.errors import UsageError
from qgate.system.hooks import install as put
from tests.e2e.hooked import (
    EARLIER,
    FAILED,
    GATE,
    STAGES,
    at,
    content,
    git,
    hook,
    install,
    make_hooked,
    run_hook,
    seen,
    settle,
)
from tests.e2e.samples import usage_error
from tests.support.repo import Ran, Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Without any hook, not even git's samples."""
    repo = make_hooked(tmp_path / "repo", tmp_path / "home")
    shutil.rmtree(repo.path / ".git/hooks", ignore_errors=True)
    return repo


def hooks(repo: Repo) -> dict[str, tuple[bytes, int, int]]:
    """Every hook: its bytes, its mode, when it was written."""
    folder = repo.path / ".git/hooks"
    return {
        path.name: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def test_all_three_are_installed_and_nothing_else_is_written(repo: Repo) -> None:
    before = settle(repo)
    ran = repo.call("hook", "install")

    assert ran == Ran(0, "".join(f"{stage}: installed\n" for stage in STAGES), "")
    assert sorted(hooks(repo)) == sorted(STAGES)
    assert {stat.S_IMODE(mode) for _, mode, _ in hooks(repo).values()} == {0o755}
    assert seen(repo) == before


def test_one_stage_can_be_chosen(repo: Repo) -> None:
    assert repo.call("hook", "install", "--stage", "pre-push").out == "pre-push: installed\n"
    assert list(hooks(repo)) == ["pre-push"]


def test_a_stage_that_git_does_not_have_is_refused(repo: Repo) -> None:
    ran = repo.call("hook", "install", "--stage", "pre-rebase")

    assert ran.code == 2
    assert not (repo.path / ".git/hooks").exists()


def test_installing_twice_changes_nothing(repo: Repo) -> None:
    hook(repo, "pre-commit")
    install(repo)
    before = hooks(repo)
    again = install(repo)

    assert again.out == "".join(f"{stage}: already installed\n" for stage in STAGES)
    assert hooks(repo) == before


def test_installing_with_other_gates_writes_anew_and_keeps_the_earlier_hook(repo: Repo) -> None:
    hook(repo, "pre-commit")
    install(repo)
    ran = repo.call("hook", "install", "--stage", "pre-commit", "--gate", "lint")

    assert ran.out == "pre-commit: installed anew\n"
    assert b"--gate lint -- " in hooks(repo)["pre-commit"][0]
    assert hooks(repo)["pre-commit.before-qgate"][0] == EARLIER


def test_a_hook_that_was_switched_off_is_switched_on_again(repo: Repo) -> None:
    install(repo)
    (repo.path / ".git/hooks/pre-commit").chmod(0o644)
    install(repo)

    assert os.access(repo.path / ".git/hooks/pre-commit", os.X_OK)


@pytest.mark.parametrize("mode", [0o755, 0o711, 0o644])
def test_uninstalling_brings_the_earlier_hook_back_as_it_was(repo: Repo, mode: int) -> None:
    hook(repo, "pre-commit", b"#!/bin/sh\n\xff\r\nno end of line", mode)
    before = hooks(repo)
    said = install(repo).out.splitlines()[0]
    during = hooks(repo)
    ran = repo.call("hook", "uninstall")

    assert said == (
        "pre-commit: installed; the hook that was there is now pre-commit.before-qgate and runs "
        "first"
    )
    assert during["pre-commit.before-qgate"] == before["pre-commit"]
    assert ran.out.splitlines() == [
        "pre-commit: removed; the hook that was there before is back",
        "pre-merge-commit: removed",
        "pre-push: removed",
    ]
    assert hooks(repo) == before


def test_an_earlier_hook_that_is_a_link_stays_one(repo: Repo) -> None:
    repo.commit({"scripts/check": EARLIER})
    (repo.path / "scripts/check").chmod(0o755)
    path = repo.path / ".git/hooks/pre-commit"
    path.parent.mkdir()
    path.symlink_to("../../scripts/check")
    install(repo)
    ran = run_hook(repo, "pre-commit")
    repo.call("hook", "uninstall")

    assert ran.out.startswith("earlier ran")
    assert path.readlink() == Path("../../scripts/check")
    assert (repo.path / "scripts/check").read_bytes() == EARLIER


def test_without_our_hook_uninstalling_says_so(repo: Repo) -> None:
    hook(repo, "pre-push")
    ran = repo.call("hook", "uninstall")

    assert ran == Ran(
        0,
        "pre-commit: qgate is not installed here\n"
        "pre-merge-commit: qgate is not installed here\n"
        "pre-push: left alone: this hook was not written by qgate\n",
        "",
    )
    assert hooks(repo)["pre-push"][0] == EARLIER


def test_a_hook_of_ours_that_was_changed_by_hand_is_neither_replaced_nor_removed(
    repo: Repo,
) -> None:
    install(repo)
    path = repo.path / ".git/hooks/pre-push"
    path.write_bytes(path.read_bytes() + b"# mine\n")
    before = hooks(repo)

    for action in ("install", "uninstall"):
        said = usage_error(repo.call("hook", action))
        assert f"{path} was changed by hand after qgate wrote it" in said
    assert hooks(repo) == before


def test_a_kept_hook_is_never_replaced(repo: Repo) -> None:
    hook(repo, "pre-push")
    hook(repo, "pre-push.before-qgate", b"older")
    before = hooks(repo)
    said = usage_error(repo.call("hook", "install"))

    assert "pre-push.before-qgate is there already" in said
    assert hooks(repo) == before


def test_a_kept_hook_without_ours_is_an_accident_to_mend_first(repo: Repo) -> None:
    kept = hook(repo, "pre-push.before-qgate", b"older")
    before = hooks(repo)
    said = usage_error(repo.call("hook", "install"))
    hint = said.partition("hint: ")[2]

    assert "the hook of qgate that would run it is not" in said
    assert hint.startswith(f"mv {shlex.quote(str(kept))} ")
    assert hooks(repo) == before


def test_a_folder_in_the_place_of_a_hook_is_refused(repo: Repo) -> None:
    (repo.path / ".git/hooks/pre-commit").mkdir(parents=True)

    assert "is a folder" in usage_error(repo.call("hook", "install"))
    assert [path.name for path in (repo.path / ".git/hooks").iterdir()] == ["pre-commit"]


def test_hooks_in_a_file_instead_of_a_folder_are_refused(repo: Repo) -> None:
    (repo.path / ".git/hooks").write_text("", "utf-8")

    assert "cannot write the hooks in" in usage_error(repo.call("hook", "install"))


@pytest.mark.parametrize("place", [".githooks", ".husky/_", "/dev/null", "", "../shared"])
def test_a_hooks_folder_outside_the_git_folder_is_never_written(repo: Repo, place: str) -> None:
    for name in (".githooks", ".husky/_", "../shared"):
        (repo.path / name).mkdir(parents=True)
    repo.git("config", "core.hooksPath", place)
    before = settle(repo)
    said = usage_error(repo.call("hook", "install", *GATE, "--stage", "pre-push"))

    assert "core.hooksPath" in said
    assert '`qgate hook run pre-push --gate coverage "$@" || exit` to pre-push' in said
    assert seen(repo) == before
    assert not (repo.path / ".git/hooks").exists()
    assert not list((repo.path / "../shared").iterdir())


def test_the_line_to_add_by_hand_works(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "core.hooksPath", ".githooks")
    said = usage_error(repo.call("hook", "install", *GATE, "--stage", "pre-commit"))
    line = said.partition("`")[2].partition("`")[0]
    (tmp_path / "bin").mkdir()
    program = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m qgate "$@"\n'
    (tmp_path / "bin/qgate").write_text(program, "utf-8")
    (tmp_path / "bin/qgate").chmod(0o755)
    repo.environ["PATH"] = f"{tmp_path / 'bin'}:{repo.environ['PATH']}"
    repo.write({".githooks/pre-commit": f"#!/bin/sh\n{line}\n", "bad.py": content(1)})
    (repo.path / ".githooks/pre-commit").chmod(0o755)
    blocked = git(repo, "commit", "--all", "-m", "bad")

    assert blocked.code == 1
    assert blocked.err.startswith(FAILED)


def test_a_hooks_folder_that_is_a_link_out_of_the_git_folder_is_never_written(repo: Repo) -> None:
    repo.commit({"hooks/README": "ours\n"})
    (repo.path / ".git/hooks").symlink_to("../hooks")

    usage_error(repo.call("hook", "install"))
    # As if it had been linked afterwards, with a hook of ours in it.
    (repo.path / ".git/hooks").unlink()
    install(repo)
    shutil.copytree(repo.path / ".git/hooks", repo.path / "hooks", dirs_exist_ok=True)
    shutil.rmtree(repo.path / ".git/hooks")
    (repo.path / ".git/hooks").symlink_to("../hooks")
    repo.call("hook", "uninstall")
    assert {path.name for path in (repo.path / "hooks").iterdir()} == {"README", *STAGES}


def test_a_working_tree_inside_a_bare_git_folder_is_not_the_git_folder(
    repo: Repo, tmp_path: Path
) -> None:
    repo.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    at(repo, tmp_path / "bare").git("worktree", "add", "--quiet", "main")
    tree = at(repo, tmp_path / "bare/main")
    (tree.path / ".githooks").mkdir()
    tree.git("config", "core.hooksPath", ".githooks")

    assert "core.hooksPath" in usage_error(tree.call("hook", "install"))
    assert not list((tree.path / ".githooks").iterdir())


def test_a_hooks_folder_elsewhere_in_the_git_folder_is_the_one(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", str(repo.path / ".git/mine"))
    install(repo)
    repo.write({"bad.py": content(1)})

    assert {path.name for path in (repo.path / ".git/mine").iterdir()} == set(STAGES)
    assert git(repo, "commit", "--all", "-m", "bad").code == 1


def test_hooks_from_before_the_folder_was_changed_are_still_removed(repo: Repo) -> None:
    install(repo)
    repo.git("config", "core.hooksPath", ".githooks")

    assert repo.call("hook", "uninstall").out.startswith("pre-commit: removed\n")
    assert not list((repo.path / ".git/hooks").iterdir())


def test_a_linked_working_tree_shares_its_hooks(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "linked"))
    install(at(repo, tmp_path / "linked"))

    assert set(hooks(repo)) == set(STAGES)
    assert at(repo, tmp_path / "linked").call("hook", "uninstall").out.count("removed") == 3


def test_outside_a_repository_nothing_is_installed(repo: Repo, tmp_path: Path) -> None:
    ran = repo.call("hook", "install", "-C", str(tmp_path))

    assert "is not inside a git repository" in usage_error(ran)


def test_a_link_to_a_hook_of_ours_is_somebody_elses(repo: Repo) -> None:
    install(repo)
    folder = repo.path / ".git/hooks"
    (folder / "pre-commit").rename(folder / "mine")
    (folder / "pre-commit").symlink_to("mine")
    ran = repo.call("hook", "uninstall", "--stage", "pre-commit")

    assert ran.out == "pre-commit: left alone: this hook was not written by qgate\n"
    assert (folder / "pre-commit").is_symlink()


def test_when_the_last_step_fails_the_earlier_hook_is_back(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(repo, "pre-commit")
    before = hooks(repo)

    def full(_from: Path, _to: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        put(repo.path / ".git/hooks", {"pre-commit": b"ours"})
    assert hooks(repo) == before
