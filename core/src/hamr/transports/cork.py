"""Holding back what is written until it makes one packet: head and body of a call leave together."""

from __future__ import annotations

ENOUGH = 64 * 1024
"""Bytes that are worth a packet of their own."""


class Cork:
    """What was written and has not been sent."""

    __slots__ = ("_pieces", "_size", "timeout")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self.timeout: float | None = None

    @property
    def held(self) -> bool:
        """Whether anything waits to be sent."""
        return self._size > 0

    def hold(self, data: bytes, timeout: float | None) -> bool:
        """Hold this too; says whether it is time to send."""
        self._pieces.append(data)
        self._size += len(data)
        self.timeout = timeout
        return self._size >= ENOUGH

    def taken(self) -> bytes:
        """All that is held, which is held no longer."""
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return data
