"""An HTTP server on loopback: a thread a connection, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Self

from hamr_sim.connection import Connection
from hamr_sim.simulator import Simulator

HOST = "127.0.0.1"
PATIENCE = 5.0
"""Seconds that the end of a server waits for each of its threads."""


class Server(ThreadingMixIn, TCPServer):
    """Serves the simulator to this machine alone, at `port` or at a free one; raises OSError where it is taken.

    `log` is called with one line a request. `closed_early` counts the clients that left before their reply ended.
    """

    daemon_threads = True
    request_queue_size = 1024
    # Where Ctrl-C cannot interrupt a wait for a connection, it is heard after so many seconds.
    timeout = 1.0
    # Elsewhere it would let two servers have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, simulator: Simulator, port: int = 0, log: Callable[[str], None] | None = None) -> None:
        super().__init__((HOST, port), Connection)
        self.simulator, self.log = simulator, log
        self.closed_early = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[Any, threading.Thread] = {}
        self._thread = threading.Thread(target=self.serve, name="hamr-sim", daemon=True)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What a client of OpenAI's wire wants to know."""
        return f"{self.origin}/v1"

    def start(self) -> Self:
        """Serve from a thread of its own, until `close`."""
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve from this thread, until `close`."""
        while not self.closing.is_set():
            self.handle_request()

    def close(self) -> None:
        """End every reply and every connection, and listen no more; closing twice is allowed."""
        if not self.closing.is_set():
            self.closing.set()
            with suppress(OSError):  # wakes the thread that accepts; if it cannot be reached, it is not there
                socket.create_connection((HOST, self.server_address[1]), timeout=PATIENCE).close()
            if self._thread.is_alive():
                self._thread.join(PATIENCE)
            self.server_close()
            self._end_connections()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def count_closed_early(self) -> None:
        """One more client that left before its reply ended."""
        with self._lock:
            self.closed_early += 1

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Nobody is let in once the server is closing."""
        return not self.closing.is_set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """The connection is over."""
        super().shutdown_request(request)
        self._open.pop(request, None)

    def _end_connections(self) -> None:
        threads = list(self._open.items())
        for request, _ in threads:
            with suppress(OSError):  # the client was faster
                request.shutdown(socket.SHUT_RDWR)
        for _, thread in threads:
            thread.join(PATIENCE)
