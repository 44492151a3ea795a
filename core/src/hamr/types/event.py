"""The steps of a reply: noun, then verb. Each block (text, thinking, tool call) has an index of its own.

The `extra` of a block's beginning is what the wire knows by then, such as an id; that of its end is what goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from hamr.types.part import Audio, Citation, Extra, File, HostedTool, Image, ToolCall
from hamr.types.usage import Cost, Usage

if TYPE_CHECKING:
    from hamr.errors import CallError

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "refusal", "pause", "error", "unknown"]
"""Why the model ended; `unknown` where the provider gave no reason that is known."""


@dataclass(frozen=True, slots=True)
class Started:
    """The provider began to answer; `model` is the one that serves, as the provider names it."""

    type: ClassVar[Literal["started"]] = "started"
    id: str | None = None
    model: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class TextStart:
    """A block of text begins; `choice` tells alternatives apart where more than one was asked for."""

    type: ClassVar[Literal["text_start"]] = "text_start"
    index: int
    refusal: bool = False
    choice: int = 0
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    type: ClassVar[Literal["text_delta"]] = "text_delta"
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class TextEnd:
    """The block of text is complete."""

    type: ClassVar[Literal["text_end"]] = "text_end"
    index: int
    citations: tuple[Citation, ...] = ()
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ThinkingStart:
    """A block of thinking begins."""

    type: ClassVar[Literal["thinking_start"]] = "thinking_start"
    index: int
    choice: int = 0
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More thinking."""

    type: ClassVar[Literal["thinking_delta"]] = "thinking_delta"
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingEnd:
    """The block of thinking is complete."""

    type: ClassVar[Literal["thinking_end"]] = "thinking_end"
    index: int
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ToolCallStart:
    """The model begins to ask for a tool."""

    type: ClassVar[Literal["tool_call_start"]] = "tool_call_start"
    index: int
    id: str
    name: str
    choice: int = 0
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of the arguments, as the model writes them."""

    type: ClassVar[Literal["tool_call_delta"]] = "tool_call_delta"
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallEnd:
    """The tool call is complete: only now may it be run."""

    type: ClassVar[Literal["tool_call_end"]] = "tool_call_end"
    index: int
    call: ToolCall


@dataclass(frozen=True, slots=True)
class PartAdded:
    """A part that came whole: an image, a sound, a file, a tool the provider ran."""

    type: ClassVar[Literal["part_added"]] = "part_added"
    index: int
    part: Image | Audio | File | HostedTool
    choice: int = 0


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """What the call has used so far; the last one counts."""

    type: ClassVar[Literal["usage"]] = "usage"
    usage: Usage
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the caller should know that is no failure."""

    type: ClassVar[Literal["warning"]] = "warning"
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete; `raw` is the provider's word for the reason, `extra` what else it said."""

    type: ClassVar[Literal["finished"]] = "finished"
    reason: FinishReason
    raw: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The reply says that it failed, or ended early. The pipeline raises `error`; callers never see this event."""

    type: ClassVar[Literal["failed"]] = "failed"
    error: CallError


Event = (
    Started
    | TextStart
    | TextDelta
    | TextEnd
    | ThinkingStart
    | ThinkingDelta
    | ThinkingEnd
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | PartAdded
    | UsageUpdated
    | Warned
    | Finished
    | Failed
)
