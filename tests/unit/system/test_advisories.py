"""The severity of an advisory, asked of an OSV service on loopback."""

import dataclasses
import functools
import io
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from qgate.errors import Incomplete
from qgate.system import advisories
from qgate.system.advisories import fetch, severity
from tests.support.osv import JINJA, JINJA_PYSEC, REQUESTS, URLLIB3, Osv, Trouble, closed_url, osv

SOON = functools.partial(fetch, seconds=0.5)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def service() -> Iterator[Osv]:
    with osv() as double:
        yield double


def served(*records: dict[str, Any]) -> advisories.Fetch:
    """A service in memory."""
    texts = {each["id"]: json.dumps(each).encode() for each in records}
    return lambda url: texts.get(url.rsplit("/", 1)[1])


def test_the_word_of_a_database_is_the_severity(service: Osv) -> None:
    assert severity([JINJA.id], service.url, fetch) == "high"
    assert severity([REQUESTS.id], f"{service.url}/", fetch) == "moderate"
    assert [path for _, path, _ in service.asked] == [
        f"/v1/vulns/{JINJA.id}",
        f"/v1/vulns/{REQUESTS.id}",
    ]


def test_githubs_record_is_asked_first_and_nobody_after_it(service: Osv) -> None:
    assert severity([JINJA_PYSEC.id, "CVE-2019-10906", JINJA.id], service.url, fetch) == "high"
    assert len(service.asked) == 1


def test_an_alias_that_only_a_record_names_is_asked_too() -> None:
    pysec = dataclasses.replace(JINJA_PYSEC, aliases=(JINJA.id,))
    with osv((JINJA, pysec)) as double:
        assert severity([pysec.id], double.url, fetch) == "high"


def test_without_a_word_the_vector_is_computed(service: Osv) -> None:
    assert severity([URLLIB3.id], service.url, fetch) == "high"


def test_where_nobody_knows_nobody_guesses(service: Osv) -> None:
    assert severity([JINJA_PYSEC.id], service.url, fetch) is None
    assert severity(["GHSA-none-none-none"], service.url, fetch) is None
    assert severity([], service.url, fetch) is None


def test_of_several_vectors_the_worst_counts_wherever_it_stands() -> None:
    low = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}
    high = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}
    later = {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H"}
    record = {"id": "X-1", "severity": [low, later], "affected": [{"severity": [high]}]}
    assert severity(["X-1"], "http://osv.test", served(record)) == "high"
    assert severity(["X-1"], "http://osv.test", served({**record, "affected": []})) == "low"


def test_a_word_is_read_in_every_spelling_and_a_strange_one_is_none() -> None:
    for said, word in (
        ("MEDIUM", "moderate"),
        ("Critical", "critical"),
        ("awful", None),
        (3, None),
    ):
        record = {"id": "X-1", "database_specific": {"severity": said}}
        assert severity(["X-1"], "http://osv.test", served(record)) == word


@pytest.mark.parametrize(
    "fields",
    [{"database_specific": []}, {"severity": {}}, {"severity": ["x"]}, {"affected": "x"},
     {"affected": [1]}, {"aliases": "x"}, {"aliases": [1]}, {"severity": [{"score": 9.8}]}],
)  # fmt: skip
def test_fields_of_another_shape_say_nothing(fields: dict[str, Any]) -> None:
    assert severity(["X-1"], "http://osv.test", served({"id": "X-1", **fields})) is None


def test_ids_that_are_no_ids_are_not_asked(service: Osv) -> None:
    strange = ["../../secret", "a b", "a?b", "a#b", "", "x" * 101, "a/b", "a\nb", "%2e"]
    assert severity(strange, service.url, fetch) is None
    assert service.asked == []


def test_a_record_with_hundreds_of_aliases_does_not_cost_hundreds_of_requests() -> None:
    asked = []

    def endless(url: str) -> bytes:
        asked.append(url)
        return json.dumps({"id": "X", "aliases": [f"X-{n}" for n in range(900)]}).encode()

    assert severity(["X"], "http://osv.test", endless) is None
    assert len(asked) == 8


@pytest.mark.parametrize(
    "trouble",
    [each for each in Trouble if each is not Trouble.NONE],
)
def test_a_service_in_trouble_is_incomplete(service: Osv, trouble: Trouble) -> None:
    service.trouble = trouble
    started = time.monotonic()
    with pytest.raises(Incomplete) as refused:
        severity([JINJA.id], service.url, SOON)
    assert refused.value.reason == "no-network"
    assert time.monotonic() - started < 10


def test_a_service_that_is_not_there_is_incomplete() -> None:
    with pytest.raises(Incomplete, match=r"127\.0\.0\.1"):
        severity([JINJA.id], closed_url(), fetch)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "ftp://127.0.0.1/x",
        "data:,x",
        "osv.test",
        "",
        "http://",
        "http://[::1",
    ],
)
def test_only_http_and_https_are_asked(url: str) -> None:
    with pytest.raises(Incomplete) as refused:
        fetch(url)
    assert refused.value.reason == "no-network"


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"id": 1}', b"null", b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_no_advisory_is_incomplete(text: bytes) -> None:
    with pytest.raises(Incomplete):
        severity(["X-1"], "http://osv.test", lambda _: text)


class _Answering(BaseHTTPRequestHandler):
    """Sends what the path says: more than anybody reads, less than announced, or on to a place."""

    def do_GET(self) -> None:
        match self.path.strip("/").split("/", 1):
            case ["giant"]:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b" " * ((4 << 20) + 1))
            case ["short"]:
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"{}")
            case ["to", place]:
                self.send_response(302)
                self.send_header("Location", place)
                self.end_headers()
            case _:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"arrived")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def answering() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("giant", "larger than 4 MiB"),
        ("short", "cut off"),
        ("to/file:///etc/hostname", "answered 302"),
        ("to/ftp://127.0.0.1/x", "another kind of address"),
    ],
)
def test_an_answer_too_large_too_short_or_elsewhere_is_refused(
    answering: str, path: str, why: str
) -> None:
    with pytest.raises(Incomplete, match=why):
        fetch(f"{answering}/{path}")


def test_a_redirect_from_https_to_http_is_refused_and_the_other_way_is_not() -> None:
    def redirected(start: str, end: str) -> urllib.request.Request | None:
        request = urllib.request.Request(start)  # noqa: S310 - nobody opens it
        handler = advisories._SameOrSafer()
        return handler.redirect_request(request, io.BytesIO(), 302, "", HTTPMessage(), end)

    with pytest.raises(Incomplete, match="another kind"):
        redirected("https://osv.test/a", "http://osv.test/a")
    for start in ("http", "https"):
        assert redirected(f"{start}://osv.test/a", "https://osv.test/b") is not None


def test_a_redirect_within_http_is_followed(answering: str) -> None:
    assert fetch(f"{answering}/to/{answering}/there") == b"arrived"


def test_the_environments_proxy_is_asked_where_there_is_one(
    answering: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", answering)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert fetch("http://osv.test/v1/vulns/X-1") == b"arrived"
