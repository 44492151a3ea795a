"""Content blocks of a client's, as parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import Audio, File, HostedTool, Image, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import array, base64_data, table, text
from hamr_provider_bedrock.open_block import citations, hosted
from hamr_provider_bedrock.tables import NAME, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.api import CacheMark, Part

_TYPES = {kind: {short: long for long, short in each.items()} for kind, each in TABLES["formats"].items()}


def read_parts(blocks: list[Any], place: str, *, hosted: bool = False) -> tuple[Part, ...]:
    """The parts; a cache point is a mark of the part before it. `hosted` where results are of Bedrock's own tools.

    Raises BadRequest.
    """
    parts: list[Part] = []
    for at, value in enumerate(blocks):
        where = f"{place}[{at}]"
        block = table(value, where)
        if "cachePoint" in block and parts and isinstance(parts[-1], Text | Image | File | ToolResult):
            parts[-1] = replace(parts[-1], cache=read_mark(block, where))
        else:
            parts.append(_part(block, where, hosted=hosted))
    return tuple(parts)


def read_mark(block: Mapping[str, Any], place: str) -> CacheMark:
    """How long a cache point's cache lasts."""
    return "1h" if table(block["cachePoint"], place).get("ttl") == "1h" else "5m"


def _part(block: dict[str, Any], where: str, *, hosted: bool) -> Part:
    kind = next((kind for kind in block if kind != "type"), "")
    if kind == "text":
        return Text(text(block[kind], f"{where}.text"))
    read = _READERS.get(kind)
    if read is None or (kind == "toolResult" and hosted):
        return _other(kind, block)
    return read(table(block[kind], f"{where}.{kind}"), f"{where}.{kind}")


def _call(said: dict[str, Any], where: str) -> Part:
    from pydantic_core import to_json

    id, name = text(said.get("toolUseId"), f"{where}.toolUseId"), text(said.get("name"), f"{where}.name")
    if said.get("type") == "server_tool_use":
        return hosted({"toolUse": said})
    given = table(said.get("input") or {}, f"{where}.input")
    return ToolCall(id, name, given, to_json(given).decode())


def _result(said: dict[str, Any], where: str) -> ToolResult:
    parts = read_parts(array(said.get("content") or (), f"{where}.content"), f"{where}.content")
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


def _media(kind: str) -> Callable[[dict[str, Any], str], Part]:
    def read(said: dict[str, Any], where: str) -> Part:
        """What the part has no field for stands in `extra`."""
        source = table(said.get("source"), f"{where}.source")
        data, url = _source(source, f"{where}.source")
        own = {name: each for name, each in said.items() if name not in ("format", "name", "source")}
        if source.keys() - {"bytes"} and source != {"s3Location": {"uri": url}}:
            own["source"] = source
        form, extra = text(said.get("format"), f"{where}.format"), {NAME: own} if own else None
        if kind == "audio":
            return Audio(data, form, extra=extra)
        media_type = _TYPES[kind].get(form, f"{kind}/{form}")
        if kind == "image":
            return Image(url, data, media_type, extra=extra)
        name = None if said.get("name") is None else text(said["name"], f"{where}.name")
        return File(data, url, name=name, media_type=media_type, extra=extra)

    return read


def _source(source: Mapping[str, Any], place: str) -> tuple[bytes | None, str | None]:
    if (written := source.get("bytes")) is not None:
        return base64_data(written, f"{place}.bytes"), None
    if (location := source.get("s3Location")) is not None:
        return None, text(table(location, f"{place}.s3Location").get("uri"), f"{place}.s3Location.uri")
    return _words(source.get("content") or [source]).encode(), None


def _words(pieces: list[Any]) -> str:
    return "\n".join(str(each.get("text", "")) for each in pieces if isinstance(each, dict))


def _other(kind: str, block: dict[str, Any]) -> Part:
    """A block that hamr has no words for, kept as it is; what it says in words is there for other wires."""
    from pydantic_core import to_json

    match block:
        case {"json": value}:
            words = to_json(value).decode()
        case {"searchResult": {"content": list(content)}}:
            words = _words(content)
        case {"guardContent": {"text": dict(said)}}:
            words = _words([said])
        case _:
            said = inner if isinstance(inner := block.get(kind), dict) else {}
            return HostedTool(kind, said, said.get("toolUseId"), {NAME: {"block": block}})
    return Text(words, extra={NAME: {"block": block}})


_READERS: Mapping[str, Callable[[dict[str, Any], str], Part]] = {
    "toolUse": _call,
    "toolResult": _result,
    "reasoningContent": _thinking,
    "citationsContent": _cited,
    **{kind: _media(kind) for kind in ("image", "document", "video", "audio")},
}
