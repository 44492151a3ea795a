"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
}
"""The wire's words ("Converse", docs.aws.amazon.com, 2026-11) to hamr's."""

CUT: frozenset[FinishReason] = frozenset({"length", "content_filter", "error", "unknown"})
"""Reasons that may cut a tool call in two."""


def finish_reason(raw: str, *, calls: bool) -> FinishReason:
    """The reason; a reply that ends well and holds calls has ended with them."""
    reason = REASONS.get(raw, "unknown")
    return "tool_calls" if reason == "stop" and calls else reason
