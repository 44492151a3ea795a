"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "max_messages": "length",
    "steered": "pause",
    "queued": "pause",  # a response in the background, which goes on
    "in_progress": "pause",
    "cancelled": "error",
}
"""The reason of an incomplete response, or the status of one that is not completed, to hamr's word."""

PENDING = frozenset({"queued", "in_progress"})
"""The status of a response in the background that is not there yet."""

CUT: frozenset[FinishReason] = frozenset({"length", "content_filter", "error", "unknown"})
"""Reasons that may cut a tool call in two."""


def finish_reason(raw: str, *, calls: bool, refused: bool) -> FinishReason:
    """The reason; a completed response ends with what stands in it."""
    if raw == "completed":
        return "tool_calls" if calls else "refusal" if refused else "stop"
    return REASONS.get(raw, "unknown")
