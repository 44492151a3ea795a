"""Loopback servers that do what each test wants, a thread for every connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Peer:
    """The server's end of one connection."""

    def __init__(self, server: Server, link: socket.socket) -> None:
        self.server = server
        self.link = link
        self.number = len(server.peers)
        self._seen = b""

    def request(self) -> bytes:
        """The next whole request, head and body; empty when the client has closed."""
        while (end := self._seen.find(b"\r\n\r\n")) < 0 or len(self._seen) < (size := self._size(end)):
            data = self.link.recv(65536)
            if not data:
                return b""
            self._seen += data
        request, self._seen = self._seen[:size], self._seen[size:]
        self.server.requests.append(request)
        return request

    def _size(self, end: int) -> int:
        for line in self._seen[:end].lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return end + 4 + int(line.partition(b":")[2])
        return end + 4

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send the pieces, with a pause before each."""
        for piece in pieces:
            time.sleep(pause)
            self.link.sendall(piece)

    def drip(self, data: bytes, pause: float) -> None:
        """Send the same again and again, until the client has gone or the test is over."""
        while not self.server.over.wait(pause):
            self.link.sendall(data)

    def wait(self) -> None:
        """Do nothing until the test is over."""
        self.server.over.wait(10)

    def await_close(self) -> None:
        """Wait until the client closes, and note it."""
        with contextlib.suppress(ConnectionError):
            while self.link.recv(65536):
                pass
        self.server.closed.set()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self.link = context.wrap_socket(self.link, server_side=True)

    def reset(self) -> None:
        """Break off with an RST."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()


Script = Callable[[Peer], None]


class Server:
    """Listens on loopback and runs one script for each connection."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.context = context
        self.over = threading.Event()
        self.closed = threading.Event()
        self.requests: list[bytes] = []
        self.peers: list[Peer] = []
        self.threads: list[threading.Thread] = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self.socket.getsockname()[1]
        self.name = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if context else 'http'}://{self.name}/v1/chat"
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            peer = Peer(self, link)
            self.peers.append(peer)
            self._start(self._run, peer)

    def _run(self, peer: Peer) -> None:
        # A client that breaks off is what many of these tests are about.
        with contextlib.suppress(OSError):
            if self.context:
                peer.secure(self.context)
            self.script(peer)
        peer.link.close()

    def stop(self) -> None:
        """End every connection and wait for its thread."""
        self.over.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.link.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)


def answering(reply: bytes = OK) -> Script:
    """A script that gives every request on a connection the same reply."""

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(reply)

    return script


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers, from a script or from the bytes with which every request is answered."""
    servers: list[Server] = []

    def start(script: Script | bytes = OK, context: ssl.SSLContext | None = None) -> Server:
        server = Server(answering(script) if isinstance(script, bytes) else script, context)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own settings do not matter."""
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
