"""Agents on which nothing goes on, kept for the next call."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from hamr_provider_acp.positions import Positions

if TYPE_CHECKING:
    from hamr_provider_acp.connection import Connection, Key

KEEP_SECONDS = 600.0
"""How long one is kept: as long as people take to go on with a conversation."""
MOST = 8
"""More are ended, the one that was used longest ago first."""


class Idle:
    """The idle agents, the last used last, and where their sessions stand; safe to use from many threads."""

    def __init__(self) -> None:
        self.positions = Positions()
        self._kept: list[tuple[Connection, float]] = []
        self._lock = threading.Lock()

    def take(self, key: Key, transcripts: Sequence[str]) -> tuple[Connection | None, str | None]:
        """One that was started alike, and the longest of the transcripts that it holds a session of, if any."""
        with self._lock:
            alike = [(connection, since) for connection, since in self._kept if connection.key == key]
            for transcript in reversed(transcripts):
                for each in alike:
                    if transcript in each[0].sessions:
                        self._kept.remove(each)
                        return each[0], transcript
            if not alike:
                return None, None
            self._kept.remove(alike[-1])
            return alike[-1][0], None

    def give(self, connection: Connection) -> list[Connection]:
        """Keep this one; gives those that were kept for too long, or are too many, to be ended."""
        now = monotonic()
        with self._lock:
            self._kept.append((connection, now))
            fresh = [each for each in self._kept if now - each[1] < KEEP_SECONDS][-MOST:]
            gone = [each[0] for each in self._kept if each not in fresh]
            self._kept = fresh
        return gone

    def clear(self) -> list[Connection]:
        """All of them, asked to end."""
        with self._lock:
            gone, self._kept = [each[0] for each in self._kept], []
        for connection in gone:
            connection.process.ask_to_end()
        return gone
