"""Why the model ended, in the words of many servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "end": "stop",
    "eos": "stop",  # Together
    "end_turn": "stop",
    "stop_sequence": "stop",
    "complete": "stop",  # Cohere writes COMPLETE
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",  # Mistral
    "model_context_window_exceeded": "length",  # Z.ai
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "content_filtered": "content_filter",
    "safety": "content_filter",
    "sensitive": "content_filter",  # Z.ai
    "refusal": "refusal",
    "pause_turn": "pause",
    "abort": "error",  # SGLang, vLLM
    "network_error": "error",  # Z.ai
    "insufficient_system_resource": "error",  # DeepSeek
}
"""Provider's word, in lower case, to reason. The word `error` is not here: it is a failure, not an end."""

CUT: frozenset[FinishReason] = frozenset({"length", "content_filter", "error"})
"""Reasons that may cut a tool call in two."""


def finish_reason(raw: str | None, *, calls: bool, refused: bool) -> FinishReason:
    """The reason; what was seen counts for more than a word that means no more than the end of it."""
    reason = REASONS.get(raw.lower(), "unknown") if raw else "unknown"
    if reason in ("stop", "unknown") and calls:
        return "tool_calls"
    return "refusal" if reason == "stop" and refused else reason
