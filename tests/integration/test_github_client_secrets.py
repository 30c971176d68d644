"""The token goes to the API in one header, and is found nowhere else."""

import io
import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import github
import pytest

from qgate.errors import QgateError, UsageError
from qgate.model.pull_request import Artifact
from qgate.system.github.client import GitHub
from tests.integration.github_client import TOKEN, client_of
from tests.support.scripted import Reply, Request, Scripted, scripted

ARTIFACT = Artifact(id=5, name="qgate-report", size=2)


def redirect(where: str, status: int = 302) -> Reply:
    return Reply(status=status, headers=(("Location", where),))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any library logs."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    # PyGithub's says of itself that it tells no details.
    levels = {each: each.level for each in (root, logging.getLogger(github.__name__))}
    root.addHandler(handler)
    for each in levels:
        each.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    for each, level in levels.items():
        each.setLevel(level)


BAD: dict[str, Reply] = {
    "401": Reply(status=401, body={"message": f"Bad credentials {TOKEN}"}),
    "403": Reply(status=403, body={"message": f"no {TOKEN}", "errors": [TOKEN]}),
    "404": Reply(status=404, body={"message": TOKEN}),
    "422": Reply(status=422, body={"message": "x" * 290 + TOKEN}),
    "429": Reply(status=429, body={"message": TOKEN}),
    "502": Reply(status=502, body={"message": TOKEN}),
    "418": Reply(status=418, body={"message": TOKEN}),
    "cut": Reply(is_cut=True),
    "short": Reply(body={}, length=99),
    "shape": Reply(body={"id": TOKEN}),
    "json": Reply(body=b"{" + TOKEN.encode()),
    "header": Reply(body={}, headers=(("X-RateLimit-Remaining", TOKEN), ("Link", TOKEN))),
    "redirect": redirect(f"https://example.com/{TOKEN}"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize(
    "ask",
    [lambda client: client.account("alice"), lambda client: client.create_comment(1, "x")],
    ids=["read", "write"],
)
def test_no_error_no_traceback_and_no_log_has_the_token(
    name: str, ask: Callable[[GitHub], object], log: io.StringIO
) -> None:
    with scripted(BAD[name]) as script:
        client = client_of(script, tries=1)
        with pytest.raises(QgateError) as caught:
            ask(client)
        assert TOKEN in script.asked[0].headers["authorization"]
    text = "".join(traceback.format_exception(caught.value))
    assert caught.value.hint is not None
    for said in (text, repr(caught.value), caught.value.hint, log.getvalue(), repr(client)):
        assert TOKEN not in said
        assert "x" * 290 + TOKEN[:5] not in said
    assert TOKEN not in repr(client._api)


def test_what_is_written_and_answered_is_in_no_log(log: io.StringIO) -> None:
    with scripted(Reply(status=201, body={"id": 1, "body": "answered"})) as script:
        client_of(script).create_comment(1, "written")
    # urllib3 says that it connects; that is how we know that the log is listened to.
    assert "127.0.0.1" in log.getvalue()
    assert "written" not in log.getvalue()
    assert "answered" not in log.getvalue()


def test_words_of_github_are_inert() -> None:
    hostile = "no\x1b[31m\n::error::x\r\u202e" + "y" * 999
    reply = Reply(status=404, body={"message": hostile})
    with scripted(reply) as script, pytest.raises(QgateError) as caught:
        client_of(script).account("alice")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "tök", "a\x00b", "a\u200bb"])
def test_a_token_that_is_none_is_refused_and_not_quoted(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        GitHub(token=token, repository="o/r")
    assert not token.strip() or token not in str(caught.value)


def test_blanks_around_a_token_are_none_of_it() -> None:
    with scripted(Reply(status=404)) as script:
        with pytest.raises(QgateError):
            GitHub(token=f" {TOKEN}\n", repository="o/r", url=script.url).account("alice")
        assert script.asked[0].headers["authorization"] == f"token {TOKEN}"


def test_what_is_asked_names_us_and_the_version_and_nothing_else() -> None:
    with scripted(Reply(status=404)) as script, pytest.raises(QgateError):
        client_of(script).account("alice")
    (asked,) = script.asked
    assert asked.headers["user-agent"].startswith("qgate/")
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert asked.headers["accept"] == "application/vnd.github+json"
    assert sorted(asked.headers) == [
        *("accept", "accept-encoding", "authorization", "connection", "host", "user-agent"),
        "x-github-api-version",
    ]


def downloaded(script: Scripted) -> bytes:
    return client_of(script, tries=1).download(ARTIFACT, 100)


def test_the_store_of_artifacts_gets_no_token_and_no_cookie() -> None:
    with scripted(Reply(body=b"PK")) as store:
        first = Reply(
            status=302,
            headers=(("Location", f"{store.url}/zip?sig=signed"), ("Set-Cookie", "a=b; Path=/")),
        )
        with scripted(first) as script:
            assert downloaded(script) == b"PK"
        assert "authorization" in script.asked[0].headers
    (asked,) = store.asked
    assert asked.path == "/zip?sig=signed"
    assert sorted(asked.headers) == [
        "accept",
        "accept-encoding",
        "connection",
        "host",
        "user-agent",
    ]
    assert TOKEN not in str(asked)


def test_whoever_left_the_api_does_not_bring_the_token_back() -> None:
    with scripted(Reply(status=404)) as store, scripted(redirect(f"{store.url}/x")) as script:
        store.answers(redirect(f"{script.url}/repos/o/r/again"))
        script.answers(redirect(f"{store.url}/x"), Reply(body=b"PK"))
        assert downloaded(script) == b"PK"
        assert ["authorization" in each.headers for each in script.asked] == [True, False]


@pytest.mark.parametrize(
    "where",
    ["http://192.0.2.1/zip", "ftp://example.com/zip", "https://me@example.com/zip", "file:///zip"],
)
def test_an_artifact_is_not_fetched_from_where_it_is_not_safe(where: str) -> None:
    with scripted(redirect(where)) as script, pytest.raises(QgateError, match="must not go"):
        downloaded(script)


def test_a_signed_address_is_in_no_error_and_no_traceback() -> None:
    with scripted(Reply()) as closed:
        pass
    away = redirect(f"{closed.url}/zip?sig={TOKEN}")
    with scripted(away) as script, pytest.raises(QgateError) as caught:
        downloaded(script)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Request) -> Reply:
        return Reply(body={"id": 1, "login": "alice", "type": "User"})

    with scripted(answer) as proxy, scripted(Reply(status=500)) as script:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "example.com")
        monkeypatch.setenv("NO_PROXY", "example.com")
        assert client_of(script).account("alice").login == "alice"
        assert [each.path for each in proxy.asked] == [f"{script.url}/users/alice"]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        script.answers(answer)
        assert client_of(script).account("alice").login == "alice"
        assert len(proxy.asked) == len(script.asked) == 1


def test_a_password_of_netrc_does_not_take_the_tokens_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(Reply(status=404)) as script:
        with pytest.raises(QgateError):
            client_of(script).account("alice")
        assert script.asked[0].headers["authorization"] == f"token {TOKEN}"


def test_nothing_of_the_http_libraries_is_loaded_before_the_first_request() -> None:
    code = (
        "import sys, qgate.cli.main, qgate.system.github.client as client\n"
        "client.GitHub(token='t', repository='o/r')\n"
        "print(sorted({'github', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
