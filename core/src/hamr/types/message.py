"""One turn of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hamr.types.part import Extra, Part, Text, Thinking, ToolCall

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; results of tools stand in messages of the role `tool`."""

    role: Role
    parts: tuple[Part, ...]
    name: str | None = None
    extra: Extra | None = None

    @property
    def text(self) -> str:
        """All text of the message, joined; refusals included, thinking not."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def thinking(self) -> str:
        """All visible thinking of the message, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, Thinking))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the message, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))
