"""The trusted side against a loopback GitHub: each invariant of the design is a named test."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from qgate.cli import publish
from qgate.engine.publish import run, start
from qgate.errors import Incomplete, SettingsError
from qgate.model.changes import Endpoint
from qgate.model.event import RunEvent, TargetEvent
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.model.reviewers import Fate
from qgate.reporters import json_v1
from qgate.reporters.comment import MARKER
from qgate.system.github.client import GitHub
from qgate.system.github.errors import Rejected
from qgate.system.github.patience import Patience
from tests.support.github import Double, GitHubState, build, faults, github
from tests.support.github.state import Pull

WORKFLOW: Final = ".github/workflows/qgate.yml"
FILES: Final = {WORKFLOW: "on: pull_request\n"}
RULES: Final = 'require:\n  "server/**": ["@carol"]\n'


def content(outcome: Outcome = Outcome.PASSED, **changes: Any) -> Report:
    """What the content gate found: one gate of this outcome."""
    findings: tuple[Finding, ...] = ()
    if outcome is Outcome.FAILED:
        findings = (
            Finding(rule="lint/F401", message="unused import", path="a.py", line=3, blocking=True),
        )
    gate = GateResult(
        name="lint", outcome=outcome, reason="x", summary="ruff said so", findings=findings
    )
    end = Endpoint(sha="a" * 40, found="by CI")
    return replace(Report(base=end, head=end, gates=(gate,)), **changes)


def started(
    files: Mapping[str, str] | None = None, *names: str, author: str = "author", fork: str = ""
) -> tuple[GitHubState, Pull]:
    """A repository whose base has these files, and a pull request that changes those."""
    state = build.started("carol", "dave", "erin")
    build.push(state, {**FILES, **(files or {})})
    return state, build.open_pull(state, *(names or ("server/a.py",)), author=author, fork=fork)


def judged_content(
    state: GitHubState, pull: Pull, report: Report | bytes | None = None, **of_run: Any
) -> Any:
    """The content gate's run for the head, with its artifact."""
    made = build.run(state, pull)
    for name, value in of_run.items():
        setattr(made, name, value)
    given = content() if report is None else report
    data = given if isinstance(given, bytes) else json_v1.render(given).encode()
    build.artifact(state, made, {"report.json": data})
    return made


def client_of(double: Double, token: str = "") -> GitHub:
    return GitHub(
        token=token or double.state.token.value,
        repository=double.state.repository.full_name,
        url=double.url,
        patience=Patience(sleep=lambda _: None),
    )


def published(
    double: Double, number: int = 1, action: str = "opened", **options: Any
) -> run.Published:
    """Publish for a pull request as on its own event."""
    event = TargetEvent(number=number, action=action)
    done = start.of_event(client_of(double), event, {}, **options)
    (found,) = done.published
    return found


def gate(found: run.Published, name: str) -> GateResult:
    return next(each for each in found.report.gates if each.name == name)


def statuses(double: Double) -> list[tuple[str, str]]:
    return [(each.state, each.sha) for each in double.state.statuses]


def test_a_change_that_passes_gets_a_status_and_no_comment() -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert found.report.verdict is Outcome.PASSED
    assert found.is_stated
    assert statuses(double) == [("success", pull.head_sha)]
    assert state.statuses[0].context == "qgate"
    assert pull.comments == []


def test_a_failure_is_commented_once_edited_in_place_and_one_line_when_mended() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
        (made,) = pull.comments
        assert made.body.startswith(MARKER)
        assert "unused import" in made.body
        published(double)
        assert [each.id for each in pull.comments] == [made.id]
        writes = [(each.method, each.path) for each in double.written]
        assert ("PATCH", f"/repos/org/project/issues/comments/{made.id}") not in writes
        state.runs.clear()
        judged_content(state, pull)
        published(double)
    (after,) = pull.comments
    assert after.id == made.id
    assert after.body.startswith(MARKER)
    assert "unused import" not in after.body
    assert len(after.body.strip().splitlines()) <= 2
    assert [each.state for each in state.statuses] == ["failure", "failure", "success"]


