"""Words said once, when something takes longer than it should: by a thread for all, or in the event loop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

IDLE = 10.0
"""Seconds without anything to wait for, after which the thread ends."""


class _Watch:
    """The reminders of all blocking calls: a thread of each one's own would cost more than the call itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sooner = threading.Event()
        self._waiting: dict[ThreadReminder, float] = {}
        self._next = 0.0
        self._thread: threading.Thread | None = None

    def add(self, reminder: ThreadReminder, seconds: float) -> None:
        """Fire it after so many seconds."""
        with self._lock:
            at = self._waiting[reminder] = time.monotonic() + seconds
            if self._thread is None or not self._thread.is_alive():  # a fork leaves it behind
                self._next = at
                self._thread = threading.Thread(target=self._run, name="hamr-reminders", daemon=True)
                self._thread.start()
            elif at < self._next:
                self._sooner.set()

    def drop(self, reminder: ThreadReminder) -> None:
        """Do not fire it; the thread finds out when it looks next."""
        with self._lock:
            self._waiting.pop(reminder, None)

    def _run(self) -> None:
        while True:
            self._sooner.wait(self._next - time.monotonic())
            with self._lock:
                self._sooner.clear()
                now = time.monotonic()
                due = [reminder for reminder, at in self._waiting.items() if at <= now]
                for reminder in due:
                    del self._waiting[reminder]
                idle = not self._waiting and now >= self._next
                if idle and not due:
                    self._thread = None
                    return
                self._next = min(self._waiting.values(), default=now + IDLE)
            for reminder in due:
                reminder.fire()


_watch = _Watch()


def _anew() -> None:
    """In the child of a fork, which has neither the thread nor, perhaps, the lock's holder."""
    global _watch  # noqa: PLW0603  # one for all, in each process
    _watch = _Watch()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)


class ThreadReminder:
    """Says it after so many seconds, unless it is calmed before that."""

    def __init__(self, seconds: float, say: Callable[[], None]) -> None:
        self._say = say
        self._said = False
        self._watch = _watch
        self._watch.add(self, seconds)

    def calm(self) -> bool:
        """Say nothing from here on; whether it has been said already."""
        self._watch.drop(self)
        return self._said

    def fire(self) -> None:
        """Say it."""
        self._said = True
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
