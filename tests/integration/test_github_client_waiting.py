"""How the GitHub client waits, and when it gives up. Nobody sleeps: the clock is the test's."""

import pytest

from qgate.errors import Incomplete
from tests.integration.github_client import MANY, Asked, asked, client_of
from tests.support.github import build, faults
from tests.support.github.faults import Fault
from tests.support.github.state import GitHubState
from tests.support.patience import Clock
from tests.support.scripted import Reply, scripted

USER = {"id": 1, "login": "alice", "type": "User"}


def started() -> GitHubState:
    return build.started("alice")


def gives_up(github: Asked, reason: str) -> Incomplete:
    with pytest.raises(Incomplete) as caught:
        github.client.account("alice")
    assert caught.value.reason == reason
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
        *(faults.broken(status) for status in (500, 502, 503)),
        *(faults.reset(), faults.cut_off(), faults.html(504)),
    ],
    ids=lambda fault: fault.name,
)
def test_a_read_is_repeated_after_a_wait_that_doubles(fault: Fault) -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", fault, times=3)
        assert github.client.account("alice").login == "alice"
    assert github.clock.waits == [1, 2, 4]


@pytest.mark.parametrize("fault", [faults.broken(), faults.reset()], ids=["502", "reset"])
def test_a_read_is_not_repeated_for_ever(fault: Fault) -> None:
    with asked(started(), tries=4) as github:
        github.double.fail("GET", "", fault, times=MANY)
        error = gives_up(github, "github-unreachable")
        assert len(github.paths) == 4
    assert "asked 4 times" in str(error)
    assert github.clock.waits == [1, 2, 4]


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (faults.too_many(), 60),
        (faults.too_many(5), 5),
        (faults.secondary_limit(), 60),
        (faults.secondary_limit(429), 60),
        (faults.secondary_limit(403, 30), 30),
        (faults.rate_limited(int(Clock().now) + 90), 91),
        (faults.rate_limited(int(Clock().now) + 90, 429), 91),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else str(value),
)
def test_a_limit_is_waited_for_as_long_as_github_says(fault: Fault, waits: float) -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", fault)
        assert github.client.account("alice").login == "alice"
    assert github.clock.waits == [waits]


@pytest.mark.parametrize(
    "fault",
    [faults.too_many(121), faults.rate_limited(int(Clock().now) + 3600)],
    ids=["retry-after", "reset"],
)
def test_a_limit_beyond_the_patience_is_not_waited_for_at_all(fault: Fault) -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", fault)
        error = gives_up(github, "github-rate-limited")
    assert github.clock.waits == []
    assert error.hint.startswith("run it again after 2027-01-15 ")


def test_when_the_limit_ends_is_told() -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", faults.too_many(3600))
        error = gives_up(github, "github-rate-limited")
    assert error.hint == "run it again after 2027-01-15 09:00:00 UTC, when GitHub answers again"
    assert "answered 429 (Too many requests)" in str(error)


def test_a_reset_in_the_far_future_is_told_as_well() -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", faults.rate_limited(10**11))
        gives_up(github, "github-rate-limited")


def test_a_limit_without_headers_is_waited_for_once() -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", faults.secondary_limit(), times=MANY)
        gives_up(github, "github-rate-limited")
    # 60 and 120 more would be longer than 120 in all.
    assert github.clock.waits == [60]


def test_the_waits_of_all_requests_together_are_bounded() -> None:
    with asked(started()) as github:
        github.double.fail("GET", "", faults.too_many(50), times=1)
        github.client.account("alice")
        github.double.fail("GET", "", faults.too_many(60), times=1)
        github.client.account("alice")
        github.double.fail("GET", "", faults.too_many(11), times=1)
        gives_up(github, "github-rate-limited")
    assert github.clock.waits == [50, 60]


def test_a_refusal_is_not_waited_for_though_it_tells_of_an_allowance() -> None:
    state = started()
    state.rate.used, state.rate.limit = 5, 1000
    with asked(state) as github:
        github.double.fail("GET", "", faults.read_only())
        with pytest.raises(Exception, match="403"):
            github.client.account("alice")
    assert github.clock.waits == []


def test_an_answer_that_is_not_ready_is_asked_for_again() -> None:
    clock = Clock()
    with scripted(Reply(status=202, body={}), Reply(body=USER)) as script:
        assert client_of(script, clock).account("alice").login == "alice"
    assert clock.waits == [1]


def test_jitter_is_that_of_the_patience() -> None:
    clock = Clock()
    with scripted(Reply(status=502), Reply(body=USER)) as script:
        client_of(script, clock, chance=lambda: 0.25).account("alice")
    assert clock.waits == [0.75]


def test_a_service_that_is_not_there_is_tried_again_and_then_unreachable() -> None:
    with scripted(Reply()) as script:
        pass
    clock = Clock()
    with pytest.raises(Incomplete, match="the connection failed, asked 5 times"):
        client_of(script, clock).account("alice")
    assert clock.waits == [1, 2, 4, 8]


def test_even_a_comment_is_tried_again_where_nothing_was_sent() -> None:
    with scripted(Reply()) as script:
        pass
    clock = Clock()
    with pytest.raises(Incomplete, match="asked 5 times"):
        client_of(script, clock).create_comment(1, "x")
    assert clock.waits == [1, 2, 4, 8]