def test_surplus_comments_of_ours_are_deleted_and_strangers_markers_are_left_alone() -> None:
    state, pull = started()
    theirs = build.comment(state, pull, "dave", f"{MARKER}\nI am qgate")
    ours = [build.comment(state, pull, build.BOT, f"{MARKER}\nold {i}") for i in range(3)]
    for index in range(120):
        build.comment(state, pull, "erin", f"talk {index}")
    late = build.comment(state, pull, build.BOT, f"{MARKER}\nlate")
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    left = {each.id: each.body for each in pull.comments}
    assert theirs.id in left
    assert left[theirs.id].endswith("I am qgate")
    assert "unused import" in left[ours[0].id]
    assert not {each.id for each in (*ours[1:], late)} & set(left)


def test_what_another_bot_repeats_is_neither_edited_nor_deleted() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    for login in ("echo[bot]", build.BOT):
        build.add_user(state, login).type = "Bot"
        build.comment(state, pull, login, f"{MARKER}\nmine")
    with github(state) as double:
        published(double)
    echoed, ours = pull.comments
    assert echoed.body == f"{MARKER}\nmine"
    assert "lint/F401" in ours.body


def test_an_apps_token_knows_its_own_comment_again() -> None:
    state, pull = started()
    app = build.add_user(state, "helper[bot]")
    app.type = "Bot"
    state.token.login = app.login
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
        published(double)
    assert [each.login for each in pull.comments] == ["helper[bot]"]


@pytest.mark.parametrize(
    "fault", [faults.rejected(), faults.broken(), faults.broken(does=True), faults.reset()]
)
def test_a_comment_that_fails_leaves_the_status_standing(fault: faults.Fault) -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        double.fail("POST", "/comments$", fault)
        found = published(double)
        assert [each.state for each in state.statuses] == ["failure"]
        assert any("no comment is written" in note for note in found.report.notes)
        published(double)
    assert len(pull.comments) == 1


@pytest.mark.parametrize("fault", [faults.rejected(), faults.broken(), faults.html()])
def test_a_status_of_which_nobody_knows_is_incomplete(fault: faults.Fault) -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        double.fail("POST", "/statuses/", fault, times=1_000_000)
        with pytest.raises((Incomplete, Rejected)):
            published(double)


@pytest.mark.parametrize("seconds", [None, 3])
def test_a_limit_while_asking_is_waited_for_and_everybody_is_asked(seconds: int | None) -> None:
    state, pull = started(owned_by("'@carol'", "'@dave'"))
    judged_content(state, pull)
    with github(state) as double:
        double.fail("POST", "requested_reviewers", faults.secondary_limit(429, seconds))
        double.fail("POST", "/statuses/", faults.too_many(seconds))
        published(double)
    assert sorted(pull.requested_users) == ["carol", "dave"]
    assert [each.state for each in state.statuses] == ["success"]


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


# Invariant 2: a review of an older head does not count where the policy invalidates on push.


@pytest.mark.parametrize(("commit", "state_"), [("", "success"), ("c" * 40, "pending")])
def test_a_review_counts_for_the_head_that_it_saw(commit: str, state_: str) -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    build.review(state, pull, "carol", commit=commit)
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == [state_]


# Invariant 3: both names of a rename are judged.


def test_an_approval_from_before_another_base_was_chosen_does_not_count() -> None:
    state, pull = started({".qgate.yml": RULES})
    build.review(state, pull, "carol")
    build.event(state, pull, "base_ref_changed", "author")
    judged_content(state, pull)
    with github(state) as double:
        found = gate(published(double), "approvals")
        assert found.outcome is Outcome.FAILED
        assert "carol approved it for another base" in found.findings[0].message
        build.review(state, pull, "carol")
        assert gate(published(double), "approvals").outcome is Outcome.PASSED


def test_a_rename_out_of_a_guarded_folder_needs_its_approval() -> None:
    state, pull = started({".qgate.yml": RULES}, "client/a.py")
    pull.files[0].status, pull.files[0].previous = "renamed", "server/a.py"
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.FAILED
    assert [each.state for each in state.statuses] == ["pending"]
    assert pull.requested_users == ["carol"]


# Invariant 4: every distinct owner set is met separately.


def test_one_of_two_owner_sets_is_not_enough() -> None:
    rules = 'require:\n  "server/**": ["@carol"]\n  "client/**": ["@dave"]\n'
    state, pull = started({".qgate.yml": rules}, "server/a.py", "client/a.py")
    judged_content(state, pull)
    build.review(state, pull, "carol")
    with github(state) as double:
        assert gate(published(double), "approvals").outcome is Outcome.FAILED
        build.review(state, pull, "dave")
        assert gate(published(double), "approvals").outcome is Outcome.PASSED


