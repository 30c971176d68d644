"""The double on loopback: the API on one port, where artifacts are kept on another."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from tests.support.github.double import Double, Request
from tests.support.github.faults import Delivery
from tests.support.github.operations import Answer
from tests.support.github.state import GitHubState

# A client that waits for a service which hangs must give up long before this, in seconds.
_LONGEST_HANG: Final = 60


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
    daemon_threads = True
    double: Double

    def handle_error(self, *_: object) -> None:
        """Nothing: a client that has gone away is what some tests are about."""


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
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
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

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is the test's."""

    def send(self, answer: Answer, *, is_cut: bool = False) -> None:
        data = answer.data
        body = data if isinstance(data, bytes) else b"" if data is None else _encoded(data)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if data is not None and "Content-Type" not in answer.headers:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)


class _Api(_Handler):
    def serve(self) -> None:
        double = self.server.double
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer, delivery = double.answer(self.command, self.path, _headers(self), raw)
        rate = double.state.rate
        rate.used += 1
        allowance = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(max(0, rate.limit - rate.used)),
            "X-RateLimit-Reset": str(rate.reset),
            "X-RateLimit-Used": str(rate.used),
            "X-RateLimit-Resource": "core",
            "X-GitHub-Request-Id": f"{rate.used:04X}:LOOPBACK",
        }
        told = Answer(
            status=answer.status, data=answer.data, headers={**allowance, **answer.headers}
        )
        match delivery:
            case Delivery.WHOLE:
                self.send(told)
            case Delivery.CUT:
                self.send(told, is_cut=True)
            case Delivery.RESET:
                self._reset()
            case Delivery.HANG:
                double.released.wait(_LONGEST_HANG)
            case Delivery.DRIP:
                self._drip(double)
        self.close_connection = True

    def _reset(self) -> None:
        """With nothing to linger for, the end of a connection is a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _drip(self, double: Double) -> None:
        """One byte at a time: each arrives in time, the answer as a whole never does."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not double.released.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


class _Elsewhere(_Handler):
    """Another host: it keeps artifacts, and takes nobody's token."""

    def serve(self) -> None:
        double = self.server.double
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.partition("?")[0]
        sent = _headers(self)
        double.elsewhere.append(Request(method=self.command, path=path, headers=sent))
        number = path.removeprefix("/artifacts/")
        artifact = double.state.artifacts.get(int(number)) if number.isdecimal() else None
        if "Authorization" in sent:
            self.send(_xml(400, "InvalidAuthenticationInfo"))
        elif artifact is None:
            self.send(_xml(404, "BlobNotFound"))
        else:
            self.send(Answer(data=artifact.data, headers={"Content-Type": "application/zip"}))
        self.close_connection = True


def _xml(status: int, code: str) -> Answer:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code></Error>'
    return Answer(status=status, data=body.encode(), headers={"Content-Type": "application/xml"})


def _encoded(data: object) -> bytes:
    return json.dumps(data).encode()


def _headers(handler: BaseHTTPRequestHandler) -> dict[str, str]:
    return {name.title(): value for name, value in handler.headers.items()}
