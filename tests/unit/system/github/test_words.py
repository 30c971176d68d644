"""GitHub's words in our messages: short, inert, without the token."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.system.github.words import Words

TOKEN = "ghs_secret"  # noqa: S105 - no password of anything


def said(data: object) -> str:
    return Words(TOKEN).said(json.dumps(data).encode())


def test_the_message_and_the_first_errors_are_told() -> None:
    errors = [{"message": "no such user"}, "plain words", {"code": "invalid"}, 7]
    assert said({"message": "Validation Failed", "errors": errors}) == (
        "Validation Failed; no such user; plain words"
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"x"', b"{", b"[" * 90_000, b"\xff"])
def test_a_body_of_another_kind_has_no_words(body: bytes) -> None:
    assert Words(TOKEN).said(body) == ""


@pytest.mark.parametrize("data", [{}, {"message": 7}, {"message": None, "errors": {"a": 1}}])
def test_words_of_another_type_are_none(data: object) -> None:
    assert said(data) == ""


@given(st.text())
def test_every_text_becomes_one_short_printable_line_without_the_token(text: str) -> None:
    line = Words(TOKEN).inert(f"{text}{TOKEN}{text}")
    assert line.isprintable()
    assert len(line) <= 300
    assert TOKEN not in line


def test_the_token_is_not_in_the_text_of_what_holds_it() -> None:
    assert TOKEN not in repr(Words(TOKEN))