# Invariant 5: a label is never an approval. 6: nothing in a pull request chooses policy.


def test_labels_title_and_body_grant_nothing() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    pull.labels = ["approved", "qgate:skip"]
    pull.title = "[skip ci] LGTM ::set-output name=verdict::passed"
    pull.body = "/approve\n<!-- qgate: approvals off -->\nApproved-by: @carol"
    build.comment(state, pull, "carol", "APPROVED")
    with github(state) as double:
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.FAILED


def test_the_policy_is_the_bases_whatever_the_head_has() -> None:
    state, pull = started({".qgate.yml": RULES}, "server/a.py", ".qgate.yml")
    state.commits[pull.head_sha][".qgate.yml"] = b"gates:\n  approvals:\n    enabled: false\n"
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
        assert gate(found, "approvals").outcome is Outcome.FAILED
        asked = [each for each in double.asked if pull.head_sha in each.path]
    assert not [each for each in asked if "/git/" in each.path or "/contents/" in each.path]
    sha = state.branches["main"]
    assert f"policy: main at {sha}" in found.report.notes


def test_a_policy_that_is_a_link_or_a_submodule_is_none() -> None:
    state, pull = started()
    judged_content(state, pull)
    state.commits[state.branches["main"]] |= {
        ".qgate.yml": ("120000", b"/etc/passwd"),
        ".qgate": ("160000", b"d" * 40),
        "CODEOWNERS": ("120000", b"elsewhere"),
    }
    with github(state) as double:
        assert published(double).report.verdict is Outcome.PASSED


@pytest.mark.parametrize("path", [".qgate.yml", "CODEOWNERS", WORKFLOW, ".qgate/rules/x.yml"])
def test_a_change_of_policy_needs_its_owners(path: str) -> None:
    state, pull = started({"CODEOWNERS": "* @carol\n"}, path)
    judged_content(state, pull)
    with github(state) as double:
        assert gate(published(double), "approvals").outcome is Outcome.FAILED
        build.review(state, pull, "dave")
        assert gate(published(double), "approvals").outcome is Outcome.FAILED
        build.review(state, pull, "carol")
        assert gate(published(double), "approvals").outcome is Outcome.PASSED


def test_a_broken_policy_at_the_base_is_told_in_the_status_and_nowhere_else() -> None:
    state, pull = started({".qgate.yml": "gates: [\n"})
    judged_content(state, pull)
    with github(state) as double, pytest.raises(SettingsError):
        published(double)
    assert [each.state for each in state.statuses] == ["error"]
    assert (state.statuses[0].description or "").startswith("qgate incomplete: ")
    assert len(double.written) == 1


def test_gates_of_ours_are_judged_here_and_not_believed_from_the_artifact() -> None:
    state, pull = started({".qgate.yml": RULES})
    lie = GateResult(name="approvals", outcome=Outcome.PASSED, reason="approved", summary="all did")
    judged_content(state, pull, content(gates=(*content().gates, lie)))
    with github(state) as double:
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.FAILED
    assert [each.name for each in found.report.gates].count("approvals") == 1


def test_gates_of_ours_that_the_base_does_not_ask_for_are_not_believed_either() -> None:
    state, pull = started({".qgate.yml": "gates:\n  approvals:\n    enabled: false\n"})
    lies = [replace(content().gates[0], name=name) for name in ("approvals", "checklist")]
    judged_content(state, pull, content(gates=(*content().gates, *lies)))
    with github(state) as double:
        found = published(double)
    assert [each.name for each in found.report.gates] == ["lint"]


# Invariant 7: identity is the review's author id.


def test_an_account_that_took_over_a_login_is_known_by_its_id_only() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    build.review(state, pull, "carol")
    build.review(state, pull, None)
    with github(state) as double:
        # carol is another account now; the review is the old one's.
        old = state.users.pop("carol")
        state.users["former"] = replace(old, login="former")
        build.add_user(state, "carol")
        pull.reviews[0].login = "former"
        found = published(double)
    assert gate(found, "approvals").outcome is Outcome.FAILED


# Invariant 8: output is inert.


