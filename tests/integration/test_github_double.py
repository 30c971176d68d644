"""The loopback GitHub itself: what it answers is what GitHub describes, and it refuses the rest."""

from typing import Any, Final

import pytest

from tests.support.github import GitHubState, build, github, mirror
from tests.support.github.answers import OPERATIONS, found
from tests.support.github.ask import ask
from tests.support.github.state import Token, TokenKind
from tests.support.github.trees import blob_id
from tests.support.github.validation import answer_fault
from tests.support.repo import Repo

REPO: Final = "/repos/org/project"
REVIEWERS: Final = f"{REPO}/pulls/1/requested_reviewers"
COMMENTS: Final = f"{REPO}/issues/1/comments"
HEAD: Final = "a" * 40
PYTHON: Final = b"x = 1\n"
PERSON: Final = "pat_loopback"


@pytest.fixture
def state() -> GitHubState:
    """One pull request with all that can hang on one, and one from a fork."""
    made = build.started("owner", "reviewer", "author")
    build.push(made, {"a.py": PYTHON, "d/e.txt": b"\xff", "link": ("120000", b"a.py")})
    build.add_team(made, "core", "reviewer", "owner")
    build.organization_token(made, PERSON)
    pull = build.open_pull(made, "a.py", "d/e.txt", head_sha=HEAD)
    pull.labels, pull.body = ["size/S"], "Words."
    pull.files[0].status, pull.files[0].previous = "renamed", "b.py"
    build.review(made, pull, "reviewer")
    build.review(made, pull, None, "DISMISSED")
    build.event(made, pull, "review_request_removed", "owner", reviewer="reviewer")
    build.event(made, pull, "review_requested", "owner", team="core")
    build.event(made, pull, "closed", "owner")
    pull.requested_teams.append("core")
    build.comment(made, pull, "owner", "Hello").id = 31
    build.comment(made, pull, None, "")
    run = build.run(made, pull)
    made.runs = {21: run}
    run.id = 21
    left = build.artifact(made, run, {"report.json": b"{}"})
    made.artifacts, left.id = {41: left}, 41
    build.run(made, build.open_pull(made, "c.py", author="stranger", fork="stranger"))
    return made


READ: Final = (
    "/user",
    "/users/Owner",
    "/orgs/org/teams/core/members",
    REPO,
    f"{REPO}/collaborators/stranger/permission",
    f"{REPO}/pulls?state=all",
    f"{REPO}/pulls/1",
    f"{REPO}/pulls/1/files",
    f"{REPO}/pulls/1/reviews",
    REVIEWERS,
    f"{REPO}/issues/1/events",
    COMMENTS,
    f"{REPO}/issues/comments/31",
    f"{REPO}/branches/main",
    f"{REPO}/git/ref/heads/main",
    f"{REPO}/git/trees/main?recursive=1",
    f"{REPO}/git/blobs/{blob_id(PYTHON)}",
    f"{REPO}/actions/runs",
    f"{REPO}/actions/runs/21",
    f"{REPO}/actions/runs/21/artifacts",
    f"{REPO}/actions/artifacts/41",
    f"{REPO}/actions/artifacts/41/zip",
    f"{REPO}/commits/{HEAD}/status",
    f"{REPO}/commits/{HEAD}/statuses",
)
WRITTEN: Final[tuple[tuple[str, str, Any, int], ...]] = (
    ("POST", REVIEWERS, {"reviewers": ["owner"], "team_reviewers": ["core"]}, 201),
    ("DELETE", REVIEWERS, {"reviewers": [], "team_reviewers": ["core"]}, 200),
    ("POST", COMMENTS, {"body": "More"}, 201),
    ("PATCH", f"{REPO}/issues/comments/31", {"body": "Other"}, 200),
    ("DELETE", f"{REPO}/issues/comments/31", None, 204),
    ("POST", f"{REPO}/statuses/{HEAD}", {"state": "pending", "context": "qgate"}, 201),
)


def test_every_endpoint_answers_what_github_describes(state: GitHubState) -> None:
    asked = set()
    with github(state) as double:
        for path in READ:
            came = ask(double, path, token=PERSON)
            assert came.status in {200, 302}, (path, came.body)
            assert double.violations == []
            asked.add(_operation("GET", path))
        for method, path, body, status in WRITTEN:
            came = ask(double, path, method=method, body=body, token=PERSON)
            assert (path, came.status) == (path, status), came.body
            assert double.violations == []
            asked.add(_operation(method, path))
    assert asked == {(each.method, each.path) for each in OPERATIONS}


