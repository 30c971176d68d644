"""The hooks of .pre-commit-hooks.yaml under the real pre-commit and the real prek.

Each makes an environment of its own and installs this checkout into it, from the package index.
One test for each, so that it is done once.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.e2e.hooked import FAILED, content, environment, fill, git, settle
from tests.support.repo import ROOT, Repo, make_repo

RUNNERS: Final = ("pre-commit", "prek")

# What decides how an index is reached, for pip and uv.
_OF_THE_NETWORK: Final = re.compile(
    r"PIP_.*|UV_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|.*_PROXY", re.IGNORECASE
)
_NO_NETWORK: Final = re.compile(
    r"NewConnectionError|ConnectTimeout|NameResolutionError|name resolution|ProxyError|"
    r"Network is unreachable|dns error|error sending request|tcp connect error"
)
_CONFIGURATION: Final = """\
repos:
- repo: {repo}
  rev: {revision}
  hooks:
  - id: qgate
    args: [coverage]
  - id: qgate-push
"""


def unavailable(reason: str) -> NoReturn:
    """Skip where a person may lack something, and fail where the project promises to have it."""
    if os.environ.get("CI", "").lower() in {"true", "1"}:
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """A program of the environment that runs the tests, or from PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    return found or unavailable(f"{name} is not installed")


def this_checkout(folder: Path, home: Path) -> Repo:
    """A repository with one commit: the checkout as it is now, with what is not committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        unavailable("not in a git checkout")
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    repo = make_repo(folder, home)
    repo.commit()
    return repo


def run(repo: Repo, argv: Sequence[str]) -> None:
    """Run a program that must work, unless it cannot reach the index."""
    ran = repo._run(*argv, environ=repo.environ)
    if ran.code and _NO_NETWORK.search(ran.out + ran.err):
        unavailable(f"no package index in reach:\n{ran.out}{ran.err}")
    assert ran.code == 0, ran.out + ran.err


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_hooks_judge_commits_merges_and_pushes(tmp_path: Path, runner: str) -> None:
    manager = program(runner)
    home = tmp_path / "home"
    home.mkdir()
    hooks = this_checkout(tmp_path / "hooks", home)
    repo = make_repo(tmp_path / "repo", home)
    # Not the checkout on Python's path, but what was installed.
    repo.environ.clear()
    repo.environ.update(environment(home))
    # uv brings certificates of its own, and an index in a company is seldom among them.
    repo.environ.update({"UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1"})
    # What is installed and never used need not be compiled.
    repo.environ["PIP_NO_COMPILE"] = "1"
    repo.environ.update({k: v for k, v in os.environ.items() if _OF_THE_NETWORK.fullmatch(k)})
    fill(repo)
    repo.commit(
        {
            ".pre-commit-config.yaml": _CONFIGURATION.format(
                repo=hooks.path, revision=hooks.git("rev-parse", "HEAD")
            )
        }
    )
    repo.git("clone", "--quiet", "--bare", ".", "../remote.git")
    repo.git("remote", "add", "origin", "../remote.git")
    repo.git("fetch", "--quiet", "origin")
    stages = ("pre-commit", "pre-merge-commit", "pre-push")
    run(repo, (manager, "install", "--install-hooks", *(f"--hook-type={each}" for each in stages)))

    bad_commits_are_blocked(repo)
    good_commits_are_made(repo)
    merges_are_judged(repo)
    pushes_are_judged(repo)


def bad_commits_are_blocked(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "topic")
    repo.write({"bad.py": content(1)})
    repo.git("add", "bad.py")
    before = settle(repo)
    blocked = git(repo, "commit", "-m", "bad")
    assert blocked.code == 1
    assert "- exit code: 1" in blocked.err
    assert FAILED in blocked.err
    # The index is the framework's affair: it writes it when it looks for what is not staged.
    after = settle(repo)
    assert (after.status, after.staged) == (before.status, before.staged)
    repo.git("restore", "--staged", "--worktree", "bad.py")


def good_commits_are_made(repo: Repo) -> None:
    repo.write({"good.py": content(1), "bad.py": content(1)})
    repo.git("add", "good.py")
    assert git(repo, "commit", "-m", "good").code == 0
    assert (repo.path / "bad.py").read_text("utf-8") == content(1)
    assert repo.git("status", "--porcelain") == " M bad.py"
    repo.git("restore", "bad.py")


def merges_are_judged(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "other", "main")
    repo.commit({"new.txt": ""}, "text")
    repo.write({"bad.py": content(2)})
    repo.git("commit", "--quiet", "--all", "--no-verify", "--message", "bad")
    repo.git("switch", "--quiet", "topic")
    blocked = git(repo, "merge", "--no-edit", "other")
    assert blocked.code != 0
    assert FAILED in blocked.err + blocked.out
    repo.git("merge", "--abort")
    assert git(repo, "merge", "--no-edit", "other~").code == 0


def pushes_are_judged(repo: Repo) -> None:
    assert git(repo, "push", "origin", "topic").code == 0
    repo.write({"bad.py": content(3)})
    repo.git("commit", "--quiet", "--all", "--no-verify", "--message", "bad")
    blocked = git(repo, "push", "origin", "topic")
    assert blocked.code == 1
    assert FAILED in blocked.err + blocked.out
    assert "qgate (what is committed)" in blocked.err + blocked.out
