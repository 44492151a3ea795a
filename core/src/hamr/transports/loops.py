"""One thing for each event loop, let go of when that loop ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

Thing = TypeVar("Thing")


class PerLoop(Generic[Thing]):
    """Makes a thing at a loop's first use.

    Each thing is held by an asynchronous generator, since those are what a loop closes on its way out
    (`shutdown_asyncgens`, which `asyncio.run` calls): so nothing leaks where nobody calls `aclose`.
    """

    def __init__(self, make: Callable[[], Thing], close: Callable[[Thing], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._held: dict[AbstractEventLoop, tuple[Thing, AsyncGenerator[None, None]]] = {}

    def __len__(self) -> int:
        return len(self._held)

    async def get(self) -> Thing:
        """The running loop's thing."""
        from asyncio import get_running_loop

        loop = get_running_loop()
        held = self._held.get(loop)
        return held[0] if held else await self._start(loop)

    async def _start(self, loop: AbstractEventLoop) -> Thing:
        # A loop that was closed without shutdown_asyncgens never told us; its connections died with it.
        for known in list(self._held):
            if known.is_closed():
                self._held.pop(known, None)
        thing = self._make()
        keeper = self._keep(loop, thing)
        self._held[loop] = thing, keeper
        await anext(keeper)
        return thing

    async def _keep(self, loop: AbstractEventLoop, thing: Thing) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._held.pop(loop, None)
            await self._close(thing)

    async def aclose(self) -> None:
        """Let go of the running loop's thing."""
        from asyncio import get_running_loop

        held = self._held.get(get_running_loop())
        if held:
            await held[1].aclose()
