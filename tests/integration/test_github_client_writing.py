"""What the GitHub client writes, and what it does not write twice."""

import pytest

from qgate.errors import Incomplete
from qgate.model.pull_request import CommitState
from qgate.system.github.errors import Denied, Missing, Rejected
from tests.integration.github_client import MANY, asked
from tests.support.github import build, faults
from tests.support.github.faults import Fault
from tests.support.github.state import GitHubState, Pull

LOST = [faults.broken(502, does=True), faults.reset(does=True), faults.cut_off()]
by_name = pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)


def started(*logins: str) -> tuple[GitHubState, Pull]:
    state = build.started(*logins)
    return state, build.open_pull(state, "src/app.py", author="author")


def test_reviewers_are_asked_in_one_call() -> None:
    state, pull = started("alice", "bob")
    build.add_team(state, "core", "alice")
    token = build.organization_token(state)
    with asked(state, token=token.value) as github:
        github.client.request_reviewers(pull.number, ["@alice", "bob"], ["@org/core"])
        assert github.client.requested(pull.number) == ("@alice", "@bob", "@org/core")
        assert len(github.double.written) == 1


@pytest.mark.parametrize(
    ("user", "said"),
    [("nobody", "may only be requested from collaborators"), ("author", "pull request author")],
)
def test_one_bad_reviewer_refuses_the_call_in_github_s_words(user: str, said: str) -> None:
    state, pull = started("alice")
    with asked(state) as github:
        with pytest.raises(Rejected, match=said):
            github.client.request_reviewers(pull.number, ["alice", user], [])
        assert github.client.requested(pull.number) == ()
    assert github.clock.waits == []


def test_more_than_15_reviewers_are_a_mistake_of_the_caller() -> None:
    state, pull = started()
    with asked(state) as github:
        with pytest.raises(ValueError, match="at most 15"):
            github.client.request_reviewers(pull.number, ["a"] * 10, ["@o/t"] * 6)
        assert github.paths == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_read_only_token_is_told_apart_from_everything_else(status: int) -> None:
    state, pull = started()
    fault = faults.bad_credentials() if status == 401 else faults.read_only()
    with asked(state) as github:
        github.double.fail("*", "", fault, times=5)
        for write in (
            lambda: github.client.request_reviewers(pull.number, ["alice"], []),
            lambda: github.client.create_comment(pull.number, "x"),
            lambda: github.client.edit_comment(1, "x"),
            lambda: github.client.delete_comment(1),
            lambda: github.client.set_status(pull.head_sha, CommitState.SUCCESS, "qgate", "x"),
        ):
            with pytest.raises(Denied) as caught:
                write()
            assert caught.value.status == status
    assert len(github.paths) == 5


def test_a_comment_is_created_changed_and_taken_away() -> None:
    state, pull = started()
    with asked(state) as github:
        made = github.client.create_comment(pull.number, "first\n<!-- ü -->")
        assert [each.body for each in github.client.comments(pull.number)] == ["first\n<!-- ü -->"]
        github.client.edit_comment(made, "second")
        (found,) = github.client.comments(pull.number)
        assert (found.id, found.author.login, found.body) == (made, build.BOT, "second")
        github.client.delete_comment(made)
        assert github.client.comments(pull.number) == ()


def test_a_comment_that_is_not_there_is_missing() -> None:
    state, _ = started()
    with asked(state) as github:
        with pytest.raises(Missing):
            github.client.edit_comment(4711, "x")
        with pytest.raises(Missing):
            github.client.delete_comment(4711)


def test_a_locked_conversation_is_denied() -> None:
    state, pull = started()
    pull.is_locked = True
    with asked(state) as github, pytest.raises(Denied, match="issue is locked"):
        github.client.create_comment(pull.number, "x")


@by_name
def test_a_comment_is_never_written_twice_when_its_answer_is_lost(fault: Fault) -> None:
    state, pull = started()
    with asked(state) as github:
        github.double.fail("POST", "/comments$", fault)
        with pytest.raises(Incomplete) as caught:
            github.client.create_comment(pull.number, "once")
        assert caught.value.reason == "github-unreachable"
    assert [each.body for each in pull.comments] == ["once"]
    assert github.clock.waits == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_comment_is_written_again_when_a_limit_proves_that_it_is_not_there(status: int) -> None:
    state, pull = started()
    with asked(state) as github:
        github.double.fail("POST", "/comments$", faults.secondary_limit(status, 9))
        github.client.create_comment(pull.number, "once")
    assert [each.body for each in pull.comments] == ["once"]
    assert github.clock.waits == [9]


