"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "pause",  # the provider's own tools take long: what was said goes back, and it goes on
    "compaction": "pause",  # likewise, behind a summary of the conversation
    "refusal": "content_filter",
}
"""`stop_reason` to hamr's word (Anthropic API reference, "Handling stop reasons", 2026-11)."""

WORDS: Mapping[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "pause": "pause_turn",
    "content_filter": "refusal",
    "refusal": "refusal",
    "unknown": "end_turn",
}
"""And back; what ends with `error` is told as one."""

CUT: frozenset[FinishReason] = frozenset({"length", "content_filter", "error", "unknown"})
"""Reasons that may cut a tool call in two."""
