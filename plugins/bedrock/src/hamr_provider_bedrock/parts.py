"""Content blocks, as parts: those of a client's request, and those of a whole reply."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import Audio, Citation, File, HostedTool, Image, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import array, base64_data, optional, table, text
from hamr_provider_bedrock.compat import NAME, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hamr.api import CacheMark, Part

Block = dict[str, Any]
_TYPES = {kind: {short: long for long, short in each.items()} for kind, each in TABLES["formats"].items()}


def read_parts(value: Any, place: str, *, answered: bool = False) -> tuple[Part, ...]:
    """The parts; a cache point is a mark of the part before it. Raises BadRequest.

    What a model has `answered` holds results of Bedrock's own tools alone.
    """
    parts: list[Part] = []
    for at, each in enumerate(array(value, place)):
        where = f"{place}[{at}]"
        block = table(each, where)
        if "cachePoint" in block and parts and isinstance(parts[-1], Text | Image | File | ToolResult):
            parts[-1] = replace(parts[-1], cache=read_mark(block, where))
        elif "toolResult" in block and answered:
            parts.append(hosted(block))
        else:
            parts.append(read_part(block, where))
    return tuple(parts)


def read_mark(block: Mapping[str, Any], place: str) -> CacheMark:
    """How long a cache point's cache lasts."""
    return "1h" if table(block["cachePoint"], place).get("ttl") == "1h" else "5m"


def read_part(block: Block, place: str) -> Part:
    """One block; one that hamr has no words for stays as it is. Raises BadRequest."""
    from pydantic_core import to_json

    kind = next((kind for kind in block if kind != "type"), "")
    match block:
        case {"text": said}:
            return Text(text(said, f"{place}.text"))
        case {"json": value}:
            return _said_otherwise(block, to_json(value).decode())
        case {"searchResult": {"content": list(content)}} | {"guardContent": {"text": dict() as content}}:
            return _said_otherwise(block, _words(content))
    read = _READERS.get(kind)
    return hosted(block) if read is None else read(table(block[kind], f"{place}.{kind}"), f"{place}.{kind}")


def _said_otherwise(block: Block, words: str) -> Text:
    """A block that is no text to Bedrock, and one to all other wires."""
    return Text(words, extra={NAME: {"block": block}})


def hosted(block: Block) -> HostedTool:
    """A block of the provider's own, kept as it is."""
    kind, inner = next(iter(block.items()), ("", {}))
    said = inner if isinstance(inner, dict) else {}
    id = said.get("toolUseId")
    name = (said.get("name") or said.get("type")) if kind in ("toolUse", "toolResult") else None
    return HostedTool(str(name or kind), said, id if isinstance(id, str) else None, {NAME: {"block": block}})


def citations(raw: Sequence[Any]) -> tuple[Citation, ...]:
    """The sources that can be told; what is no source is passed over."""
    return tuple(_citation(each) for each in raw if isinstance(each, dict))


def _citation(raw: Block) -> Citation:
    title, quoted = raw.get("title"), raw.get("sourceContent")
    words = _words(quoted, "") if isinstance(quoted, list) else ""
    said = Citation(title=title if isinstance(title, str) else None, quote=words or None)
    match raw:
        case {"location": {"web": {"url": str(url)}}} | {"source": str(url)}:
            return replace(said, url=url)
    return said


def _words(pieces: Any, between: str = "\n") -> str:
    pieces = [pieces] if isinstance(pieces, dict) else pieces
    return between.join(str(each.get("text", "")) for each in pieces if isinstance(each, dict))


def _call(said: Block, place: str) -> Part:
    from pydantic_core import to_json

    id, name = text(said.get("toolUseId"), f"{place}.toolUseId"), text(said.get("name"), f"{place}.name")
    if said.get("type") == "server_tool_use":
        return hosted({"toolUse": said})
    given = table(said.get("input") or {}, f"{place}.input")
    return ToolCall(id, name, given, to_json(given).decode())


def _result(said: Block, place: str) -> Part:
    parts = read_parts(said.get("content") or (), f"{place}.content")
    return ToolResult(
        text(said.get("toolUseId"), f"{place}.toolUseId"),
        tuple(part for part in parts if isinstance(part, Text | Image | File)),
        is_error=said.get("status") == "error",
    )


def _thinking(said: Block, place: str) -> Part:
    if (hidden := said.get("redactedContent")) is not None:
        return Thinking("", {NAME: {"redactedContent": text(hidden, f"{place}.redactedContent")}})
    shown = table(said.get("reasoningText"), f"{place}.reasoningText")
    own = {"signature": text(shown["signature"], f"{place}.signature")} if shown.get("signature") else {}
    return Thinking(text(shown.get("text"), f"{place}.text"), {NAME: own})


def _cited(said: Block, place: str) -> Part:
    raw = array(said.get("citations") or (), f"{place}.citations")
    words = _words(array(said.get("content") or (), f"{place}.content"), "")
    return Text(words, citations=citations(raw), extra={NAME: {"citations": raw}} if raw else None)


def _media(kind: str) -> Callable[[Block, str], Part]:
    def read(said: Block, place: str) -> Part:
        """What the part has no field for stands in `extra`."""
        source = table(said.get("source"), f"{place}.source")
        own = {name: each for name, each in said.items() if name not in ("format", "name", "source")}
        data = url = None
        if "bytes" in source:
            data = base64_data(source["bytes"], f"{place}.source.bytes")
        elif "s3Location" in source:
            url = text(table(source["s3Location"], f"{place}.source").get("uri"), f"{place}.source.s3Location.uri")
        else:
            data = _words(source.get("content") or source).encode()
        if source.keys() - {"bytes"} and source != {"s3Location": {"uri": url}}:
            own["source"] = source
        form = text(said.get("format"), f"{place}.format")
        extra = {NAME: own} if own else None
        media_type = _TYPES.get(kind, {}).get(form, f"{kind}/{form}")
        if kind == "audio":
            return Audio(data, form, extra=extra)
        if kind == "image":
            return Image(url, data, media_type, extra=extra)
        return File(data, url, name=optional(said, "name", text, place), media_type=media_type, extra=extra)

    return read


_READERS: Mapping[str, Callable[[Block, str], Part]] = {
    "toolUse": _call,
    "toolResult": _result,
    "reasoningContent": _thinking,
    "citationsContent": _cited,
    **{kind: _media(kind) for kind in ("image", "document", "video", "audio")},
}
