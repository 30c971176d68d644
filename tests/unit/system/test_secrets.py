"""Secrets are found in what programs print, in every form in which they print it."""

import base64
import json
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.system import secrets
from qgate.system.git import GitFailed
from qgate.system.secrets import NONE, of

VALUE: Final = "p@ss/w\"ord<&>é'\\x"
PLAIN: Final = "0123456789abcdef-ABCDEF"
KEY: Final = "-----BEGIN RSA PRIVATE KEY-----"
END: Final = "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_TOKEN", "NPM_TOKEN", "token", "MY_SECRET", "DB_PASSWORD", "PGPASSWD", "API_KEY"),
        *("APIKEY", "AWS_SECRET_ACCESS_KEY", "SSH_PRIVATE_KEY", "AZURE_CREDENTIALS", "PASSPHRASE"),
    ],
)
def test_a_variable_whose_name_says_secret_is_one(name: str) -> None:
    assert of({name: "value-of-it"}).hidden("a value-of-it b") == "a *** b"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "/usr/local/bin"),
        ("PASSWORD_STORE_DIR", "/home/a/.store"),
        ("TOKEN_FILE", "/run/secrets/token"),
        ("AWS_ACCESS_KEY_ID_NAME", "production"),
        ("USE_TOKEN", "true"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("API_KEY", "1234567"),
    ],
)
def test_what_is_no_secret_stays(name: str, value: str) -> None:
    assert of({name: value}).hidden(f"in {value} there") == f"in {value} there"


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        escape(VALUE),
        escape(VALUE, {'"': "&quot;", "'": "&apos;"}),
        quote(VALUE),
        quote(VALUE, safe=""),
    ],
)
def test_a_value_is_found_as_formats_spell_it(form: str) -> None:
    assert of({"MY_SECRET": VALUE}).hidden(f"<{form}>") == "<***>"


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_a_value_is_found_in_base64_whatever_stands_around_it(before: bytes, after: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(before + PLAIN.encode() + after).decode()
        hidden = of({"MY_TOKEN": PLAIN}).hidden(f"basic {encoded}.")
        assert "***" in hidden
        # Of the token at most the two characters that share their bits with a neighbour are left.
        assert len(hidden) <= len(f"basic {encoded}.") - len(PLAIN) * 4 // 3 + 5


def test_the_header_that_git_sends_to_github_is_hidden() -> None:
    header = base64.b64encode(f"x-access-token:{PLAIN}".encode()).decode()
    hidden = of({"GITHUB_TOKEN": PLAIN}).hidden(f"AUTHORIZATION: basic {header}")
    assert base64.b64encode(PLAIN.encode()).decode()[:12] not in hidden
    assert header[-12:-2] not in hidden


def test_each_line_of_a_secret_of_several_is_hidden() -> None:
    found = of({"DEPLOY_KEY_SECRET": "first-line-1\nsecond-line-2\nx\n"})
    assert found.hidden("a first-line-1\nb second-line-2\nx") == "a ***\nb ***\nx"


def test_a_longer_secret_goes_before_one_that_is_its_part() -> None:
    found = of({"A_TOKEN": "abcdefgh", "B_TOKEN": "abcdefgh-ijklmnop"})
    assert found.hidden("abcdefgh-ijklmnop abcdefgh") == "*** ***"


@pytest.mark.parametrize(
    "token",
    [
        *(f"gh{kind}_{'aB3' * 12}" for kind in "pousr"),
        f"ghs_{'aB3' * 12}.{'x' * 20}.{'y-_' * 5}",
        f"github_pat_{'aB3_' * 20}",
        f"AKIA{'ABCD2345' * 2}",
        f"xoxb-{'1234567890-' * 2}abc",
        f"npm_{'aB3' * 12}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
        f"{KEY}\n{'A' * 64}\n{'B' * 63}=\n{END}",
        f"{KEY}\\n{'A' * 64}\\nBBBB==\\n{END}",
        f"{KEY}\r\n{'A' * 64}\r\n{END}",
    ],
)
def test_a_token_is_known_by_its_shape(token: str) -> None:
    assert NONE.hidden(f'said "{token}" twice') == 'said "***" twice'


def test_a_key_that_is_cut_off_is_hidden_as_far_as_it_goes() -> None:
    assert NONE.hidden(f"{KEY}\n{'A' * 64}\n{'B' * 20}") == "***"


def test_the_password_in_an_address_is_hidden() -> None:
    said = "fatal: unable to access 'https://x-access-token:abc@git.example.com/a/b/': no"
    assert NONE.hidden(said) == "fatal: unable to access 'https://***@git.example.com/a/b/': no"


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}\nsrc/other.py:3: undefined name",
        f"{KEY}\nMakefile:3: undefined name",
        f"{KEY}\n  File other, line 3",
        "ghp_short and AKIAnothing and eyJ.eyJ.x and xoxo and npm_run",
        "http://localhost:8080/a@b",
        "see https://example.com:443/x and mail a@b.example",
    ],
)
def test_what_only_begins_like_one_takes_nothing_with_it(text: str) -> None:
    """The next line may name another finding."""
    assert NONE.hidden(text).splitlines()[-1] == text.splitlines()[-1]


@pytest.mark.parametrize(
    "part", ["eyJ-", "eyJ", "xoxb-", "ghp_", "://a:", "://", "AKIA", f"{KEY}\n", "eyJaaaaaaaa."]
)
def test_text_made_to_take_long_does_not(part: str) -> None:
    """What took the square of its length would need hours."""
    assert len(NONE.hidden(part * 300_000)) <= len(part) * 300_000


@given(st.text(max_size=200))
def test_hiding_twice_hides_no_more_and_text_without_secrets_is_left_alone(text: str) -> None:
    once = NONE.hidden(text)
    assert NONE.hidden(once) == once
    assert NONE.are_in([text]) or once == text


@given(st.lists(st.text(max_size=30), max_size=5), st.integers(0, 4))
def test_the_quick_look_misses_nothing(texts: list[str], place: int) -> None:
    found = of({"A_TOKEN": "value-of-it"})
    with_one = [*texts[:place], "xvalue-of-itx", *texts[place:]]
    assert found.are_in(with_one)


def test_what_git_says_of_an_address_has_no_password_in_it() -> None:
    assert "hunter2" not in GitFailed("fatal: 'https://a:hunter2@git.example.com/' is no").message


def test_secrets_do_not_show_themselves() -> None:
    assert "value-of-it" not in repr(of({"A_TOKEN": "value-of-it"}))


@pytest.mark.parametrize(("name", "is_one"), [("A_TOKEN", True), ("HOME", False)])
def test_a_name_says_whether_its_value_may_be_kept(name: str, *, is_one: bool) -> None:
    assert secrets.is_named(name) is is_one
