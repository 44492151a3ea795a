"""Parts of messages as content blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hamr.api import Audio, File, Image, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import made_id
from hamr_provider_bedrock.media import document_name, media_block
from hamr_provider_bedrock.name import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hamr.api import CacheMark, Part
    from hamr.wirekit import Told
    from hamr_provider_bedrock.compat import Compat

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_EMPTY = "(empty)"
_NONE: Mapping[str, Any] = {}


class BlockWriter:
    """Writes the blocks of one request; `vendor` is who made its model, where that is known."""

    def __init__(self, compat: Compat, vendor: str | None, told: Told) -> None:
        self._compat, self._vendor, self._told = compat, vendor, told
        self._documents = 0

    def write(self, parts: Sequence[Part], place: str) -> list[dict[str, Any]]:
        """The blocks of these parts: none where one cannot be sent, and a cache point behind one that has a mark."""
        blocks: list[dict[str, Any]] = []
        for at, part in enumerate(parts):
            # What nearly all are, by the short way.
            if type(part) is Text and part.text and _is_plain(part):
                blocks.append({"text": part.text})
                continue
            where = f"{place}.parts[{at}]"
            own = self._told.own(part.extra, where) if part.extra else _NONE
            block = raw if isinstance(raw := own.get("block"), dict) else self._block(part, own, where)
            if block is not None:
                blocks.append(block)
            if (mark := getattr(part, "cache", None)) is not None:
                blocks += self.cache_point(mark, where)
        return blocks

    def cache_point(self, mark: CacheMark, where: str) -> Iterator[dict[str, Any]]:
        """The block that ends what is cached."""
        if not self._compat.supports_cache_points:
            self._told("dropped", f"{where}.cache", "this model has no cache points")
            return
        if mark == "1h" and not self._compat.supports_long_cache:
            self._told("changed", f"{where}.cache", "this model caches for five minutes")
            mark = "5m"
        yield {"cachePoint": {"type": "default"} | ({"ttl": mark} if mark == "1h" else {})}

    def _block(self, part: Part, own: Mapping[str, Any], where: str) -> dict[str, Any] | None:
        match part:
            case ToolCall():
                return {"toolUse": self._call(part, where)}
            case ToolResult():
                return {"toolResult": self._result(part, where)}
            case Text():
                return self._text(part, own, where)
            case Image() | Audio() | File():
                return self._media(part, own, where)
            case Thinking():
                return self._thinking(part, own, where)
        self._told("dropped", where, "Bedrock takes back only the tools that it ran itself")
        return None

    def _lacking(self, part: Part, field: str, where: str) -> None:
        if getattr(part, field, None):
            self._told("dropped", f"{where}.{field}", "this wire has no such field")

    def _text(self, part: Text, own: Mapping[str, Any], where: str) -> dict[str, Any] | None:
        text = part.text
        self._lacking(part, "refusal", where)
        if cited := own.get("citations"):
            content = {"content": [{"text": text}]} if text else {}
            return {"citationsContent": {**content, "citations": cited}}
        if text.strip():
            return {"text": text}
        if text:
            self._told("dropped", where, "Bedrock refuses blank texts")
        return None

    def _media(self, part: Image | Audio | File, own: Mapping[str, Any], where: str) -> dict[str, Any]:
        written = media_block(part, own, where)
        self._lacking(part, "transcript" if isinstance(part, Audio) else "detail", where)
        if "document" in written:
            self._documents += 1
            given = part.name if isinstance(part, File) else None
            name = document_name(given or "") or f"Document {self._documents}"
            if name != given:
                self._told("changed", f"{where}.name", f"every document has a name of plain characters; sent as {name}")
            written["document"]["name"] = name
        return written

    def _thinking(self, part: Thinking, own: Mapping[str, Any], where: str) -> dict[str, Any] | None:
        why = self._refused(part, own)
        if why is not None:
            self._told("dropped", where, why)
            return None
        if (hidden := own.get("redactedContent")) is not None:
            return {"reasoningContent": {"redactedContent": hidden}}
        signed = {"signature": own["signature"]} if own.get("signature") else {}
        return {"reasoningContent": {"reasoningText": {"text": part.text, **signed}}}

    def _refused(self, part: Thinking, own: Mapping[str, Any]) -> str | None:
        """Why this thinking cannot go back."""
        if NAME not in (part.extra or {}):
            return "this wire takes no thinking back but what it gave itself"
        if None not in (self._vendor, own.get("vendor")) and own["vendor"] != self._vendor:
            return f"it belongs to a model of {own['vendor']}"
        if own.get("signature") or own.get("redactedContent") is not None:
            return None
        if self._compat.thinking_needs_signature:
            return "this model takes it back with its signature alone, and it has none"
        return None if part.text.strip() else "Bedrock refuses blank texts"

    def _id(self, id: str) -> str:
        if _ID.fullmatch(id):
            return id
        self._told("changed", "tool_call.id", "Bedrock takes at most 64 of A-Z a-z 0-9 _ . : -")
        return f"call_{made_id(id)}"

    def _call(self, call: ToolCall, where: str) -> dict[str, Any]:
        said = call.arguments
        if call.problem is not None:
            said = {"malformed_arguments": call.text or ""}
            self._told("changed", f"{where}.arguments", f"they are no JSON object ({call.problem}); sent inside one")
        return {"toolUseId": self._id(call.id), "name": call.name, "input": said}

    def _result(self, result: ToolResult, where: str) -> dict[str, Any]:
        content = self.write(result.parts, where)
        if not content:
            content = [{"text": _EMPTY}]
            self._told("injected", f"{where}.parts", f"Bedrock refuses an empty result; sent as {_EMPTY}")
        status = {"status": "error"} if result.is_error else {}
        return {"toolUseId": self._id(result.call_id), "content": content, **status}


def _is_plain(text: Text) -> bool:
    return text.extra is None and text.cache is None and not text.refusal and not text.text.isspace()
