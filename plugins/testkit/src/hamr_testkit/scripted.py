"""A transport that answers from a script and keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat

from hamr.api import Call, Head


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted reply: its pieces come one a read, and an exception among them is raised in its place."""

    pieces: tuple[bytes | Exception, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


HI = Answer((b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"))
"""A chat completion that says `Hi`."""
SCRIPTED = {"HAMR_EXTENSIONS": "scripted"}
"""The variables of a client whose calls the fixture `scripted` answers."""


def refusal(status: int, text: str = "no", **headers: str) -> Answer:
    """A failure in OpenAI's envelope; an underscore in a header's name is a hyphen."""
    body = json.dumps({"error": {"message": text}}).encode()
    return Answer((body,), status, {name.replace("_", "-"): value for name, value in headers.items()})


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
        self._answers: Iterator[Answer | Exception] = iter(answers)
        self.calls: list[Call] = []
        self.replies: list[ScriptedReply] = []

    def play(self, *answers: Answer | Exception) -> None:
        """Begin another script; what was sent is forgotten."""
        self._answers = iter(answers)
        self.calls.clear()

    def play_always(self, answer: Answer | Exception) -> None:
        """The same answer to every call."""
        self._answers = repeat(answer)
        self.calls.clear()

    @property
    def tails(self) -> list[str]:
        """The ends of the keys of the calls that were sent."""
        return [f"…{call.headers['authorization'][-4:]}" for call in self.calls]

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
