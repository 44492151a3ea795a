"""Messages as plain text: what stands in them, and a word for what is no text."""

from __future__ import annotations

import json

from hamr.api import Audio, File, HostedTool, Image, Message, Part, Request, Text, Thinking, ToolCall, ToolResult


def prompt(request: Request) -> str:
    """The last message of the user, or the last of any role where the user has said nothing."""
    asked = [message for message in request.messages if message.role == "user"] or request.messages
    return described(asked[-1]) if asked else ""


def last_said(request: Request) -> str:
    """The last message, whoever it is from: the result of a tool, say."""
    return described(request.messages[-1]) if request.messages else ""


def described(message: Message) -> str:
    """The whole message as text."""
    return " ".join(filter(None, map(described_part, message.parts)))


def described_part(part: Part) -> str:
    """Text as it is; anything else in brackets, such as `[image/png, 70 bytes]`."""
    match part:
        case Text():
            return part.text
        case Thinking():
            return f"[thinking: {part.text}]"
        case ToolCall():
            return f"[calls {part.name} with {part.text or json.dumps(dict(part.arguments))}]"
        case ToolResult():
            return " ".join(map(described_part, part.parts))
        case HostedTool():
            return f"[tool of the provider, {part.name}]"
        case _:
            return f"[{', '.join(_facts(part))}]"


def _facts(part: Image | Audio | File) -> list[str]:
    """What kind it is, where it is from, and how large."""
    match part:
        case Image():
            facts = [part.media_type or "image", part.url, part.file_id]
        case Audio():
            facts = [f"audio/{part.format}" if part.format else "audio", part.file_id]
        case File():
            facts = [part.media_type or "file", part.name, part.url, part.file_id]
    size = f"{len(part.data):,} bytes" if part.data is not None else None
    return [fact for fact in (*facts, size) if fact]
