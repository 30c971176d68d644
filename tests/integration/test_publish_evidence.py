"""The content gate's report as evidence: missing, foreign or contradictory, it is no success."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from qgate.engine.publish import start
from qgate.model.event import RunEvent
from qgate.model.report import Outcome
from qgate.reporters import json_v1
from tests.support.github import GitHubState, build, faults, github
from tests.support.github.state import Pull
from tests.support.publishing import (
    FILES,
    RULES,
    client_of,
    content,
    gate,
    judged_content,
    published,
    started,
    statuses,
)

# Invariant 1: incomplete or contradictory evidence never gives success.


def no_run(_state: GitHubState, _pull: Pull) -> None:
    """Nothing ran."""


def expired(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull)
    for each in state.artifacts.values():
        each.is_expired = True


def of_another_head(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, head_sha="b" * 40)


def of_a_workflow_that_the_base_lacks(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, path=".github/workflows/mine.yml")


def on_another_event(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, event="push")


def belied_by_its_run(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, conclusion="failure")


def cancelled(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, conclusion="cancelled")


def two_workflows(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull)
    judged_content(state, pull, path=".github/workflows/other.yml")
    state.commits[state.branches["main"]][".github/workflows/other.yml"] = b"on: push\n"


def two_pull_requests(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull)
    build.push(state, FILES, "next")
    other = build.open_pull(state, "server/a.py", head_sha=pull.head_sha)
    other.base_ref = "next"


def from_another_branch(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, head_branch="other")


def two_branches(state: GitHubState, pull: Pull) -> None:
    two_pull_requests(state, pull)
    state.pulls[2].head_ref = "other"


def a_fork_of_the_same_head(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull)
    build.open_pull(state, "server/a.py", head_sha=pull.head_sha, fork="stranger")


def of_one_that_was_closed(state: GitHubState, pull: Pull) -> None:
    two_pull_requests(state, pull)
    state.pulls[2].is_open, state.pulls[2].closed = False, state.new_id()


def from_a_fork_that_is_gone(state: GitHubState, pull: Pull) -> None:
    pull.is_fork, pull.head_owner = True, ""
    judged_content(state, pull)


def not_json(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, b"{")


def html(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, b"<html><script>alert(1)</script>")


def of_another_schema(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, b'{"schema": "qgate.report/2", "verdict": "passed", "gates": []}')


def no_gate_ran(state: GitHubState, pull: Pull) -> None:
    judged_content(state, pull, content(gates=()))


def a_verdict_that_its_gates_belie(state: GitHubState, pull: Pull) -> None:
    text = json_v1.render(content(Outcome.FAILED))
    judged_content(state, pull, text.replace('"verdict": "failed"', '"verdict": "passed"').encode())


def climbing_out(state: GitHubState, pull: Pull) -> None:
    made = build.run(state, pull)
    data = json_v1.render(content()).encode()
    build.artifact(state, made, {"../../report.json": data})


def a_gigabyte(state: GitHubState, pull: Pull) -> None:
    made = build.run(state, pull)
    left = build.artifact(state, made, {"report.json": bytes(40 << 20)})
    assert len(left.data) < 1 << 20


def a_size_that_is_a_lie(state: GitHubState, pull: Pull) -> None:
    made = build.run(state, pull)
    left = build.artifact(state, made, {"report.json": b"{}"})
    left.data, left.size = bytes(17 << 20), 100


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (no_run, "no-report"),
        (expired, "unusable-report"),
        (of_another_head, "no-report"),
        (of_a_workflow_that_the_base_lacks, "no-report"),
        (on_another_event, "no-report"),
        (belied_by_its_run, "contradictory-report"),
        (cancelled, "contradictory-report"),
        (two_workflows, "contradictory-report"),
        (from_another_branch, "no-report"),
        (two_pull_requests, "ambiguous-run"),
        (two_branches, "ambiguous-run"),
        (a_fork_of_the_same_head, "ambiguous-run"),
        (of_one_that_was_closed, "ambiguous-run"),
        (from_a_fork_that_is_gone, "ambiguous-run"),
        (not_json, "unusable-report"),
        (html, "unusable-report"),
        (of_another_schema, "unusable-report"),
        (a_verdict_that_its_gates_belie, "unusable-report"),
        (climbing_out, "unusable-report"),
        (a_gigabyte, "unusable-report"),
        (a_size_that_is_a_lie, "unusable-report"),
    ],
)
def test_evidence_that_is_missing_foreign_or_contradictory_is_an_error_and_no_success(
    arrange: Callable[[GitHubState, Pull], None], reason: str
) -> None:
    state, pull = started()
    arrange(state, pull)
    with github(state) as double:
        found = published(double)
    assert gate(found, "content").reason == reason
    assert found.report.verdict is Outcome.INCOMPLETE
    assert [each.state for each in state.statuses] == ["error"]
    assert f"publish/{reason}" in pull.comments[0].body
    assert "<script" not in pull.comments[0].body


def test_a_lax_base_cannot_make_the_commit_green_that_another_pull_request_has_too() -> None:
    state, strict = started({".qgate.yml": RULES})
    build.push(state, FILES, "lax")
    lax = build.open_pull(state, "server/a.py", head_sha=strict.head_sha)
    lax.base_ref, lax.head_ref = "lax", "other"
    judged_content(state, lax)
    with github(state) as double:
        published(double, lax.number)
    assert [each.state for each in state.statuses] == ["error"]


def test_a_run_since_the_other_pull_request_was_closed_counts() -> None:
    state, pull = started()
    of_one_that_was_closed(state, pull)
    judged_content(state, pull)
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["success"]


@pytest.mark.parametrize("kind", ["base_ref_changed", "automatic_base_change_succeeded"])
def test_a_report_from_before_another_base_was_chosen_does_not_count(kind: str) -> None:
    state, pull = started()
    judged_content(state, pull)
    build.event(state, pull, kind, "author")
    with github(state) as double:
        assert gate(published(double), "content").reason == "other-base"
        judged_content(state, pull)
        assert published(double).report.verdict is Outcome.PASSED
    assert [each.state for each in state.statuses] == ["error", "success"]


def test_a_report_in_which_no_gate_ran_is_no_success() -> None:
    state, pull = started()
    no_gate_ran(state, pull)
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["error"]


def test_approvals_do_not_stand_in_for_a_content_in_which_no_gate_judged() -> None:
    state, pull = started({".qgate.yml": RULES})
    skipped = replace(content().gates[0], outcome=Outcome.SKIPPED)
    judged_content(state, pull, content(gates=(skipped,)), conclusion="failure")
    build.review(state, pull, "carol")
    with github(state) as double:
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.PASSED
    assert gate(found, "content").reason == "nothing-judged"
    assert [each.state for each in state.statuses] == ["error"]


def test_a_run_that_has_not_ended_is_pending_and_says_nothing_yet() -> None:
    state, pull = started()
    build.run(state, pull).conclusion = None
    with github(state) as double:
        found = published(double)
    assert gate(found, "content").reason == "report-pending"
    assert [each.state for each in state.statuses] == ["pending"]
    assert pull.comments == []


def test_the_newest_run_of_a_workflow_counts_and_what_it_left_last() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    newest = judged_content(state, pull, content(Outcome.FAILED))
    build.artifact(state, newest, {"report.json": json_v1.render(content()).encode()})
    with github(state) as double:
        found = published(double)
    assert found.report.verdict is Outcome.PASSED


def test_a_pull_request_from_a_fork_is_found_by_its_head() -> None:
    state, pull = started(fork="stranger")
    made = judged_content(state, pull)
    with github(state) as double:
        done = start.of_event(client_of(double), RunEvent(run=made.id), {})
    assert [each.number for each in done.published] == [1]
    assert statuses(double) == [("success", pull.head_sha)]


@pytest.mark.parametrize("how", ["pushed", "closed", "push event", "fork gone"])
def test_a_run_without_an_open_pull_request_publishes_nothing_and_says_why(how: str) -> None:
    state, pull = started(fork="stranger")
    made = judged_content(state, pull)
    if how == "pushed":
        pull.head_sha = build.commit(state, {})
    elif how == "closed":
        pull.is_open = False
    elif how == "push event":
        made.event = "push"
    else:
        made.head_owner = ""
    with github(state) as double:
        done = start.of_event(client_of(double), RunEvent(run=made.id), {})
        assert double.written == []
    assert done.published == ()
    assert done.reason


def test_a_review_of_one_whose_fork_is_gone_takes_back_what_was_green() -> None:
    state, pull = started({".qgate.yml": RULES}, fork="stranger")
    judged_content(state, pull)
    given = build.review(state, pull, "carol")
    with github(state) as double:
        published(double)
        pull.head_owner, given.state = "", "DISMISSED"
        made = build.run(state, pull, event="pull_request_review")
        gone = faults.edited(lambda data: {**data, "head_repository": None})
        double.fail("GET", rf"/actions/runs/{made.id}$", gone)
        start.of_event(client_of(double), RunEvent(run=made.id), {})
    assert [each.state for each in state.statuses] == ["success", "error"]


def test_an_artifact_cannot_say_for_which_pull_request_it_is() -> None:
    state, pull = started(fork="stranger")
    victim = build.open_pull(state, "server/b.py")
    report = json.loads(json_v1.render(content(Outcome.FAILED)))
    data = json.dumps({**report, "number": victim.number, "pull_request": victim.number}).encode()
    made = judged_content(state, pull, data, conclusion="failure")
    with github(state) as double:
        done = start.of_event(client_of(double), RunEvent(run=made.id), {})
    assert [each.number for each in done.published] == [pull.number]
    assert victim.comments == []
    assert {each.sha for each in state.statuses} == {pull.head_sha}


# Lists that are cut off.


def test_exactly_three_thousand_files_prove_nothing() -> None:
    state, pull = started({".qgate.yml": RULES})
    pull.files = build.many_files(3000)
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert gate(found, "approvals").reason == "incomplete-list"
    assert [each.state for each in state.statuses] == ["error"]


def test_a_page_of_files_that_is_cut_is_noticed() -> None:
    state, pull = started({".qgate.yml": RULES})
    pull.files = [replace(each) for each in build.many_files(150)]
    judged_content(state, pull)
    with github(state) as double:
        double.fail("GET", r"/pulls/1/files", faults.short_page())
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.INCOMPLETE
