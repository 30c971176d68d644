"""A server on loopback that answers what a test wrote down, byte for byte, well or badly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

# A client that waits for what never comes must give up long before, in seconds.
_LONGEST: Final = 60
_DRIP_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. `body` is JSON unless it is bytes.

    - `length`: what is said of the body's length, if that is not true;
    - `is_silent`: nothing comes until the test ends; `is_cut`: the connection ends without a word;
    - `drips`: one byte at a time, in the "head" or in the "body", without an end.
    """

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    is_silent: bool = False
    is_cut: bool = False
    drips: str = ""

    def data(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, in the words of the wire; the names of `headers` are small."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Scripted:
    """A running server. Replies come in turn, the last one again and again."""

    url: str
    replies: list[Reply | Callable[[Request], Reply]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answers(self, *replies: Reply | Callable[[Request], Reply]) -> None:
        """Say what comes from now on."""
        self.replies = list(replies)

    def next(self, request: Request) -> Reply:
        """The reply to a request."""
        self.asked.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else reply(request)

    @property
    def paths(self) -> list[str]:
        """Method and path of everything that was asked."""
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def scripted(*replies: Reply | Callable[[Request], Reply]) -> Iterator[Scripted]:
    """A server on a free port until the block ends."""
    script = Scripted("")

    class Handler(_Handler):
        double = script

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    script.answers(*replies)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    double: Scripted
    protocol_version = "HTTP/1.1"
    # A connection that is kept must not outlive the test.
    timeout = 1.0
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is the test's."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        reply = self.double.next(Request(self.command, self.path, headers, body))
        if reply.is_silent:
            self.double.released.wait(_LONGEST)
        if reply.is_silent or reply.is_cut:
            self.close_connection = True
            return
        if reply.drips == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            self._drip()
            return
        self._head(reply)
        if reply.drips:
            self._drip()
        else:
            self.wfile.write(reply.data())

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        length = 1_000_000 if reply.drips else len(reply.data())
        # A length that is not true leaves the connection in no state to be kept.
        self.close_connection = reply.length is not None
        self.send_header("Content-Length", str(length if reply.length is None else reply.length))
        self.end_headers()

    def _drip(self) -> None:
        self.close_connection = True
        while not self.double.released.wait(_DRIP_SECONDS):
            try:
                self.wfile.write(b" ")
            except OSError:
                return
