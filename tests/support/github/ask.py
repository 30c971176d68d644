"""A client that knows nothing: it sends what it is told and gives back what came."""

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tests.support.github import build
from tests.support.github.double import Double

# Longer than any answer takes that comes at all, in seconds.
PATIENCE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the Link header by their relation, in its order."""
        found = re.findall(r'<([^>]*)>; rel="(\w+)"', self.headers.get("Link", ""))
        return {name: address for address, name in found}


def ask(
    double: Double,
    path: str,
    *,
    method: str = "GET",
    body: Any = None,
    token: str | None = build.TOKEN,
    patience: float = PATIENCE,
    headers: Mapping[str, str] | None = None,
) -> Came:
    """The answer to one request; `path` may be a whole address. Redirects are not followed.

    Raises OSError or http.client.HTTPException for what is no whole answer.
    """
    target = urlsplit(path if path.startswith("http") else double.url + path)
    said = {"User-Agent": "test", **(headers or {})}
    if token is not None:
        said["Authorization"] = f"Bearer {token}"
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(target.netloc, timeout=patience)
    try:
        address = f"{target.path}?{target.query}" if target.query else target.path
        connection.request(method, address, body=data, headers=said)
        answer = connection.getresponse()
        return Came(status=answer.status, headers=dict(answer.headers.items()), body=answer.read())
    finally:
        connection.close()