def test_words_of_strangers_are_inert_in_comment_status_and_notes() -> None:
    state, pull = started()
    nasty = "@org/everyone <img src=x onerror=y> ::error::x \x1b[31m \u202e `a` | [x](http://y)"
    bad = Finding(rule="lint/x", message=nasty, path="a.py", line=1, blocking=True)
    summary = f"summary {nasty}"
    red = GateResult(
        name="lint", outcome=Outcome.FAILED, reason="x", summary=summary, findings=(bad,)
    )
    judged_content(state, pull, content(gates=(red,)), conclusion="failure")
    with github(state) as double:
        published(double)
    body = pull.comments[0].body
    assert "<img" not in body
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert "\x1b" not in (state.statuses[0].description or "")


def test_a_rule_of_a_hostile_report_is_no_command_in_the_log() -> None:
    state, pull = started()
    nasty = "lint/x\r::add-mask::a\x1b[31m"
    bad = Finding(rule="lint/x", message="m", path="a.py", line=1, blocking=True)
    red = GateResult(name="lint", outcome=Outcome.FAILED, reason="x", summary="s", findings=(bad,))
    odd = replace(red, name="types", outcome=Outcome.INCOMPLETE)
    text = json_v1.render(content(gates=(red, odd))).replace('"lint/x"', json.dumps(nasty))
    judged_content(state, pull, text.encode(), conclusion="failure")
    with github(state) as double:
        found = published(double)
    assert any(each.rule == nasty for each in gate(found, "lint").findings)
    log = publish.text(start.Done(published=(found,)))
    assert not {"\r", "\x1b"} & {*log, *(state.statuses[0].description or "")}


# Reviewers.


def owned_by(*owners: str) -> dict[str, str]:
    return {
        ".qgate.yml": f"owners:\n  '*': [{', '.join(owners)}]\n"
        "select: {per_rule: null, cap: null}\n"
    }


def test_reviewers_are_asked_in_batches_of_fifteen_and_read_back() -> None:
    names = [f"dev{number}" for number in range(40)]
    state, pull = started(owned_by(*(f"'@{name}'" for name in names)))
    for name in names:
        build.add_user(state, name)
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        sent = [each.body for each in double.written if each.path.endswith("requested_reviewers")]
    assert sorted(pull.requested_users) == sorted(names)
    assert [len(each["reviewers"]) for each in sent] == [15, 15, 10]


def test_a_bad_name_is_found_by_halving_and_named_and_all_others_are_asked() -> None:
    names = ["carol", "dave", "erin", "nobody-there"]
    state, pull = started(owned_by(*(f"'@{name}'" for name in names)))
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert sorted(pull.requested_users) == ["carol", "dave", "erin"]
    assert any("@nobody-there" in note for note in found.report.notes)


def test_a_team_that_the_token_cannot_see_is_asked_and_said_to_be_refused() -> None:
    state, pull = started(owned_by("'@org/core'", "'@carol'"))
    build.add_team(state, "core", "dave")
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert pull.requested_users == ["carol"]
    notes = " ".join(found.report.notes)
    assert "@org/core: the members of the team cannot be seen" in notes


def test_a_change_of_what_hundreds_own_costs_few_requests_and_replaces_who_is_not_fit() -> None:
    names = [f"dev{number:03}" for number in range(300)]
    rules = "".join(f"/d{name}/ @{name}\n" for name in names)
    state, pull = started({"CODEOWNERS": rules}, *(f"d{name}/x" for name in names))
    for name in names:
        build.add_user(state, name)
    judged_content(state, pull)
    with github(state) as double:
        first = [each.owner for each in published(double, is_dry=True).plan.of(Fate.ASKED)]
        gone, bot, *others = (each.removeprefix("@") for each in first)
        state.users[gone].permission, state.users[bot].type = "none", "Bot"
        double.asked.clear()
        found = published(double)
        assert len(double.asked) < 50
    asked = {each.owner for each in found.plan.of(Fate.ASKED)}
    assert len(asked) == len(first)
    assert asked.isdisjoint({f"@{gone}", f"@{bot}"})
    assert asked >= {f"@{each}" for each in others}
    fates = {each.owner: each.reason for each in found.plan.of(Fate.DROPPED)}
    assert fates[f"@{gone}"] == "cannot read the repository"
    assert fates[f"@{bot}"] == "is a bot"


