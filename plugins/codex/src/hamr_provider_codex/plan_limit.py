"""When a plan that is used up is there again.

A 429 says `{"error": {"type": "usage_limit_reached", "plan_type": …, "resets_at": …, "resets_in_seconds": …}}`, and
every reply has headers for each of two windows, `primary` (five hours) and `secondary` (a week) (codex-rs/codex-api,
rate_limits.rs and api_bridge.rs, 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.api import CallError, Head, QuotaSpent
from hamr.wirekit import seconds_since_epoch

WINDOWS = ("primary", "secondary")
USED_UP = 100.0


def with_reset(error: CallError, head: Head) -> CallError:
    """The error with `retry_after` and a hint for people, where it is that of a used-up plan."""
    if not isinstance(error, QuotaSpent):
        return error
    said = _said(head.body)
    seconds = _reset(said, head.headers)
    if seconds is not None:
        error.retry_after = seconds
        plan = said.get("plan_type")
        of = f" of the plan {plan}" if isinstance(plan, str) and plan.isalnum() else ""
        error.hint = f"The limit{of} ends in {_told(seconds)}. {error.hint}"
    return error


def _said(body: bytes) -> Mapping[str, Any]:
    from pydantic_core import from_json

    try:
        value = from_json(body)
    except ValueError:
        return {}
    inner = value.get("error") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _reset(said: Mapping[str, Any], headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit ends. A time is read against the reply's own date, since a wire has no clock."""
    now = seconds_since_epoch(headers.get("date"))
    at, seconds = _number(said.get("resets_at")), _number(said.get("resets_in_seconds"))
    if at is not None and now is not None:
        return max(0.0, at - now)
    return seconds if seconds is not None else _reset_of_windows(headers, now)


def _reset_of_windows(headers: Mapping[str, str], now: float | None) -> float | None:
    """The later end of the windows that are used up."""
    ends = []
    for window in WINDOWS:
        if (_number(headers.get(f"x-codex-{window}-used-percent")) or 0.0) < USED_UP:
            continue
        at = _number(headers.get(f"x-codex-{window}-reset-at"))
        after = _number(headers.get(f"x-codex-{window}-reset-after-seconds"))
        if at is not None and now is not None:
            ends.append(max(0.0, at - now))
        elif after is not None:
            ends.append(after)
    return max(ends, default=None)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None


def _told(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