def _operation(method: str, path: str) -> tuple[str, str]:
    operation = found(method, path.partition("?")[0])
    assert operation is not None
    return operation[0].method, operation[0].path


def _without(name: str) -> Any:
    return lambda document: {k: v for k, v in document.items() if k != name}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without("head"), "head: Field required"),
        (lambda d: {**d, "changed_files": "2"}, "changed_files: Input should be a valid integer"),
        (lambda d: {**d, "changedFiles": 2}, "changedFiles: Extra inputs"),
        (lambda d: {**d, "user": _without("login")(d["user"])}, "user.login: Field required"),
        (lambda d: {**d, "state": "reopened"}, "state: Input should be"),
        (lambda d: {**d, "created_at": "yesterday"}, "created_at: Input should be"),
        (lambda d: d, ""),
    ],
)
def test_an_answer_that_github_would_not_give_is_noticed(
    state: GitHubState, change: Any, said: str
) -> None:
    with github(state) as double:
        document = change(ask(double, f"{REPO}/pulls/1").data)
    fault = answer_fault("PullRequest", build.encoded(document))
    assert fault.startswith(said) if said else fault == ""


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", COMMENTS, {"body": "x", "event": "COMMENT"}, "event: Extra inputs"),
        ("POST", COMMENTS, {"body": None}, "body: Input should be a valid string"),
        ("POST", COMMENTS, {}, "body: Field required"),
        ("POST", COMMENTS, b"body=x", "the body is no JSON"),
        ("POST", COMMENTS, None, "Invalid JSON"),
        ("PATCH", f"{REPO}/issues/comments/31", ["x"], "Input should be an object"),
        ("DELETE", f"{REPO}/issues/comments/31", {"body": "x"}, "a body where there is none"),
        ("POST", REVIEWERS, {"reviewers": "owner"}, "reviewers: Input should be a valid array"),
        ("POST", REVIEWERS, {"reviewers": ["owner"], "team_reviewers": None}, "team_reviewers: n"),
        ("POST", REVIEWERS, {"teams": ["core"]}, "reviewers: Field required"),
        ("DELETE", REVIEWERS, {"team_reviewers": ["core"]}, "reviewers: Field required"),
        ("POST", f"{REPO}/statuses/{HEAD}", {"state": "neutral"}, "state: Input should be"),
        ("GET", f"{REPO}/pulls?pages=2", None, "no parameter pages"),
        ("GET", f"{REPO}/pulls/1/reviewers", None, "no such endpoint here"),
        ("PUT", COMMENTS, {"body": "x"}, "no such endpoint here"),
    ],
)
def test_a_request_that_github_would_not_take_is_a_violation(
    state: GitHubState, method: str, path: str, body: Any, said: str
) -> None:
    comments = len(state.pulls[1].comments)
    with pytest.raises(AssertionError, match=said), github(state) as double:
        assert ask(double, path, method=method, body=body, token=PERSON).status in {400, 404, 422}
    assert len(state.pulls[1].comments) == comments


def test_a_state_that_does_not_hold_together_is_said(state: GitHubState) -> None:
    state.pulls[1].author = "nobody"
    with pytest.raises(AssertionError, match="no user nobody"), github(state) as double:
        assert ask(double, f"{REPO}/pulls/1").status == 500


def test_an_answer_that_github_would_not_give_is_a_violation(state: GitHubState) -> None:
    state.runs[21].event = None  # type: ignore[assignment]
    with pytest.raises(AssertionError, match="event: Input should be"), github(state) as double:
        assert ask(double, f"{REPO}/actions/runs/21").status == 200


def test_what_the_test_found_wrong_is_not_covered_by_violations(state: GitHubState) -> None:
    with pytest.raises(ZeroDivisionError), github(state) as double:
        _ = ask(double, "/nowhere").status / 0


@pytest.mark.parametrize(
    ("token", "headers", "status", "message"),
    [
        (None, {}, 401, "Requires authentication"),
        ("wrong", {}, 401, "Bad credentials"),
        (None, {"Authorization": "Basic ghs_loopback"}, 401, "Bad credentials"),
        (None, {"Authorization": "token ghs_loopback"}, 200, None),
        (build.TOKEN, {"User-Agent": ""}, 403, "Request forbidden by administrative rules."),
        (build.TOKEN, {"X-GitHub-Api-Version": "2022-11-28"}, 200, None),
        (build.TOKEN, {"X-GitHub-Api-Version": "2021-01-01"}, 400, "The API version is not"),
    ],
)
def test_only_a_good_token_comes_in(
    state: GitHubState, token: str | None, headers: dict[str, str], status: int, message: str | None
) -> None:
    with github(state) as double:
        came = ask(double, REPO, token=token, headers=headers)
    assert came.status == status
    assert message is None or came.data["message"].startswith(message)


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        (TokenKind.INSTALLATION, 403, "Resource not accessible by integration"),
        (TokenKind.FINE_GRAINED, 403, "Resource not accessible by personal access token"),
        (TokenKind.CLASSIC, 404, "Not Found"),
    ],
)
def test_each_kind_of_token_is_refused_in_its_words(
    state: GitHubState, kind: TokenKind, status: int, message: str
) -> None:
    state.tokens.append(Token(value="v", login="owner", kind=kind))
    with github(state) as double:
        for path in (f"{REPO}/pulls/1", f"{REPO}/actions/runs/21", "/orgs/org/teams/core/members"):
            came = ask(double, path, token="v")  # noqa: S106 - the loopback's own
            assert (came.status, came.data["message"]) == (status, message)


