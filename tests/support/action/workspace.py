"""A pull request on a forge, checked out as actions/checkout does, with what a runner sets."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.repo import Repo, clean_environment, make_repo

REPOSITORY: Final = "acme/shop"
Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Workspace:
    """The clone that a job works in, and the variables of its steps."""

    clone: Repo
    forge: Repo
    environ: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The workspace's folder."""
        return self.clone.path

    def event(self, name: str, payload: Mapping[str, Any]) -> None:
        """Let this be another event."""
        self.environ["GITHUB_EVENT_NAME"] = name
        Path(self.environ["GITHUB_EVENT_PATH"]).write_text(json.dumps(payload), "utf-8")


def opened(
    folder: Path,
    *,
    before: Files,
    change: Files,
    branch: str = "topic",
    title: str = "A change",
    head: str = REPOSITORY,
) -> Workspace:
    """A pull request from `head` (a repository's name): its merge commit at depth 2.

    The base has moved on since the branch began, so that the merge is none of the two.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    forge = make_repo(folder / "forge", home)
    forge.commit({".gitignore": "*.info\n", **before})
    forge.git("switch", "--quiet", "--create", branch)
    tip = forge.commit(change)
    forge.git("switch", "--quiet", "main")
    base = forge.commit({"elsewhere.txt": "moved on\n"})
    forge.git("switch", "--quiet", "--detach", "main")
    forge.git("merge", "--quiet", "--no-edit", "--no-ff", branch)
    merge = forge.git("rev-parse", "HEAD")
    forge.git("update-ref", "refs/pull/7/merge", merge)
    forge.git("switch", "--quiet", "main")
    clone = _checkout(forge, folder / "shop" / "shop", "refs/pull/7/merge")
    event = folder / "event.json"
    space = Workspace(
        clone=clone,
        forge=forge,
        environ=_environ(home, clone.path, event),
        ids={"base": base, "head": tip, "merge": merge},
    )
    space.event(
        "pull_request",
        {
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "title": title,
                "base": {"sha": base, "ref": "main", "repo": {"full_name": REPOSITORY}},
                "head": {"sha": tip, "ref": branch, "repo": {"full_name": head}},
            },
            "repository": {"default_branch": "main", "full_name": REPOSITORY},
        },
    )
    return space


def _checkout(forge: Repo, folder: Path, ref: str) -> Repo:
    """What actions/checkout leaves with `fetch-depth: 2` and no persisted credentials."""
    folder.mkdir(parents=True)
    clone = Repo(folder, forge.environ)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("remote", "add", "origin", forge.path.as_uri())
    clone.git("fetch", "--quiet", "--no-tags", "--depth=2", "origin", f"+{ref}:refs/remotes/pull")
    clone.git("checkout", "--quiet", "--force", "--detach", "refs/remotes/pull")
    return clone


def _environ(home: Path, workspace: Path, event: Path) -> dict[str, str]:
    environ = clean_environment(home)
    del environ["PYTHONPATH"]
    # The interpreter behind the one of the tests, as actions/setup-python would put it.
    own = Path(os.path.realpath(sys.executable)).parent
    return {
        **environ,
        "PATH": f"{own}:{environ['PATH']}",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ID": "1234",
        "GITHUB_WORKSPACE": str(workspace),
    }
