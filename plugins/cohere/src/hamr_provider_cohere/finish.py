"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR": "error",
    "TIMEOUT": "error",
}
WORDS: Mapping[FinishReason, str] = {"length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "error": "ERROR"}
"""hamr's word to the wire's, where that is not `COMPLETE`."""


def finish_reason(raw: str | None) -> FinishReason:
    """The reason; `unknown` for a word that is not known."""
    return REASONS.get(raw or "", "unknown")
