"""Connections on which nothing goes on, kept for the next call to the same origin."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Generic, Protocol, TypeVar

KEEP_SECONDS = 60.0
"""How long an idle connection is kept: longer than most tools run, shorter than balancers drop it (AWS: 350 s)."""


class Keepable(Protocol):
    """What is asked of a connection here."""

    @property
    def stale(self) -> bool:
        """Whether it can be used no more."""

    def close(self) -> None:
        """Close it."""


Stream = TypeVar("Stream", bound=Keepable)
Origin = tuple[object, ...]


class Idle(Generic[Stream]):
    """The idle connections by origin, the last used first; safe to use from many threads.

    Taking one and giving one back cost the same however many there are.
    """

    def __init__(self) -> None:
        self._kept: dict[Origin, deque[tuple[Stream, float]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def take(self, origin: Origin) -> Stream | None:
        """One that can be used, or None."""
        kept = self._kept.get(origin)
        while kept:
            try:
                stream, since = kept.pop()
            except IndexError:  # another thread was faster
                return None
            if monotonic() - since < KEEP_SECONDS and not stream.stale:
                return stream
            stream.close()
        return None

    def give(self, origin: Origin, stream: Stream) -> None:
        """Keep this one; the one that has been idle longest is closed where that was too long."""
        kept = self._kept.setdefault(origin, deque())
        now = monotonic()
        kept.append((stream, now))
        try:
            oldest, since = kept.popleft()
        except IndexError:  # another thread has taken this one already
            return
        if now - since < KEEP_SECONDS:
            kept.appendleft((oldest, since))
        else:
            oldest.close()

    def close(self) -> None:
        """Close them all."""
        while self._kept:
            _, kept = self._kept.popitem()
            while kept:
                kept.pop()[0].close()
