"""How long a call may take: its timeouts as the HTTP library wants them, and its deadline on whatever blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from hamr.transports.cork import Cork

if TYPE_CHECKING:
    from hamr.types import Call

WRITE_SIZE = 256 * 1024

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class ConnectTimedOut(TimeoutError):
    """No connection in time."""


class WriteTimedOut(TimeoutError):
    """The peer took nothing in time."""


def left_until(deadline: float | None) -> float | None:
    """Seconds until the deadline, None without one; raises TimeoutError once it has passed."""
    if deadline is None:
        return None
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def sooner(seconds: float | None, left: float | None) -> float | None:
    """The shorter of two waits, where None waits for ever."""
    if seconds is None or left is None:
        return left if seconds is None else seconds
    return min(seconds, left)


def limits(call: Call) -> dict[str, float | None]:
    """The call's timeouts, none longer than what is left until its deadline; raises TimeoutError after it."""
    left = left_until(call.deadline)
    connect, read = sooner(call.timeouts.connect, left), sooner(call.timeouts.read, left)
    return {"connect": connect, "read": read, "write": read, "pool": connect}


def heed(deadline: float | None) -> None:
    """Hold all that this thread or task reads and writes from now on to a deadline."""
    _deadline.set(deadline)


def soonest(seconds: float | None) -> float | None:
    """The shorter of a wait and what is left until the deadline; raises TimeoutError after it."""
    return sooner(seconds, left_until(_deadline.get()))


class Stream(Protocol):
    """What is used of the HTTP library's connection."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, empty at the end."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""

    def close(self) -> None:
        """Close the connection."""

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        """The same connection, encrypted."""

    def get_extra_info(self, info: str) -> Any:
        """What the library knows about the connection."""


class Backend(Protocol):
    """What is used of the HTTP library's way to connect."""

    @property
    def connect_tcp(self) -> Callable[..., Any]:
        """Opens a connection."""


class PatientStream:
    """A blocking connection that ends each read and write at its thread's deadline.

    The library's own timeout holds for one `recv`, so that a peer that drips, or sends `102 Processing` for ever,
    would hold a call far beyond its deadline. What is written waits in a Cork until something is read.
    """

    __slots__ = ("_cork", "_failure", "_stream")

    def __init__(self, stream: Stream, failure: type[Exception]) -> None:
        self._stream, self._failure = stream, failure
        self._cork = Cork()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, empty at the end."""
        if self._cork.held:
            # A peer that takes no more of the request may have answered already.
            with contextlib.suppress(self._failure):
                self._write(self._cork.taken(), self._cork.timeout)
        return self._stream.read(max_bytes, soonest(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it, with what is written next."""
        if self._cork.hold(buffer, timeout):
            self._write(self._cork.taken(), timeout)

    def _write(self, data: bytes, timeout: float | None) -> None:
        """Send in pieces, since the library gives each `send` of one write the same time."""
        for start in range(0, len(data), WRITE_SIZE):
            self._stream.write(data[start : start + WRITE_SIZE], soonest(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> PatientStream:
        """The same connection, encrypted."""
        return PatientStream(self._stream.start_tls(ssl_context, server_hostname, soonest(timeout)), self._failure)

    def get_extra_info(self, info: str) -> Any:
        """What the library knows about the connection."""
        return self._stream.get_extra_info(info)


class PatientBackend:
    """Opens connections that heed their thread's deadline; `failure` is what the library raises for a write."""

    def __init__(self, backend: Backend, failure: type[Exception]) -> None:
        self._backend, self._failure = backend, failure

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> PatientStream:
        """A connection; each of the host's addresses is given `timeout`, and looking up its name is not timed."""
        return PatientStream(self._backend.connect_tcp(host, port, soonest(timeout), **options), self._failure)
