"""The double on loopback: the API on one port, where artifacts are kept on another."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from tests.support.github.double import Double
from tests.support.github.faults import Delivery
from tests.support.github.operations import Answer
from tests.support.github.state import GitHubState

# A client that waits for a service which hangs must give up long before this, in seconds.
_LONGEST_HANG: Final = 60
# How long to wait for a client that neither reads nor writes nor goes away, in seconds.
_PATIENCE: Final = 10
_JSON: Final = "application/json; charset=utf-8"


@contextmanager
def github(state: GitHubState) -> Iterator[Double]:
    """A service on free ports of the loopback interface until the block ends.

    Raises AssertionError at the end for every request that GitHub would not have taken, and for
    faults that were switched on and never happened.
    """
    double = Double(state=state)
    with ExitStack() as stack:
        double.url = stack.enter_context(_served(double, _Api))
        double.elsewhere_url = stack.enter_context(_served(double, _Elsewhere))
        stack.callback(double.released.set)
        yield double
    if double.violations:
        raise AssertionError("\n".join(double.violations))
    idle = [f"{a.method} {a.pattern.pattern}: {a.fault.name}" for a in double.armed if not a.met]
    if idle:
        raise AssertionError("faults that never happened: " + ", ".join(idle))


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for them: afterwards nobody edits the state any more
    timeout = 0  # of `handle_request`, when there is nothing to handle
    double: Double
    is_idle = False

    def drain(self) -> None:
        """Serve those who are waiting, or have asked and not waited: they count all the same."""
        while not self.is_idle:
            self.handle_request()

    def handle_timeout(self) -> None:
        """Nobody is left."""
        self.is_idle = True

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is what some tests are about; all else is our mistake."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self.double.violations.append(f"the double broke: {error!r}")


@contextmanager
def _served(double: Double, handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    server.double = double
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.drain()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_PATCH(self) -> None:
        self.serve()

    def do_PUT(self) -> None:
        self.serve()

    def do_DELETE(self) -> None:
        self.serve()

    def serve(self) -> None:
        raise NotImplementedError

    def version_string(self) -> str:
        return "github.com"

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is the test's."""

    def sent(self) -> dict[str, str]:
        return {name.title(): value for name, value in self.headers.items()}

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def deliver(self, answer: Answer, delivery: Delivery) -> None:
        match delivery:
            case Delivery.RESET:
                self._reset()
            case Delivery.HANG:
                self.server.double.released.wait(_LONGEST_HANG)
            case Delivery.DRIP:
                self._drip()
            case _:
                self._send(answer, delivery)
        self.close_connection = True

    def _send(self, answer: Answer, delivery: Delivery) -> None:
        data = answer.data
        body = data if isinstance(data, bytes) else b"" if data is None else _encoded(data)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if data is not None and "Content-Type" not in answer.headers:
            self.send_header("Content-Type", _JSON)
        if answer.status != 204 and delivery is not Delivery.UNSIZED:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if delivery is Delivery.CUT else body)

    def _reset(self) -> None:
        """With nothing to linger for, the end of a connection is a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _drip(self) -> None:
        """One byte at a time: each arrives in time, the answer as a whole never does."""
        self.send_response(200)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.server.double.released.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


def _encoded(data: object) -> bytes:
    return json.dumps(data).encode()


class _Api(_Handler):
    def serve(self) -> None:
        double, rate = self.server.double, self.server.double.state.rate
        answer, delivery = double.answer(self.command, self.path, self.sent(), self.body())
        allowance = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(max(0, rate.limit - rate.used)),
            "X-RateLimit-Reset": str(rate.reset),
            "X-RateLimit-Used": str(rate.used),
            "X-RateLimit-Resource": "core",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Request-Id": f"{len(double.asked):04X}:LOOPBACK",
        }
        self.deliver(replace(answer, headers={**allowance, **answer.headers}), delivery)


class _Elsewhere(_Handler):
    def serve(self) -> None:
        self.body()
        self.deliver(*self.server.double.stored(self.command, self.path, self.sent()))
