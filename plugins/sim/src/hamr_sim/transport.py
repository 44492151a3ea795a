"""The core's transport, led to the server of this process."""

from __future__ import annotations

from dataclasses import replace

from hamr.api import AsyncReply, Call, Reply, Transport
from hamr_sim.lease import Lease


class SimTransport:
    """Sends what was meant for `placeholder` to the server of this process, which its first call starts."""

    def __init__(self, inner: Transport, placeholder: str) -> None:
        self._inner, self._placeholder = inner, placeholder
        self._lease = Lease()

    def open(self, call: Call) -> Reply:
        """Open the call at the server; raises ConfigError where the server's script is wrong."""
        return self._inner.open(self._led(call))

    async def aopen(self, call: Call) -> AsyncReply:
        """Open the call at the server; raises ConfigError where the server's script is wrong."""
        return await self._inner.aopen(self._led(call))

    def close(self) -> None:
        """Let go of the connections, and of the server, which ends with the last that holds it."""
        self._inner.close()
        self._lease.release()

    async def aclose(self) -> None:
        """Let go of this event loop's connections; the server may serve other loops and is held until `close`."""
        await self._inner.aclose()

    def _led(self, call: Call) -> Call:
        return replace(call, url=self._lease.origin() + call.url.removeprefix(self._placeholder))
