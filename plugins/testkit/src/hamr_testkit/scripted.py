"""A transport that answers from a script and keeps what it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hamr.api import Call, Head


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted reply: its pieces come one a read, and an exception among them is raised in its place."""

    pieces: tuple[bytes | Exception, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class ScriptedReply:
    """An open reply of the script, in both colours; `closed` counts how often it was let go of."""

    def __init__(self, answer: Answer) -> None:
        self.head = Head(answer.status, answer.headers)
        self.closed = 0
        self._pieces: Iterator[bytes | Exception] = iter(answer.pieces)

    def read(self) -> bytes:
        """The next piece."""
        piece = next(self._pieces, b"")
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self) -> None:
        """Count."""
        self.closed += 1

    async def aread(self) -> bytes:
        """The next piece."""
        return self.read()

    async def aclose(self) -> None:
        """Count."""
        self.close()


class ScriptedTransport:
    """Answers each call with the next answer, raising it where it is an exception."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = iter(answers)
        self.calls: list[Call] = []
        self.replies: list[ScriptedReply] = []

    def open(self, call: Call) -> ScriptedReply:
        """The next answer of the script."""
        self.calls.append(call)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        self.replies.append(ScriptedReply(answer))
        return self.replies[-1]

    async def aopen(self, call: Call) -> ScriptedReply:
        """The next answer of the script."""
        return self.open(call)

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""
