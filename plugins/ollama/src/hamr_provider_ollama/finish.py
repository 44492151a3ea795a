"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "load": "stop",  # a call without messages has loaded the model
    "unload": "stop",
}


def finish_reason(raw: str | None, *, calls: bool) -> FinishReason:
    """The reason: a reply that ends in calls says `stop` too. Servers before mid-2024 gave none."""
    found = REASONS.get(raw or "", "unknown")
    return "tool_calls" if calls and found in ("stop", "unknown") else found
