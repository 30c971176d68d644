"""What an installed hook does: the earlier hook first, then the right qgate, or it blocks."""

import shlex
import shutil
import sys
import venv
from pathlib import Path

import pytest

from tests.e2e.hooked import (
    FAILED,
    GATE,
    PASSED,
    STAGES,
    at,
    content,
    git,
    hook,
    install,
    make_hooked,
    report,
    run_hook,
)
from tests.support.repo import ROOT, Ran, Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Without any hook, not even git's samples."""
    repo = make_hooked(tmp_path / "repo", tmp_path / "home")
    shutil.rmtree(repo.path / ".git/hooks", ignore_errors=True)
    return repo


@pytest.mark.parametrize("stage", STAGES)
def test_the_earlier_hook_runs_first_with_the_same_arguments_and_input(
    repo: Repo, stage: str
) -> None:
    hook(repo, stage)
    install(repo)
    lines = b"" if stage != "pre-push" else b"no such line of git's\n\n\n"
    ran = run_hook(repo, stage, "origin", "a b", "", stdin=lines)

    assert ran.out == f"earlier ran with 3: origin a b \n{lines.decode()}"
    if stage == "pre-push":
        assert ran.code == 2
        assert "standard input is not what git gives" in ran.err
    else:
        assert ran.code == 0
        assert "qgate passed: coverage passed: nothing changed" in ran.err


@pytest.mark.parametrize("stage", STAGES)
def test_a_failure_of_the_earlier_hook_is_the_hooks(repo: Repo, stage: str) -> None:
    hook(repo, stage, b"#!/bin/sh\nexit 42\n")
    install(repo)
    ran = run_hook(repo, stage)

    assert ran == Ran(42, "", "")


def test_an_earlier_hook_that_was_switched_off_stays_off(repo: Repo) -> None:
    hook(repo, "pre-commit", b"#!/bin/sh\nexit 42\n", 0o644)
    install(repo)

    assert run_hook(repo, "pre-commit").code == 0


def test_an_earlier_hook_may_leave_its_input_unread(repo: Repo) -> None:
    hook(repo, "pre-push", b"#!/bin/sh\nexit 0\n")
    install(repo)
    head = repo.git("rev-parse", "HEAD")
    line = f"(delete) {'0' * 40} refs/heads/x {head}\n".encode()
    ran = run_hook(repo, "pre-push", "origin", "url", stdin=line * 2000)

    assert ran == Ran(0, "", "")


def test_renamed_by_another_hook_manager_it_still_runs_the_earlier_hook(repo: Repo) -> None:
    hook(repo, "pre-commit", b"#!/bin/sh\nexit 42\n")
    install(repo)
    folder = repo.path / ".git/hooks"
    (folder / "pre-commit").rename(folder / "pre-commit.legacy")

    assert run_hook(repo, "pre-commit.legacy").code == 42


@pytest.mark.parametrize(
    ("settings", "code"),
    [("", 1), ("gates: {coverage: {enabled: false}}\n", 3), ("gates: [\n", 2)],
    ids=["failed", "incomplete", "wrong settings"],
)
def test_the_exit_code_is_that_of_qgate(repo: Repo, settings: str, code: int) -> None:
    if settings:
        repo.commit({".qgate.yml": settings})
    install(repo)
    repo.write({"bad.py": content(1)})
    repo.git("add", "bad.py")

    assert run_hook(repo, "pre-commit").code == code
    assert git(repo, "commit", "-m", "bad").code == 1


def test_modules_of_the_working_tree_are_not_run_for_ours(repo: Repo) -> None:
    trap = "open('trapped', 'w')\nraise SystemExit(0)\n"
    names = ("click.py", "yaml.py", "msgspec.py", "qgate/__init__.py", "qgate/errors.py")
    traps = dict.fromkeys((*names, "qgate/__main__.py"), trap)
    repo.write({**traps, ".git/info/exclude": "*.py\n!bad.py\n", "bad.py": content(1)})
    # The environment of the tests has the package on Python's path; that is not the working tree.
    install(at(repo, repo.path.parent), "-C", str(repo.path))
    blocked = git(repo, "commit", "--all", "-m", "bad")

    assert not (repo.path / "trapped").exists()
    assert blocked.code == 1
    assert blocked.err.startswith(FAILED)


