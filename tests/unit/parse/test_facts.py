"""What is known of a pull request, from JSON: all of it or a refusal."""

import contextlib
import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.reviewers import Facts
from qgate.parse.facts import MalformedFacts, parse
from tests.unit.parse.damage import THOROUGH

WHOLE: Final[dict[str, Any]] = {
    "repository": "acme/shop",
    "number": 7,
    "author": "alice",
    "action": "opened",
    "draft": True,
    "requested": ["bob", "@acme/docs"],
    "reviewed": ["carol"],
    "removed": ["dave"],
    "bots": ["renovate[bot]"],
    "without_access": ["erin"],
    "members": {"@acme/docs": ["bob", "frank"]},
    "load": {"bob": 3},
    "complete": False,
}


def test_every_word_is_read() -> None:
    assert parse(json.dumps(WHOLE).encode()) == Facts(
        repository="acme/shop",
        number=7,
        author="alice",
        action="opened",
        is_draft=True,
        requested=("bob", "@acme/docs"),
        reviewed=("carol",),
        removed=("dave",),
        bots=("renovate[bot]",),
        without_access=("erin",),
        members={"@acme/docs": ("bob", "frank")},
        load={"bob": 3},
        is_complete=False,
    )


@pytest.mark.parametrize("word", WHOLE)
def test_every_word_may_be_missing(word: str) -> None:
    rest = {name: value for name, value in WHOLE.items() if name != word}
    field = {"draft": "is_draft", "complete": "is_complete"}.get(word, word)
    found = parse(json.dumps(rest).encode())
    assert getattr(found, field) == getattr(Facts(), field)
    assert found != parse(json.dumps(WHOLE).encode())


@pytest.mark.parametrize("data", [b"{}", b" { } ", b"{}\n"])
def test_nothing_may_be_known(data: bytes) -> None:
    assert parse(data) == Facts()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"null", "object"),
        (b"[]", "object"),
        (b'"x"', "object"),
        (b"{} {}", "trailing"),
        (b"{'author': 'x'}", "malformed"),
        (b'{"author": "\xff"}', "utf-8"),
        (b"\xef\xbb\xbf{}", "malformed"),
        (b'{"author": null}', "$.author"),
        (b'{"author": 3}', "$.author"),
        (b'{"author": ["x"]}', "$.author"),
        (b'{"number": "7"}', "$.number"),
        (b'{"number": 7.5}', "$.number"),
        (b'{"number": null}', "$.number"),
        (b'{"draft": 1}', "$.draft"),
        (b'{"draft": "true"}', "$.draft"),
        (b'{"complete": null}', "$.complete"),
        (b'{"requested": "bob"}', "$.requested"),
        (b'{"requested": [1]}', "$.requested[0]"),
        (b'{"requested": ["bob", null]}', "$.requested[1]"),
        (b'{"bots": {"x": true}}', "$.bots"),
        (b'{"members": ["x"]}', "$.members"),
        (b'{"members": {"@o/t": "bob"}}', "$.members[...]"),
        (b'{"load": {"bob": "3"}}', "$.load[...]"),
        (b'{"load": {"bob": 0.5}}', "$.load[...]"),
    ],
)
def test_what_is_not_as_described_is_refused_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(MalformedFacts) as refused:
        parse(data)
    assert said in str(refused.value).casefold()


@pytest.mark.parametrize("word", ["autor", "is_draft", "is_complete", "Author", "", "requested "])
def test_a_word_that_is_not_known_is_refused(word: str) -> None:
    """A misspelled one would be a fact that counts for nothing."""
    with pytest.raises(MalformedFacts, match=f"unknown field `{word}`"):
        parse(json.dumps({word: []}).encode())


@THOROUGH
@given(st.integers(0, 400), st.binary(max_size=6))
def test_damage_is_refused_or_read_and_never_a_crash(at: int, put: bytes) -> None:
    data = json.dumps(WHOLE).encode()
    for damaged in (data[:at], data[:at] + put + data[at:], data[:at] + put + data[at + 3 :], put):
        with contextlib.suppress(MalformedFacts):
            assert isinstance(parse(damaged), Facts)


@pytest.mark.parametrize("depth", [100, 100_000])
def test_a_tower_of_brackets_is_refused(depth: int) -> None:
    with pytest.raises(MalformedFacts):
        parse(b'{"requested": ' + b"[" * depth)
    with pytest.raises(MalformedFacts):
        parse(b'{"x": ' * depth)
