"""Content blocks, to parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import File, Image, Part, Text, Thinking, ToolCall, ToolResult
from hamr.wires.anthropic_messages.citations import citations
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.anthropic_messages.open_blocks import hosted
from hamr.wires.body_shape import array, base64_data, optional, table, text, truth
from hamr.wires.cache_mark import read_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.types import Extra


def parts(value: Any, place: str) -> tuple[Part, ...]:
    """A text, or a list of blocks; raises BadRequest."""
    if isinstance(value, str):
        return (Text(value),)
    return tuple(part(table(each, f"{place}[{at}]"), f"{place}[{at}]") for at, each in enumerate(array(value, place)))


def part(block: dict[str, Any], place: str) -> Part:
    """One block; one of a kind that is not known is the provider's own. Raises BadRequest."""
    kind = text(block.get("type"), f"{place}.type")
    read = _KINDS.get(kind)
    return hosted(block, {NAME: {"block": block}}) if read is None else read(block, place)


def _text(block: dict[str, Any], place: str) -> Text:
    written = text(block.get("text"), f"{place}.text")
    cited = array(block.get("citations") or (), f"{place}.citations")
    extra = {NAME: {"citations": cited}} if cited else None
    return Text(written, citations=citations(cited), cache=read_mark(block), extra=extra)


def _search_result(block: dict[str, Any], place: str) -> Text:
    """What a search of the client's own found: a text to all other wires."""
    said = [text(table(each, place).get("text"), f"{place}.content") for each in array(block.get("content"), place)]
    bare = {name: value for name, value in block.items() if name != "cache_control"}
    return Text("\n".join(said), cache=read_mark(block), extra={NAME: {"block": bare}})


def _image(block: dict[str, Any], place: str) -> Image:
    source = table(block.get("source"), f"{place}.source")
    kind, place = source.get("type"), f"{place}.source"
    more: dict[str, Any] = {"cache": read_mark(block), "extra": _extra(block, "type", "source", "cache_control")}
    if kind == "base64":
        return Image(
            data=base64_data(source.get("data"), f"{place}.data"),
            media_type=text(source.get("media_type"), f"{place}.media_type"),
            **more,
        )
    if kind == "url":
        return Image(url=text(source.get("url"), f"{place}.url"), **more)
    if kind == "file":
        return Image(file_id=text(source.get("file_id"), f"{place}.file_id"), **more)
    raise _unknown(kind, "base64, url, file", place)


def _document(block: dict[str, Any], place: str) -> File:
    source = table(block.get("source"), f"{place}.source")
    kind, place = source.get("type"), f"{place}.source"
    title = block.get("title")
    more: dict[str, Any] = {
        "name": None if title is None else text(title, "title"),
        "cache": read_mark(block),
        "extra": _extra(block, "type", "source", "title", "cache_control"),
    }
    if kind == "base64":
        return File(
            base64_data(source.get("data"), f"{place}.data"),
            media_type=text(source.get("media_type"), f"{place}.media_type"),
            **more,
        )
    if kind == "text":
        return File(text(source.get("data"), f"{place}.data").encode(), media_type="text/plain", **more)
    if kind == "url":
        return File(url=text(source.get("url"), f"{place}.url"), **more)
    if kind == "file":
        return File(file_id=text(source.get("file_id"), f"{place}.file_id"), **more)
    if kind == "content":
        return File(**{**more, "extra": _extra(block, "type", "title", "cache_control")})
    raise _unknown(kind, "base64, text, url, file, content", place)


def _upload(block: dict[str, Any], place: str) -> File:
    extra = {NAME: {name: value for name, value in block.items() if name != "file_id"}}
    return File(file_id=text(block.get("file_id"), f"{place}.file_id"), extra=extra)


def _thinking(block: dict[str, Any], place: str) -> Thinking:
    said = text(block.get("thinking"), f"{place}.thinking")
    return Thinking(said, {NAME: {"signature": text(block.get("signature") or "", f"{place}.signature")}})


def _redacted(block: dict[str, Any], place: str) -> Thinking:
    return Thinking("", {NAME: {"data": text(block.get("data"), f"{place}.data")}})


def _call(block: dict[str, Any], place: str) -> ToolCall:
    return ToolCall(
        text(block.get("id"), f"{place}.id"),
        text(block.get("name"), f"{place}.name"),
        table(block.get("input"), f"{place}.input"),
        extra=_extra(block, "type", "id", "name", "input"),
    )


def _result(block: dict[str, Any], place: str) -> ToolResult:
    """A result; blocks in it that are no parts of one, such as `tool_reference`, stay as they are beside it."""
    content = block.get("content")
    read = () if content is None else parts(content, f"{place}.content")
    kept = tuple(each for each in read if isinstance(each, Text | Image | File))
    names = ["type", "tool_use_id", "is_error", "cache_control"]
    if len(kept) == len(read) and not any(isinstance(each, Text) and "block" in _own(each.extra) for each in kept):
        names.append("content")
    return ToolResult(
        text(block.get("tool_use_id"), f"{place}.tool_use_id"),
        kept,
        is_error=optional(block, "is_error", truth, place) or False,
        cache=read_mark(block),
        extra=_extra(block, *names),
    )


_KINDS: Mapping[str, Callable[[dict[str, Any], str], Part]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "container_upload": _upload,
    "search_result": _search_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _call,
    "tool_result": _result,
}


def _own(extra: Extra | None) -> Mapping[str, Any]:
    own = (extra or {}).get(NAME)
    return own if isinstance(own, dict) else {}


def _extra(block: dict[str, Any], *read: str) -> Extra | None:
    """What a part has no field for."""
    more = {name: value for name, value in block.items() if name not in read and value is not None}
    return {NAME: more} if more else None


def _unknown(kind: Any, known: str, place: str) -> BadRequest:
    said = f"{place}.type must be one of {known}, not {kind!r}"
    return BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")
