"""Messages of a client's call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from hamr.api import BadRequest, Image, Message, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import arguments, array, split_data_url, table, text, wrong
from hamr_provider_cohere.citations import citations
from hamr_provider_cohere.name import CONTENT, NAME, PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import Extra, Part

_ROLES: dict[str, Literal["system", "user"]] = {"system": "system", "developer": "system", "user": "user"}


def message(value: Mapping[str, Any], place: str) -> Message:
    """One message; `place` says where it stands. Raises BadRequest, naming what is wrong."""
    role = text(value.get("role"), f"{place}.role")
    if role == "assistant":
        return _turn(value, place)
    if role == "tool":
        return _result(value, place)
    if role not in _ROLES:
        said = f"{place}.role must be one of system, user, assistant, tool, not {role!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")
    parts = _content(value.get("content"), f"{place}.content")
    return Message(_ROLES[role], tuple(parts), extra=_opaque(value, {"role", "content"}))


def _content(value: Any, place: str) -> list[Part]:
    if isinstance(value, str):
        return [Text(value)]
    if not isinstance(value, list | tuple):
        raise wrong(place, "a string or a list of parts", value)
    return [_part(table(each, f"{place}[{at}]"), f"{place}[{at}]") for at, each in enumerate(value)]


def _part(value: Mapping[str, Any], place: str) -> Part:
    kind = text(value.get("type"), f"{place}.type")
    if kind == "text":
        return Text(text(value.get("text"), f"{place}.text"), extra=_opaque(value, {"type", "text"}))
    if kind == "thinking":
        return Thinking(text(value.get("thinking"), f"{place}.thinking"), _opaque(value, {"type", "thinking"}))
    if kind == "image_url":
        source = table(value.get("image_url"), f"{place}.image_url")
        url = text(source.get("url"), f"{place}.image_url.url")
        media_type, data = split_data_url(url)
        detail = source.get("detail")
        return Image(
            url=url if data is None else None,
            data=data,
            media_type=media_type,
            detail=None if detail is None else text(detail, f"{place}.image_url.detail"),
        )
    said = f"{place}.type must be one of text, thinking, image_url, not {kind!r}"
    raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")


def _turn(value: Mapping[str, Any], place: str) -> Message:
    """A turn of the model's; empty texts, which clients put beside calls, say nothing."""
    calls = array(value.get("tool_calls") or (), f"{place}.tool_calls")
    content = value.get("content")
    found = [] if content is None else _content(content, f"{place}.content")
    sources = array(value.get("citations") or (), f"{place}.citations")
    parts: list[Part] = []
    for part in found:
        if isinstance(part, Text):
            if not part.text and not part.extra:
                continue
            own: dict[str, Any] = {"field": CONTENT} if calls else {}
            if sources:
                own["citations"], sources = sources, []
            cited = citations(own.get("citations", ()))
            parts.append(Text(part.text, citations=cited, extra={NAME: own}) if own else part)
        else:
            parts.append(part)
    if plan := value.get(PLAN):
        own = {"field": PLAN, **({"citations": sources} if sources else {})}
        parts.append(Text(text(plan, f"{place}.{PLAN}"), citations=citations(sources), extra={NAME: own}))
    for at, each in enumerate(calls):
        where = f"{place}.tool_calls[{at}]"
        parts.append(_call(table(each, where), where))
    read = {"role", "content", PLAN, "tool_calls", "citations"}
    return Message("assistant", tuple(parts), extra=_opaque(value, read))


def _call(value: Mapping[str, Any], place: str) -> ToolCall:
    function = table(value.get("function"), f"{place}.function")
    id, name = text(value.get("id"), f"{place}.id"), text(function.get("name"), f"{place}.function.name")
    given = function.get("arguments")
    written = "" if given is None else text(given, f"{place}.function.arguments")
    if written.strip() == "null":  # a tool without parameters
        written = "{}"
    read, problem = arguments(written)
    return ToolCall(id, name, read, written, problem, _opaque(value, {"id", "type", "function"}))


def _result(value: Mapping[str, Any], place: str) -> Message:
    """The answer to a call; documents in it are shown as text, and go back to this wire as they are."""
    from pydantic_core import to_json

    id, content = text(value.get("tool_call_id"), f"{place}.tool_call_id"), value.get("content")
    extra = dict((_opaque(value, {"role", "content", "tool_call_id"}) or {}).get(NAME, {}))
    parts: list[Text] = []
    if not isinstance(content, list):
        parts.append(Text(text("" if content is None else content, f"{place}.content")))
    for at, each in enumerate(content if isinstance(content, list) else ()):
        where = f"{place}.content[{at}]"
        part = table(each, where)
        if part.get("type") == "document":
            extra["content"] = content
            document = table(part.get("document"), f"{where}.document")
            shown = document.get("data", {})
            parts.append(Text(shown if isinstance(shown, str) else to_json(shown).decode()))
        else:
            parts.append(Text(text(part.get("text"), f"{where}.text")))
    return Message("tool", (ToolResult(id, tuple(parts), extra={NAME: extra} if extra else None),))


def _opaque(value: Mapping[str, Any], read: set[str]) -> Extra | None:
    """The fields that were not read, kept for whoever speaks this wire."""
    rest = {name: each for name, each in value.items() if name not in read and each is not None}
    return {NAME: rest} if rest else None
