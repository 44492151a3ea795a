"""Why the model ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import FinishReason

REASONS: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "MISSING_THOUGHT_SIGNATURE": "error",
    "MALFORMED_RESPONSE": "error",
    "NO_IMAGE": "error",
    "IMAGE_OTHER": "error",
    "OTHER": "error",
    "ESCALATION": "error",
    "CONTINUATION": "pause",
}
"""`FinishReason` of both APIs (google-genai 3.4.0, types.py, 2026-11) to hamr's word."""

_NUMBERS = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
"""What proxies that write enumerations as numbers mean (recorded replies to `$alt=json;enum-encoding=int`)."""

WORDS: Mapping[FinishReason, str] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "refusal": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "error": "OTHER",
    "pause": "CONTINUATION",
    "unknown": "FINISH_REASON_UNSPECIFIED",
}
"""hamr's word to this wire's, where the provider's own is not known."""


def raw_reason(value: Any) -> str | None:
    """The provider's word, where it gave one."""
    if isinstance(value, str):
        return value or None
    return _NUMBERS.get(value, str(value)) if isinstance(value, int) and not isinstance(value, bool) and value else None


def finish_reason(raw: str | None, *, calls: bool) -> FinishReason:
    """The reason; a reply that ends with calls of tools has no word of its own for it."""
    reason = REASONS.get(raw or "", "unknown")
    return "tool_calls" if calls and reason == "stop" else reason


def written_reason(reason: FinishReason, raw: str | None) -> str:
    """The wire's word: the provider's own, where it means the same here."""
    same = REASONS.get(raw or "")
    if raw is not None and (same == reason or (same == "stop" and reason == "tool_calls")):
        return raw
    return WORDS[reason]
