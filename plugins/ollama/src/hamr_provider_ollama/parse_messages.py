"""Messages of a client's call."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

from hamr.api import BadRequest, Image, Message, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import arguments, array, made_id, table, text, wrong
from hamr_provider_ollama.name import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Extra, Part

_ROLES: dict[str, Literal["system", "user"]] = {"system": "system", "user": "user"}


def messages(values: list[Any]) -> tuple[Message, ...]:
    """All of them; raises BadRequest, naming what is wrong."""
    reader = _Reader()
    return tuple(reader.message(table(value, f"messages[{at}]"), f"messages[{at}]") for at, value in enumerate(values))


class _Reader:
    """Reads a conversation; knows the calls that have no result yet, for a result may not say which is its own."""

    def __init__(self) -> None:
        self._open: list[ToolCall] = []

    def message(self, value: Mapping[str, Any], place: str) -> Message:
        role = text(value.get("role"), f"{place}.role")
        if role == "assistant":
            return self._turn(value, place)
        if role == "tool":
            return self._result(value, place)
        if role not in _ROLES:
            said = f"{place}.role must be one of system, user, assistant, tool, not {role!r}"
            raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")
        parts = _content(value, place)
        return Message(_ROLES[role], parts, extra=_opaque(value, {"role", "content", "images"}))

    def _turn(self, value: Mapping[str, Any], place: str) -> Message:
        parts: list[Part] = []
        if value.get("thinking"):
            parts.append(Thinking(text(value["thinking"], f"{place}.thinking")))
        if value.get("content"):
            parts.append(Text(text(value["content"], f"{place}.content")))
        parts += _images(value, place)
        calls = array(value.get("tool_calls") or (), f"{place}.tool_calls")
        self._open = [_call(table(each, where), where) for each, where in _placed(calls, f"{place}.tool_calls")]
        extra = _opaque(value, {"role", "content", "images", "thinking", "tool_calls"})
        return Message("assistant", (*parts, *self._open), extra=extra)

    def _result(self, value: Mapping[str, Any], place: str) -> Message:
        given, named = value.get("tool_call_id"), value.get("tool_name")
        name = None if named is None else text(named, f"{place}.tool_name")
        id = self._answered(name, place) if given in (None, "") else text(given, f"{place}.tool_call_id")
        self._open = [call for call in self._open if call.id != id]
        extra = _opaque(value, {"role", "content", "images", "tool_call_id", "tool_name"})
        return Message("tool", (ToolResult(id, _content(value, place), name, extra=extra),))

    def _answered(self, name: str | None, place: str) -> str:
        """The id of the first call without a result that is of this tool, or of any where no tool is named."""
        for call in self._open:
            if name is None or call.name == name:
                return call.id
        return f"call_{made_id(f'{place}/{name}')}"


def _placed(values: list[Any], place: str) -> list[tuple[Any, str]]:
    return [(value, f"{place}[{at}]") for at, value in enumerate(values)]


def _content(value: Mapping[str, Any], place: str) -> tuple[Text | Image, ...]:
    """The text, if there is one or nothing else is there, and the images."""
    said = value.get("content")
    content = text("" if said is None else said, f"{place}.content")
    images = _images(value, place)
    return (*((Text(content),) if content or not images else ()), *images)


def _images(value: Mapping[str, Any], place: str) -> list[Image]:
    found = []
    for each, where in _placed(array(value.get("images") or (), f"{place}.images"), f"{place}.images"):
        try:
            found.append(Image(data=base64.b64decode(text(each, where), validate=True)))
        except ValueError as error:
            raise wrong(where, "base64", each) from error
    return found


def _call(value: Mapping[str, Any], place: str) -> ToolCall:
    """One call; servers and clients of before 2025 give it no id, so one is made of where it stands."""
    from pydantic_core import to_json

    function = table(value.get("function"), f"{place}.function")
    name, given = text(function.get("name"), f"{place}.function.name"), function.get("arguments")
    if isinstance(given, str):
        read, problem = arguments(given)
        written = given
    else:
        read, problem = ({} if given is None else table(given, f"{place}.function.arguments")), None
        written = to_json(read).decode()
    said = value.get("id")
    id = text(said, f"{place}.id") if said else f"call_{made_id(place)}"
    own = dict((_opaque(value, {"id", "type", "function"}) or {}).get(NAME, {}))
    if inner := _opaque(function, {"index", "name", "arguments", "description"}):
        own["function"] = inner[NAME]
    return ToolCall(id, name, read, written, problem, {NAME: own} if own else None)


def _opaque(value: Mapping[str, Any], read: set[str]) -> Extra | None:
    """The fields that were not read, kept for whoever speaks this wire."""
    rest = {name: each for name, each in value.items() if name not in read and each is not None}
    return {NAME: rest} if rest else None
