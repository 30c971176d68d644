"""What goes wrong with the loopback GitHub on purpose; and a real client that believes it."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from github import Auth, Github, GithubException

from tests.support.github import Double, GitHubState, build, faults, github
from tests.support.github.ask import PATIENCE, Came, ask
from tests.support.github.faults import Fault
from tests.support.github.server import _LONGEST_HANG, _Api, _Server

REPO: Final = "/repos/org/project"
COMMENTS: Final = f"{REPO}/issues/1/comments"
FILES: Final = f"{REPO}/pulls/1/files"
# How long to wait for what will not come, in seconds. What will come gets all the time it needs.
SHORT: Final = 0.3


@pytest.fixture
def state() -> GitHubState:
    """One pull request with five files."""
    made = build.started("owner", "reviewer")
    pull = build.open_pull(made)
    pull.files = build.many_files(5)
    return made


def _comment(double: Double, patience: float = PATIENCE) -> Came:
    return ask(double, COMMENTS, method="POST", body={"body": "x"}, patience=patience)


def _connection(double: Double) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(double.url.removeprefix("http://"), timeout=PATIENCE)


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (faults.bad_credentials(), 401, {}),
        (faults.read_only(), 403, {"Retry-After": None, "X-RateLimit-Remaining": "1000"}),
        (faults.missing(), 404, {}),
        (faults.rejected("Bad."), 422, {}),
        (faults.secondary_limit(), 403, {"Retry-After": None, "X-RateLimit-Remaining": "1000"}),
        (faults.secondary_limit(429, 60), 429, {"Retry-After": "60"}),
        (faults.too_many(), 429, {"Retry-After": None}),
        (faults.too_many(7), 429, {"Retry-After": "7"}),
        (
            faults.rate_limited(1_800_000_000),
            403,
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"},
        ),
        (faults.broken(500), 500, {}),
        (faults.broken(502), 502, {}),
        (faults.broken(503), 503, {}),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_a_refusal_stands_in_for_the_work(
    state: GitHubState, fault: Fault, status: int, headers: dict[str, str | None]
) -> None:
    with github(state) as double:
        double.fail("POST", "/comments$", fault)
        came = _comment(double)
        assert came.status == status
        assert came.data["status"] == str(status)
        assert {name: came.headers.get(name) for name in headers} == headers
        assert state.pulls[1].comments == []
        assert _comment(double).status == 201


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_answer_may_be_lost_after_the_work(state: GitHubState, status: int) -> None:
    with github(state) as double:
        double.fail("POST", "/comments$", faults.broken(status, does=True))
        assert _comment(double).status == status
    assert len(state.pulls[1].comments) == 1


@pytest.mark.parametrize("does", [False, True])
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (faults.reset, ConnectionResetError),
        (faults.hang, TimeoutError),
    ],
)
def test_a_connection_may_end_before_or_after_the_work(
    state: GitHubState, make: Callable[..., Fault], error: type[Exception], *, does: bool
) -> None:
    with github(state) as double:
        double.fail("POST", "/comments$", make(does=does))
        with pytest.raises(error) as ended:
            _comment(double, SHORT if make is faults.hang else PATIENCE)
        assert type(ended.value) is error
    assert len(state.pulls[1].comments) == does


def test_a_connection_may_end_within_the_answer(state: GitHubState) -> None:
    with github(state) as double:
        double.fail("POST", "/comments$", faults.cut_off())
        with pytest.raises(http.client.IncompleteRead):
            _comment(double)
    assert len(state.pulls[1].comments) == 1


def test_a_body_may_drip(state: GitHubState) -> None:
    with github(state) as double:
        double.fail("GET", "/files", faults.drip())
        connection = _connection(double)
        connection.request("GET", FILES)
        answer = connection.getresponse()
        assert [answer.read(1) for _ in range(3)] == [b" "] * 3
        connection.close()


def test_what_hangs_is_released_at_the_end(state: GitHubState) -> None:
    started = time.monotonic()
    with github(state) as double:
        double.fail("GET", "/files", faults.hang())
        connection = _connection(double)
        connection.request("GET", FILES)
    assert time.monotonic() - started < _LONGEST_HANG / 2
    # Nothing was sent, and then the end: whoever waits learns that nothing will come.
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()


def _is_half(came: Came) -> bool:
    with pytest.raises(json.JSONDecodeError):
        json.loads(came.body)
    return came.body.startswith(b'[{"sha"') and came.status == 200


@pytest.mark.parametrize(
    ("fault", "is_so"),
    [
        (faults.half_json(), _is_half),
        (faults.html(), lambda came: came.headers["Content-Type"].startswith("text/html")),
        (faults.html(503), lambda came: came.status == 503),
        (faults.wrong_shape(), lambda came: list(came.data) == ["items"]),
        (faults.edited(lambda data: [{}, *data]), lambda came: came.data[0] == {}),
        (faults.huge(5_000_000), lambda came: came.data == [] and len(came.body) == 5_000_000),
        (faults.short_page(), lambda came: len(came.data) == 1 and came.links == {}),
        (faults.unsized(), lambda came: "Content-Length" not in came.headers and len(came.data)),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_a_page_may_be_spoilt(
    state: GitHubState, fault: Fault, is_so: Callable[[Came], bool]
) -> None:
    with github(state) as double:
        double.fail("*", r"/files\?", fault)
        assert is_so(ask(double, f"{FILES}?per_page=2"))
        healthy = ask(double, f"{FILES}?per_page=2")
        assert len(healthy.data) == 2
        assert healthy.links["next"].endswith("page=2")


def test_the_next_page_may_be_this_one_or_nowhere_near(state: GitHubState) -> None:
    with github(state) as double:
        double.fail("GET", "/files", faults.same_next())
        double.fail("GET", "/files", faults.foreign_next())
        double.fail("GET", "/files", faults.redirected())
        page = f"{FILES}?per_page=2"
        assert ask(double, page).links == {"next": double.url + page}
        there = ask(double, page).links["next"]
        assert there.startswith(double.elsewhere_url)
        assert ask(double, page).headers["Location"].startswith(double.elsewhere_url)
        ask(double, there)
        assert [each.path for each in double.elsewhere] == ["/page"]
        assert "Authorization" in double.elsewhere[0].headers


def test_a_fault_waits_for_its_turn_and_ends(state: GitHubState) -> None:
    with github(state) as double:
        double.fail("GET", "[?&]page=2", faults.broken(), times=2, skip=1)
        asked = [ask(double, f"{FILES}?per_page=2&page={page}").status for page in (1, 2, 2, 2, 2)]
    assert asked == [200, 200, 502, 502, 200]


def test_a_fault_may_last(state: GitHubState) -> None:
    with github(state) as double:
        double.fail("*", "", faults.broken(), times=faults.ALWAYS)
        assert {ask(double, FILES).status for _ in range(5)} == {502}


def test_the_other_host_may_fail_too(state: GitHubState) -> None:
    left = build.artifact(state, build.run(state, state.pulls[1]), {"report.json": b"{}"})
    with github(state) as double:
        there = ask(double, f"{REPO}/actions/artifacts/{left.id}/zip").headers["Location"]
        double.fail("GET", "^/artifacts/", faults.broken(500))
        double.fail("GET", "^/artifacts/", faults.cut_off())
        assert ask(double, there, token=None).status == 500
        with pytest.raises(http.client.IncompleteRead):
            ask(double, there, token=None)
        assert ask(double, there, token=None).body == left.data


def test_who_does_not_wait_is_served_all_the_same(state: GitHubState) -> None:
    double = Double(state=state)
    server = _Server(("127.0.0.1", 0), _Api)
    server.double = double
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
        connection.request("GET", REPO)
        connection.close()
    server.drain()
    server.server_close()
    assert len(double.asked) == 3


def test_a_fault_that_never_happened_is_a_mistake_of_the_test(state: GitHubState) -> None:
    with (
        pytest.raises(AssertionError, match="never happened: POST /coments: 404"),
        github(state) as double,
    ):
        double.fail("POST", "/coments", faults.missing())


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_a_real_client_believes_it(state: GitHubState, prefix: str) -> None:
    pull = state.pulls[1]
    pull.files = build.many_files(35)
    build.review(state, pull, "reviewer")
    build.event(state, pull, "review_requested", "owner", reviewer="reviewer")
    build.push(state, {"docs/a.md": "text\n"})
    with github(state) as double, _client(double.url + prefix) as client:
        repository = client.get_repo("org/project")
        assert [each.number for each in repository.get_pulls(state="open")] == [1]
        seen = repository.get_pull(1)
        assert seen.user.login == "author"
        assert len(list(seen.get_files())) == 35
        assert [(each.user.login, each.state) for each in seen.get_reviews()] == [
            ("reviewer", "APPROVED")
        ]
        assert [each.event for each in seen.get_issue_events()] == ["review_requested"]
        made = seen.create_issue_comment("Hello")
        made.edit("Other")
        assert [each.body for each in seen.get_issue_comments()] == ["Other"]
        made.delete()
        seen.create_review_request(reviewers=["owner"])
        assert [each.login for each in seen.get_review_requests()[0]] == ["owner"]
        tree = repository.get_git_tree("main", recursive=True).tree
        assert [each.path for each in tree] == ["docs", "docs/a.md"]
        assert repository.get_git_blob(tree[1].sha).size == 5
        assert repository.get_branch("main").commit.sha == state.branches["main"]
        assert repository.get_collaborator_permission("owner") == "write"
    assert pull.requested_users == ["owner"]
    assert pull.comments == []


def test_a_real_client_is_refused_like_by_github(state: GitHubState) -> None:
    with github(state) as double, _client(double.url) as client:
        seen = client.get_repo("org/project").get_pull(1)
        with pytest.raises(GithubException) as refused:
            seen.create_review_request(reviewers=["author"])
    assert refused.value.status == 422
    data: Any = refused.value.data
    assert data["message"] == "Review cannot be requested from pull request author."


def _client(url: str) -> Github:
    return Github(
        base_url=url,
        auth=Auth.Token(build.TOKEN),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
