"""The path that a SARIF location names (3.4): percent-decoded, behind its base."""

import posixpath
import re
from typing import Any, Final

from qgate.parse.findings.shape import items, number, record, text

_ESCAPED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
# A base may have a base (3.14.14); a chain that is longer goes in a circle.
_MOST_BASES: Final = 8


def path(run: dict[str, Any], location: dict[str, Any]) -> str:
    """Absolute, or relative to where the tool ran; empty if the location names nothing.

    Raises `ValueError` for bases without an end, `IndexError` for an index that leads nowhere.
    """
    index = number(location.get("index", -1), least=-1)
    if location.get("uri") is None and index >= 0:
        location = record(record(items(run["artifacts"])[index])["location"])
    bases = record(run.get("originalUriBaseIds") or {})
    uri = text(location.get("uri") or "")
    name = location.get("uriBaseId")
    for _ in range(_MOST_BASES):
        if not uri or _SCHEME.match(uri) or uri.startswith("/") or name not in bases:
            return _as_path(uri)
        base = record(bases[name])
        uri = _joined(text(base.get("uri") or ""), uri)
        name = base.get("uriBaseId")
    raise ValueError("the bases of a URI go in a circle")


def _joined(base: str, uri: str) -> str:
    # Some writers name the file system's root as the base of paths that are relative to their own
    # folder; nothing that a tool judges lies directly in the root.
    if base in {"", "file:///"}:
        return uri
    return f"{base}{uri}" if base.endswith("/") else f"{base}/{uri}"


def _as_path(uri: str) -> str:
    if uri[:5].lower() == "file:":
        rest = uri[5:]
        if rest.startswith("//"):
            host, slash, tail = rest[2:].partition("/")
            rest = f"/{tail}" if host.lower() in {"", "localhost"} else f"//{host}{slash}{tail}"
        return _normal(_decoded(rest))
    return uri if _SCHEME.match(uri) else _normal(_decoded(uri))


def _normal(name: str) -> str:
    return posixpath.normpath(name) if name else ""


def _decoded(uri: str) -> str:
    """A `%` that no two hexadecimal digits follow is one: not every writer escapes."""
    data = uri.encode("utf-8", "surrogateescape")
    plain = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)
    return plain.decode("utf-8", "surrogateescape")
