"""The transport `acp`: a call is a prompt, and a reply what an agent says until it has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_acp.asked import Asked
from hamr_provider_acp.connection import settled
from hamr_provider_acp.flows import arun, run
from hamr_provider_acp.idle import Idle
from hamr_provider_acp.listed import INSTALLED, OFFERED, Listed
from hamr_provider_acp.opening import Opening
from hamr_provider_acp.own import own
from hamr_provider_acp.patience import Patience

if TYPE_CHECKING:
    from hamr.api import AsyncReply, Call, Head, Reply, Route
    from hamr_provider_acp.exchange import Exchange
    from hamr_provider_acp.flows import Flow


class AgentTransport:
    """Starts agents and speaks with them, from any number of threads and event loops.

    An agent that has answered is kept for the next call, and its session for the next of the same conversation. It is
    ended with the transport, by `close`, or where a reply is closed before its end.
    """

    def __init__(self, route: Route) -> None:
        self._idle = Idle()
        self._own = own(route)

    def open(self, call: Call) -> Reply:
        """Send the prompt, once the agent is ready for it; raises HamrError."""
        return AgentReply(run(self._begun(call)))

    async def aopen(self, call: Call) -> AsyncReply:
        """Send the prompt, once the agent is ready for it; raises HamrError."""
        return AsyncAgentReply(await arun(self._begun(call)))

    def close(self) -> None:
        """End all agents that are kept."""
        for connection in self._idle.clear():
            connection.process.end()

    async def aclose(self) -> None:
        """End all agents that are kept: they belong to no event loop."""
        for connection in self._idle.clear():
            await connection.process.aend()

    def _begun(self, call: Call) -> Flow[Exchange | Listed]:
        if call.url == INSTALLED:
            return Listed.installed(call)
        asked = settled(self._own.laid_under(Asked.read(call)))
        patience = Patience(call.timeouts.read, call.timeouts.total, call.deadline)
        version = call.headers.get("user-agent", "").partition(" ")[0].partition("/")[2]
        opening = Opening(self._idle, asked, patience, version)
        return Listed.offered(opening) if call.url == OFFERED else opening.exchange()


class AgentReply:
    """What an agent says, read by blocking."""

    __slots__ = ("_exchange", "head")

    def __init__(self, exchange: Exchange | Listed) -> None:
        self._exchange, self.head = exchange, exchange.head

    head: Head

    def read(self) -> bytes:
        """The next bytes, empty at the end; raises BrokenReply."""
        return run(self._exchange.reading())

    def close(self) -> None:
        """Let go: an agent that has not answered yet is told to stop, and ended."""
        run(self._exchange.closing())


class AsyncAgentReply:
    """What an agent says, read by awaiting."""

    __slots__ = ("_exchange", "head")

    def __init__(self, exchange: Exchange | Listed) -> None:
        self._exchange, self.head = exchange, exchange.head

    async def aread(self) -> bytes:
        """The next bytes, empty at the end; raises BrokenReply."""
        return await arun(self._exchange.reading())

    async def aclose(self) -> None:
        """Let go: an agent that has not answered yet is told to stop, and ended."""
        await arun(self._exchange.closing())
