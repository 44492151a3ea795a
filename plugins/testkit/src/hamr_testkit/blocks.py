"""The events of a reply's blocks, as a decoder gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hamr.api import (
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hamr.api import Citation, Event

Extra = dict[str, Any] | None


def text(index: int, pieces: Iterable[str], citations: Sequence[Citation] = (), extra: Extra = None) -> list[Event]:
    """A text in these pieces; what is of the wire's own comes at its end."""
    deltas = [TextDelta(index, piece) for piece in pieces]
    return [TextStart(index), *deltas, TextEnd(index, tuple(citations), extra)]


def thinking(index: int, pieces: Iterable[str], extra: Extra = None) -> list[Event]:
    """A thought in these pieces; what is of the wire's own comes at its end."""
    return [ThinkingStart(index), *(ThinkingDelta(index, piece) for piece in pieces), ThinkingEnd(index, extra)]


def call(
    index: int, arguments: dict[str, Any], written: str | None = None, *, pieces: int = 2, extra: Extra = None
) -> list[Event]:
    """A call of `f` with the id `c<index>`; its arguments come in one piece or two, of which none is empty."""
    spelled = json.dumps(arguments, ensure_ascii=False) if written is None else written
    half = len(spelled) // 2 if pieces == 2 else 0
    deltas = [ToolCallDelta(index, piece) for piece in (spelled[:half], spelled[half:]) if piece]
    made = ToolCall(f"c{index}", "f", arguments, spelled, extra=extra)
    return [ToolCallStart(index, made.id, made.name), *deltas, ToolCallEnd(index, made)]


def compact(value: Any) -> str:
    """JSON without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def no_neighbours(blocks: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The blocks without those that a wire would run together: neighbours of one kind, but for calls."""
    found: list[tuple[str, Any]] = []
    for kind, value in blocks:
        if not found or found[-1][0] != kind or kind == "call":
            found.append((kind, value))
    return found


def reason(blocks: Iterable[tuple[str, Any]]) -> Any:
    """Why a reply of these blocks ends: for its calls, or because all is said."""
    return "tool_calls" if any(kind == "call" for kind, _ in blocks) else "stop"
