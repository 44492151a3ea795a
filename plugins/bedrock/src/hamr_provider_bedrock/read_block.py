"""Content blocks of a client's, as parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import File, HostedTool, Image, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import array, table, text
from hamr_provider_bedrock.media import read_media
from hamr_provider_bedrock.name import NAME
from hamr_provider_bedrock.open_block import citations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.api import Part


def read_cached(blocks: list[Any], place: str, *, hosted: bool = False) -> tuple[Part, ...]:
    """The parts; a cache point is a mark of the part before it. `hosted` where results are of Bedrock's own tools.

    Raises BadRequest.
    """
    parts: list[Part] = []
    for at, value in enumerate(blocks):
        where = f"{place}[{at}]"
        block = table(value, where)
        if "cachePoint" in block and parts and isinstance(parts[-1], Text | Image | File | ToolResult):
            mark = table(block["cachePoint"], where).get("ttl")
            parts[-1] = replace(parts[-1], cache="1h" if mark == "1h" else "5m")
        else:
            parts.append(_part(block, where, hosted=hosted))
    return tuple(parts)


def _part(block: dict[str, Any], where: str, *, hosted: bool) -> Part:
    kind = next((kind for kind in block if kind != "type"), "")
    if kind in ("image", "document", "video", "audio"):
        return read_media(kind, block[kind], where)
    if kind == "text":
        return Text(text(block[kind], f"{where}.text"))
    if kind in _READERS and not (kind == "toolResult" and hosted):
        return _READERS[kind](table(block[kind], f"{where}.{kind}"), f"{where}.{kind}")
    return _other(block)


def _call(said: dict[str, Any], where: str) -> Part:
    from pydantic_core import to_json

    id, name = (
        text(said.get("toolUseId"), f"{where}.toolUseId"),
        text(said.get("name"), f"{where}.name"),
    )
    if said.get("type") == "server_tool_use":
        return HostedTool(name, said, id, {NAME: {"block": {"toolUse": said}}})
    given = table(said.get("input") or {}, f"{where}.input")
    return ToolCall(id, name, given, to_json(given).decode())


def _result(said: dict[str, Any], where: str) -> ToolResult:
    parts = read_cached(array(said.get("content") or (), f"{where}.content"), f"{where}.content")
    return ToolResult(
        text(said.get("toolUseId"), f"{where}.toolUseId"),
        tuple(part for part in parts if isinstance(part, Text | Image | File)),
        is_error=said.get("status") == "error",
    )


def _thinking(said: dict[str, Any], where: str) -> Thinking:
    if (hidden := said.get("redactedContent")) is not None:
        return Thinking("", {NAME: {"redactedContent": text(hidden, f"{where}.redactedContent")}})
    shown = table(said.get("reasoningText"), f"{where}.reasoningText")
    signature = shown.get("signature")
    own = {} if signature is None else {"signature": text(signature, f"{where}.signature")}
    return Thinking(text(shown.get("text"), f"{where}.text"), {NAME: own})


def _cited(said: dict[str, Any], where: str) -> Text:
    content = array(said.get("content") or (), f"{where}.content")
    raw = array(said.get("citations") or (), f"{where}.citations")
    words = "".join(text(table(each, where).get("text"), f"{where}.text") for each in content)
    return Text(words, citations=citations(raw), extra={NAME: {"citations": raw}} if raw else None)


def _other(block: dict[str, Any]) -> Part:
    """A block that hamr has no words for, kept as it is; what it says in words is there for other wires."""
    from pydantic_core import to_json

    kind, inner = next(iter(block.items()), ("", None))
    extra = {NAME: {"block": block}}
    if kind == "json":
        return Text(to_json(inner).decode(), extra=extra)
    said = inner if isinstance(inner, dict) else {}
    if kind == "searchResult" and isinstance(said.get("content"), list):
        return Text(
            "\n".join(str(each.get("text", "")) for each in said["content"] if isinstance(each, dict)), extra=extra
        )
    if kind == "guardContent" and isinstance(said.get("text"), dict):
        return Text(str(said["text"].get("text", "")), extra=extra)
    return HostedTool(kind, said, said.get("toolUseId"), extra)


_READERS: Mapping[str, Callable[[dict[str, Any], str], Part]] = {
    "toolUse": _call,
    "toolResult": _result,
    "reasoningContent": _thinking,
    "citationsContent": _cited,
}
