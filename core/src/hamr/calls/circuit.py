"""When a model of a provider with one key, which no pool has others for, is left alone (inventory C-60, N-168). Pure.

It is known to this client alone, and forgotten with it: pools keep what they learn. Nothing of it is loaded before a
call fails.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from hamr.errors import BrokenReply, HamrError, NoAnswer, Overloaded

if TYPE_CHECKING:
    from hamr.calls.breaker import Breaker, Health

CODE = "circuit_open"
AWAY = (None, 503, 529)
"""The status codes of a provider that is not there just now; any other 500 may be the doing of the one call."""


class Circuit:
    """How the last calls to one model went; `breaker` is the policy, where that is not the library's own.

    Times are readings of the driver's clock, in seconds.
    """

    def __init__(self, breaker: Breaker | None = None) -> None:
        self._breaker = breaker
        self._lock = threading.Lock()
        self._health: Health | None = None
        self._last = ""

    def enter(self, now: float) -> None:
        """Let a call through; raises Overloaded while the model is left alone. Later, one call alone tries it."""
        if self._health is None:  # as nearly always: every call comes by here
            return
        with self._lock:
            _, health = self._policy()
            if health.is_open(now):
                raise self._open(health.until - now)
            self._health = health.probing(now)

    def answered(self, now: float, *, has_content: bool) -> None:
        """A call went well, or was answered with nothing."""
        if has_content and self._health is None:
            return
        with self._lock:
            breaker, health = self._policy()
            if has_content:
                after = breaker.after(health, now, ok=True)
            else:
                after, self._last = breaker.after_nothing(health, now), "an answer with nothing in it"
            self._health = after if after.outcomes or after.openings else None

    def failed(self, error: HamrError, now: float) -> None:
        """A call failed; what says that the provider is there, such as a rate limit, says nothing of its health."""
        with self._lock:
            breaker, health = self._policy()
            if isinstance(error, NoAnswer | Overloaded) and error.status in AWAY:
                self._health = breaker.after(health, now, ok=False)
            elif isinstance(error, BrokenReply) and error.partial is None:
                self._health = breaker.after_nothing(health, now)
            else:
                if self._health is not None and health.is_open(now):  # this call alone tried it, and it is there
                    self._health = replace(health, until=now)
                return
            self._last = f"{type(error).__name__}: {error.message.splitlines()[0]}"

    def _policy(self) -> tuple[Breaker, Health]:
        from hamr.calls.breaker import WELL, ConsecutiveBreaker

        self._breaker = self._breaker or ConsecutiveBreaker()
        return self._breaker, self._health or WELL

    def _open(self, seconds: float) -> Overloaded:
        error = Overloaded(
            f"the model keeps failing, so it is left alone for {seconds:.1f} s more (the last time: {self._last})",
            code=CODE,
            retry_after=seconds,
            hint="Try again later, or name another candidate; HAMR_BREAKER_POLICY=off asks it all the same.",
        )
        error.attempts = 0
        return error