def test_what_is_public_can_be_read_without_permission_but_not_written(state: GitHubState) -> None:
    state.token.permissions.clear()
    state.repository.is_private = False
    with github(state) as double:
        assert ask(double, f"{REPO}/pulls/1").status == 200
        assert ask(double, "/orgs/org/teams/core/members").status == 403
        assert ask(double, COMMENTS, method="POST", body={"body": "x"}).status == 403


def test_read_is_not_write(state: GitHubState) -> None:
    state.token.permissions |= {"pull_requests": "read"}
    with github(state) as double:
        assert ask(double, COMMENTS).status == 200
        assert ask(double, COMMENTS, method="POST", body={"body": "x"}).status == 403


def test_an_installation_has_no_account_of_its_own(state: GitHubState) -> None:
    with github(state) as double:
        assert ask(double, "/user").status == 403
        assert ask(double, "/user", token=PERSON).data["login"] == "owner"


def test_another_repository_is_not_there(state: GitHubState) -> None:
    with github(state) as double:
        assert ask(double, "/repos/org/other/pulls/1").status == 404
        assert ask(double, "/repos/Org/Project/pulls/1").status == 200


def test_enterprise_and_numbers_lead_to_the_same(state: GitHubState) -> None:
    with github(state) as double:
        came = ask(double, f"{double.enterprise_url}/repositories/700/pulls/1")
        assert came.data["url"] == f"{double.url}/api/v3{REPO}/pulls/1"
        assert double.asked[0].path == f"{REPO}/pulls/1"


def test_links_are_those_that_github_documents(state: GitHubState) -> None:
    state.pulls[1].files = build.many_files(9)
    path = f"{REPO}/pulls/1/files?per_page=2"
    with github(state) as double:
        base = f"{double.url}/repositories/700/pulls/1/files?per_page=2&page="
        assert ask(double, path).links == {"next": f"{base}2", "last": f"{base}5"}
        middle = ask(double, f"{path}&page=3").links
        assert list(middle.items()) == [
            ("prev", f"{base}2"),
            ("next", f"{base}4"),
            ("last", f"{base}5"),
            ("first", f"{base}1"),
        ]
        assert ask(double, middle["last"]).links == {"prev": f"{base}4", "first": f"{base}1"}
        assert len(ask(double, middle["last"]).data) == 1
        assert ask(double, f"{path}&page=9").data == []


def test_pages_are_of_30_and_at_most_100_and_files_end_at_3000(state: GitHubState) -> None:
    state.pulls[1].files = build.many_files(3001)
    path = f"{REPO}/pulls/1/files"
    with github(state) as double:
        assert len(ask(double, path).data) == 30
        came = ask(double, f"{path}?per_page=500")
        assert len(came.data) == 100
        assert came.links["last"].endswith("page=30")
        assert ask(double, f"{REPO}/pulls/1").data["changed_files"] == 3001


def test_pulls_are_found_by_state_and_head(state: GitHubState) -> None:
    state.pulls[1].is_open = False
    with github(state) as double:

        def numbers(query: str) -> list[int]:
            return [each["number"] for each in ask(double, f"{REPO}/pulls{query}").data]

        assert numbers("") == [2]
        assert numbers("?state=all") == [2, 1]
        assert numbers("?state=closed") == [1]
        assert numbers("?state=all&head=org:topic") == [1]
        assert numbers("?state=all&head=Stranger:topic") == [2]
        assert numbers("?state=all&head=org:other") == []
        # GitHub takes no notice of a head without its owner.
        assert numbers("?state=all&head=other") == [2, 1]


def test_a_fork_that_is_gone_and_one_that_is_not(state: GitHubState) -> None:
    with github(state) as double:
        assert ask(double, f"{REPO}/pulls/2").data["head"]["repo"]["fork"] is True
        state.pulls[2].head_owner = ""
        assert ask(double, f"{REPO}/pulls/2").data["head"]["repo"] is None


