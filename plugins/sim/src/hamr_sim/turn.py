"""What a simulated model says in one turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.api import CallError, FinishReason, Text, Thinking, ToolCall

MARK = "[sim] "
"""Opens every text that is the simulator's own."""

Said = Text | Thinking | ToolCall


@dataclass(frozen=True, slots=True)
class Turn:
    """The parts of an answer in their order, or the error in place of one; `sim` overrides how it is given."""

    parts: tuple[Said, ...] = ()
    reason: FinishReason | None = None
    error: CallError | None = None
    sim: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finish_reason(self) -> FinishReason:
        """Why the turn ends: as it says itself, or as its parts have it."""
        return self.reason or ("tool_calls" if any(isinstance(part, ToolCall) for part in self.parts) else "stop")


def saying(text: str) -> Turn:
    """A turn of text, which says whose it is."""
    return Turn((Text(MARK + text),))
