"""Answers that are late, too long, cut off, of another shape, or lead astray: nothing is known."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from qgate.errors import Incomplete
from qgate.system.github.client import GitHub
from tests.integration.github_client import MANY, TOKEN, Asked, asked, client_of
from tests.support.github import build, faults
from tests.support.github.faults import Fault
from tests.support.github.state import GitHubState, Pull
from tests.support.patience import Clock
from tests.support.scripted import Reply, Request, scripted

USER = {"id": 1, "login": "alice", "type": "User"}
SHA = "5" * 40


def started() -> tuple[GitHubState, Pull]:
    state = build.started("alice")
    pull = build.open_pull(state, "a.py")
    return state, pull


@pytest.mark.parametrize(
    "reply", [Reply(drips="head"), Reply(drips="body"), Reply(is_silent=True)], ids=str
)
def test_an_answer_that_never_ends_is_left_in_time(reply: Reply) -> None:
    began = time.monotonic()
    with scripted(reply) as script:
        client = client_of(script, whole=0.3, tries=1)
        with pytest.raises(Incomplete, match=r"no whole answer within 0\.3 s"):
            client.account("alice")
        assert time.monotonic() - began < 3


def test_silence_is_left_after_the_time_between_two_bytes() -> None:
    with scripted(Reply(is_silent=True)) as script:
        client = client_of(script, read=0.2, whole=20.0, tries=1)
        with pytest.raises(Incomplete, match="no answer in time"):
            client.account("alice")


def test_time_lost_in_silence_counts_as_waiting() -> None:
    clock = Clock()

    def silent(_: Request) -> Reply:
        clock.now += 100
        return Reply(is_cut=True)

    with scripted(silent) as script:
        with pytest.raises(Incomplete, match="asked 2 times"):
            client_of(script, clock).account("alice")
        assert len(script.asked) == 2


@pytest.mark.parametrize("size", [1001, 5_000_000])
def test_an_answer_that_is_too_long_is_not_read_to_its_end(size: int) -> None:
    with scripted(Reply(body=b"[" + b" " * (size - 2) + b"]")) as script:
        with pytest.raises(Incomplete, match="larger than 1,000 bytes"):
            client_of(script, bytes=1000).account("alice")
        assert len(script.asked) == 1


def test_an_answer_that_was_compressed_unasked_is_not_unpacked() -> None:
    with scripted(Reply(body=b"x", headers=(("Content-Encoding", "gzip"),))) as script:
        with pytest.raises(Incomplete, match="compressed"):
            client_of(script).account("alice")
        assert script.asked[0].headers["accept-encoding"] == "identity"


def test_an_answer_that_is_cut_off_is_none() -> None:
    with scripted(Reply(body=USER, length=500), Reply(body=USER)) as script:
        assert client_of(script).account("alice").login == "alice"
        assert len(script.asked) == 2


WRONG_IDS: list[Any] = ["1", None, True, 0, -1, 1.5, []]
WRONG_LOGINS: list[Any] = [None, 1, {}]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[[", b"hello", b"null", b'"x"', b"\xff\xfe", b"[" * 90_000, b"1" * 9_000),
        *(b"{}", b"[]", b"[1]", b'{"id": 1e999}', b'{"id": NaN}'),
        *({**USER, "id": value} for value in WRONG_IDS),
        *({**USER, "login": value} for value in WRONG_LOGINS),
        *({key: USER[key] for key in USER if key != name} for name in USER),
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_is_no_account_is_no_answer(body: Any) -> None:
    with scripted(Reply(body=body)) as script, pytest.raises(Incomplete) as caught:
        client_of(script).account("alice")
    assert caught.value.reason == "github-unreachable"
    assert str(caught.value).startswith("the account alice: GitHub's answer ")


READS: dict[str, Callable[[GitHub], object]] = {
    "branch": lambda client: client.branch_sha("main"),
    "comments": lambda client: client.comments(1),
    "events": lambda client: client.history(1),
    "files": lambda client: client.files(client.pull(1)),
    "pull": lambda client: client.pull(1),
    "pulls": lambda client: client.open_pulls_with_head("org", "topic", SHA),
    "requested": lambda client: client.requested(1),
    "reviews": lambda client: client.reviews(1),
    "run": lambda client: client.run(1),
    "runs": lambda client: client.runs_of(SHA),
    "artifacts": lambda client: client.artifacts(1),
    "tree": lambda client: client.files_at(SHA, ["a"], []),
    "user": lambda client: client.me(),
    "permission": lambda client: client.unreadable(["alice"]),
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize(
    "fault",
    [faults.html(), faults.wrong_shape(), faults.half_json(), faults.edited(lambda _: [{}])],
    ids=["html", "wrong shape", "half", "empty"],
)
def test_every_read_refuses_what_is_not_its_shape(name: str, fault: Fault) -> None:
    state, pull = started()
    build.review(state, pull, "alice")
    build.comment(state, pull, "alice", "x")
    build.event(state, pull, "review_request_removed", "alice", reviewer="author")
    run = build.run(state, pull)
    run.id, run.head_sha = 1, SHA
    state.runs = {1: run}
    build.artifact(state, run, {})
    state.commits[SHA] = {"a": b"1"}
    token = build.organization_token(state)
    with asked(state, token=token.value) as github:
        github.double.fail("GET", "", fault, times=MANY)
        with pytest.raises(Incomplete) as caught:
            READS[name](github.client)
    assert caught.value.reason == "github-unreachable"
    assert github.clock.waits == []


def listing(count: int) -> tuple[GitHubState, Pull]:
    state, pull = started()
    for number in range(count):
        build.comment(state, pull, "alice", f"{number}")
    return state, pull


def no_list(github: Asked, said: str) -> None:
    with pytest.raises(Incomplete, match=said) as caught:
        github.client.comments(1)
    assert caught.value.reason == "github-unreachable"


def test_a_page_whose_next_is_itself_ends_in_an_error_and_not_in_a_loop() -> None:
    with asked(listing(3)[0]) as github:
        github.double.fail("GET", "/comments", faults.same_next(), times=MANY)
        no_list(github, "round in circles")
        assert len(github.paths) == 2


def test_a_next_page_elsewhere_is_not_asked_for() -> None:
    with asked(listing(3)[0]) as github:
        github.double.fail("GET", "/comments", faults.foreign_next())
        no_list(github, "at another address")
    assert github.double.elsewhere == []


def test_a_list_that_ends_before_its_last_page_is_not_whole() -> None:
    with asked(listing(350)[0]) as github:
        github.double.fail("GET", "page=2", faults.short_page())
        no_list(github, "ends at page 2 of 4")


def test_a_list_of_too_many_pages_is_not_read() -> None:
    with asked(listing(301)[0], pages=3) as github:
        no_list(github, "more than 3 pages")
        assert len(github.paths) == 3


def test_pages_that_never_end_are_not_read_for_ever() -> None:
    def page(_: Request) -> Reply:
        number = len(script.asked)
        link = f'<{script.url}/repos/o/r/x?page={number}>; rel="next"'
        return Reply(body=[], headers=(("Link", link),))

    with scripted(page) as script:
        with pytest.raises(Incomplete, match="more than 7 pages"):
            client_of(script, pages=7).comments(1)
        assert len(script.asked) == 7


def test_an_item_that_comes_again_on_the_next_page_is_one() -> None:
    state, pull = listing(150)
    with asked(state) as github:
        # Somebody takes a comment away between two pages, and somebody adds one.
        twice = {"id": pull.comments[99].id, "body": "newer"}
        github.double.fail(
            "GET", "page=2", faults.edited(lambda data: [{**data[0], **twice}, *data])
        )
        found = github.client.comments(1)
    assert len(found) == 150
    assert found[99].body == "newer"


@pytest.mark.parametrize("name", ["runs", "artifacts"])
def test_a_list_shorter_than_its_count_is_not_whole(name: str) -> None:
    state, pull = started()
    run = build.run(state, pull)
    for _ in range(3):
        build.artifact(state, run, {})
        build.run(state, pull)
    with asked(state) as github:
        github.double.fail("GET", f"/{name}", faults.short_page())
        ask: dict[str, Callable[[], object]] = {
            "runs": lambda: github.client.runs_of(pull.head_sha),
            "artifacts": lambda: github.client.artifacts(run.id),
        }
        with pytest.raises(Incomplete, match=r"and says that there are [34]"):
            ask[name]()


def test_a_short_list_of_files_is_told_to_be_incomplete() -> None:
    state, pull = started()
    pull.files = build.many_files(4)
    with asked(state) as github:
        whole = github.client.pull(pull.number)
        github.double.fail("GET", "/files", faults.short_page())
        found = github.client.files(whole)
    assert len(found.files) == 2
    assert not found.is_complete


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_repository_is_followed_within_the_api(status: int) -> None:
    with scripted(
        Reply(status=status, headers=(("Location", "/repositories/7/pulls/1/reviews"),)),
        Reply(body=[]),
    ) as script:
        assert client_of(script).reviews(1) == ()
        assert [each.path for each in script.asked] == [
            "/repos/o/r/pulls/1/reviews?per_page=100",
            "/repositories/7/pulls/1/reviews",
        ]
        assert all("authorization" in each.headers for each in script.asked)


@pytest.mark.parametrize(
    "location",
    [
        *("http://example.com/user", "https://example.com/user", "//example.com/user"),
        *("ftp://127.0.0.1/x", "file:///etc/passwd", "http://[::1", "http://127.0.0.1:1/x"),
    ],
)
def test_a_redirect_out_of_the_api_is_not_followed(location: str) -> None:
    with scripted(Reply(status=302, headers=(("Location", location),))) as script:
        with pytest.raises(Incomplete, match="GitHub redirects it to"):
            client_of(script).account("alice")
        assert len(script.asked) == 1


def test_redirects_in_circles_end() -> None:
    with scripted(Reply(status=302, headers=(("Location", "/users/alice"),))) as script:
        with pytest.raises(Incomplete, match="in circles"):
            client_of(script).account("alice")
        assert len(script.asked) == 6


def test_a_redirect_out_of_the_prefix_is_not_followed() -> None:
    with scripted(Reply(status=302, headers=(("Location", "/login"),))) as script:
        client = GitHub(token=TOKEN, repository="o/r", url=f"{script.url}/api/v3")
        with pytest.raises(Incomplete, match="token must not go"):
            client.account("alice")
        assert [each.path for each in script.asked] == ["/api/v3/users/alice"]


def test_the_body_of_a_redirect_is_not_read_without_a_bound() -> None:
    first = Reply(status=302, body=b"x" * 1001, headers=(("Location", "/users/alice"),))
    with scripted(first) as script:
        with pytest.raises(Incomplete, match="larger than 1,000 bytes"):
            client_of(script, bytes=1000).account("alice")
        assert len(script.asked) == 1


@pytest.mark.parametrize("status", [300, 304, 400, 409, 418, 451])
def test_an_answer_that_is_neither_yes_nor_no_is_none(status: int) -> None:
    with scripted(Reply(status=status, body={"message": "hm"})) as script:
        with pytest.raises(Incomplete, match=f"GitHub answered {status}"):
            client_of(script).account("alice")
        assert len(script.asked) == 1
