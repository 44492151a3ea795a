"""How long a server asks to be left alone, out of the headers of its reply."""

from __future__ import annotations

from collections.abc import Mapping


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, or None where the reply does not say so.

    `retry-after-ms` counts before `retry-after`. A date is read against the reply's own `date`, since a wire has
    no clock; without one it says nothing.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    wanted = headers.get("retry-after")
    seconds = _number(wanted)
    if seconds is not None or wanted is None:
        return seconds
    until, now = seconds_since_epoch(wanted), seconds_since_epoch(headers.get("date"))
    return None if until is None or now is None else max(0.0, until - now)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < float("inf") else None


def seconds_since_epoch(text: str | None) -> float | None:
    """What a date as HTTP writes it means, in seconds since 1970; None where it is none."""
    from calendar import timegm
    from email.utils import parsedate_tz

    parsed = parsedate_tz(text) if text else None
    if parsed is None:
        return None
    try:
        return timegm((*parsed[:6], 0, 1, 0)) - (parsed[9] or 0)
    except (ValueError, OverflowError):
        return None
