"""The details of a `google.rpc.Status`: what Google's APIs say of a failure besides its message.

Source: google/rpc/error_details.proto, and recorded replies of the Gemini API, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

QUOTA_OF_DAY = "quota_exceeded"
"""The word for a quota that comes back only the next day, whatever wait the reply asks for besides."""


def reasons(details: Any) -> tuple[str, ...]:
    """The words in the details that say why, the most telling first."""
    found = list(_entries(details))
    days = [QUOTA_OF_DAY for kind, entry in found if kind == "QuotaFailure" and _of_day(entry)]
    words = [entry.get("reason") for kind, entry in found if kind == "ErrorInfo"]
    return (*days[:1], *(word for word in words if isinstance(word, str) and word))


def retry_delay(details: Any) -> float | None:
    """Seconds to wait; None where the details do not say so."""
    for kind, entry in _entries(details):
        if kind == "RetryInfo" and isinstance(written := entry.get("retryDelay"), str) and written.endswith("s"):
            try:
                seconds = float(written[:-1])
            except ValueError:
                continue
            return seconds if 0 <= seconds < float("inf") else None
    return None


def _entries(details: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in details if isinstance(details, list) else ():
        if isinstance(entry, dict) and isinstance(kind := entry.get("@type"), str):
            yield kind.rpartition(".")[2], entry


def _of_day(entry: dict[str, Any]) -> bool:
    violations = entry.get("violations")
    rows = violations if isinstance(violations, list) else []
    return any(isinstance(row, dict) and "PerDay" in str(row.get("quotaId")) for row in rows)
