"""What the GitHub client reads, from a loopback GitHub that is held to GitHub's description."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qgate.errors import Incomplete
from qgate.model.pull_request import (
    Account,
    Artifact,
    Comment,
    FileList,
    Others,
    PullRequest,
    Review,
    State,
    WorkflowRun,
)
from qgate.model.reviewers import TouchedFile
from qgate.system.github.errors import Denied, Missing
from tests.integration.github_client import asked
from tests.support.github import build, faults
from tests.support.github.operations import Answer
from tests.support.github.state import Event, File, GitHubState, Pull, User, stamp

SHA = "5" * 40


def started(*logins: str) -> tuple[GitHubState, Pull]:
    state = build.started(*logins)
    return state, build.open_pull(state, "src/app.py", author="author")


@pytest.mark.parametrize("is_enterprise", [False, True])
def test_a_pull_request_is_read_whole(*, is_enterprise: bool) -> None:
    state, pull = started()
    pull.is_draft = True
    with asked(state, is_enterprise=is_enterprise) as github:
        found = github.client.pull(pull.number)
    author = state.users["author"]
    assert found == PullRequest(
        number=1,
        author=Account(id=author.id, login="author"),
        body="",
        base_ref="main",
        head_sha=pull.head_sha,
        head_owner="org",
        head_ref="topic",
        changed_files=1,
        is_draft=True,
    )


def test_a_pull_request_of_a_fork_has_the_forks_owner() -> None:
    state = build.started()
    pull = build.open_pull(state, author="author", fork="stranger")
    with asked(state) as github:
        found = github.client.pull(pull.number)
    assert found.head_owner == "stranger"


def test_a_fork_that_is_gone_has_no_owner() -> None:
    state, pull = started()
    pull.is_fork, pull.head_owner = True, ""
    with asked(state) as github:
        found = github.client.pull(pull.number)
    assert found.head_owner == ""


def test_a_closed_pull_request_is_not_open() -> None:
    state, pull = started()
    pull.is_open = False
    with asked(state) as github:
        assert not github.client.pull(pull.number).is_open


def test_what_is_not_there_is_missing() -> None:
    state, _ = started()
    with asked(state) as github:
        with pytest.raises(Missing, match="pull request 99: GitHub answered 404"):
            github.client.pull(99)
        with pytest.raises(Missing):
            github.client.account("nobody")
        with pytest.raises(Missing):
            github.client.branch_sha("nowhere")
        with pytest.raises(Missing):
            github.client.run(99)
        with pytest.raises(Missing):
            github.client.files_at(SHA, ["a"], [])


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_may_not_is_told_apart(status: int) -> None:
    state, pull = started()
    with asked(state) as github:
        fault = faults.bad_credentials() if status == 401 else faults.read_only()
        github.double.fail("GET", "/pulls/1$", fault)
        with pytest.raises(Denied) as caught:
            github.client.pull(pull.number)
    assert caught.value.status == status
    assert github.clock.waits == []


def test_only_open_pull_requests_of_that_branch_and_that_commit_are_found() -> None:
    state = build.started()
    wanted = build.open_pull(state, fork="stranger")
    build.open_pull(state, fork="stranger").head_ref = "other"
    build.open_pull(state, fork="stranger").is_open = False
    build.open_pull(state, fork="somebody", head_sha=wanted.head_sha)
    build.open_pull(state, fork="stranger")
    with asked(state) as github:
        found = github.client.open_pulls_with_head("stranger", "topic", wanted.head_sha)
    assert found == (wanted.number,)


def test_others_of_the_same_head_are_found_open_anywhere_and_closed_from_the_branch() -> None:
    state = build.started()
    pull = build.open_pull(state, fork="stranger")
    build.open_pull(state, fork="stranger")
    with asked(state) as github:
        mine = github.client.pull(pull.number)
        assert github.client.others(mine) == Others()
        twin = build.open_pull(state, fork="somebody", head_sha=pull.head_sha)
        assert github.client.others(mine) == Others(is_open=True)
        twin.is_open = False
        assert github.client.others(mine) == Others()
        earlier = build.open_pull(state, fork="stranger", head_sha=pull.head_sha)
        earlier.is_open, earlier.closed = False, 60
        closed = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
        assert github.client.others(mine) == Others(closed=closed)
        assert github.client.others(replace(mine, head_owner="")) == Others()


@pytest.mark.parametrize(("owner", "branch"), [("", "topic"), ("org", "")])
def test_a_branch_without_an_owner_finds_nothing_but_whose_fork_is_gone(
    owner: str, branch: str
) -> None:
    state, pull = started()
    with asked(state) as github:
        assert github.client.open_pulls_with_head(owner, branch, pull.head_sha) == ()
        pull.is_fork, pull.head_owner = True, ""
        found = github.client.open_pulls_with_head(owner, branch, pull.head_sha)
    assert found == ((pull.number,) if branch else ())


@pytest.mark.parametrize("name", ["main", "release/1.x", "a?b#c%2Fd", "ö"])
def test_a_branch_of_any_name_has_its_commit(name: str) -> None:
    state = build.started()
    sha = build.push(state, {"a": "1"}, name)
    with asked(state) as github:
        assert github.client.branch_sha(name) == sha


def test_another_branch_than_the_one_asked_for_is_no_answer() -> None:
    state = build.started()
    with asked(state) as github:
        github.double.fail(
            "GET", "/git/ref", faults.edited(lambda data: {**data, "ref": "refs/heads/mainly"})
        )
        with pytest.raises(Incomplete, match="GitHub told of another one"):
            github.client.branch_sha("main")


def test_both_names_of_a_rename_are_told_and_one_of_a_copy() -> None:
    state, pull = started()
    pull.files = [
        File(name="new.py", previous="old.py", status="renamed", additions=2, deletions=3),
        File(name="copy.py", previous="src.py", status="copied"),
        File(name="gone.py", status="removed", additions=0, deletions=9),
    ]
    with asked(state) as github:
        found = github.client.files(github.client.pull(pull.number))
    assert found == FileList(
        files=(
            TouchedFile(names=("new.py", "old.py"), lines=5),
            TouchedFile(names=("copy.py",), lines=1),
            TouchedFile(names=("gone.py",), lines=9),
        ),
        is_complete=True,
    )


def test_a_rename_without_its_former_name_is_no_answer() -> None:
    state, pull = started()
    pull.files = [File(name="new.py", status="renamed")]
    with asked(state) as github:
        whole = github.client.pull(pull.number)
        with pytest.raises(Incomplete, match="without its former name"):
            github.client.files(whole)


@pytest.mark.parametrize(("count", "is_complete"), [(2999, True), (3000, False), (3001, False)])
def test_exactly_3000_files_prove_nothing(count: int, *, is_complete: bool) -> None:
    state, pull = started()
    pull.files = build.many_files(count)
    with asked(state) as github:
        found = github.client.files(github.client.pull(pull.number))
    assert len(found.files) == min(count, 3000)
    assert found.is_complete is is_complete


@pytest.mark.parametrize("counted", [1, 3])
def test_a_list_that_is_not_as_long_as_github_counts_is_not_complete(counted: int) -> None:
    state, pull = started()
    pull.files, pull.changed_files = build.many_files(2), counted
    with asked(state) as github:
        assert not github.client.files(github.client.pull(pull.number)).is_complete


def test_reviews_come_from_all_pages_oldest_first() -> None:
    state, pull = started("reviewer")
    for _ in range(150):
        build.review(state, pull, "reviewer", "COMMENTED", commit=SHA)
    build.review(state, pull, "reviewer", "CHANGES_REQUESTED")
    build.review(state, pull, "reviewer")
    who = state.users["reviewer"].id
    with asked(state) as github:
        found = github.client.reviews(pull.number)
    assert len(found) == 152
    assert [each.state for each in found[-3:]] == [
        *(State.COMMENTED, State.CHANGES_REQUESTED, State.APPROVED)
    ]
    assert found[-1] == Review(
        author=who,
        login="reviewer",
        state=State.APPROVED,
        commit=pull.head_sha,
        given=datetime.fromisoformat(stamp(pull.reviews[-1].id)),
    )


def test_a_review_of_an_account_that_is_gone_has_no_id() -> None:
    state, pull = started()
    build.review(state, pull, None)
    with asked(state) as github:
        (found,) = github.client.reviews(pull.number)
    assert found.author == 0


def test_a_review_that_is_not_given_yet_is_none() -> None:
    state, pull = started()
    build.review(state, pull, state.token.login, "PENDING")
    with asked(state) as github:
        assert github.client.reviews(pull.number) == ()


def test_a_review_of_no_commit_has_an_empty_one() -> None:
    state, pull = started("reviewer")
    build.review(state, pull, "reviewer")
    pull.reviews[0].commit = ""
    with asked(state) as github:
        assert github.client.reviews(pull.number)[0].commit == ""


def test_a_review_in_a_state_that_nobody_knows_is_no_answer() -> None:
    state, pull = started("reviewer")
    build.review(state, pull, "reviewer")
    with asked(state) as github:
        github.double.fail(
            "GET", "/reviews", faults.edited(lambda data: [{**data[0], "state": "BLESSED"}])
        )
        with pytest.raises(Incomplete, match="in a state that is not known"):
            github.client.reviews(pull.number)


def test_who_is_asked_are_people_and_teams() -> None:
    state, pull = started("reviewer")
    build.add_team(state, "core", "reviewer")
    pull.requested_users, pull.requested_teams = ["reviewer"], ["core"]
    with asked(state) as github:
        assert github.client.requested(pull.number) == ("@reviewer", "@org/core")


def events(state: GitHubState, pull: Pull) -> None:
    def add(kind: str, actor: str, reviewer: str = "", team: str = "") -> None:
        build.event(state, pull, kind, actor, reviewer=reviewer, team=team)

    build.add_team(state, "core")
    state.users["robot[bot]"] = User(login="robot[bot]", id=77, type="Bot")
    asks, takes = "review_requested", "review_request_removed"
    for who in ("taken", "back", "bot-took"):
        add(asks, state.token.login, who)
    add("labeled", "author")
    add(asks, state.token.login, team="core")
    add(takes, "author", team="core")
    add(takes, "author", "taken")
    add(takes, "author", "back")
    add(asks, "author", "back")
    add(takes, "robot[bot]", "bot-took")


def test_only_what_a_person_took_away_last_counts_as_removed() -> None:
    state, pull = started("taken", "back", "bot-took")
    events(state, pull)
    with asked(state) as github:
        found = github.client.history(pull.number).removed
    assert sorted(found) == ["@org/core", "@taken"]


def test_what_we_took_away_ourselves_does_not_count() -> None:
    state, pull = started("taken")
    token = build.organization_token(state)
    build.event(state, pull, "review_request_removed", token.login, reviewer="taken")
    with asked(state, token=token.value) as github:
        assert github.client.history(pull.number).removed == ()


def test_what_happened_by_nobody_does_not_count() -> None:
    state, pull = started("taken")
    build.event(state, pull, "review_request_removed", "author", reviewer="taken")
    with asked(state) as github:
        github.double.fail(
            "GET", "/events", faults.edited(lambda data: [{**data[0], "actor": None}])
        )
        assert github.client.history(pull.number).removed == ()


def test_events_of_all_pages_are_read() -> None:
    state, pull = started("taken")
    pull.events = [Event(id=n, kind="labeled", actor="author") for n in range(1, 250)]
    build.event(state, pull, "review_request_removed", "author", reviewer="taken")
    with asked(state) as github:
        assert github.client.history(pull.number).removed == ("@taken",)


def test_members_of_a_team_need_a_token_of_the_organisation() -> None:
    state, _ = started()
    build.add_team(state, "core", "alice", "bob")
    token = build.organization_token(state)
    with asked(state, token=token.value) as github:
        found = github.client.team_members("@org/core")
        with pytest.raises(Missing):
            github.client.team_members("@org/none")
    assert [each.login for each in found] == ["alice", "bob"]
    with asked(state) as github, pytest.raises(Denied):
        github.client.team_members("@org/core")


@pytest.mark.parametrize("name", ["core", "@org", "@org/", "@/core", "@org/..", "@../core", ""])
def test_what_is_no_team_is_missing_and_not_asked_for(name: str) -> None:
    state, _ = started()
    with asked(state) as github:
        with pytest.raises(Missing):
            github.client.team_members(name)
        assert github.paths == []


def test_accounts_are_people_or_bots() -> None:
    state, _ = started("alice")
    with asked(state) as github:
        assert github.client.account("@alice") == Account(id=state.users["alice"].id, login="alice")
        assert github.client.account(build.BOT).is_bot


@pytest.mark.parametrize("login", ["../../repos/org/project", "a?b", "a#b", "a\r\nX: y", "a/b"])
def test_a_hostile_login_reaches_no_other_endpoint(login: str) -> None:
    state, _ = started()
    with asked(state) as github:
        # The double takes quoted slashes for a longer path, of which there is none.
        github.double.fail("GET", "", faults.missing())
        with pytest.raises(Missing):
            github.client.account(login)
        assert github.paths == [f"GET /users/{login}"]


def test_a_person_s_token_tells_its_login_and_an_installation_s_is_known() -> None:
    state, _ = started()
    token = build.organization_token(state)
    with asked(state, token=token.value) as github:
        assert github.client.me() == token.login
    with asked(state) as github:
        assert github.client.me() == "github-actions[bot]"
        assert github.client.me() == "github-actions[bot]"
        assert github.paths == ["GET /user"]


def test_a_bad_token_is_not_taken_for_an_installation_s() -> None:
    state, _ = started()
    with asked(state, token=f"not-{state.token.value}") as github, pytest.raises(Denied):
        github.client.me()


def test_files_of_a_commit_are_read_by_name_and_by_folder() -> None:
    state = build.started()
    sha = build.push(
        state,
        {
            ".qgate.yml": "min: 1\n",
            "docs/adr/0001.md": "one",
            "docs/adr/deep/er.md": b"\x00\xff",
            "docs/other.md": "no",
            "docs/adr/link.md": ("120000", b"../other.md"),
            "docs/adr/run.sh": ("100755", b"#!"),
            "docs/adr/sub": ("160000", b"b" * 40),
            "CODEOWNERS": ("120000", b"/etc/passwd"),
            "empty": "",
        },
    )
    wanted = [".qgate.yml", "CODEOWNERS", "nowhere", "docs", "docs/adr/link.md/x", "empty"]
    with asked(state) as github:
        found = github.client.files_at(sha, wanted, ["docs/adr/", "nothing/here", "CODEOWNERS"])
    assert found == {
        ".qgate.yml": b"min: 1\n",
        "docs/adr/0001.md": b"one",
        "docs/adr/deep/er.md": b"\x00\xff",
        "docs/adr/run.sh": b"#!",
        "empty": b"",
    }


def test_names_of_a_folder_are_listed_once_and_no_file_is_read() -> None:
    state = build.started()
    sha = build.push(state, {"a": "1", "d/x": "2", "d/e/y": "3", "d/link": ("120000", b"x")})
    with asked(state) as github:
        assert github.client.files_at(sha, ["a"], []) == {"a": b"1"}
        assert github.client.names_at(sha, "d") == {"d/x", "d/e/y"}
        assert github.client.names_at(sha, "a") == frozenset()
        kinds = [path.split("/")[-2] for path in github.paths]
    assert kinds == ["trees", "blobs", "trees"]


def test_a_folder_may_be_the_whole_commit() -> None:
    state = build.started()
    sha = build.push(state, {"a": "1", "b/c": "2"})
    with asked(state) as github:
        assert github.client.files_at(sha, [], [""]) == {"a": b"1", "b/c": b"2"}


def test_a_large_repository_is_not_listed_where_a_name_is_enough() -> None:
    state = build.started()
    state.tree_limit = 5
    sha = build.push(state, {"a": "1", **{f"src/{n}/x": "" for n in range(9)}})
    with asked(state) as github:
        assert github.client.files_at(sha, ["a"], []) == {"a": b"1"}
        with pytest.raises(Incomplete, match="more than GitHub lists"):
            github.client.files_at(sha, [], ["src"])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({f"d/{n}": "" for n in range(501)}, "501 are wanted, at most 500"),
        ({"d/big": b"x" * ((4 << 20) + 1)}, "larger than 4 MiB"),
        ({f"d/{n}": b"x" * (4 << 20) for n in range(9)}, "together larger than 32 MiB"),
    ],
)
def test_more_than_a_policy_needs_is_not_read(files: dict[str, str | bytes], said: str) -> None:
    state = build.started()
    sha = build.push(state, files)
    with asked(state) as github, pytest.raises(Incomplete, match=said):
        github.client.files_at(sha, [], ["d"])


def test_other_bytes_than_the_commit_s_are_no_answer() -> None:
    state = build.started()
    sha = build.push(state, {"a": "true"})
    with asked(state) as github:
        github.double.fail(
            "GET", "/git/blobs", faults.edited(lambda data: {**data, "content": "ZmFrZQ=="})
        )
        with pytest.raises(Incomplete, match="other bytes than the commit has"):
            github.client.files_at(sha, ["a"], [])


@pytest.mark.parametrize("sha", ["main", "", "..", "HEAD", "5" * 39])
def test_files_are_those_of_a_commit_and_not_of_a_branch(sha: str) -> None:
    state = build.started()
    with asked(state) as github:
        with pytest.raises(Missing):
            github.client.files_at(sha, ["a"], [])
        assert github.paths == []


def test_a_run_is_read_without_the_ref_behind_its_workflow() -> None:
    state, pull = started()
    made = build.run(state, pull)
    made.path, made.conclusion = ".github/workflows/qgate.yml@refs/heads/main", None
    with asked(state) as github:
        assert github.client.run(made.id) == WorkflowRun(
            id=made.id,
            path=".github/workflows/qgate.yml",
            event="pull_request",
            created=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=made.id),
            head_sha=pull.head_sha,
            head_owner="org",
            head_branch="topic",
        )


def test_runs_of_a_commit_come_from_all_pages_newest_first() -> None:
    state, pull = started()
    made = [build.run(state, pull).id for _ in range(120)]
    build.run(state, build.open_pull(state))
    with asked(state) as github:
        found = github.client.runs_of(pull.head_sha)
    assert [each.id for each in found] == made[::-1]
    assert found[0].conclusion == "success"


def test_artifacts_are_listed_and_downloaded_without_the_token() -> None:
    state, pull = started()
    run = build.run(state, pull)
    made = build.artifact(state, run, {"report.json": b"{}"})
    gone = build.artifact(state, run, {}, name="other")
    gone.is_expired = True
    with asked(state) as github:
        first, second = github.client.artifacts(run.id)
        assert github.client.download(first, 1000) == made.data
        with pytest.raises(Missing, match="410"):
            github.client.download(second, 1000)
    assert first == Artifact(id=made.id, name="qgate-report", size=len(made.data))
    assert second.is_expired
    assert ["Authorization" in each.headers for each in github.double.elsewhere] == [False]


def test_an_artifact_that_says_it_is_too_large_is_not_asked_for() -> None:
    state, _ = started()
    with asked(state) as github:
        with pytest.raises(Incomplete, match="larger than 1,000 bytes"):
            github.client.download(Artifact(id=1, name="x", size=1001), 1000)
        assert github.paths == []


def test_an_artifact_that_is_larger_than_it_says_is_not_read_to_its_end() -> None:
    state, pull = started()
    made = build.artifact(state, build.run(state, pull), {"x": hashlib.sha256().digest() * 99})
    with asked(state) as github, pytest.raises(Incomplete, match="larger than 100 bytes"):
        github.client.download(Artifact(id=made.id, name="x", size=1), 100)


def test_a_refusal_of_the_store_is_no_refusal_of_github() -> None:
    state, pull = started()
    made = build.artifact(state, build.run(state, pull), {})
    with asked(state) as github:
        # Without a signature in its address.
        github.double.fail(
            "GET",
            "/zip",
            faults.Fault(
                name="to the store",
                change=lambda _, at: Answer(
                    status=302, headers={"Location": f"{at.elsewhere}/artifacts/{made.id}"}
                ),
            ),
        )
        with pytest.raises(Incomplete, match=r"127\.0\.0\.1 answered 403"):
            github.client.download(Artifact(id=made.id, name="x", size=1), 100)


def test_comments_come_from_all_pages_with_their_authors() -> None:
    state, pull = started()
    for number in range(205):
        build.comment(state, pull, "author", f"remark {number}")
    build.comment(state, pull, None, "the last word")
    with asked(state) as github:
        found = github.client.comments(pull.number)
    assert [each.body for each in found[:205]] == [f"remark {number}" for number in range(205)]
    assert found[-1] == Comment(
        id=pull.comments[-1].id, author=Account(id=0, login="ghost"), body="the last word"
    )


def test_only_those_who_certainly_cannot_read_are_unreadable() -> None:
    state, _ = started()
    build.add_user(state, "outsider", "none")
    build.add_user(state, "reader", "read")
    with asked(state) as github:
        found = github.client.unreadable(["@outsider", "nobody", "..", "reader", "outsider"])
    assert found == ("@outsider", "outsider")


def test_without_permission_to_ask_nobody_is_unreadable() -> None:
    state, _ = started()
    build.add_user(state, "outsider", "none")
    with asked(state) as github:
        github.double.fail("GET", "/permission", faults.read_only())
        assert github.client.unreadable(["outsider", "outsider"]) == ()
        assert len(github.paths) == 1
