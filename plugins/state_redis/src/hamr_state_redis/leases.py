"""The calls of this process that go on: the server is told of them, so that those of a dead process come back."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from hamr.api import Grant, StateLost
from hamr_state_redis.scripts import key

BEAT = 5.0
"""Seconds between two tellings: a third of the time after which a lease is free."""

Lease = tuple[str, int]
"""The key of a limit's leases, and the number of one."""


class Server(Protocol):
    """What is told of them; both methods block, and raise StateLost."""

    def renew(self, leases: Sequence[Lease]) -> None:
        """The calls go on."""

    def settle(self, grant: Grant, used: Mapping[str, int]) -> None:
        """A call has ended."""


class Leases:
    """What is held, and what is to be given back, looked after by a thread that is there while anything is."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._changed = threading.Condition()
        self._held: dict[int, tuple[Grant, list[Lease]]] = {}
        self._due: list[Grant] = []
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def add(self, grant: Grant) -> None:
        """A call has begun."""
        found = [(key("leases", each.bucket), grant.lease) for each in grant.claims if each.kind == "concurrency"]
        if found:
            with self._mine():
                self._held[grant.lease] = grant, found
                self._look_after()

    def drop(self, grant: Grant) -> None:
        """A call has ended; its lease is given back by who says so."""
        with self._mine():
            self._held.pop(grant.lease, None)

    def give_back(self, grant: Grant) -> None:
        """A call was given up: its lease is given back by the thread."""
        with self._mine():
            if self._held.pop(grant.lease, None) is not None:
                self._due.append(grant)
                self._look_after()
                self._changed.notify()

    def flush(self) -> None:
        """Give back what is due, now."""
        with self._mine():
            due, self._due = self._due, []
        self._send(due, ())

    def end(self) -> None:
        """Give back all: the process ends, or nobody is there any more."""
        with self._mine():
            self._due += [grant for grant, _ in self._held.values()]
            self._held.clear()
        self.flush()

    def _mine(self) -> threading.Condition:
        """The lock; what a parent holds is not its child's, nor is the parent's thread there."""
        if self._pid != os.getpid():
            self._changed, self._held, self._due, self._thread = threading.Condition(), {}, [], None
            self._pid = os.getpid()
        return self._changed

    def _look_after(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hamr-leases", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        beat = time.monotonic() + BEAT
        while True:
            with self._changed:
                if not self._due:
                    self._changed.wait(max(0.0, beat - time.monotonic()))
                due, self._due = self._due, []
                late = time.monotonic() >= beat
                if late and not (due or self._held):
                    self._thread = None
                    return
                held = [lease for _, found in self._held.values() for lease in found] if late else []
            beat += BEAT if late else 0.0
            self._send(due, held)

    def _send(self, due: Sequence[Grant], held: Sequence[Lease]) -> None:
        try:
            for grant in due:
                self._server.settle(grant, {})
            if held:
                self._server.renew(held)
        except StateLost:  # they come back by themselves, and the next call tells of it
            return
