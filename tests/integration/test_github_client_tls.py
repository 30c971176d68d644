"""https: a certificate that nobody vouches for is refused, before anything is said."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qgate.errors import Incomplete
from qgate.system.github.client import GitHub
from tests.integration.github_client import TOKEN
from tests.support.patience import Clock


@dataclass(slots=True)
class Secure:
    """A server that speaks TLS with a certificate of its own, and what it was asked."""

    url: str
    certificate: Path
    asked: list[str] = field(default_factory=list)


def certificate(folder: Path) -> Path:
    """A fresh key and a certificate for the loopback address, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    server = Secure("", certificate(tmp_path))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            body = b'{"id": 1, "login": "alice", "type": "User"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    plain = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate)
    plain.socket = context.wrap_socket(plain.socket, server_side=True)
    server.url = f"https://127.0.0.1:{plain.server_port}"
    thread = threading.Thread(target=plain.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    plain.shutdown()
    plain.server_close()
    thread.join()


def client(secure: Secure, clock: Clock) -> GitHub:
    return GitHub(token=TOKEN, repository="o/r", url=secure.url, patience=clock.patience())


def test_a_certificate_that_nobody_vouches_for_is_refused_and_not_tried_again(
    secure: Secure,
) -> None:
    clock = Clock()
    with pytest.raises(Incomplete, match="no safe connection"):
        client(secure, clock).account("alice")
    assert secure.asked == []
    assert clock.waits == []


def test_the_environment_may_vouch_for_it(secure: Secure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure.certificate))
    assert client(secure, Clock()).account("alice").login == "alice"
    assert secure.asked == ["/users/alice"]
