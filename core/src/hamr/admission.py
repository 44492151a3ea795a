"""Which gates the calls of a route have to pass; nothing of them is imported where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hamr.types import RateLimits, Route

if TYPE_CHECKING:
    from hamr.gates import Gate
    from hamr.limits.limiter import Limiter

LIMITS = ("HAMR_RATE_LIMIT_", "HARN_RATE_LIMIT_")
WAIT = 30.0
"""The longest wait for a limit, in seconds, where nothing says otherwise."""

GivenLimits = Mapping[str, RateLimits | Mapping[str, int | None]]


class Admission:
    """What a client's calls have to pass; raises ConfigError for limits that are none."""

    def __init__(self, environ: Mapping[str, str], limits: GivenLimits | None = None) -> None:
        self._environ = environ
        self._limits: Mapping[str, RateLimits] = {}
        self._limiter: Limiter | None = None
        if limits:
            from hamr.limits.configured import given

            self._limits = given(limits)

    def gates(self, route: Route) -> tuple[Gate, ...]:
        """The gates of a route, in the order in which they are passed."""
        if not (self._limits or route.provider.limits.any or route.model.limits.any or self._in_environment()):
            return ()
        gate = self._limits_kept().gate(route)
        return () if gate is None else (gate,)

    def close(self) -> None:
        """Let go of all files; they are opened anew where they are needed."""
        if self._limiter is not None:
            self._limiter.close()

    def _in_environment(self) -> bool:
        return any(name.startswith(LIMITS) for name in self._environ)

    def _limits_kept(self) -> Limiter:
        if self._limiter is None:
            from hamr.limits.limiter import Limiter

            self._limiter = Limiter(self._environ, self._limits, WAIT)
        return self._limiter
