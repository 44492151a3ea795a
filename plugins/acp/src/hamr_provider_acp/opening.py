"""From a call to a prompt under way: an agent, a session, its model, and the blocks that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hamr.api import Head
from hamr.wirekit import Told
from hamr_provider_acp import NAME, fitting
from hamr_provider_acp.connection import key, launched
from hamr_provider_acp.dialogue import choosing, earlier_session, greeting, new_session
from hamr_provider_acp.exchange import Begun, Exchange
from hamr_provider_acp.failed import FAILURES, failed
from hamr_provider_acp.flows import End, talk
from hamr_provider_acp.process import Ended
from hamr_provider_acp.transcript import EMPTY, digests
from hamr_provider_acp.turn import PromptTurn, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr_provider_acp.asked import Asked, Block
    from hamr_provider_acp.connection import Connection
    from hamr_provider_acp.dialogue import Hello
    from hamr_provider_acp.flows import Flow
    from hamr_provider_acp.idle import Idle
    from hamr_provider_acp.patience import Patience
    from hamr_provider_acp.session import Session

Result = TypeVar("Result")
CHARACTERS = 4
"""Of a prompt, for a token: a guess, where the agent says nothing of it (N-184)."""


class Opening:
    """One call on its way to an agent; `version` is hamr's own."""

    def __init__(self, idle: Idle, asked: Asked, patience: Patience, version: str) -> None:
        self._idle, self._asked, self._patience, self._version = idle, asked, patience, version
        self._known = digests(asked.turns)
        self._told = Told(NAME)

    def exchange(self) -> Flow[Exchange]:
        """Send the prompt; raises HamrError."""
        return self._with_an_agent(self._prompted)

    def models(self) -> Flow[dict[str, str]]:
        """The models that the agent offers in a new session, each with its name; raises HamrError."""
        return self._with_an_agent(self._listed)

    def _with_an_agent(self, use: Callable[[Connection, str | None], Flow[Result]]) -> Flow[Result]:
        """Use an agent that is idle, or a new one.

        An idle one that turns out to have ended is replaced: no prompt has been sent to it.
        """
        while True:
            connection, transcript = yield from self._idle_one()
            fresh = connection is None
            connection = connection or launched(self._asked)
            try:
                return (yield from use(connection, transcript))
            except GeneratorExit:  # nobody waits any more, and nothing can be waited for
                raise
            except FAILURES as exc:
                yield End(connection.process)
                if fresh or not isinstance(exc, Ended):
                    raise failed(exc, connection, self._asked.name, begun=False) from None
            except BaseException:
                yield End(connection.process)
                raise

    def _idle_one(self) -> Flow[tuple[Connection | None, str | None]]:
        while True:
            connection, transcript = self._idle.take(key(self._asked), self._known[:-1])
            if connection is None or connection.awake():
                return connection, transcript
            yield End(connection.process)

    def _prompted(self, connection: Connection, transcript: str | None) -> Flow[Exchange]:
        asked, peer = self._asked, connection.peer
        hello = yield from self._greeted(connection)
        session, held = yield from self._session(connection, hello, transcript)
        yield from talk(connection, choosing(peer, asked, session, self._told), self._patience)
        blocks = fitting.prompt(asked.turns[held:], hello.prompt_takes, asked.instruction, self._told)
        first = note(self._before(session, hello, blocks))
        self._idle.positions.put(session.id, None)
        params = {**(asked.prompt or {}), "sessionId": session.id, "prompt": blocks}
        turn = PromptTurn(peer, session, params, hello.auth_methods, connection.secrets.clean)
        head = Head(200, {"content-type": "application/x-ndjson"}, adaptations=self._told.all)
        begun = Begun(connection, turn, asked.name, self._transcript)
        return Exchange(begun, head, first, self._idle, self._patience)

    def _listed(self, connection: Connection, transcript: str | None) -> Flow[dict[str, str]]:
        yield from self._greeted(connection)
        session = yield from talk(connection, new_session(connection.peer, self._asked), self._patience)
        for other in self._idle.give(connection):
            yield End(other.process)
        return session.known_models

    def _greeted(self, connection: Connection) -> Flow[Hello]:
        if connection.hello is None:
            steps = greeting(connection.peer, self._asked, self._version)
            connection.hello = yield from talk(connection, steps, self._patience)
        return connection.hello

    def _session(self, connection: Connection, hello: Hello, transcript: str | None) -> Flow[tuple[Session, int]]:
        """A session, and how many of the turns it holds already."""
        if transcript is not None:
            return connection.sessions.pop(transcript), self._known.index(transcript) + 1
        peer, asked = connection.peer, self._asked
        for place in range(len(asked.turns) - 2, -1, -1):
            mark = asked.turns[place].mark
            if mark is None or mark.get("transcript") != self._known[place]:
                continue
            id = str(mark.get("session"))
            if not self._idle.positions.may_be_at(id, self._known[place]):
                break  # another call has gone on from there
            steps = earlier_session(peer, asked, hello, id, self._told)
            session = yield from talk(connection, steps, self._patience)
            if session is not None:
                return session, place + 1
            break
        return (yield from talk(connection, new_session(peer, asked), self._patience)), 0

    @property
    def _transcript(self) -> str:
        return self._known[-1] if self._known else EMPTY

    def _before(self, session: Session, hello: Hello, blocks: list[Block]) -> dict[str, object]:
        """What the decoder has to know."""
        return {
            "session": session.id,
            "agent": hello.info,
            "model": session.model or self._asked.model or self._asked.name,
            "transcript": self._transcript,
            "cost": session.cost,
            "tokens": -(-sum(len(block.get("text", "")) for block in blocks) // CHARACTERS),
        }
