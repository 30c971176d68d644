"""How severe an advisory is, which pip-audit does not say: asked of an OSV service.

`GET {base}/v1/vulns/{id}`: https://google.github.io/osv.dev/get-v1-vulns/. The record's format is
https://ossf.github.io/osv-schema/.
"""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.parse import urlsplit

from qgate.errors import Incomplete
from qgate.parse import cvss

# The text of a record; None where the service does not know it. Raises `Incomplete`.
Fetch = Callable[[str], bytes | None]

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_WORDS: Final = ("low", "moderate", "high", "critical")
_MORE_WORDS: Final = {"medium": "moderate"}
# Ids and aliases of one advisory; a record that names hundreds is not asked about them all.
_MAX_ASKED: Final = 8
_MAX_BYTES: Final = 4 << 20
_TIMEOUT: Final = 10.0
_CHUNK: Final = 64 << 10
_NOT_FOUND: Final = 404
_SCHEMES: Final = ("http", "https")


def severity(ids: Sequence[str], url: str, fetch: Fetch) -> str | None:
    """`low`, `moderate`, `high` or `critical`; None where nobody knows.

    The first word of a database among the records of `ids` and their aliases, GitHub's first;
    else what the worst CVSS 3 vector computes to. `url` is the service's base, such as
    https://api.osv.dev. Raises `Incomplete` if the service cannot be asked.
    """
    waiting = _in_order(ids)
    asked: list[str] = []
    scores: list[float] = []
    while waiting and len(asked) < _MAX_ASKED:
        asked.append(waiting.pop(0))
        record = _record(f"{url.rstrip('/')}/v1/vulns/{asked[-1]}", fetch)
        word = _word(record)
        if word:
            return word
        scores += _scores(record)
        fresh = {*waiting, *_aliases(record)}.difference(asked)
        waiting = _in_order(fresh)
    return cvss.word(max(scores)) if scores else None


def fetch(url: str, *, seconds: float = _TIMEOUT) -> bytes | None:
    """The body of a GET, None for 404. Raises `Incomplete` for all else that is not an answer.

    `seconds` bounds each wait as well as the whole. The environment's proxies are honoured.
    """
    deadline = time.monotonic() + seconds
    try:
        if urlsplit(url).scheme not in _SCHEMES:
            raise _unreachable(url, "not an http or https address")
        with _opener().open(url, timeout=seconds) as answer:
            return _body(url, answer, deadline)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == _NOT_FOUND:
                return None
        raise _unreachable(url, f"it answered {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise _unreachable(url, str(getattr(error, "reason", None) or error)) from error


class _SameOrSafer(urllib.request.HTTPRedirectHandler):
    """Redirects stay at their scheme, or go from http to https; never to files or ftp."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request to go on with. Raises `Incomplete`."""
        if urlsplit(newurl).scheme not in {req.type, "https"}:
            raise _unreachable(req.full_url, "it redirects to another kind of address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """One that knows http and https only; urllib's own reads file: and ftp: as well."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _SameOrSafer(),
    ):
        opener.add_handler(handler)
    return opener


def _body(url: str, answer: Any, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > _MAX_BYTES:
            raise _unreachable(url, f"its answer is larger than {_MAX_BYTES >> 20} MiB")
        if time.monotonic() > deadline:
            raise _unreachable(url, "its answer takes too long")
    # read1 ends silently where the connection does.
    if answer.length:
        raise _unreachable(url, "its answer was cut off")
    return b"".join(parts)


def _record(url: str, fetch: Fetch) -> dict[str, Any]:
    """The record at an address; empty where the service does not know it."""
    text = fetch(url)
    if text is None:
        return {}
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreachable(url, f"its answer is not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise _unreachable(url, "its answer is no advisory")
    return record


def _in_order(ids: Sequence[str] | set[str]) -> list[str]:
    """GitHub's first, for it alone writes a word; what cannot stand in an address is left out."""
    usable = {each for each in ids if _ID.fullmatch(each)}
    return sorted(usable, key=lambda each: (not each.startswith("GHSA-"), each))


def _word(record: dict[str, Any]) -> str | None:
    specific = record.get("database_specific")
    said = specific.get("severity") if isinstance(specific, dict) else None
    word = said.lower() if isinstance(said, str) else ""
    word = _MORE_WORDS.get(word, word)
    return word if word in _WORDS else None


def _aliases(record: dict[str, Any]) -> list[str]:
    aliases = record.get("aliases")
    return [each for each in aliases if isinstance(each, str)] if isinstance(aliases, list) else []


def _scores(record: dict[str, Any]) -> list[float]:
    """The base scores of the record's vectors, those of single packages included."""
    affected = record.get("affected")
    places = [record, *(affected if isinstance(affected, list) else [])]
    found = [each.get("severity") for each in places if isinstance(each, dict)]
    listed = [each for several in found if isinstance(several, list) for each in several]
    vectors = [each.get("score") for each in listed if isinstance(each, dict)]
    scores = [cvss.base_score(each) for each in vectors if isinstance(each, str)]
    return [each for each in scores if each is not None]


def _unreachable(url: str, why: str) -> Incomplete:
    # Not urlsplit: the address may be the very thing that is wrong. Nor what logs in there.
    host = url.partition("//")[2].partition("/")[0].rpartition("@")[2] or url
    return Incomplete(
        "no-network",
        f"the advisory service {host} could not be asked: {why}",
        hint="try again; or name another service with gates.audit.service",
    )
