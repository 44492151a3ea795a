"""Messages in the shape of OpenAI's chat, to messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from hamr.errors import BadRequest
from hamr.types import Audio, File, Image, Message, Part, Text, Thinking, ToolCall, ToolResult
from hamr.wires.arguments import arguments
from hamr.wires.body_shape import array, table, text, wrong
from hamr.wires.openai_completions.choice import THINKING_FIELDS
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.parse_content import content, opaque
from hamr.wires.openai_completions.reasoning_details import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROLES: dict[str, Literal["system", "user"]] = {"system": "system", "developer": "system", "user": "user"}


def message(value: dict[str, Any], place: str) -> Message:
    """One message; `place` says where it stands. Raises BadRequest, naming what is wrong."""
    role = text(value.get("role"), f"{place}.role")
    if role in _ROLES:
        parts = content(value.get("content"), f"{place}.content")
        return _message(_ROLES[role], parts, value, place, {"role", "content", "name"})
    if role == "assistant":
        return _assistant(value, place)
    if role in ("tool", "function"):
        return _result(value, place)
    said = f"{place}.role must be one of system, developer, user, assistant, tool, not {role!r}"
    raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")


def _message(
    role: Literal["system", "user", "assistant"],
    parts: Iterable[Part],
    value: dict[str, Any],
    place: str,
    read: set[str],
) -> Message:
    name = value.get("name")
    return Message(role, tuple(parts), None if name is None else text(name, f"{place}.name"), opaque(value, read))


def _assistant(value: dict[str, Any], place: str) -> Message:
    read = {"role", "content", "name", "tool_calls", "refusal", "audio", "function_call"}
    parts: list[Part] = _thinking(value, read)
    if value.get("content") is not None:
        parts += content(value["content"], f"{place}.content")
    if value.get("refusal"):
        parts.append(Text(text(value["refusal"], f"{place}.refusal"), refusal=True))
    if value.get("audio") is not None:
        parts.append(Audio(file_id=text(table(value["audio"], f"{place}.audio").get("id"), f"{place}.audio.id")))
    if value.get("tool_calls") is not None:
        calls = array(value["tool_calls"], f"{place}.tool_calls")
        parts += [_call(call, f"{place}.tool_calls[{number}]") for number, call in enumerate(calls)]
    if value.get("function_call") is not None:
        where = f"{place}.function_call"
        name, written = _function(value["function_call"], where)
        parts.append(_made_call(f"call_{name}", name, written))
    return _message("assistant", parts, value, place, read)


def _thinking(value: dict[str, Any], read: set[str]) -> list[Part]:
    """Thinking as one part that remembers its field; a second copy under another name stays with the message."""
    details = value.get("reasoning_details")
    own: dict[str, Any] = {}
    said = ""
    for field in THINKING_FIELDS:
        if isinstance(value.get(field), str):
            own["field"], said = field, value[field]
            read.add(field)
            break
    if isinstance(details, list) and details:
        read.add("reasoning_details")
        own = {"field": "reasoning_details", **own, "reasoning_details": details}
        said = said or shown(details)
    return [Thinking(said, {NAME: own})] if own else []


def _call(value: Any, place: str) -> ToolCall:
    value = table(value, place)
    id = text(value.get("id"), f"{place}.id")
    extra = opaque(value, {"id", "type", "function", "custom"})
    if value.get("type") == "custom":
        custom = table(value.get("custom"), f"{place}.custom")
        written = text(custom.get("input"), f"{place}.custom.input")
        own = {NAME: {"type": "custom", **(extra or {}).get(NAME, {})}}
        return ToolCall(id, text(custom.get("name"), f"{place}.custom.name"), {"input": written}, written, extra=own)
    name, written = _function(value.get("function"), f"{place}.function")
    call = _made_call(id, name, written)
    return call if extra is None else ToolCall(id, name, call.arguments, call.text, call.problem, extra)


def _function(value: Any, place: str) -> tuple[str, str]:
    value = table(value, place)
    written = value.get("arguments")
    if isinstance(written, dict):
        from pydantic_core import to_json

        written = to_json(written).decode()
    return text(value.get("name"), f"{place}.name"), text("" if written is None else written, f"{place}.arguments")


def _made_call(id: str, name: str, written: str) -> ToolCall:
    read, problem = arguments(written)
    return ToolCall(id, name, read, written, problem)


def _result(value: dict[str, Any], place: str) -> Message:
    """The answer to a call; the deprecated role `function` knows the call only by the function's name."""
    name = None if value.get("name") is None else text(value["name"], f"{place}.name")
    if value["role"] == "function":
        id = f"call_{text(name, f'{place}.name')}"
    else:
        id = text(value.get("tool_call_id"), f"{place}.tool_call_id")
    said = value.get("content")
    parts = content("" if said is None else said, f"{place}.content")
    kept = tuple(part for part in parts if isinstance(part, Text | Image | File))
    if len(kept) != len(parts):
        raise wrong(f"{place}.content", "text, images or files", parts)
    marks = [part.cache for part in kept if part.cache]
    if marks:
        kept = tuple(replace(part, cache=None) for part in kept)
    extra = opaque(value, {"role", "content", "name", "tool_call_id"})
    return Message("tool", (ToolResult(id, kept, name, cache=marks[-1] if marks else None, extra=extra),))
