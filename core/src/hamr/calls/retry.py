"""How long to wait before a call is sent again, if at all."""

from __future__ import annotations

from hamr.errors import CallError
from hamr.types import Provider, Settings

RETRIES = 2
FIRST = 0.5
LONGEST = 8.0
JITTER = 0.25


def retries(settings: Settings, provider: Provider | None = None) -> int:
    """How often a call is sent again: as the call or the client says, as the provider's files say, or twice."""
    said = settings.retries if settings.retries is not None or provider is None else provider.retries
    return RETRIES if said is None else said


def delay(error: CallError, attempt: int, settings: Settings, provider: Provider | None = None) -> float | None:
    """Seconds to wait after the failure of this attempt (the first is 1); None where it is not to be sent again.

    What the provider asks for is honoured, up to `settings.retry_wait`. Else half a second, doubling to eight,
    less up to a quarter of it by chance: as the official OpenAI client does (its source, version 3.52.0).
    """
    if not error.repeatable or attempt > retries(settings, provider):
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= settings.retry_wait else None
    return backoff(attempt, settings, provider)


def backoff(attempt: int, settings: Settings, provider: Provider | None = None) -> float:
    """Seconds to wait after this attempt (the first is 1), where the provider does not say how long.

    A provider's files may say how long the first wait is.
    """
    import random

    first = FIRST if provider is None or provider.retry_delay is None else provider.retry_delay
    seconds: float = min(first * 2.0 ** min(attempt - 1, 1000), max(first, LONGEST), settings.retry_wait)
    return seconds * (1 - JITTER * random.random())  # noqa: S311  # spreads load; no secret hangs on it
