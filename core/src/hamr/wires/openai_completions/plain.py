"""Messages that hold text and tool calls and nothing else, as nearly all do, written without a look at the rest.

What is written is what `messages.Writer` writes, at a fifth of the cost; test_plain.py holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Text, ToolCall, ToolResult
from hamr.wires.openai_completions.call_ids import fitting_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def suits(compat: Compat) -> bool:
    """Whether the provider takes messages as they are: none has to say more than it holds."""
    return not (
        compat.requires_assistant_after_tool_result
        or compat.requires_tool_result_name
        or compat.requires_non_null_assistant_content
        or compat.requires_reasoning_content_on_assistant_messages
    )


def plain(message: Message, system: str, compat: Compat, told: Told) -> dict[str, Any] | None:
    """The message as the wire writes it, or None where it is not that plain; `system` is the role of instructions."""
    if message.extra or message.name is not None:
        return None
    role, parts = message.role, message.parts
    if role == "assistant":
        return _turn(parts, compat, told)
    if len(parts) != 1:
        return None
    if role == "tool":
        return _result(parts[0], compat, told)
    text = _text(parts[0])
    return None if text is None else {"role": system if role == "system" else role, "content": text}


def _turn(parts: Sequence[Part], compat: Compat, told: Told) -> dict[str, Any] | None:
    said: str | None = None
    calls: list[dict[str, Any]] = []
    for part in parts:
        if type(part) is ToolCall:
            if part.extra or part.problem is not None or not part.text or part.text.isspace():
                return None
            function = {"name": part.name, "arguments": part.text}
            calls.append({"id": fitting_id(part.id, compat, told), "type": "function", "function": function})
        elif type(part) is not Text or part.refusal or (text := _text(part)) is None:
            return None
        else:
            said = text if said is None else said + text
    if calls:
        return {"role": "assistant", "content": said, "tool_calls": calls}
    return {"role": "assistant", "content": said or ""}


def _result(part: Part, compat: Compat, told: Told) -> dict[str, Any] | None:
    if type(part) is not ToolResult or part.is_error or part.cache is not None or part.extra or len(part.parts) != 1:
        return None
    text = _text(part.parts[0])
    if text is None:
        return None
    return {"role": "tool", "tool_call_id": fitting_id(part.call_id, compat, told), "content": text}


def _text(part: Part) -> str | None:
    return part.text if type(part) is Text and part.cache is None and not part.extra else None
