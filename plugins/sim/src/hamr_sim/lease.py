"""Who needs the one server of this process: the first starts it, the last ends it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr_sim.server import Server

SCRIPT_VARIABLE = "HAMR_SIM_SCRIPT"


class Lease:
    """One holder's hold on the server of this process."""

    def origin(self) -> str:
        """Where the server listens; starts it where it does not run. Raises ConfigError for a wrong script."""
        return _SHARED.server_for(self).origin

    def release(self) -> None:
        """Let go; the server ends with its last holder. Releasing twice is allowed."""
        _SHARED.release(self)


def end_server() -> None:
    """End the server of this process, whoever holds it; the next call starts another."""
    _SHARED.end()


class _Shared:
    """The server and its holders; a process forked from this one begins without either."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: set[Lease] = set()
        self._server: Server | None = None
        self._ends_at_exit = False

    def server_for(self, holder: Lease) -> Server:
        with self._lock:
            self._server = self._server or self._started()
            self._holders.add(holder)
            return self._server

    def release(self, holder: Lease) -> None:
        with self._lock:
            self._holders.discard(holder)
            if self._holders or self._server is None:
                return
            ended, self._server = self._server, None
        ended.close()

    def end(self) -> None:
        for holder in list(self._holders):
            self.release(holder)

    def forget(self) -> None:
        # In a forked child: the threads that serve have stayed with the parent, and the server stays with them.
        self._lock = threading.Lock()
        self._holders.clear()
        if self._server is not None:
            self._server.server_close()
            self._server = None

    def _started(self) -> Server:
        from hamr_sim.script import Script
        from hamr_sim.server import Server
        from hamr_sim.simulator import Simulator

        if not self._ends_at_exit:
            import atexit

            atexit.register(end_server)
            self._ends_at_exit = True
        path = os.environ.get(SCRIPT_VARIABLE)
        return Server(Simulator(Script.read(path) if path else None)).start()


_SHARED = _Shared()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SHARED.forget)