@pytest.fixture
def own_python(repo: Repo, tmp_path: Path) -> Path:
    """An interpreter that alone has qgate, and has installed the hooks; its name is awkward."""
    folder = tmp_path / "a 'name' with \"quotes\", $HOME and \\n"
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages"))
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "all.pth").write_text(f"{here}\n{ROOT}\n", "utf-8")
    python = folder / "bin/python"
    repo.environ.pop("PYTHONPATH")
    ran = repo._run(
        str(python), "-P", "-m", "qgate", "hook", "install", *GATE, environ=repo.environ
    )
    assert ran.code == 0, ran
    repo.write({"bad.py": content(1)})
    return folder


def without_python(folder: Path) -> None:
    shutil.rmtree(folder)


def without_qgate(folder: Path) -> None:
    next(folder.glob("lib/python*/site-packages/all.pth")).unlink()


def test_the_interpreter_that_installed_the_hook_is_the_one_that_runs_it(
    repo: Repo, own_python: Path
) -> None:
    blocked = git(repo, "commit", "--all", "-m", "bad")

    assert own_python.exists()
    assert blocked.code == 1
    assert blocked.err.startswith(FAILED)


@pytest.mark.parametrize("lose", [without_python, without_qgate], ids=lambda lose: lose.__name__)
def test_without_it_the_hook_takes_qgate_from_the_path(
    repo: Repo, own_python: Path, tmp_path: Path, lose: object
) -> None:
    assert callable(lose)
    lose(own_python)
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/qgate"
    python = shlex.quote(sys.executable)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {python} -P -m qgate "$@"\n', "utf-8")
    program.chmod(0o755)
    repo.environ["PATH"] = f"{program.parent}:{repo.environ['PATH']}"
    blocked = git(repo, "commit", "--all", "-m", "bad")
    repo.git("restore", "bad.py")
    repo.write({"good.py": content(1)})
    made = git(repo, "commit", "--all", "-m", "good")

    assert blocked.err.startswith(FAILED)
    assert (blocked.code, made.code) == (1, 0)
    assert PASSED in made.err


@pytest.mark.parametrize("lose", [without_python, without_qgate], ids=lambda lose: lose.__name__)
@pytest.mark.parametrize("stage", STAGES)
def test_without_any_qgate_the_hook_blocks_and_says_how_to_mend_it(
    repo: Repo, own_python: Path, lose: object, stage: str
) -> None:
    assert callable(lose)
    lose(own_python)
    repo.environ["PATH"] = f"{_only_git(own_python.parent)}"
    ran = run_hook(repo, stage)
    made = git(repo, "commit", "--all", "-m", "any")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        f"qgate: cannot judge: {own_python}/bin/python has no qgate any more, and there is none "
        "on PATH\n"
        "hint: install qgate-toolkit again, then run: qgate hook install\n"
        f"hint: git {stage.removeprefix('pre-').removesuffix('-commit')} --no-verify goes without "
        "it, this once\n"
    )
    assert made.code == 1
    assert git(repo, "commit", "--no-verify", "--all", "-m", "any").code == 0


def _only_git(top: Path) -> Path:
    """A folder with the few programs that a hook needs, and no qgate."""
    folder = top / "few"
    folder.mkdir()
    for name in ("git", "sh", "cat", "dirname"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def test_a_linked_tree_without_the_report_is_incomplete_not_passed(
    repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "linked"))
    install(repo)
    tree = at(repo, tmp_path / "linked")
    tree.write({"good.py": content(1)})
    tree.git("add", "good.py")
    without = run_hook(tree, "pre-commit").code
    report(tree)

    assert (without, run_hook(tree, "pre-commit").code) == (3, 0)
