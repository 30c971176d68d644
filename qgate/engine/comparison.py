"""Which two trees are compared: the base and the new side, and in words how they were found.

The table is the one in docs/reference/base-and-head.md. A base that cannot be found is never
an empty diff: it is `Incomplete`, with the command that mends it.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from qgate.errors import Incomplete, UsageError
from qgate.model.changes import Endpoint, Side
from qgate.model.event import (
    CiEvent,
    ManualEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    ScheduledEvent,
)
from qgate.system.git import Repository

_UNSHALLOW: Final = "git fetch --unshallow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for: a revision, which side, and what is known from outside."""

    base: str | None = None
    committed: bool = False
    staged: bool = False
    default_base: str | None = None
    event: CiEvent | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both ends. `from_event` says that a CI event chose them."""

    base: Endpoint
    head: Endpoint
    from_event: bool = False


def find(repo: Repository, wanted: Wanted) -> Comparison:
    """The two ends to compare. Raises `Incomplete` and `UsageError`."""
    if wanted.staged:
        return _staged(repo)
    head = repo.commit("HEAD")
    if head is None:
        raise Incomplete(
            "no-commits",
            "the repository has no commit yet, so there is nothing to compare with",
            hint="commit first, or judge what is staged: qgate check --staged",
        )
    if wanted.base is not None:
        if wanted.base.startswith("-") or not wanted.base:
            raise UsageError(f"{wanted.base!r} is not a revision", hint="name one: --base main")
        return Comparison(
            _merge_base(repo, head, wanted.base, f"merge base of {wanted.base} and HEAD"),
            _local_head(head, committed=wanted.committed),
        )
    if wanted.event is not None:
        base = _of_event(repo, head, wanted.event)
        return Comparison(
            base, Endpoint(sha=head, found="HEAD, checked out by CI"), from_event=True
        )
    return Comparison(
        _local_base(repo, head, wanted.default_base),
        _local_head(head, committed=wanted.committed),
    )


def _staged(repo: Repository) -> Comparison:
    head = repo.commit("HEAD")
    base = (
        Endpoint(sha=head, found="HEAD")
        if head
        else Endpoint(sha=repo.empty_tree(), found="the empty tree, before the first commit")
    )
    return Comparison(base, Endpoint(sha=head or "", found="the index", side=Side.INDEX))


def _local_head(head: str, *, committed: bool) -> Endpoint:
    if committed:
        return Endpoint(sha=head, found="HEAD")
    return Endpoint(sha=head, found="the working tree on top of HEAD", side=Side.WORKTREE)


def _local_base(repo: Repository, head: str, default_base: str | None) -> Endpoint:
    if default_base is not None:
        if default_base.startswith("-"):
            raise UsageError(
                f"the setting base: {default_base!r} is not a revision",
                hint="name one in .qgate.yml, such as base: main",
            )
        text = f"merge base of {default_base} (setting `base`) and HEAD"
        return _merge_base(repo, head, default_base, text)
    remote = repo.default_branch()
    if remote is not None:
        return _merge_base(repo, head, remote, f"merge base of {remote} and HEAD")
    current = repo.current_branch()
    for name in ("main", "master"):
        if name != current and repo.commit(f"refs/heads/{name}"):
            found = f"merge base of the local branch {name} and HEAD (no remote default branch)"
            return _merge_base(repo, head, f"refs/heads/{name}", found)
    raise Incomplete(
        "no-base",
        "no base to compare with: there is no remote default branch and no other main branch",
        hint="--base HEAD judges what is not committed, --base HEAD~1 the last commit as well; "
        "`base:` in .qgate.yml settles it for everybody",
    )


def _of_event(repo: Repository, head: str, event: CiEvent) -> Endpoint:
    match event:
        case PullRequestEvent():
            return _of_pull_request(repo, head, event)
        case MergeGroupEvent(base_sha=sha):
            return _exact(repo, sha, "the merge queue's base")
        case PushEvent(before=before, ref=ref, default_branch=branch) if not before.strip("0"):
            if ref == f"refs/heads/{branch}":
                # Its merge base with itself would be HEAD, and the diff empty.
                found = "the empty tree: the push made the default branch"
                return Endpoint(sha=repo.empty_tree(), found=found)
            name = f"origin/{branch}"
            text = f"merge base of {name} and HEAD (the push made this branch)"
            return _merge_base(repo, head, name, text)
        case PushEvent(before=before):
            return _exact(repo, before, "the commit before the push")
        case ManualEvent():
            return _of_manual(repo, head, event)
        case ScheduledEvent():
            return Endpoint(sha=head, found="HEAD: by the clock nothing but the time has changed")
        case _:
            assert_never(event)


def _of_pull_request(repo: Repository, head: str, event: PullRequestEvent) -> Endpoint:
    """A merge commit is compared with its first parent: a clone of depth 2 has both."""
    parents = repo.parents(head)
    if head == event.head_sha:
        text = "merge base of the pull request's base and its head"
        return _merge_base(repo, head, event.base_sha, text)
    if parents[1:] == (event.head_sha,):
        return _exact(repo, parents[0], "first parent of the pull request's merge commit")
    raise Incomplete(
        "stale-merge",
        f"HEAD ({head[:12]}) is neither the pull request's head ({event.head_sha[:12]}) nor "
        "its merge into the base: the checkout belongs to another moment",
        hint="re-run on a fresh merge",
    )


def _of_manual(repo: Repository, head: str, event: ManualEvent) -> Endpoint:
    """What the branch adds; where that is nothing, the last change, never an empty diff."""
    name = f"origin/{event.default_branch}"
    if event.ref != f"refs/heads/{event.default_branch}":
        base = _merge_base(repo, head, name, f"merge base of {name} and HEAD (started by hand)")
        if base.sha != head:
            return base
    parents = repo.parents(head)
    if not parents:
        found = "the empty tree: HEAD is the first commit"
        return Endpoint(sha=repo.empty_tree(), found=found)
    return _exact(repo, parents[0], f"first parent of HEAD, which is in {event.default_branch}")


def _exact(repo: Repository, sha: str, found: str) -> Endpoint:
    """A commit that must be here, fetched by its id where it is not."""
    if repo.commit(sha) is None and not repo.fetch_commit(sha):
        raise Incomplete(
            "missing-base",
            f"{found} ({sha[:12]}) is not in this clone",
            hint="give the checkout more history (actions/checkout: `fetch-depth: 0`), or "
            f"run {_UNSHALLOW}",
        )
    return Endpoint(sha=sha, found=found)


def _merge_base(repo: Repository, head: str, revision: str, found: str) -> Endpoint:
    """The merge base, deepening a shallow clone until both ends and it are here."""
    attempts = repo.deepen()
    while True:
        other = repo.commit(revision)
        if other is None and _is_object_id(revision) and repo.fetch_commit(revision):
            other = revision
        base = repo.merge_base(other, head) if other else None
        if base is not None:
            return Endpoint(sha=base, found=found)
        if next(attempts, _EXHAUSTED) is _EXHAUSTED:
            break
    if repo.commit(revision) is None:
        raise Incomplete(
            "missing-base",
            f"the base {revision} does not exist in this clone",
            hint=_way_to(repo, revision),
        )
    raise Incomplete(
        "no-merge-base",
        f"{revision} and HEAD have no common commit"
        + (" in this shallow clone" if repo.is_shallow() else ""),
        hint=_UNSHALLOW if repo.is_shallow() else "name a base that shares history: --base REV",
    )


_EXHAUSTED: Final = object()


def _way_to(repo: Repository, revision: str) -> str:
    """The command that could bring a missing revision."""
    if repo.remote and revision.startswith(f"{repo.remote}/"):
        branch = revision.removeprefix(f"{repo.remote}/")
        return f"git fetch {repo.remote} {branch}:refs/remotes/{revision}"
    if repo.is_shallow():
        return _UNSHALLOW
    return "mend the name, or fetch it first; git branch --all lists what is here"


def _is_object_id(revision: str) -> bool:
    return len(revision) in {40, 64} and not revision.strip("0123456789abcdef")