def test_a_pending_review_is_seen_by_its_author_alone(state: GitHubState) -> None:
    build.review(state, state.pulls[1], "owner", "PENDING")
    with github(state) as double:
        path = f"{REPO}/pulls/1/reviews"
        assert len(ask(double, path).data) == 2
        assert "submitted_at" not in ask(double, path, token=PERSON).data[-1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"reviewers": ["owner", "ghost"]}, "Reviews may only be requested from collaborators."),
        ({"reviewers": ["owner", "outsider"]}, "Reviews may only be requested from collab"),
        ({"reviewers": ["owner", build.BOT]}, "Reviews may only be requested from collaborators."),
        ({"reviewers": ["owner", "author"]}, "Review cannot be requested from pull request author"),
        ({"reviewers": ["owner"], "team_reviewers": ["core"]}, "Validation Failed"),
        ({"reviewers": ["owner"], "team_reviewers": ["none"]}, "Reviews may only be requested"),
        ({"reviewers": [f"r{n}" for n in range(16)]}, "Reviews can be requested from at most 15"),
    ],
)
def test_one_bad_reviewer_refuses_the_whole_call(
    state: GitHubState, body: dict[str, list[str]], message: str
) -> None:
    build.add_user(state, "outsider", "none")
    for number in range(16):
        build.add_user(state, f"r{number}")
    with github(state) as double:
        came = ask(double, REVIEWERS, method="POST", body=body)
        assert came.status == 422
        assert came.data["message"].startswith(message)
        assert ask(double, REVIEWERS).data["users"] == []


@pytest.mark.parametrize(
    ("given", "is_private", "told"),
    [
        ("none", True, "none"),
        ("none", False, "read"),
        ("triage", True, "read"),
        ("write", False, "write"),
        ("maintain", True, "write"),
        ("admin", True, "admin"),
    ],
)
def test_everybody_can_read_what_is_public(
    state: GitHubState, given: str, told: str, *, is_private: bool
) -> None:
    build.add_user(state, "outsider", given)
    state.repository.is_private = is_private
    with github(state) as double:
        came = ask(double, f"{REPO}/collaborators/outsider/permission")
        assert came.data["permission"] == told
        assert ask(double, f"{REPO}/collaborators/ghost/permission").status == 404


def test_who_has_reviewed_is_not_asked_any_more(state: GitHubState) -> None:
    with github(state) as double:
        ask(double, REVIEWERS, method="POST", body={"reviewers": ["owner", "reviewer"]})
        build.review(state, state.pulls[1], "reviewer")
        assert [each["login"] for each in ask(double, REVIEWERS).data["users"]] == ["owner"]


def test_reviewers_are_requested_once_and_can_be_taken_back(state: GitHubState) -> None:
    pull = state.pulls[1]
    pull.requested_teams, pull.events = [], []
    body = {"reviewers": ["Owner", "owner", "reviewer"], "team_reviewers": ["core"]}
    with github(state) as double:
        for _ in range(2):
            came = ask(double, REVIEWERS, method="POST", body=body, token=PERSON)
            assert [each["login"] for each in came.data["requested_reviewers"]] == [
                "owner",
                "reviewer",
            ]
        ask(double, REVIEWERS, method="DELETE", body={"reviewers": ["owner", "author"]})
        assert [each["login"] for each in ask(double, REVIEWERS).data["users"]] == ["reviewer"]
        events = ask(double, f"{REPO}/issues/1/events").data
    assert [(e["event"], e["actor"]["login"]) for e in events] == [
        ("review_requested", "owner"),
        ("review_requested", "owner"),
        ("review_requested", "owner"),
        ("review_request_removed", build.BOT),
    ]


@pytest.mark.parametrize(
    ("text", "status"),
    [("x" * 65_536, 201), ("x" * 65_537, 422), ("\U0001f600" * 32_769, 422), (" \n", 422)],
    ids=["most", "too long", "too long in UTF-16", "blank"],
)
def test_comments_have_a_length(state: GitHubState, text: str, status: int) -> None:
    with github(state) as double:
        came = ask(double, COMMENTS, method="POST", body={"body": text})
        assert came.status == status
        assert status == 201 or came.data["errors"][0]["resource"] == "IssueComment"
        came = ask(double, f"{REPO}/issues/comments/31", method="PATCH", body={"body": text})
        assert came.status == {201: 200}.get(status, status)