def test_a_second_run_asks_nobody_again_nor_whose_request_was_taken_away() -> None:
    state, pull = started(owned_by("'@carol'", "'@dave'"))
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        assert sorted(pull.requested_users) == ["carol", "dave"]
        pull.requested_users.remove("dave")
        build.event(state, pull, "review_request_removed", "erin", reviewer="dave")
        before = len(double.written)
        published(double, action="synchronize")
        asked = [
            each for each in double.written[before:] if each.path.endswith("requested_reviewers")
        ]
    assert pull.requested_users == ["carol"]
    assert asked == []


def test_of_several_owners_those_with_least_to_do_are_asked() -> None:
    rules = "owners:\n  '*': ['@carol', '@dave', '@erin']\nselect: {per_rule: 1}\n"
    for busy in (["carol", "dave"], ["dave", "erin"], ["carol", "erin"]):
        state, pull = started({".qgate.yml": rules})
        other = build.open_pull(state, "x.py")
        other.requested_users = list(busy)
        judged_content(state, pull)
        with github(state) as double:
            published(double)
        assert len(pull.requested_users) == 1
        assert pull.requested_users[0] not in busy


def test_the_end_of_a_run_publishes_and_asks_nobody() -> None:
    state, pull = started(owned_by("'@carol'"))
    made = judged_content(state, pull)
    with github(state) as double:
        event = RunEvent(run=made.id)
        done = start.of_event(client_of(double), event, {})
    assert [each.number for each in done.published] == [1]
    assert pull.requested_users == []
    assert [each.state for each in state.statuses] == ["success"]


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


def test_a_head_that_moves_meanwhile_gets_nothing_of_the_older_ones() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    moved = faults.edited(lambda data: {**data, "head": {**data["head"], "sha": "e" * 40}})
    with github(state) as double:
        double.fail("GET", r"/pulls/1$", moved, skip=1)
        found = published(double)
        assert double.written == []
    assert not found.is_stated
    assert any("moved on" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "changes", [{"draft": True}, {"base": {"ref": "next", "sha": "e" * 40, "repo": None}}]
)
def test_what_was_judged_for_another_base_or_as_a_draft_is_not_written(
    changes: dict[str, Any],
) -> None:
    state, pull = started()
    judged_content(state, pull)
    moved = faults.edited(lambda data: {**data, **changes})
    with github(state) as double:
        double.fail("GET", r"/pulls/1$", moved, skip=1)
        found = published(double)
        assert double.written == []
    assert not found.is_stated
    assert any("another run judges that" in note for note in found.report.notes)


# A token that may little.


def test_a_read_only_token_gives_a_plan_and_notices_and_no_failure_of_its_own() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull)
    state.token.permissions = {
        "metadata": "read",
        "contents": "read",
        "pull_requests": "read",
        "actions": "read",
    }
    with github(state) as double:
        found = published(double)
    notes = " ".join(found.report.notes)
    assert "pull-requests: write" in notes
    assert "statuses: write" in notes
    assert [each.owner for each in found.plan.candidates] == ["@carol"]
    assert found.report.verdict is Outcome.PASSED
    assert not found.is_stated
    assert pull.requested_users == []


def test_a_token_without_actions_makes_the_content_incomplete() -> None:
    state, pull = started()
    judged_content(state, pull)
    state.token.permissions["actions"] = "none"
    with github(state) as double:
        found = published(double)
    assert gate(found, "content").reason == "no-permission"
    assert [each.state for each in state.statuses] == ["error"]


def test_a_dry_run_writes_nothing() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double, is_dry=True)
        assert double.written == []


@pytest.mark.parametrize("name", ["comment", "reviewers", "status"])
def test_each_part_can_be_switched_off_by_the_base(name: str) -> None:
    text = owned_by("'@carol'")[".qgate.yml"] + f"publish:\n  {name}: false\n"
    state, pull = started({".qgate.yml": text})
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    assert bool(pull.comments) is (name != "comment")
    assert bool(pull.requested_users) is (name != "reviewers")
    assert bool(state.statuses) is (name != "status")


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


