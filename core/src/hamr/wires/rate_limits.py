"""What the headers of a reply say is left of a provider's limits. Pure: the time is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hamr.wires.retry_after import seconds_since_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping

PATTERNS = ("x-ratelimit-remaining-{}", "anthropic-ratelimit-{}-remaining")
KINDS = (
    *("requests", "tokens", "input-tokens", "output-tokens", "project-tokens", "requests-day"),
    *("tokens-minute", "req-minute", "req-10-second"),
)
BARE = "x-ratelimit-remaining"
PERIODS = {"tokens-minute": 60.0, "req-minute": 60.0, "req-10-second": 10.0}
"""Seconds after which these are whole again at the latest, as their names say: Mistral sends no time with them."""
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
EPOCH = 1_000_000_000
"""A larger number of seconds is a time since 1970; one a hundred times as large counts milliseconds."""


class Left(NamedTuple):
    """How much of a limit is left, and when it is whole again; `limit` is None where it is not said."""

    remaining: int
    resets: float
    limit: int | None = None


def limits_left(headers: Mapping[str, str], now: float) -> dict[str, Left]:
    """The limits that the headers tell of, by kind; one of which nothing says when it is whole again is left out.

    OpenAI's names are `x-ratelimit-remaining-requests` with `-reset-` as `6m0s` or a number; Anthropic's are
    `anthropic-ratelimit-requests-remaining` with `-reset` as RFC 3339 has it; OpenRouter's `x-ratelimit-remaining` has
    no kind, and counts milliseconds since 1970 (source: their API references, 2026-11).
    """
    found = {}
    for name, kind in _names(headers):
        remaining = headers[name].strip()
        if not remaining.isdecimal():
            continue
        resets = _time(headers.get(name.replace("remaining", "reset")), now)
        if resets is None and kind in PERIODS:
            resets = now + PERIODS[kind]
        limit = headers.get(name.replace("remaining", "limit"), "").strip()
        if resets is not None:
            found[kind] = Left(int(remaining), resets, int(limit) if limit.isdecimal() else None)
    return found


def wait_for_limits(headers: Mapping[str, str]) -> float | None:
    """Seconds until no limit is used up any more; None where the headers do not say that one is."""
    now = seconds_since_epoch(headers.get("date"))  # a wire has no clock: the reply's own must do
    if now is None:
        return None
    waits = [left.resets - now for left in limits_left(headers, now).values() if left.remaining == 0]
    return max((wait for wait in waits if wait > 0), default=None)


def _names(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that say what is left, each with its kind."""
    named = ((pattern.format(kind), kind) for kind in KINDS for pattern in PATTERNS)
    return [(name, kind) for name, kind in (*named, (BARE, "requests")) if name in headers]


def _time(text: str | None, now: float) -> float | None:
    """The moment that is meant by `6m0s`, `12.5`, a number of (milli)seconds since 1970, or a date."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        parts = _PARTS.findall(text)
        if parts and "".join(number + unit for number, unit in parts) == text:
            return now + sum(float(number) * _UNITS[unit] for number, unit in parts)
        return _date(text)
    if not 0 <= seconds < float("inf"):
        return None
    if seconds > 100 * EPOCH:
        return seconds / 1000
    return seconds if seconds > EPOCH else now + seconds


def _date(text: str) -> float | None:
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return seconds_since_epoch(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