def test_comments_that_are_gone_or_locked_are_refused(state: GitHubState) -> None:
    one = f"{REPO}/issues/comments/31"
    with github(state) as double:
        assert ask(double, one, method="DELETE").status == 204
        assert ask(double, one, method="DELETE").status == 404
        assert ask(double, one, method="PATCH", body={"body": "x"}).status == 404
        state.pulls[1].is_locked = True
        assert ask(double, COMMENTS, method="POST", body={"body": "x"}).status == 403


@pytest.mark.parametrize(
    ("sha", "body", "status"),
    [
        (HEAD, {"description": "d" * 140, "target_url": None}, 201),
        (HEAD, {"description": "d" * 141}, 422),
        (HEAD, {"target_url": "javascript:x"}, 422),
        ("b" * 40, {}, 422),
    ],
)
def test_statuses_have_their_limits(
    state: GitHubState, sha: str, body: dict[str, str], status: int
) -> None:
    with github(state) as double:
        path = f"{REPO}/statuses/{sha}"
        assert ask(double, path, method="POST", body={"state": "success", **body}).status == status


def test_the_newest_status_of_a_context_counts(state: GitHubState) -> None:
    with github(state) as double:
        for context, value in (("a", "failure"), ("a", "success"), ("b", "pending")):
            body = {"state": value, "context": context}
            ask(double, f"{REPO}/statuses/{HEAD}", method="POST", body=body)
        came = ask(double, f"{REPO}/commits/{HEAD}/status").data
        assert (came["state"], came["total_count"]) == ("pending", 2)
        newest_first = ask(double, f"{REPO}/commits/{HEAD}/statuses").data
        assert [each["context"] for each in newest_first] == ["b", "a", "a"]


def test_trees_and_files_have_the_ids_that_git_gives_them(state: GitHubState, repo: Repo) -> None:
    repo.write({"a-b/x": "1", "a/deep/y.txt": "2\n", "a.py": b"\x00\xff"})
    (repo.path / "link").symlink_to("a.py")
    sha = repo.commit()
    mirror(state, repo)
    listed = [line.split(None, 3) for line in repo.git("ls-tree", "-r", "-t", sha).splitlines()]
    with github(state) as double:
        assert ask(double, f"{REPO}/branches/main").data["commit"]["sha"] == sha
        came = ask(double, f"{REPO}/git/trees/{sha}?recursive=1").data
        shown = [[e["mode"], e["type"], e["sha"], e["path"]] for e in came["tree"]]
        assert shown == listed
        root = repo.git("rev-parse", f"{sha}^{{tree}}")
        flat = ask(double, f"{REPO}/git/trees/{root}").data["tree"]
        assert [each["path"] for each in flat] == ["a-b", "a.py", "a", "link"]
        folder = ask(double, f"{REPO}/git/trees/{flat[2]['sha']}?recursive=0").data["tree"]
        assert [each["path"] for each in folder] == ["deep", "deep/y.txt"]
        raw = {"Accept": "application/vnd.github.raw+json"}
        assert ask(double, f"{REPO}/git/blobs/{flat[1]['sha']}", headers=raw).body == b"\x00\xff"
        state.tree_limit = 2
        cut = ask(double, f"{REPO}/git/trees/main?recursive=1").data
        assert (cut["truncated"], len(cut["tree"])) == (True, 2)


def test_runs_are_found_by_their_head(state: GitHubState) -> None:
    with github(state) as double:
        came = ask(double, f"{REPO}/actions/runs?head_sha={HEAD}&event=pull_request").data
        assert [each["id"] for each in came["workflow_runs"]] == [21]
        state.runs[21].conclusion = None
        came = ask(double, f"{REPO}/actions/runs?status=completed").data
        assert [each["head_repository"]["fork"] for each in came["workflow_runs"]] == [True]


def test_artifacts_lie_on_another_host_that_takes_no_token(state: GitHubState) -> None:
    path = f"{REPO}/actions/artifacts/41/zip"
    with github(state) as double:
        there = ask(double, path).headers["Location"]
        assert not there.startswith(double.url)
        assert ask(double, there, token=None).body == state.artifacts[41].data
        assert ask(double, there).status == 400
        assert ask(double, there.partition("?")[0], token=None).status == 403
        assert ["Authorization" in each.headers for each in double.elsewhere] == [0, 1, 0]
        state.artifacts[41].is_expired = True
        assert ask(double, path).status == 410


def test_the_allowance_is_told_and_ends(state: GitHubState) -> None:
    state.rate.limit = 2
    with github(state) as double:
        left = [ask(double, REPO).headers["X-RateLimit-Remaining"] for _ in range(2)]
        assert left == ["1", "0"]
        assert ask(double, REPO).status == 403