@by_name
def test_editing_a_comment_is_repeated(fault: Fault) -> None:
    state, pull = started()
    made = build.comment(state, pull, build.BOT, "old")
    with asked(state) as github:
        github.double.fail("PATCH", "", fault)
        github.client.edit_comment(made.id, "new")
        assert len(github.double.written) == 2
    assert [each.body for each in pull.comments] == ["new"]


@by_name
def test_a_comment_that_the_lost_try_deleted_is_deleted(fault: Fault) -> None:
    state, pull = started()
    made = build.comment(state, pull, build.BOT, "old")
    with asked(state) as github:
        # What is deleted answers without a body, of which no half can be cut off.
        github.double.fail("DELETE", "", faults.broken(does=True) if "cut" in fault.name else fault)
        github.client.delete_comment(made.id)
        assert len(github.double.written) == 2
    assert pull.comments == []


def test_a_comment_that_was_never_there_is_missing_after_a_limit() -> None:
    state, _ = started()
    with asked(state) as github:
        github.double.fail("DELETE", "", faults.too_many(3))
        with pytest.raises(Missing):
            github.client.delete_comment(4711)


@by_name
def test_asking_for_reviewers_is_repeated(fault: Fault) -> None:
    state, pull = started("alice")
    with asked(state) as github:
        github.double.fail("POST", "/requested_reviewers", fault)
        github.client.request_reviewers(pull.number, ["alice"], [])
        assert len(github.double.written) == 2
    assert pull.requested_users == ["alice"]


@by_name
def test_setting_a_status_is_repeated(fault: Fault) -> None:
    state, pull = started()
    with asked(state) as github:
        github.double.fail("POST", "/statuses/", fault)
        github.client.set_status(pull.head_sha, CommitState.FAILURE, "qgate", "no")
    assert {(each.state, each.context) for each in state.statuses} == {("failure", "qgate")}


@pytest.mark.parametrize(
    ("length", "told"), [(140, "é" * 140), (141, "é" * 139 + "…"), (0, "")], ids=str
)
def test_a_status_has_at_most_140_characters(length: int, told: str) -> None:
    state, pull = started()
    address = "https://ci.example.com/1"
    with asked(state) as github:
        github.client.set_status(pull.head_sha, CommitState.SUCCESS, "qgate", "é" * length, address)
    assert [(each.description, each.target_url) for each in state.statuses] == [(told, address)]


def test_a_status_without_an_address_has_none() -> None:
    state, pull = started()
    with asked(state) as github:
        github.client.set_status(pull.head_sha, CommitState.PENDING, "qgate", "…")
        assert "target_url" not in github.double.written[0].body


@pytest.mark.parametrize("sha", ["main", "../statuses", "", "5" * 39])
def test_a_status_is_set_for_a_whole_commit_id_only(sha: str) -> None:
    state, _ = started()
    with asked(state) as github:
        with pytest.raises(Missing):
            github.client.set_status(sha, CommitState.SUCCESS, "qgate", "x")
        assert github.paths == []


def test_writes_keep_a_second_apart_and_reads_do_not() -> None:
    state, pull = started()
    with asked(state) as github:
        first = github.client.create_comment(pull.number, "1")
        github.client.comments(pull.number)
        assert github.clock.waits == []
        github.client.edit_comment(first, "2")
        github.client.set_status(pull.head_sha, CommitState.SUCCESS, "qgate", "x")
        assert github.clock.waits == [1, 1]
        github.clock.now += 0.75
        github.client.delete_comment(first)
        assert github.clock.waits == [1, 1, 0.25]


@pytest.mark.parametrize(
    "fault", [faults.html(), faults.replied(200, "fine")], ids=["html", "json"]
)
def test_a_write_that_something_else_answers_is_not_taken_for_done(fault: Fault) -> None:
    state, pull = started("alice")
    made = build.comment(state, pull, build.BOT, "old")
    with asked(state) as github:
        github.double.fail("*", "", fault, times=MANY)
        for write in (
            lambda: github.client.request_reviewers(pull.number, ["alice"], []),
            lambda: github.client.create_comment(pull.number, "x"),
            lambda: github.client.edit_comment(made.id, "x"),
            lambda: github.client.delete_comment(made.id),
            lambda: github.client.set_status(pull.head_sha, CommitState.SUCCESS, "qgate", "x"),
        ):
            with pytest.raises(Incomplete):
                write()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_write_is_not_redirected(status: int) -> None:
    state, pull = started()
    with asked(state) as github:
        github.double.fail("POST", "/comments", faults.redirected(status))
        with pytest.raises(Incomplete, match="was the repository renamed"):
            github.client.create_comment(pull.number, "x")
    assert github.double.elsewhere == []
