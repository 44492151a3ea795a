"""A turn of the assistant's, as content blocks: all that it said goes back as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import HostedTool, Text, Thinking, ToolCall
from hamr.wires.anthropic_messages.content import hosted_block, text_block
from hamr.wires.arguments import returned_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Part
    from hamr.wires.anthropic_messages.writing import Writing


def turn_blocks(parts: Sequence[Part], place: str, writing: Writing) -> list[dict[str, Any]]:
    """The blocks of a turn, in order."""
    blocks = []
    for number, part in enumerate(parts):
        where = f"{place}.parts[{number}]"
        if isinstance(part, ToolCall):
            blocks.append(_call(part, where, writing))
        elif (block := _block(part, where, writing)) is not None:
            blocks.append(block)
    return blocks


def _block(part: Part, where: str, writing: Writing) -> dict[str, Any] | None:
    if isinstance(part, Text):
        return text_block(part, where, writing)
    if isinstance(part, Thinking):
        return _thought(part, where, writing)
    if isinstance(part, HostedTool):
        return hosted_block(part, where, writing)
    writing.told("dropped", where, f"this wire takes no {type(part).__name__.lower()} of the assistant back")
    return None


def _thought(part: Thinking, where: str, writing: Writing) -> dict[str, Any] | None:
    """Thinking with the signature that it came with, byte for byte, or its cipher; nothing that others thought."""
    own = writing.own(part.extra, where)
    if isinstance(own.get("data"), str):
        return {"type": "redacted_thinking", "data": own["data"]}
    signature = own.get("signature")
    if signature or (signature is not None and writing.compat.allow_empty_signature):
        return {"type": "thinking", "thinking": part.text, "signature": signature}
    writing.told("dropped", where, "this provider takes no thinking back without its own signature")
    return None


def _call(call: ToolCall, where: str, writing: Writing) -> dict[str, Any]:
    own = writing.own(call.extra, where) if call.extra else {}
    given = returned_arguments(call, where, writing.told)
    return {"type": "tool_use", "id": writing.call_id(call.id), "name": call.name, "input": given, **own}
