"""Where the API is, what belongs to it, and how text gets into a path."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from qgate.errors import UsageError
from qgate.system.github.errors import Missing

_PORTS: Final = {"http": 80, "https": 443}
_DOTS: Final = (".", "..")
_LINK: Final = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel="?(\w+)')
_PAGE: Final = re.compile(r"[?&]page=([0-9]{1,6})(?:&|$)")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*/[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The API: `origin` such as https://ghe.example.com, `prefix` such as /api/v3 or empty."""

    origin: str
    prefix: str

    @property
    def url(self) -> str:
        """Both, as `GITHUB_API_URL` has it."""
        return self.origin + self.prefix

    @property
    def is_plain(self) -> bool:
        """Whether it speaks http, which only loopback may."""
        return self.origin.startswith("http:")

    def within(self, address: str) -> str | None:
        """What follows the prefix of an absolute address within the API, query included.

        None for every other address: there the token must not go.
        """
        try:
            parts = urlsplit(address)
            is_here = _origin_of(parts) == self.origin
        except ValueError:
            return None
        below = parts.path.removeprefix(self.prefix)
        if not is_here or not parts.path.startswith(f"{self.prefix}/") or "@" in parts.netloc:
            return None
        if any(each in _DOTS for each in unquote(parts.path).split("/")):
            return None
        return f"{below}?{parts.query}" if parts.query else below


def base_of(url: str) -> Base:
    """The API at an address. Raises `UsageError`: https only, http on loopback."""
    try:
        parts = urlsplit(url)
        origin = _origin_of(parts)
    except ValueError:
        raise UsageError("the address of GitHub's API is none") from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    if not parts.hostname or not is_safe or "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "the address of GitHub's API is not one that a token may be sent to",
            hint="https://api.github.com or https://HOST/api/v3, with https",
        )
    return Base(origin=origin, prefix=parts.path.rstrip("/"))


def repository_of(name: str) -> str:
    """`owner/name`, checked. Raises `UsageError`."""
    if not _REPOSITORY.fullmatch(name) or name.endswith(("/.", "/..")):
        raise UsageError(f"{name!r} is no repository of GitHub: OWNER/NAME")
    return name


def _origin_of(parts: SplitResult) -> str:
    """Scheme, host and port, spelled one way. Raises `ValueError` for a port that is none."""
    port = parts.port or _PORTS.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port == _PORTS.get(parts.scheme) else f":{port}")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def segment(text: str) -> str:
    """Text as one segment of a path, so that it can reach no other endpoint.

    Raises `Missing` for what cannot be one: every client takes dots for a way up, quoted or not.
    """
    if not text or text in _DOTS:
        raise Missing(f"GitHub has nothing of the name {text!r}")
    return quote(text, safe="", errors="replace")


def commit_id(text: str) -> str:
    """The whole id of a commit; a name of a branch would be taken as well. Raises `Missing`."""
    if not _COMMIT.fullmatch(text):
        raise Missing(f"{text!r} is no id of a commit")
    return text


def next_of(link: str) -> str | None:
    """The address of the next page, from a `Link` header (RFC 8288)."""
    return _links(link).get("next")


def last_of(link: str) -> int | None:
    """The number of the last page, where a `Link` header tells."""
    found = _PAGE.search(_links(link).get("last", ""))
    return int(found[1]) if found else None


def _links(link: str) -> dict[str, str]:
    return {name: address for address, name in _LINK.findall(link)}


def target_of(address: str, location: str) -> str:
    """Where a redirect leads, absolute. Raises `ValueError`."""
    return urljoin(address, location)
