"""The StateStore: what blocks is done beside the event loop, and a claim that is cancelled holds nothing."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from hamr.api import Claim, Flow, Grant, NoRoom, Secret, Wait
from hamr_state_redis.address import Address
from hamr_state_redis.leases import Leases
from hamr_state_redis.server import Server

Result = TypeVar("Result")

FRESH = 60.0
"""Seconds for which the salt is not asked for again: a server that has lost all is given it back."""


class RedisStore:
    """The store at `url`; `clock` tells the time in place of the server's own. Raises ConfigError for a wrong URL."""

    def __init__(self, url: Secret, clock: Callable[[], float] | None = None) -> None:
        self.server = Server(Address(url), clock)
        self._leases = Leases(self.server)
        self._salt, self._asked = b"", 0.0
        weakref.finalize(self, self._leases.end)

    @property
    def place(self) -> str:
        """The URL without user, password and options."""
        return self.server.address.place

    def salt(self) -> Flow[bytes]:
        """What ids are made with."""
        if not self._salt or time.monotonic() - self._asked > FRESH:
            self._salt = yield Wait(lambda: self.server.salt(self._salt))
            self._asked = time.monotonic()
        return self._salt

    def claim(
        self, claims: Sequence[Claim], ticket: int | None = None, patience: float = float("inf")
    ) -> Flow[Grant | NoRoom]:
        """Reserve all of these in one step of the server, or none."""
        lease = int.from_bytes(os.urandom(6), "big")
        attempt = Attempt(self._leases, lambda: self.server.claim(claims, ticket, patience, lease))
        try:
            answer: Grant | NoRoom = yield Wait(attempt.make)
        except GeneratorExit:
            attempt.abandon()
            raise
        return answer

    def settle(self, grant: Grant, used: Mapping[str, int]) -> Flow[None]:
        """Put what was used in place of what was reserved."""
        self._leases.drop(grant)
        yield Wait(lambda: self.server.settle(grant, used))

    def used(self, claims: Sequence[Claim]) -> Flow[Sequence[int]]:
        """How much of each bucket is used."""
        found: Sequence[int] = yield Wait(lambda: self.server.used(claims))
        return found

    def release(self, grant: Grant) -> None:
        """Give back the lease, soon."""
        self._leases.give_back(grant)

    def change(self, table: str, work: Callable[[dict[str, str]], Result]) -> Flow[Result]:
        """Read and write a table; `work` is called again where another has changed it meanwhile."""
        result: Result = yield Wait(lambda: self.server.change(table, work))
        return result

    def put(self, table: str, rows: Mapping[str, str]) -> Flow[None]:
        """Write some rows."""
        yield Wait(lambda: self.server.put(table, rows))

    def close(self) -> None:
        """Give back what was given up, and let go of all connections."""
        self._leases.flush()
        self.server.close()


class Attempt:
    """A claim that is being made in a thread, which whoever waits for it may leave."""

    def __init__(self, leases: Leases, claim: Callable[[], Grant | NoRoom]) -> None:
        self._leases, self._claim = leases, claim
        self._lock = threading.Lock()
        self._left = False
        self._grant: Grant | None = None

    def make(self) -> Grant | NoRoom:
        """Claim; what is granted when nobody waits any more is given back."""
        answer = self._claim()
        if isinstance(answer, Grant):
            self._leases.add(answer)
            with self._lock:
                self._grant, left = answer, self._left
            if left:
                self._leases.give_back(answer)
        return answer

    def abandon(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._left, grant = True, self._grant
        if grant is not None:
            self._leases.give_back(grant)
