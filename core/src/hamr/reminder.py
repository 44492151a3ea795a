"""Words said once, when something takes longer than it should: in a thread of its own, or in the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class ThreadReminder:
    """Says it after so many seconds, unless it is calmed before that."""

    def __init__(self, seconds: float, say: Callable[[], None]) -> None:
        self._say = say
        self._said = threading.Event()
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def calm(self) -> bool:
        """Say nothing from here on; whether it has been said already."""
        self._timer.cancel()
        return self._said.is_set()

    def _fire(self) -> None:
        self._said.set()
        self._say()


class TaskReminder:
    """The same in the event loop that runs."""

    def __init__(self, seconds: float, say: Callable[[], None]) -> None:
        import asyncio

        self._said = False
        self._say = say
        self._handle: asyncio.TimerHandle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def calm(self) -> bool:
        """Say nothing from here on; whether it has been said already."""
        self._handle.cancel()
        return self._said

    def _fire(self) -> None:
        self._said = True
        self._say()
