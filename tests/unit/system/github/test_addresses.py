"""Addresses: what a token may be sent to, and how names get into a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.errors import UsageError
from qgate.system.github import addresses
from qgate.system.github.addresses import base_of
from qgate.system.github.errors import Missing

ENTERPRISE = "https://ghe.example.com/api/v3"


@pytest.mark.parametrize(
    ("url", "origin", "prefix"),
    [
        ("https://api.github.com", "https://api.github.com", ""),
        ("https://api.github.com/", "https://api.github.com", ""),
        ("https://GHE.example.com:443/api/v3/", "https://ghe.example.com", "/api/v3"),
        ("https://ghe.example.com:8443/api/v3", "https://ghe.example.com:8443", "/api/v3"),
        ("http://127.0.0.1:9/api/v3", "http://127.0.0.1:9", "/api/v3"),
        ("http://[::1]:9", "http://[::1]:9", ""),
        ("http://localhost", "http://localhost", ""),
    ],
)
def test_the_address_of_an_api_is_taken_apart(url: str, origin: str, prefix: str) -> None:
    base = base_of(url)
    assert (base.origin, base.prefix) == (origin, prefix)


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.github.com", "http://127.0.0.1.example.com", "ftp://api.github.com", ""),
        *("https://user:secret@api.github.com", "https://api.github.com?x=1", "https://"),
        *("https://api.github.com#x", "https://api.github.com:port", "https://[::1", "api"),
    ],
)
def test_an_address_that_no_token_may_be_sent_to_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        base_of(url)
    assert not url or url not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "below"),
    [
        (f"{ENTERPRISE}/repositories/7/pulls?page=2", "/repositories/7/pulls?page=2"),
        ("https://GHE.example.com:443/api/v3/user", "/user"),
        ("https://ghe.example.com/api/v3", None),
        ("https://ghe.example.com/api/v33/user", None),
        ("https://ghe.example.com/login", None),
        ("https://ghe.example.com/api/v3/../../login", None),
        ("https://ghe.example.com/api/v3/%2e%2e/login", None),
        ("https://ghe.example.com/api/v3/x%2F..%2F..%2Flogin", None),
        ("http://ghe.example.com/api/v3/user", None),
        ("https://ghe.example.com:8443/api/v3/user", None),
        ("https://ghe.example.com.evil.example/api/v3/user", None),
        ("https://ghe.example.com@evil.example/api/v3/user", None),
        ("https://me@ghe.example.com/api/v3/user", None),
        ("https://ghe.example.com:x/api/v3/user", None),
        ("/api/v3/user", None),
    ],
)
def test_only_what_lies_under_the_prefix_belongs_to_the_api(
    address: str, below: str | None
) -> None:
    assert base_of(ENTERPRISE).within(address) == below


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_would_lead_up_is_no_segment(name: str) -> None:
    with pytest.raises(Missing):
        addresses.segment(name)


@given(st.text(min_size=1))
def test_a_segment_has_nothing_that_could_end_it(text: str) -> None:
    if text in {".", ".."}:
        return
    made = addresses.segment(text)
    assert made.isascii()
    assert not set(made) & set("/?#;\\ \r\n\t\0@:")


@pytest.mark.parametrize(
    "name", ["", "o", "o/", "/r", "o/r/x", "o/..", "o/.", "../r", "o/r?x", "o/r\n", "o r/x", "ö/r"]
)
def test_a_repository_is_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(UsageError):
        addresses.repository_of(name)


@pytest.mark.parametrize("text", ["main", "", "A" * 40, "a" * 39, "a" * 40 + "\n", "a" * 41])
def test_a_commit_is_named_by_its_whole_id(text: str) -> None:
    with pytest.raises(Missing):
        addresses.commit_id(text)


LINK = (
    '<https://api.github.com/x?page=1&per_page=100>; rel="prev", '
    '<https://api.github.com/x?page=3&per_page=100>; rel="next", '
    '<https://api.github.com/x?per_page=100&page=17>; rel="last"'
)


def test_a_link_header_tells_the_next_and_the_last_page() -> None:
    assert addresses.next_of(LINK) == "https://api.github.com/x?page=3&per_page=100"
    assert addresses.last_of(LINK) == 17


@pytest.mark.parametrize(
    "link", ["", "<", '<x>; rel="prev"', 'rel="next"', "<x> rel=next", '<x>; title="next"', "<" * 9]
)
def test_a_link_header_may_tell_of_no_next_page(link: str) -> None:
    assert addresses.next_of(link) is None
    assert addresses.last_of(link) is None
