"""A client's `contents`, to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import File, HostedTool, Image, Message, Part, Text, Thinking, ToolCall, ToolResult
from hamr.wires.body_shape import array, table, text
from hamr.wires.gemini.calls import FIELDS, shown
from hamr.wires.gemini.contents import SAME
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.replay import BESIDE, MADE
from hamr.wires.gemini.reply_parts import whole_part
from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLES = {"user": "user", "function": "user", "model": "model"}


class ContentReader:
    """Reads one conversation; knows the calls that have no result yet, for clients may leave the ids away."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []

    def read(self, contents: list[Any]) -> tuple[Message, ...]:
        """The messages; raises BadRequest."""
        return tuple(message for at, each in enumerate(contents) for message in self._content(each, f"contents[{at}]"))

    def _content(self, value: Any, place: str) -> Iterator[Message]:
        content = table(value, place)
        role = content.get("role")
        if role is not None and role not in _ROLES:
            said = f"{place}.role must be one of user, model, not {role!r}"
            raise BadRequest(said, status=400, code="INVALID_ARGUMENT", param=f"{place}.role")
        written = array(content.get("parts") or (), f"{place}.parts")
        places = [f"{place}.parts[{at}]" for at in range(len(written))]
        model = _ROLES.get(role or "user") == "model"
        if model:
            self._open = []
        parts = [self._part(table(part, at), at, model=model) for part, at in zip(written, places, strict=True)]
        if model:
            yield Message("assistant", tuple(parts))
        else:
            yield from _turns(parts)

    def _part(self, part: dict[str, Any], place: str, *, model: bool) -> Part:
        if isinstance(part.get("functionCall"), dict) and model:
            return self._call(part, place)
        if isinstance(part.get("functionResponse"), dict) and not model:
            return self._result(part, place)
        if part.get("text") is not None or part.keys() == {"thoughtSignature"}:
            return _text(part, place)
        found = whole_part(part, {})
        if found is None or (isinstance(found, HostedTool) and (not model or found.name in _CONTENT)):
            said = f"{place} holds no content that is known here: {', '.join(part) or 'nothing'}"
            raise BadRequest(said, status=400, code="INVALID_ARGUMENT", param=place)
        return found

    def _call(self, part: dict[str, Any], place: str) -> ToolCall:
        call = part["functionCall"]
        name = text(call.get("name"), f"{place}.functionCall.name")
        arguments = table(call.get("args") or {}, f"{place}.functionCall.args")
        own, id = _beside(part), call.get("id")
        if not isinstance(id, str) or not id:
            id, own[MADE] = f"call_{made_id(place)}", True
        self._open.append((id, name))
        return ToolCall(id, name, arguments, shown(arguments), extra=_extra(own))

    def _result(self, part: dict[str, Any], place: str) -> ToolResult:
        result, place = part["functionResponse"], f"{place}.functionResponse"
        name = text(result.get("name"), f"{place}.name")
        fields = table(result.get("response") or {}, f"{place}.response")
        own, id = _beside(part), result.get("id")
        if not isinstance(id, str) or not id:
            id, own[MADE] = self._waiting(name) or f"call_{made_id(place)}", True
        self._open = [call for call in self._open if call[0] != id]
        kind, said = next(iter(fields.items()), (None, None))
        parts: list[Text | Image | File] = []
        if len(fields) == 1 and kind in ("output", "error") and isinstance(said, str):
            parts.append(Text(said))
        elif fields:
            parts.append(Text(shown(fields)))
            own[FIELDS] = fields
        parts += _media(result, place)
        return ToolResult(id, tuple(parts), name, is_error="error" in fields, extra=_extra(own))

    def _waiting(self, name: str) -> str | None:
        """The first call of this tool that has no result yet."""
        return next((id for id, called in self._open if called == name), None)


_CONTENT = frozenset({"inlineData", "fileData", "functionCall", "functionResponse"})
"""Parts of these kinds are broken where they are not what they should be."""


def system_message(value: Any) -> Message:
    """`systemInstruction`: a content of texts, or one text alone. Raises BadRequest."""
    place = "systemInstruction"
    if isinstance(value, str):
        return Message("system", (Text(value),))
    parts = array(table(value, place).get("parts") or (), f"{place}.parts")
    said = (table(part, f"{place}.parts[{at}]").get("text") for at, part in enumerate(parts))
    return Message("system", tuple(Text(text(each, f"{place}.parts[{at}].text")) for at, each in enumerate(said)))


def _turns(parts: list[Part]) -> Iterator[Message]:
    """Results of tools are messages of their own; those that came in one content with others say so."""
    runs: list[tuple[bool, list[Part]]] = []
    for part in parts:
        result = isinstance(part, ToolResult)
        if not runs or runs[-1][0] != result:
            runs.append((result, []))
        runs[-1][1].append(part)
    for at, (result, run) in enumerate(runs or [(False, [])]):
        yield Message("tool" if result else "user", tuple(run), extra={NAME: {SAME: True}} if at else None)


def _text(part: dict[str, Any], place: str) -> Text | Thinking:
    said, own = text(part.get("text") or "", f"{place}.text"), _beside(part)
    if part.get("thought") is True:
        return Thinking(said, {NAME: own})
    return Text(said, extra=_extra(own))


def _media(result: dict[str, Any], place: str) -> Iterator[Image | File]:
    for at, each in enumerate(array(result.get("parts") or (), f"{place}.parts")):
        found = whole_part(table(each, f"{place}.parts[{at}]"), {})
        if not isinstance(found, Image | File):
            said = f"{place}.parts[{at}] holds no image and no file"
            raise BadRequest(said, status=400, code="INVALID_ARGUMENT", param=f"{place}.parts[{at}]")
        yield found


def _beside(part: dict[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in BESIDE if part.get(name) is not None}


def _extra(own: dict[str, Any]) -> dict[str, Any] | None:
    return {NAME: own} if own else None
