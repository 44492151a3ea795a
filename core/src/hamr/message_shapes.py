"""What form the messages of a call have, for whoever looks for a fault: roles, kinds and sizes, and never content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamr.effects import Tell
from hamr.types import Audio, File, Image, Request, Text, Thinking, ToolCall, ToolResult

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.gates import Asked, Asking, Came
    from hamr.types import Message, Part


@dataclass(frozen=True, slots=True)
class MessageShapes:
    """A gate that tells of each attempt what goes out, and lets all through (HARN_DEBUG_MESSAGE_SHAPES, N-213)."""

    def enter(self, asked: Asked) -> Flow[MessageShapes]:
        """Tell, and let it through."""
        yield Tell(f"{asked.route.selector}: {shape(asked.request)}")
        return self

    def leave(self, came: Came) -> Flow[None]:
        """Nothing was reserved."""
        yield from ()

    def close(self) -> None:
        """Nothing was reserved."""


def shape(asked: Asking) -> str:
    """The messages, each with its place, its role and its parts; what they say, and what things are called, is not."""
    if not isinstance(asked, Request):
        sizes = ", ".join(f"{len(each) if isinstance(each, str) else type(each).__name__}" for each in asked.inputs)
        return f"{len(asked.inputs)} inputs ({sizes})"
    messages = " | ".join(f"#{at} {_message(each)}" for at, each in enumerate(asked.messages))
    more = [f"{len(asked.tools)} tools"] if asked.tools else []
    more += ["of a given shape"] if asked.response_format is not None else []
    return "; ".join([messages, *more, "streamed" if asked.stream else "whole"])


def _message(message: Message) -> str:
    return f"{message.role}: {', '.join(_part(each) for each in message.parts) or 'nothing'}"


def _part(part: Part) -> str:
    match part:
        case Text(text=text):
            told = f"text({len(text)})"
        case Thinking(text=text):
            told = f"thinking({len(text)}{', with data' if part.extra else ''})"
        case ToolCall():
            told = f"tool call({len(part.arguments)} arguments{', spoilt' if part.problem else ''})"
        case ToolResult():
            told = f"tool result({', '.join(map(_part, part.parts))}{', an error' if part.is_error else ''})"
        case Image() | Audio() | File():
            told = f"{type(part).__name__.lower()}({', '.join(_carried(part))})"
        case _:
            told = type(part).__name__.lower()
    return told


def _carried(part: Image | Audio | File) -> Iterator[str]:
    if part.data is not None:
        yield f"{len(part.data):,} bytes"
    if getattr(part, "url", None) is not None:
        yield "a URL"
    if part.file_id is not None:
        yield "an id"
