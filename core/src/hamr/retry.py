"""How long to wait before a call is sent again, if at all."""

from __future__ import annotations

from hamr.errors import CallError
from hamr.types import Settings

FIRST = 0.5
LONGEST = 8.0
JITTER = 0.25


def delay(error: CallError, attempt: int, settings: Settings) -> float | None:
    """Seconds to wait after the failure of this attempt (the first is 1); None where it is not to be sent again.

    What the provider asks for is honoured, up to `settings.retry_wait`. Else half a second, doubling to eight,
    less up to a quarter of it by chance: as the official OpenAI client does (its source, version 3.52.0).
    """
    if not error.repeatable or attempt > settings.retries:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= settings.retry_wait else None
    return backoff(attempt, settings)


def backoff(attempt: int, settings: Settings) -> float:
    """Seconds to wait after this attempt (the first is 1), where the provider does not say how long."""
    import random

    seconds: float = min(FIRST * 2.0 ** (attempt - 1), LONGEST, settings.retry_wait)
    return seconds * (1 - JITTER * random.random())  # noqa: S311  # spreads load; no secret hangs on it
