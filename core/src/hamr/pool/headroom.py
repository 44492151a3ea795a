"""What the headers of a reply say is left of a provider's limits. Pure: the time is given."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hamr.pool.state import Room
from hamr.wires.retry_after import seconds_since_epoch

PATTERNS = ("x-ratelimit-remaining-{}", "anthropic-ratelimit-{}-remaining")
KINDS = ("requests", "tokens", "input-tokens", "output-tokens", "requests-day", "tokens-minute")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
EPOCH = 1_000_000_000
"""A larger number of seconds is a time since 1970."""


def rooms(headers: Mapping[str, str], now: float) -> dict[str, Room]:
    """The limits that the headers tell of, by kind; one that does not say when it is whole again is left out.

    OpenAI's names are `x-ratelimit-remaining-requests` with `-reset-` as `6m0s` or a number; Anthropic's are
    `anthropic-ratelimit-requests-remaining` with `-reset` as RFC 3339 has it (source: both API references, 2026-11).
    """
    found = {}
    for kind in KINDS:
        for pattern in PATTERNS:
            remaining = headers.get(pattern.format(kind))
            if remaining is None or not remaining.strip().isdecimal():
                continue
            resets = _time(headers.get(_other(pattern, "reset").format(kind)), now)
            limit = headers.get(_other(pattern, "limit").format(kind), "").strip()
            if resets is not None:
                found[kind] = Room(int(remaining), resets, int(limit) if limit.isdecimal() else None)
    return found


def _other(pattern: str, word: str) -> str:
    return pattern.replace("remaining", word)


def _time(text: str | None, now: float) -> float | None:
    """The moment that is meant by `6m0s`, `12.5`, a number of seconds since 1970, or a date."""
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
    return seconds if seconds > EPOCH else now + seconds


def _date(text: str) -> float | None:
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return seconds_since_epoch(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
