"""A prompt under way with one agent, until it is answered or given up."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from hamr_provider_acp.failed import FAILURES, failed
from hamr_provider_acp.flows import End, Lines
from hamr_provider_acp.patience import Patience
from hamr_provider_acp.transcript import answered

if TYPE_CHECKING:
    from hamr.api import Head
    from hamr_provider_acp.connection import Connection
    from hamr_provider_acp.flows import Flow
    from hamr_provider_acp.idle import Idle
    from hamr_provider_acp.turn import PromptTurn

CANCELLING = 1.0
"""Seconds that an agent has to stop of its own accord."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The prompt, with whom it is, what people call the agent, and the transcript up to the prompt's end."""

    connection: Connection
    turn: PromptTurn
    agent: str
    transcript: str


class Exchange:
    """What a reply of either colour is read from; `first` are the bytes before the agent's own."""

    def __init__(self, begun: Begun, head: Head, first: bytes, idle: Idle, patience: Patience) -> None:
        self.head = head
        self._begun: Begun | None = begun
        self._first, self._idle, self._patience = first, idle, patience

    def reading(self) -> Flow[bytes]:
        """The next bytes, empty at the end; raises BrokenReply."""
        first, self._first = self._first, b""
        begun = self._begun
        if first or begun is None:
            return first
        process, turn = begun.connection.process, begun.turn
        try:
            while not turn.done:
                lines = yield Lines(process, self._patience)
                if data := b"".join([turn.take(line, self._stderr) for line in lines]):
                    break
        except GeneratorExit:  # nobody waits any more, and nothing can be waited for
            raise
        except FAILURES as exc:
            self._begun = None
            yield End(process)
            raise failed(exc, begun.connection, begun.agent, begun=True) from None
        except BaseException:
            self._begun = None
            yield End(process)
            raise
        if turn.done:
            yield from self._leave(begun)
        return data

    def closing(self) -> Flow[None]:
        """Let go; before the answer is complete the agent is told to stop, and ended."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        process, turn = begun.connection.process, begun.turn
        turn.cancel()
        patience = Patience(None, CANCELLING, monotonic() + CANCELLING)
        try:
            while not turn.done:
                for line in (yield Lines(process, patience)):
                    turn.take(line, str)
        except FAILURES:
            return  # it is ended in any case
        finally:
            yield End(process)

    def _stderr(self) -> str:
        return self._begun.connection.stderr if self._begun else ""

    def _leave(self, begun: Begun) -> Flow[None]:
        """The agent has answered: it is kept for the next call."""
        self._begun = None
        if begun.turn.reusable:
            transcript = answered(begun.transcript, begun.turn.texts)
            begun.connection.remember(transcript, begun.turn.session)
            self._idle.positions.put(begun.turn.session.id, transcript)
        for other in self._idle.give(begun.connection):
            yield End(other.process)
