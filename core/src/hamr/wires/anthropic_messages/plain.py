"""Messages that hold text, calls and results and nothing else, as nearly all do, written without a look at the rest.

What is written is what the rest of the encoding writes, at half the cost; test_plain.py holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Text, ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.anthropic_messages.writing import Writing


def plain(message: Message, writing: Writing) -> str | list[dict[str, Any]] | None:
    """The content of the message, or None where it is not that plain."""
    if message.extra or message.name is not None:
        return None
    parts, role = message.parts, message.role
    if len(parts) == 1 and role in ("user", "assistant") and type(part := parts[0]) is Text:
        return _text(part)
    if role == "assistant":
        return _turn(parts, writing)
    return _results(parts, writing) if role == "tool" else None


def _turn(parts: Sequence[Part], writing: Writing) -> list[dict[str, Any]] | None:
    blocks: list[dict[str, Any]] = []
    for part in parts:
        if type(part) is ToolCall:
            if part.extra or part.problem is not None:
                return None
            blocks.append(
                {"type": "tool_use", "id": writing.call_id(part.id), "name": part.name, "input": part.arguments}
            )
        elif type(part) is Text and (text := _text(part)) is not None:
            blocks.append({"type": "text", "text": text})
        else:
            return None
    return blocks


def _results(parts: Sequence[Part], writing: Writing) -> list[dict[str, Any]] | None:
    blocks: list[dict[str, Any]] = []
    for part in parts:
        if type(part) is not ToolResult or part.is_error or part.cache is not None or part.extra:
            return None
        if len(part.parts) != 1 or type(each := part.parts[0]) is not Text or (text := _text(each)) is None:
            return None
        blocks.append({"type": "tool_result", "tool_use_id": writing.call_id(part.call_id), "content": text})
    return blocks


def _text(part: Text) -> str | None:
    text = part.text
    return None if part.cache is not None or part.extra or not text or text.isspace() else text
