"""Which two trees are compared in CI, by the event, also in clones that lack history."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from qgate.model.changes import Side
from qgate.model.report import GateResult, Outcome, Report
from tests.support.changes import TEN, edited, touched
from tests.support.check import coverage_of, judged
from tests.support.repo import Repo

ZEROS = "0" * 40
Environ = Mapping[str, str]


def event(repo: Repo, name: str, payload: object) -> dict[str, str]:
    """The variables of a run on GitHub Actions for an event with this payload."""
    file = repo.path.parent / "event.json"
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(file),
    }


def pull_request(repo: Repo, *, base: str, head: str) -> dict[str, str]:
    return event(
        repo, "pull_request", {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}
    )


def push(repo: Repo, before: str, default: str | None = "main") -> dict[str, str]:
    payload: dict[str, object] = {"before": before, "after": ZEROS}
    if default is not None:
        payload["repository"] = {"default_branch": default}
    return event(repo, "push", payload)


def incomplete(gate: GateResult) -> str:
    """The reason of a gate that must not have judged."""
    assert gate.outcome is Outcome.INCOMPLETE, gate.summary
    return gate.reason


def ends(report: Report) -> tuple[str, str, str, Side]:
    """Base, how it was found, head and its side."""
    assert report.base is not None
    assert report.head is not None
    return (report.base.sha, report.base.found, report.head.sha, report.head.side)


def forge(repo: Repo, *, filler: int = 0, before: int = 0) -> dict[str, str]:
    """A pull request on a server: ids by name.

    `fork` is where the branch began, after `before` commits and with `filler` commits on each
    side after it; `base` adds three lines in front of `m.py`, `head` changes line 2; `merge`
    joins them.
    """
    repo.commit()
    fill(repo, before)
    ids = {"fork": repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})}
    fill(repo, filler)
    ids["base"] = repo.commit({"m.py": "a = 1\nb = 2\nc = 3\n" + TEN})
    repo.git("switch", "--quiet", "--create", "topic", ids["fork"])
    fill(repo, filler)
    ids["head"] = repo.commit({"m.py": edited(1)})
    repo.git("switch", "--quiet", "--detach", "main")
    repo.git("merge", "--quiet", "--no-edit", "topic")
    ids["merge"] = repo.git("rev-parse", "HEAD")
    repo.git("update-ref", "refs/pull/1/merge", "HEAD")
    repo.git("switch", "--quiet", "main")
    return ids


def fill(repo: Repo, count: int) -> None:
    """Many commits without a change, at once, on the checked-out branch."""
    if not count:
        return
    branch = repo.git("symbolic-ref", "HEAD")
    who = "committer Author <author@example.com> 1700000000 +0000"
    # The message tells the sides apart: equal commits would be one commit.
    one = f"commit {branch}\n{who}\ndata {len(branch)}\n{branch}\n"
    stream = one + f"from {branch}^0\n\n" + (one + "\n") * (count - 1)
    done = subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repo.path,
        env=repo.environ,
        input=stream.encode(),
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def checkout(repo: Repo, ref: str, *, depth: int, refspec: str = "+refs/heads/*") -> Repo:
    """Check out a ref of `repo` as actions/checkout does: fetched alone, so deep, detached."""
    clone = Repo(repo.path.parent / "checkout", repo.environ)
    clone.path.mkdir()
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("remote", "add", "origin", repo.path.as_uri())
    into = refspec.removeprefix("+").replace("refs/heads", "refs/remotes/origin")
    clone.git("config", "remote.origin.fetch", f"{refspec}:{into}")
    limit = [f"--depth={depth}"] if depth else []
    clone.git("fetch", "--quiet", "--no-tags", *limit, "origin", ref)
    clone.git("switch", "--quiet", "--detach", "FETCH_HEAD")
    return clone


# Pull requests -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_merge_commit_is_compared_with_its_first_parent_at_depth_2(repo: Repo, name: str) -> None:
    ids = forge(repo)
    clone = checkout(repo, "refs/pull/1/merge", depth=2)
    clone.git("remote", "remove", "origin")
    environ = {**pull_request(clone, base=ids["base"], head=ids["head"]), "GITHUB_EVENT_NAME": name}
    # Line 2 of the branch is line 5 of what was tested.
    assert touched(clone, environ=environ) == [("m.py", 5)]
    assert ends(judged(clone, environ=environ)) == (
        ids["base"],
        "first parent of the pull request's merge commit",
        ids["merge"],
        Side.COMMIT,
    )


def test_the_merge_commit_counts_even_where_the_base_went_on(repo: Repo) -> None:
    """The event's base is the branch's tip at another moment than the merge."""
    ids = forge(repo)
    later = repo.commit({"m.py": "z = 1\n"})
    clone = checkout(repo, "refs/pull/1/merge", depth=2)
    environ = pull_request(clone, base=later, head=ids["head"])
    assert ends(judged(clone, environ=environ))[0] == ids["base"]


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_the_head_commit_is_compared_from_the_merge_base(repo: Repo, depth: int) -> None:
    ids = forge(repo)
    clone = checkout(repo, "topic", depth=depth)
    environ = pull_request(clone, base=ids["base"], head=ids["head"])
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[::2] == (ids["fork"], ids["head"])


def test_after_a_force_push_of_the_base_the_events_base_is_fetched(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("reset", "--quiet", "--hard", ids["fork"])
    repo.commit({"m.py": edited(9)})
    clone = checkout(repo, "topic", depth=1)
    environ = pull_request(clone, base=ids["base"], head=ids["head"])
    assert touched(clone, environ=environ) == [("m.py", 2)]


def test_a_stale_merge_is_never_judged(repo: Repo) -> None:
    """The branch was pushed again while the merge of its old tip was checked out."""
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    newer = repo.commit({"m.py": edited(1, 2)})
    clone = checkout(repo, "refs/pull/1/merge", depth=2)
    gate = coverage_of(clone, environ=pull_request(clone, base=ids["base"], head=newer))
    assert incomplete(gate) == "stale-merge"
    assert gate.hint == "re-run on a fresh merge"


def test_a_merge_the_other_way_round_is_not_the_pull_requests(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "--quiet", "--no-edit", "main")
    gate = coverage_of(repo, environ=pull_request(repo, base=ids["base"], head=ids["head"]))
    assert incomplete(gate) == "stale-merge"


def test_an_octopus_merge_is_not_the_pull_requests(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "--create", "other", ids["fork"])
    repo.commit({"other.py": "a = 1\n"})
    repo.git("switch", "--quiet", "--detach", "main")
    repo.git("merge", "--quiet", "--no-edit", "topic", "other")
    assert len(repo.git("rev-list", "--parents", "-1", "HEAD").split()) == 4
    gate = coverage_of(repo, environ=pull_request(repo, base=ids["base"], head=ids["head"]))
    assert incomplete(gate) == "stale-merge"


def test_the_base_branch_checked_out_is_not_the_pull_request(repo: Repo) -> None:
    """What pull_request_target checks out by default."""
    ids = forge(repo)
    environ = pull_request(repo, base=ids["base"], head=ids["head"])
    assert incomplete(coverage_of(repo, environ=environ)) == "stale-merge"


def test_only_what_is_committed_is_judged_in_ci(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    repo.write({"untracked.py": "a = 1\n"})
    environ = pull_request(repo, base=ids["base"], head=ids["head"])
    assert touched(repo, environ=environ) == [("m.py", 2)]


# Other events ------------------------------------------------------------------------------


def test_a_merge_queue_is_compared_with_its_base(repo: Repo) -> None:
    ids = forge(repo)
    clone = checkout(repo, "refs/pull/1/merge", depth=2)
    environ = event(clone, "merge_group", {"merge_group": {"base_sha": ids["base"]}})
    assert touched(clone, environ=environ) == [("m.py", 5)]
    assert ends(judged(clone, environ=environ))[:2] == (ids["base"], "the merge queue's base")


def test_a_merge_queues_base_is_fetched_at_depth_1(repo: Repo) -> None:
    ids = forge(repo)
    clone = checkout(repo, "refs/pull/1/merge", depth=1)
    environ = event(clone, "merge_group", {"merge_group": {"base_sha": ids["base"]}})
    assert touched(clone, environ=environ) == [("m.py", 5)]


@pytest.mark.parametrize("depth", [0, 1])
def test_a_push_is_compared_with_what_was_there_before(repo: Repo, depth: int) -> None:
    before = repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    repo.commit({"m.py": edited(3)})
    repo.commit({"m.py": edited(3, 6)})
    clone = checkout(repo, "main", depth=depth)
    environ = push(clone, before)
    assert touched(clone, environ=environ) == [("m.py", 4), ("m.py", 7)]
    assert ends(judged(clone, environ=environ))[:2] == (before, "the commit before the push")


def test_what_a_force_push_replaced_is_fetched_where_the_server_has_it(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    before = repo.commit({"m.py": edited(3)})
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    repo.commit({"m.py": edited(3, 6)})
    clone = checkout(repo, "main", depth=0)
    assert touched(clone, environ=push(clone, before)) == [("m.py", 7)]


def test_what_a_force_push_replaced_for_good_is_no_empty_diff(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    gone = "1234567890abcdef" * 2 + "12345678"
    clone = checkout(repo, "main", depth=1)
    gate = coverage_of(clone, environ=push(clone, gone))
    assert incomplete(gate) == "missing-base"
    assert gone[:12] in gate.summary
    assert "git fetch --unshallow" in gate.hint


def test_a_new_branch_is_compared_with_the_default_branch(repo: Repo) -> None:
    ids = forge(repo)
    clone = checkout(repo, "topic", depth=0)
    clone.git("fetch", "--quiet", "origin")
    environ = push(clone, ZEROS)
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]


@pytest.mark.parametrize("filler", [0, 60])
def test_a_new_branch_at_depth_1_gets_the_history_it_needs(repo: Repo, filler: int) -> None:
    ids = forge(repo, filler=filler)
    clone = checkout(repo, "topic", depth=1)
    environ = push(clone, ZEROS)
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]


def test_the_hint_of_a_missing_default_branch_mends_it(repo: Repo) -> None:
    """A clone of a single branch (`git clone --branch topic --depth 1`)."""
    ids = forge(repo)
    clone = checkout(repo, "topic", depth=1, refspec="+refs/heads/topic")
    environ = push(clone, ZEROS)
    gate = coverage_of(clone, environ=environ)
    assert incomplete(gate) == "missing-base"
    run_hint(clone, gate)
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]


def run_hint(repo: Repo, gate: GateResult) -> None:
    """Run the first command that a hint gives."""
    command = gate.hint[gate.hint.index("git ") :].partition(", or ")[0].partition(";")[0]
    repo.git(*shlex.split(command)[1:])


def test_a_push_that_names_no_default_branch_is_incomplete(repo: Repo) -> None:
    forge(repo)
    gate = coverage_of(repo, environ=push(repo, ZEROS, default=None))
    assert incomplete(gate) == "missing-base"


def by_hand(repo: Repo, ref: str) -> dict[str, str]:
    payload = {"ref": ref, "inputs": None, "repository": {"default_branch": "main"}}
    return event(repo, "workflow_dispatch", payload)


@pytest.mark.parametrize("depth", [0, 1])
def test_a_run_by_hand_on_a_branch_judges_what_the_branch_adds(repo: Repo, depth: int) -> None:
    ids = forge(repo)
    clone = checkout(repo, "topic", depth=depth)
    environ = by_hand(clone, "refs/heads/topic")
    clone.git("fetch", "--quiet", *([f"--depth={depth}"] if depth else []), "origin")
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]


@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/topic", "refs/tags/v1"])
def test_a_run_by_hand_on_what_is_in_the_default_branch_judges_the_last_change(
    repo: Repo, depth: int, ref: str
) -> None:
    """Its merge base with the default branch is HEAD, and that diff would be empty."""
    before = repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    repo.commit({"m.py": edited(3)})
    clone = checkout(repo, "main", depth=depth)
    clone.git("update-ref", "refs/remotes/origin/main", "HEAD")
    environ = by_hand(clone, ref)
    assert touched(clone, environ=environ) == [("m.py", 4)]
    assert ends(judged(clone, environ=environ))[:2] == (
        before,
        "first parent of HEAD, which is in main",
    )


def test_a_run_by_hand_on_the_first_commit_judges_everything(repo: Repo) -> None:
    repo.commit({"m.py": TEN, ".gitignore": "*.info\n"})
    environ = by_hand(repo, "refs/heads/main")
    assert len(touched(repo, environ=environ)) == 10
    assert ends(judged(repo, environ=environ))[1] == "the empty tree: HEAD is the first commit"


def test_by_the_clock_nothing_has_changed(repo: Repo, tmp_path: Path) -> None:
    head = repo.commit({"m.py": TEN})
    environ = event(repo, "schedule", {}) | {"GITHUB_EVENT_PATH": str(tmp_path / "gone.json")}
    base, found, new, side = ends(judged(repo, environ=environ))
    assert (base, new, side) == (head, head, Side.COMMIT)
    assert found == "HEAD: by the clock nothing but the time has changed"


# Shallow clones ------------------------------------------------------------------------------


@pytest.mark.parametrize("filler", [10, 200, 700], ids=["50", "500", "all"])
def test_a_shallow_clone_is_deepened_as_far_as_needed(repo: Repo, filler: int) -> None:
    ids = forge(repo, filler=filler, before=600)
    clone = checkout(repo, "topic", depth=1)
    environ = pull_request(clone, base=ids["base"], head=ids["head"])
    assert touched(clone, environ=environ) == [("m.py", 2)]
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]
    is_shallow = clone.git("rev-parse", "--is-shallow-repository") == "true"
    assert is_shallow == (filler < 700)


def test_deepening_works_outside_of_ci_too(repo: Repo) -> None:
    ids = forge(repo, filler=60)
    clone = checkout(repo, "topic", depth=1)
    clone.git("fetch", "--quiet", "--depth=1", "origin")
    assert touched(clone, base="origin/main") == [("m.py", 2)]
    assert ends(judged(clone, base="origin/main"))[0] == ids["fork"]


def test_a_shallow_clone_whose_remote_is_gone_names_the_command_that_mends_it(
    repo: Repo,
) -> None:
    ids = forge(repo, filler=10)
    clone = checkout(repo, "topic", depth=1)
    clone.git("fetch", "--quiet", "--depth=1", "origin")
    away = repo.path.rename(repo.path.parent / "away")
    gate = coverage_of(clone, base="origin/main")
    assert incomplete(gate) == "no-merge-base"
    assert gate.hint == "git fetch --unshallow"
    away.rename(repo.path)
    run_hint(clone, gate)
    assert ends(judged(clone, base="origin/main"))[0] == ids["fork"]


def test_a_pull_requests_base_that_cannot_be_fetched_is_incomplete(repo: Repo) -> None:
    ids = forge(repo, filler=10)
    clone = checkout(repo, "topic", depth=1)
    away = repo.path.rename(repo.path.parent / "away")
    environ = pull_request(clone, base=ids["base"], head=ids["head"])
    gate = coverage_of(clone, environ=environ)
    assert incomplete(gate) == "missing-base"
    away.rename(repo.path)
    run_hint(clone, gate)
    assert ends(judged(clone, environ=environ))[0] == ids["fork"]


def test_a_shallow_clone_that_has_all_it_needs_asks_no_remote(repo: Repo) -> None:
    ids = forge(repo)
    clone = checkout(repo, "topic", depth=2)
    clone.git("fetch", "--quiet", "--depth=2", "origin")
    clone.git("remote", "set-url", "origin", "file:///nowhere")
    assert ends(judged(clone, base="origin/main"))[0] == ids["fork"]


# Events that say nothing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        {},
        {"pull_request": {}},
        {"pull_request": {"base": {"sha": "main"}, "head": {"sha": "topic"}}},
        {"pull_request": {"base": {"sha": "--upload-pack=evil"}, "head": {"sha": "a" * 40}}},
        {"pull_request": {"base": {"sha": None}, "head": {"sha": "a" * 40}}},
    ],
    ids=str,
)
def test_a_payload_that_names_no_base_is_incomplete(repo: Repo, payload: object) -> None:
    repo.commit({"m.py": TEN})
    gate = coverage_of(repo, environ=event(repo, "pull_request", payload))
    assert incomplete(gate) == "unreadable-event"
    assert "--base REV" in gate.hint


def test_a_payload_that_is_not_there_is_incomplete(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"m.py": TEN})
    environ = event(repo, "push", {}) | {"GITHUB_EVENT_PATH": str(tmp_path / "gone.json")}
    assert incomplete(coverage_of(repo, environ=environ)) == "unreadable-event"


def test_a_base_on_the_command_line_beats_the_event(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    environ = pull_request(repo, base=ids["base"], head="a" * 40)
    assert touched(repo, base=ids["fork"], environ=environ) == [("m.py", 2)]


def test_a_base_on_the_command_line_needs_no_payload(repo: Repo) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    environ = event(repo, "pull_request", "{")
    assert touched(repo, base=ids["fork"], environ=environ) == [("m.py", 2)]


@pytest.mark.parametrize(
    "other", [{"GITHUB_EVENT_NAME": "issues"}, {"GITHUB_ACTIONS": "false"}], ids=str
)
def test_other_events_and_places_fall_back_to_the_usual_base(repo: Repo, other: Environ) -> None:
    ids = forge(repo)
    repo.git("switch", "--quiet", "topic")
    environ = {**pull_request(repo, base="a" * 40, head="b" * 40), **other}
    assert touched(repo, environ=environ) == [("m.py", 2)]
    assert ends(judged(repo, environ=environ))[0] == ids["fork"]
