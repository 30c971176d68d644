"""What of a push can be judged: only what is checked out, and only what the remote lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from qgate.parse.pre_push import Update
from qgate.system.git import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push asks for.

    `head`: the references that HEAD answers for, since it is or contains what they push.
    `elsewhere`: those whose commit is not checked out, so that nobody can judge it here.
    """

    head: tuple[Update, ...] = ()
    elsewhere: tuple[Update, ...] = ()


def plan(repo: Repository, remote: str, updates: Sequence[Update]) -> Plan:
    """Sort the references of a push to the remote of this name (or address).

    Nothing is to be judged about a deletion, about what is no commit, and about commits that the
    remote has already, as for a tag on an old release. A branch moved to HEAD is always judged:
    the remote may know the commit from a branch that was never meant for the one pushed to.
    """
    head = repo.commit("HEAD")
    here: list[Update] = []
    elsewhere: list[Update] = []
    for update in updates:
        commit = None if update.is_deletion else repo.commit(update.local_id)
        if commit is None:
            continue
        is_branch_at_head = commit == head and not update.remote_ref.startswith("refs/tags/")
        if not is_branch_at_head and repo.remote_has(remote, commit):
            continue
        is_in_head = head is not None and repo.merge_base(commit, head) == commit
        (here if is_in_head else elsewhere).append(update)
    return Plan(head=tuple(here), elsewhere=tuple(elsewhere))
