"""An OSV service on loopback: a few true advisories, and every way to be unreachable.

The advisories are facts of the GitHub and PyPA advisory databases: ids, aliases,
ranges, words, vectors. The texts are our own. Ranges are evaluated here, by packaging.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from packaging.version import Version

# A client that waits for a service which hangs must give up long before this, in seconds.
_LONGEST_HANG: Final = 60


class Trouble(StrEnum):
    """What is wrong with the service."""

    NONE = "none"
    BROKEN = "500"
    TOO_MANY = "429"
    GARBAGE = "garbage"
    WRONG_SHAPE = "wrong shape"
    HANG = "hang"
    DRIP = "drip"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One record. `ranges` are pairs of the version that brought it in and the one that mends it.

    `severity` is the database's own word, `vector` a CVSS vector; both may be unknown.
    """

    id: str
    package: str
    ranges: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...] = ()
    severity: str = ""
    vector: str = ""
    text: str = ""
    withdrawn: str = ""
    schema: str = "1.7.0"

    def affects(self, package: str, version: str) -> bool:
        """Whether a version of a package lies in one of the ranges."""
        return self.package == package and any(
            Version(start) <= Version(version) < Version(end) for start, end in self.ranges
        )

    def as_osv(self) -> dict[str, Any]:
        """The record as the service writes it."""
        events = [event for start, end in self.ranges for event in _events(start, end)]
        record: dict[str, Any] = {
            "schema_version": self.schema,
            "id": self.id,
            "modified": "2024-01-01T00:00:00Z",
            "details": self.text,
            "affected": [
                {
                    "package": {"name": self.package, "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": events}],
                }
            ],
        }
        if self.aliases:
            record["aliases"] = list(self.aliases)
        if self.severity:
            record["database_specific"] = {"severity": self.severity}
        if self.vector:
            record["severity"] = [{"type": "CVSS_V3", "score": self.vector}]
        if self.withdrawn:
            record["withdrawn"] = self.withdrawn
        return record


def _events(start: str, end: str) -> tuple[dict[str, str], dict[str, str]]:
    return {"introduced": start}, {"fixed": end}


JINJA: Final = Advisory(
    id="GHSA-462w-v97r-4m45",
    aliases=("CVE-2019-10906",),
    package="jinja2",
    ranges=(("0", "2.10.1"),),
    severity="HIGH",
    vector="CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N",
    text="format_map leads out of the sandbox",
)
# The same vulnerability in the other database, which knows no severity.
JINJA_PYSEC: Final = Advisory(
    id="PYSEC-2019-217",
    aliases=("CVE-2019-10906",),
    package="jinja2",
    ranges=(("0", "2.10.1"),),
    text="a sandbox escape by str.format_map",
)
REQUESTS: Final = Advisory(
    id="GHSA-j8r2-6x86-q33q",
    aliases=("CVE-2023-32681", "PYSEC-2023-74"),
    package="requests",
    ranges=(("2.3.0", "2.31.0"),),
    severity="MODERATE",
    vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N",
    text="a redirect to HTTPS takes the proxy's credentials along",
)
URLLIB3: Final = Advisory(
    id="PYSEC-2023-192",
    aliases=("CVE-2023-43804", "GHSA-v845-jxx5-vc9f"),
    package="urllib3",
    ranges=(("2.0.0", "2.0.6"), ("0", "1.26.17")),
    vector="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N",
    text="a Cookie header follows a redirect to another site",
)
PYYAML: Final = Advisory(
    id="GHSA-8q59-q68h-6hv4",
    aliases=("CVE-2020-14343", "PYSEC-2021-142"),
    package="pyyaml",
    ranges=(("0", "5.4"),),
    severity="CRITICAL",
    vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    text="full_load runs what the file says",
)
ADVISORIES: Final = (JINJA, JINJA_PYSEC, REQUESTS, URLLIB3, PYYAML)


@dataclass(slots=True)
class Osv:
    """A running double. `asked` is every request so far: method, path, decoded body or None."""

    url: str
    advisories: tuple[Advisory, ...]
    trouble: Trouble = Trouble.NONE
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def query_url(self) -> str:
        """What pip-audit's `--osv-url` wants."""
        return f"{self.url}/v1/query"

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON of the answer of a healthy service."""
        match method, path.strip("/").split("/"):
            case "POST", ["v1", "query"]:
                return 200, self._matches(body)
            case "POST", ["v1", "querybatch"]:
                found = [self._matches(each).get("vulns", []) for each in body["queries"]]
                return 200, {"results": [{"vulns": _briefly(each)} for each in found]}
            case "GET", ["v1", "vulns", name]:
                for advisory in self.advisories:
                    if advisory.id == name:
                        return 200, advisory.as_osv()
        return 404, {"code": 5, "message": "not found"}

    def _matches(self, query: Mapping[str, Any]) -> dict[str, Any]:
        package, version = query["package"], query["version"]
        if package["ecosystem"] != "PyPI":
            return {}
        found = [
            each.as_osv() for each in self.advisories if each.affects(package["name"], version)
        ]
        # A package that nobody knows and one without advisories get the same answer.
        return {"vulns": found} if found else {}


def _briefly(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": each["id"], "modified": each["modified"]} for each in records]


@contextmanager
def osv(advisories: tuple[Advisory, ...] = ADVISORIES) -> Iterator[Osv]:
    """A service on a free port of the loopback interface until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    double = Osv(f"http://127.0.0.1:{server.server_port}", advisories)
    _DOUBLES[server.server_port] = double
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
        del _DOUBLES[server.server_port]


def closed_url() -> str:
    """The base of a service that is not there: a port that was free a moment ago."""
    with osv() as double:
        return double.url


def without_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nobody asks a proxy for a loopback address."""
    kept = {key: value for key, value in environ.items() if not key.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


# http.server makes a handler per request; this is how one finds its double.
_DOUBLES: Final[dict[int, Osv]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is the test's."""

    def _serve(self, body: Any) -> None:
        double = _DOUBLES[self.server.server_port]
        double.asked.append((self.command, self.path, body))
        match double.trouble:
            case Trouble.BROKEN:
                self._send(500, b"something broke")
            case Trouble.TOO_MANY:
                self._send(429, b"slower, please")
            case Trouble.GARBAGE:
                self._send(200, b"<html>log in to the network first</html>")
            case Trouble.WRONG_SHAPE:
                self._send(200, b'{"matches": []}')
            case Trouble.ELSEWHERE:
                self._send(302, b"", location="file:///etc/hostname")
            case Trouble.HANG:
                double.released.wait(_LONGEST_HANG)
            case Trouble.DRIP:
                self._drip(double)
            case Trouble.NONE:
                status, answer = double.answer(self.command, self.path, body)
                self._send(status, json.dumps(answer).encode())

    def _drip(self, double: Osv) -> None:
        """One byte at a time: each arrives in time, the answer as a whole never does."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not double.released.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def _send(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