def test_an_approval_on_the_second_page_of_reviews_counts() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    for _ in range(130):
        build.review(state, pull, "dave", "COMMENTED")
    build.review(state, pull, "carol")
    with github(state) as double:
        assert gate(published(double), "approvals").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "fault", [faults.broken(), faults.half_json(), faults.html(), faults.wrong_shape()]
)
@pytest.mark.parametrize("path", [r"/reviews", r"/files", r"/git/ref", r"/actions/runs"])
def test_a_github_that_is_broken_while_reading_takes_back_what_was_said_before(
    path: str, fault: faults.Fault
) -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    with github(state) as double:
        build.review(state, pull, "carol")
        published(double)
        double.fail("GET", path, fault, times=1_000_000)
        with pytest.raises(Incomplete):
            published(double)
    assert [each.state for each in state.statuses] == ["success", "error"]


@pytest.mark.parametrize("is_dry", [False, True])
def test_no_status_is_written_of_a_failure_either_where_none_is_wanted(*, is_dry: bool) -> None:
    status = "true" if is_dry else "false"
    state, _ = started({".qgate.yml": f"publish:\n  status: {status}\n"})
    with github(state) as double:
        double.fail("GET", "/reviews", faults.broken(), times=1_000_000)
        with pytest.raises(Incomplete):
            published(double, is_dry=is_dry)
        assert double.written == []


def failing(_: float) -> None:
    """A defect."""
    raise ArithmeticError


def test_a_defect_of_ours_leaves_no_earlier_success_standing() -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        double.fail("GET", "/files", faults.broken())
        patience = Patience(sleep=failing)
        client = GitHub(
            token=state.token.value, repository="org/project", url=double.url, patience=patience
        )
        with pytest.raises(ArithmeticError):
            start.of_number(client, 1, {})
    assert [each.state for each in state.statuses] == ["success", "error"]
    assert state.statuses[-1].description == "qgate incomplete: this is a bug in qgate"


def test_a_checklist_is_judged_on_the_body_with_what_the_gates_said() -> None:
    state, pull = started({".qgate.yml": "gates:\n  checklist:\n    list: review\n"})
    judged_content(state, pull)
    with github(state) as double:
        assert gate(published(double), "checklist").reason == "no-list"
        assert [each.state for each in state.statuses] == ["failure"]
        pull.is_draft = True
        assert gate(published(double), "checklist").outcome is Outcome.SKIPPED
        # Its checklist is judged when it is a draft no more, and it would be green until then.
        assert [each.state for each in state.statuses] == ["failure", "pending"]


TEMPLATES: Final = {
    "walking": "{{ comment.__class__.__mro__ }}",
    "calling": "{{ comment.upper() }}",
    "endless": "{% for a in range(9) %}{% endfor %}",
    "too long": "{{ comment }}" * 2000,
    "syntax": "{{ comment",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_a_hostile_template_is_left_out_and_said_to_be(template: str) -> None:
    state, pull = started({".qgate/templates/comment.md": template})
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        found = published(double)
    assert "unused import" in pull.comments[0].body
    assert "__mro__" not in pull.comments[0].body
    assert any("comment.md" in note for note in found.report.notes)


def test_a_template_of_the_base_puts_words_around_the_comment() -> None:
    template = "See the handbook.\n\n{{ comment }}\n\nVerdict {{ verdict }} of {{ number }}.\n"
    state, pull = started({".qgate/templates/comment.md": template})
    state.commits[pull.head_sha][".qgate/templates/comment.md"] = b"all is well\n"
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    body = pull.comments[0].body
    assert body.startswith(f"{MARKER}\nSee the handbook.")
    assert body.rstrip().endswith("Verdict failed of 1.")


def test_a_warning_alone_is_worth_a_comment() -> None:
    state, pull = started()
    warning = Finding(rule="policy/weakened", message="laxer", level=Level.WARNING)
    judged_content(state, pull, content(notices=(warning,)))
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["success"]
    assert "laxer" in pull.comments[0].body


def test_who_is_to_be_told_is_mentioned_also_where_all_is_well() -> None:
    state, pull = started({".qgate.yml": "notify:\n  '*': ['@erin', '@org/docs', 'a@b.example']\n"})
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        published(double)
    (made,) = pull.comments
    assert made.body.splitlines()[-1] == "cc @erin @org/docs"
    assert "qgate passed" in made.body
    assert pull.requested_users == []


def test_missing_approvals_alone_are_no_news_and_pending() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["pending"]
    assert pull.comments == []


def test_somebody_can_publish_by_number() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull)
    with github(state) as double:
        done = start.of_number(client_of(double), 1, {})
    assert [each.number for each in done.published] == [1]
    assert pull.requested_users == ["carol"]
