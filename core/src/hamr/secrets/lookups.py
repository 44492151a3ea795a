"""What is got at slowly, a command's output or what a keyring holds: once, whoever asks for it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from hamr.errors import ConfigError, HamrError


class Lookups:
    """The outcomes by name; a failure is for those alone who waited for it, and tried again for the next one."""

    def __init__(self) -> None:
        self._futures: dict[str, Future[str]] = {}
        self._lock = threading.Lock()

    def has(self, name: str) -> bool:
        """Whether it is there already, so that nobody has to wait."""
        future = self._futures.get(name)
        return future is not None and future.done()

    def get(self, name: str, look: Callable[[], str]) -> str:
        """What is known by this name, or what `look` gives; raises what it raises."""
        mine: Future[str] = Future()
        with self._lock:
            future = self._futures.setdefault(name, mine)
        if future is not mine:
            return future.result()
        try:
            value = look()
        except BaseException as error:
            with self._lock:
                del self._futures[name]
            mine.set_exception(error if isinstance(error, HamrError) else ConfigError("it was broken off"))
            raise
        mine.set_result(value)
        return value
