"""The waiting rule: given an answer and the time, how long, or not at all."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.system.github import retrying
from qgate.system.github.retrying import Pause

NOW = 1_800_000_000.0
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."
INTEGRATION = "Resource not accessible by integration"


def pause(
    status: int,
    message: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    tried: int = 1,
) -> Pause | None:
    return retrying.after_answer(
        status, headers or {}, message, method=method, tried=tried, now=NOW, chance=0.5
    )


def used_up(reset: float) -> dict[str, str]:
    return {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{reset:.0f}"}


def limit(seconds: float) -> Pause:
    return Pause(seconds=seconds, is_limit=True)


@pytest.mark.parametrize("status", [200, 201, 204, 301, 304, 400, 401, 404, 409, 410, 422, 451])
def test_an_answer_that_says_something_is_the_last_word(status: int) -> None:
    assert pause(status) is None


def test_a_refusal_is_no_rate_limit() -> None:
    some_left = {"x-ratelimit-remaining": "987", "x-ratelimit-reset": "9"}
    assert pause(403, INTEGRATION, some_left) is None
    assert pause(403) is None


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_in_seconds_goes_before_all_else(status: int) -> None:
    assert pause(status, SECONDARY, {"retry-after": "7", **used_up(NOW + 900)}) == limit(7)


@pytest.mark.parametrize("headers", [{"retry-after": "60"}, used_up(NOW + 59)], ids=str)
def test_a_header_makes_a_limit_of_any_403(headers: dict[str, str]) -> None:
    assert pause(403, INTEGRATION, headers) == limit(60)


def test_retry_after_may_be_a_date() -> None:
    assert pause(429, headers={"retry-after": "Fri, 15 Jan 2027 08:01:00 GMT"}) == limit(60)


def test_a_date_that_is_over_asks_for_no_wait() -> None:
    assert pause(429, headers={"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}) == limit(0)


@pytest.mark.parametrize("said", ["soon", "-5", "1e9", "٣", "1" * 40, "Fri, 99 Jan 2027", " "])
def test_a_retry_after_that_says_nothing_is_a_minute(said: str) -> None:
    assert pause(429, headers={"retry-after": said}) == limit(60)


@pytest.mark.parametrize("status", [403, 429])
def test_a_used_up_allowance_is_waited_for_until_its_reset(status: int) -> None:
    assert pause(status, "API rate limit exceeded", used_up(NOW + 90)) == limit(91)


def test_a_reset_that_is_over_is_a_minute() -> None:
    assert pause(403, "API rate limit exceeded", used_up(NOW - 90)) == limit(60)


def test_a_reset_means_nothing_while_some_is_left() -> None:
    told = {**used_up(NOW + 9000), "x-ratelimit-remaining": "5"}
    assert pause(403, SECONDARY, told) == limit(60)


@pytest.mark.parametrize(
    ("status", "said"),
    [(403, SECONDARY), (403, "You have triggered an abuse detection mechanism."), (429, "")],
)
def test_a_secondary_limit_without_headers_is_at_least_a_minute_and_doubles(
    status: int, said: str
) -> None:
    assert [pause(status, said, tried=each) for each in (1, 2, 3)] == [
        *(limit(60), limit(120), limit(240))
    ]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_broken_answer_is_asked_again_after_a_wait_that_doubles(status: int) -> None:
    assert [pause(status, tried=each) for each in (1, 2, 3, 4)] == [
        *(Pause(seconds=each) for each in (1, 2, 4, 8))
    ]


def test_a_broken_answer_may_say_how_long() -> None:
    assert pause(503, headers={"retry-after": "30"}) == Pause(seconds=30)


def test_what_is_not_ready_is_asked_for_again_but_not_written_again() -> None:
    assert pause(202) == Pause(seconds=1)
    assert pause(202, method="POST") is None


@given(tried=st.integers(1, 10), chance=st.floats(0, 1))
def test_jitter_keeps_within_half_and_one_and_a_half(tried: int, chance: float) -> None:
    seconds = retrying.after_silence(tried, chance).seconds
    assert 0.5 * 2 ** (tried - 1) <= seconds <= 1.5 * 2 ** (tried - 1)


@given(
    status=st.integers(100, 599),
    message=st.text(max_size=40),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text()
    ),
)
def test_no_answer_makes_the_rule_fail_or_wait_for_nothing_known(
    status: int, message: str, headers: dict[str, str]
) -> None:
    found = retrying.after_answer(
        status, headers, message, method="GET", tried=1, now=NOW, chance=0.5
    )
    assert found is None or found.seconds >= 0


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/repos/o/r/issues/1/comments", True),
        ("PATCH", "/repos/o/r/issues/comments/1", True),
        ("DELETE", "/repos/o/r/issues/comments/1", True),
        ("POST", "/repos/o/r/pulls/1/requested_reviewers", True),
        ("POST", "/api/v3/repos/o/r/statuses/abc", True),
        ("POST", "/repos/o/r/issues/1/comments", False),
        ("POST", "/repos/o/statuses/issues/1/comments", False),
        ("POST", "/repos/o/requested_reviewers/issues/1/comments", False),
    ],
)
def test_only_a_comment_must_not_be_created_twice(
    method: str, path: str, *, expected: bool
) -> None:
    assert retrying.is_repeatable(method, path) is expected
