"""Blocking connections on plain sockets, each read and write of which ends at the deadline of its thread."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from typing import TYPE_CHECKING, Any

from hamr.transports.patience import WRITE_SIZE, ConnectTimedOut, WriteTimedOut, soonest

if TYPE_CHECKING:
    from ssl import SSLContext


class SocketStream:
    """One connection; raises TimeoutError, or OSError for a connection that broke."""

    __slots__ = ("_owner", "_socket", "_timeout")

    def __init__(self, link: socket.socket) -> None:
        self._socket = link
        self._owner = os.getpid()
        self._timeout: float | None = -1.0

    def read(self, most: int, timeout: float | None) -> bytes:
        """Some bytes, empty at the end."""
        self._wait_for(soonest(timeout))
        return self._socket.recv(most)

    def write(self, data: bytes, timeout: float | None) -> None:
        """Send all of it; a peer that takes no more of it may have answered already, which `read` tells."""
        left = memoryview(data)
        try:
            while left:
                self._wait_for(soonest(timeout))
                left = left[self._socket.send(left[:WRITE_SIZE]) :]
        except TimeoutError as exc:
            raise WriteTimedOut from exc
        except (BrokenPipeError, ConnectionResetError):
            return

    def start_tls(self, context: SSLContext, host: str, timeout: float | None) -> SocketStream:
        """The same connection, encrypted; raises ssl.SSLError."""
        self._wait_for(soonest(timeout))
        try:
            return SocketStream(context.wrap_socket(self._socket, server_hostname=host))
        except TimeoutError as exc:
            self.close()
            raise ConnectTimedOut from exc
        except BaseException:
            self.close()
            raise

    @property
    def stale(self) -> bool:
        """Whether an idle connection can be used no more: what comes while nothing is asked is its end."""
        poll = select.poll() if hasattr(select, "poll") else None
        if poll is None:
            return bool(select.select([self._socket], [], [], 0)[0])
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Close the connection; a thread that reads is woken. Of what a fork has inherited its parent keeps the use."""
        if os.getpid() == self._owner:
            with contextlib.suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _wait_for(self, seconds: float | None) -> None:
        if seconds != self._timeout:
            self._socket.settimeout(seconds)
            self._timeout = seconds


def connect(host: str, port: int, timeout: float | None) -> SocketStream:
    """An open connection; each of the host's addresses is given `timeout`, and looking up its name is not timed.

    Raises ConnectTimedOut or OSError.
    """
    try:
        link: Any = socket.create_connection((host, port), soonest(timeout))
    except TimeoutError as exc:
        raise ConnectTimedOut from exc
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return SocketStream(link)
