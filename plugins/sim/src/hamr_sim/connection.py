"""One connection: HTTP/1.1 in, answers out, and an eye on whether the client is still there."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from hamr.api import Call
from hamr_sim.answer import Answer, Drop, Step, Wait

if TYPE_CHECKING:
    from hamr_sim.server import Server

MOST = 10_000_000
"""The largest body of a request, in bytes."""
DRAINED = 10 * MOST
"""How much of a body that is too large is read, so that the client comes to read the answer."""
PIECE = 64 * 1024
NAME = "hamr-sim"
"""What every reply says of who it is from, in its header `server`."""


class ClientLeft(ConnectionError):
    """The client has closed the connection."""


class Connection(BaseHTTPRequestHandler):
    """Handles the requests of one connection, one after another."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    sent = 0

    def do_GET(self) -> None:
        """Answer a GET."""
        self._handle(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        begun = time.monotonic()
        length = self.headers.get("content-length", "")
        if not length.isdigit():
            self.close_connection = True
            self._send(self.server.simulator.refused(411, "the request says no content-length"), begun)
        elif int(length) > MOST:
            self._drain(int(length))
            self._send(self.server.simulator.refused(413, f"the request is larger than {MOST:,} bytes"), begun)
        else:
            self._handle(self.rfile.read(int(length)))

    def version_string(self) -> str:
        """The name of the server, where the library answers by itself."""
        return NAME

    def log_message(self, format: str, *args: object) -> None:
        """The lines of the library are not wanted: one is written when the reply has ended."""

    def handle(self) -> None:
        """Handle requests until either side has enough."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def _handle(self, body: bytes) -> None:
        begun = time.monotonic()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.simulator.answer(Call(self.path, self.command, headers, body)), begun)

    def _send(self, answer: Answer, begun: float) -> None:
        self.sent = 0
        try:
            if isinstance(answer.body, bytes):
                self._send_whole(answer, answer.body)
            else:
                self._send_steps(answer, answer.body)
        except ConnectionError:
            self.close_connection = True
            if not self.server.closing.is_set():
                self.server.count_closed_early()
                self._log(answer, begun, ", the client left")
        else:
            self._log(answer, begun)

    def _send_whole(self, answer: Answer, body: bytes) -> None:
        self._write(self._head(answer, "content-length", str(len(body))) + body)

    def _send_steps(self, answer: Answer, steps: Iterable[Step]) -> None:
        """In chunks, or to the end of the connection for clients of HTTP/1.0, who know no chunks."""
        chunked = self.request_version != "HTTP/1.0"
        self.close_connection = self.close_connection or not chunked
        framing = ("transfer-encoding", "chunked") if chunked else ("connection", "close")
        head = self._head(answer, *framing)
        for step in steps:
            if isinstance(step, Drop):
                self._write(head)
                self.close_connection = True
                return
            head = self._take(step, head, chunked=chunked)
        self._write(head + (b"0\r\n\r\n" if chunked else b""))

    def _take(self, step: Step, head: bytes, *, chunked: bool) -> bytes:
        """Do this step; gives back the head, for as long as it has not been sent."""
        if isinstance(step, Wait):
            self._wait(math.inf if step.seconds is None else step.seconds)
            return head
        if not isinstance(step, bytes) or not step:
            return head
        self._write(head + (b"%x\r\n%b\r\n" % (len(step), step) if chunked else step))
        return b""

    def _head(self, answer: Answer, name: str, value: str) -> bytes:
        headers = {"server": NAME, "date": self.date_time_string(), **answer.headers, name: value}
        if self.close_connection:
            headers["connection"] = "close"
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _write(self, data: bytes) -> None:
        if data:
            self.connection.sendall(data)
            self.sent += len(data)

    def _wait(self, seconds: float) -> None:
        """Sit still; raises ClientLeft as soon as the client closes its side, or the server ends."""
        end = time.monotonic() + seconds
        try:
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(None if math.isinf(left) else left)
                if not self.connection.recv(1, socket.MSG_PEEK):
                    raise ClientLeft
                # The next request is there already, behind which the end cannot be seen: look again a little later.
                self.server.closing.wait(min(left, 0.05))
        except TimeoutError:
            return
        finally:
            self.connection.settimeout(None)

    def _drain(self, length: int) -> None:
        left = min(length, DRAINED)
        self.close_connection = left < length
        while left and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)

    def _log(self, answer: Answer, begun: float, more: str = "") -> None:
        if self.server.log is not None:
            took = (time.monotonic() - begun) * 1000
            what = " ".join(filter(None, [self.command, self.path, answer.model]))
            self.server.log(f"{what} {answer.status}, {took:.0f} ms, {self.sent:,} bytes{more}")
