"""An open reply in each colour: its bytes as they come, every failure as one of hamr's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hamr.transports.patience import heed, left_until

if TYPE_CHECKING:
    from hamr.errors import HamrError
    from hamr.types import Head


class Judge(Protocol):
    """Knows which exceptions are failures of one call, and what to make of them."""

    deadline: float | None

    def failures(self) -> tuple[type[Exception], ...]:
        """What the library raises when a call fails."""

    def error(self, exc: Exception, *, begun: bool) -> tuple[HamrError, Exception | None]:
        """The error for a failure, and the cause to show: none where its text could quote what was sent."""


class Source(Protocol):
    """Where the bytes of a body come from, by blocking."""

    def read(self) -> bytes:
        """The next bytes, empty at the end."""

    def close(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""


class AsyncSource(Protocol):
    """Where the bytes of a body come from, by awaiting."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""

    async def close(self) -> None:
        """Let go: a reply that was read to its end leaves its connection for the next call."""


class HttpReply:
    """An open reply, read by blocking. It ends at the deadline, also in the middle of a read."""

    __slots__ = ("_begun", "_judge", "_source", "head")

    def __init__(self, head: Head, source: Source, judge: Judge) -> None:
        self.head = head
        self._source: Source | None = source
        self._judge = judge
        self._begun = False

    def read(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""
        judge, source = self._judge, self._source
        if source is None:
            return b""
        try:
            if (deadline := judge.deadline) is not None:
                left_until(deadline)
            heed(deadline)
            piece = source.read()
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
        source, self._source = self._source, None
        if source is not None:
            source.close()


class AsyncHttpReply:
    """An open reply, read by awaiting. It ends at the deadline, also in the middle of a read."""

    __slots__ = ("_begun", "_judge", "_source", "head")

    def __init__(self, head: Head, source: AsyncSource, judge: Judge) -> None:
        self.head = head
        self._source: AsyncSource | None = source
        self._judge = judge
        self._begun = False

    async def aread(self) -> bytes:
        """The next bytes, empty at the end; raises NoAnswer or BrokenReply."""
        judge, source = self._judge, self._source
        if source is None:
            return b""
        done = False
        try:
            if (deadline := judge.deadline) is not None:
                left_until(deadline)
            heed(deadline)
            piece = await source.read()
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
        source, self._source = self._source, None
        if source is not None:
            await source.close()
