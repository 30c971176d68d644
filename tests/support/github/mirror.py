"""Commits of real repositories, as the loopback GitHub would have them."""

import subprocess
from collections.abc import Sequence

from tests.support.github.state import Files, GitHubState
from tests.support.repo import Repo


def mirror(state: GitHubState, repo: Repo, revision: str = "HEAD", branch: str = "main") -> str:
    """A commit of a real repository as the newest of a branch, under its own id."""
    sha = repo.git("rev-parse", f"{revision}^{{commit}}")
    listed: list[tuple[str, str, str]] = []
    for line in filter(None, repo.git("ls-tree", "-r", "-z", sha).split("\0")):
        about, _, path = line.partition("\t")
        mode, _, name = about.split()
        listed.append((path, mode, name))
    data = iter(_blobs(repo, [name for _, mode, name in listed if mode != "160000"]))
    files: Files = {
        path: (mode, name.encode() if mode == "160000" else next(data))
        for path, mode, name in listed
    }
    state.commits[sha] = files
    state.branches[branch] = sha
    return sha


def _blobs(repo: Repo, names: Sequence[str]) -> list[bytes]:
    done = subprocess.run(
        ["git", "cat-file", "--batch"],
        cwd=repo.path,
        env=repo.environ,
        input="".join(f"{name}\n" for name in names).encode(),
        capture_output=True,
        check=True,
    )
    rest, found = done.stdout, []
    for _ in names:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split()[2])
        found.append(rest[:size])
        rest = rest[size + 1 :]
    return found
