"""An open reply in each colour: its bytes as they come, every failure as one of hamr's errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from hamr.transports.patience import heed, left_until

if TYPE_CHECKING:
    from types import AsyncGeneratorType

    from hamr.errors import HamrError
    from hamr.types import Head


class Judge(Protocol):
    """Knows which exceptions are failures of one call, and what to make of them."""

    deadline: float | None

    def failures(self) -> tuple[type[Exception], ...]:
        """What the library raises when a call fails."""

    def error(self, exc: Exception, *, begun: bool) -> tuple[HamrError, Exception | None]:
        """The error for a failure, and the cause to show: none where its text could quote what was sent."""


class HttpReply:
    """An open reply, read by blocking. It ends at the deadline, also in the middle of a read."""

    __slots__ = ("_begun", "_close", "_judge", "_pieces", "head")

    def __init__(self, head: Head, pieces: Iterator[bytes], close: Callable[[], None], judge: Judge) -> None:
        self.head = head
        self._pieces = pieces
        self._close = close
        self._judge = judge
        self._begun = False

    def read(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""
        judge = self._judge
        try:
            if (deadline := judge.deadline) is not None:
                left_until(deadline)
            heed(deadline)
            piece = next(self._pieces, b"")
        except judge.failures() as exc:
            error, cause = judge.error(exc, begun=self._begun)
        else:
            self._begun = True
            if not piece:
                self.close()
            return piece
        # Raised outside the handler, so that a cause which is not to be shown is no __context__ either.
        self.close()
        raise error from cause

    def close(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""
        self._close()
        self._pieces = iter(())


class AsyncHttpReply:
    """An open reply, read by awaiting. It ends at the deadline, also in the middle of a read."""

    __slots__ = ("_begun", "_close", "_judge", "_pieces", "head")

    def __init__(
        self, head: Head, pieces: AsyncGeneratorType[bytes, None], close: Callable[[], Awaitable[None]], judge: Judge
    ) -> None:
        self.head = head
        self._pieces = pieces
        self._close = close
        self._judge = judge
        self._begun = False

    async def aread(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""
        judge = self._judge
        done = False
        try:
            left_until(judge.deadline)
            heed(judge.deadline)
            piece = await anext(self._pieces, b"")
            done = bool(piece)
        except judge.failures() as exc:
            error, cause = judge.error(exc, begun=self._begun)
        else:
            self._begun = True
            return piece
        finally:
            # Also when the task is cancelled in mid-read.
            if not done:
                await self.aclose()
        raise error from cause

    async def aclose(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""
        await self._close()
        # Another task may be waiting for a piece: that its connection is closed ends its wait with an error.
        if not self._pieces.ag_running:
            await self._pieces.aclose()
