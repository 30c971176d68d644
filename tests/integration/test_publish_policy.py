"""Policy, approvals and the checklist are the base's: invariants 2 to 7 of the design."""

from dataclasses import replace

import pytest

from qgate.errors import SettingsError
from qgate.model.report import GateResult, Outcome
from tests.support.github import build, github
from tests.support.publishing import (
    RULES,
    WORKFLOW,
    content,
    gate,
    judged_content,
    published,
    started,
)

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


def test_an_approval_on_the_second_page_of_reviews_counts() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    for _ in range(130):
        build.review(state, pull, "dave", "COMMENTED")
    build.review(state, pull, "carol")
    with github(state) as double:
        assert gate(published(double), "approvals").outcome is Outcome.PASSED


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
