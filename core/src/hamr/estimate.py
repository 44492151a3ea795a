"""How many tokens a request may come to, before its provider has counted them. Pure, and good to a third or so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hamr.types import (
    Audio,
    EmbeddingRequest,
    File,
    HostedTool,
    Image,
    Message,
    Part,
    Request,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
)

BYTES = 4
"""Bytes of UTF-8 a token: of English text, and near it for others, whose letters are longer."""
MESSAGE = 4
"""Tokens around each message."""
MEDIA = 1_000
"""Tokens of an image or a sound: a large image is 765 to 1,600 with the large providers (their guides, 2026-11)."""
FILE = 50
"""Bytes a token of a document, most of which is no text."""
OUTPUT = 1_000
"""Tokens of an answer to which no bound is set."""


def input_tokens(request: Request | EmbeddingRequest) -> int:
    """What goes in."""
    if isinstance(request, EmbeddingRequest):
        return sum(_text(each) if isinstance(each, str) else len(each) for each in request.inputs)
    tools = sum(_text(f"{tool.name}{tool.description}{tool.parameters}") for tool in request.tools)
    schema = _text(str(request.response_format.schema)) if request.response_format else 0
    return tools + schema + sum(MESSAGE + parts(message.parts) for message in request.messages)


def output_tokens(request: Request | EmbeddingRequest, usual: int = OUTPUT) -> int:
    """What may come out: as much as was asked for, else what is `usual`."""
    if isinstance(request, EmbeddingRequest):
        return 0
    return (request.max_tokens or usual) * (request.n or 1)


def used(request: Request | EmbeddingRequest, said: Usage | None, characters: int, *, whole: bool) -> Usage:
    """What a call has used: as its provider `said`, else by an estimate, which is marked as one.

    Of a reply that is not `whole` at least what has come: what is said in its midst may be of its beginning.
    """
    came = characters // BYTES
    if said is None:
        return Usage(input_tokens(request), output=came, estimated=True)
    if whole or said.output_total >= came:
        return said
    return replace(said, output=said.output + came - said.output_total, estimated=True, billed=None)


def message_tokens(message: Message) -> int:
    """What a message has come to."""
    return parts(message.parts)


def parts(several: Iterable[Part]) -> int:
    """What these parts come to."""
    return sum(map(_part, several))


def _part(part: Part) -> int:
    match part:
        case Text() | Thinking():
            return _text(part.text)
        case ToolCall():
            return _text(part.name) + _text(part.text or str(part.arguments))
        case ToolResult():
            return parts(part.parts)
        case Image() | Audio():
            return MEDIA
        case File():
            return max(MEDIA, len(part.data or b"") // FILE)
        case HostedTool():
            return _text(str(part.data))


def _text(text: str) -> int:
    return -(-(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))) // BYTES)
