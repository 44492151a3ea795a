"""The conversation as the wire's `system` and `messages`, and parts of messages as its content blocks."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from hamr.api import Audio, File, Image, Text, Thinking, ToolCall, ToolResult, Unsupported
from hamr.wirekit import image_type, made_id, returned_arguments
from hamr_provider_bedrock.compat import NAME, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.api import CacheMark, Message, Part
    from hamr.wirekit import Told
    from hamr_provider_bedrock.compat import Compat

Block = dict[str, Any]
_OF_SYSTEM = frozenset({"text", "cachePoint", "guardContent"})
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# What a document's name may hold ("DocumentBlock", docs.aws.amazon.com, 2026-11); _ is taken too (recorded calls).
_FOREIGN = re.compile(r"[^A-Za-z0-9_()\[\] -]+| (?= )")
_FORMATS = {long: (kind, short) for kind, each in TABLES["formats"].items() for long, short in each.items()}
_EMPTY = "(empty)"


class BlockWriter:
    """Writes the blocks of one request; `vendor` is who made its model, where that is known."""

    def __init__(self, compat: Compat, vendor: str | None, told: Told) -> None:
        self.compat, self.told = compat, told
        self._vendor, self._documents = vendor, 0

    def conversation(self, messages: Sequence[Message], instruction: str | None = None) -> Block:
        """`system`, if anything is in it, and `messages`, in which user and assistant take turns; raises Unsupported.

        Results of tools are the user's, and all of them together with what the user says next are one turn.
        """
        system, turns, last = list[Block](), list[Block](), ""
        for at, message in enumerate(messages):
            place, role = f"messages[{at}]", "assistant" if message.role == "assistant" else "user"
            self.told.own(message.extra, place)
            if message.name is not None:
                self.told("dropped", f"{place}.name", "this wire has no names of messages")
            blocks = self.write(message.parts, place)
            if message.role == "system":
                if turns:
                    self.told("changed", place, "what the system says stands at the beginning on this wire")
                if other := next((kind for block in blocks for kind in block if not _OF_SYSTEM & block.keys()), None):
                    raise Unsupported(f"{place}: what the system says is text alone on this wire, and no {other}")
                system += blocks
                continue
            if not blocks:
                self.told("dropped", place, "nothing in it can be sent")
            elif turns and turns[-1]["role"] == role:
                turns[-1]["content"] += blocks
                if message.role == last != "tool":
                    why = "user and assistant take turns on this wire; joined with what is before it"
                    self.told("changed", place, why)
            else:
                turns.append({"role": role, "content": blocks})
            last = message.role
        system += [] if instruction is None else [{"text": instruction}]
        return {**({"system": system} if system else {}), "messages": turns}

    def write(self, parts: Sequence[Part], place: str) -> list[Block]:
        """The blocks of these parts: none where one cannot be sent, and a cache point behind one that has a mark."""
        blocks: list[Block] = []
        for at, part in enumerate(parts):
            if type(part) is Text and part.text and _is_plain(part):  # what nearly all are, by the short way
                blocks.append({"text": part.text})
                continue
            where = f"{place}.parts[{at}]"
            own = self.told.own(part.extra, where)
            block = raw if isinstance(raw := own.get("block"), dict) else self._block(part, own, where)
            if block is not None:
                blocks.append(block)
            blocks += self.cache_point(getattr(part, "cache", None), where)
        return blocks

    def cache_point(self, mark: CacheMark | None, where: str) -> list[Block]:
        """The block that ends what is cached; none without a mark, or with a model that has no such blocks."""
        if mark is None:
            return []
        if not self.compat.supports_cache_points:
            self.told("dropped", f"{where}.cache", "this model has no cache points")
            return []
        if mark == "1h" and not self.compat.supports_long_cache:
            self.told("changed", f"{where}.cache", "this model caches for five minutes")
            mark = "5m"
        return [{"cachePoint": {"type": "default", **({"ttl": mark} if mark == "1h" else {})}}]

    def _block(self, part: Part, own: Mapping[str, Any], where: str) -> Block | None:
        match part:
            case ToolCall():
                given = returned_arguments(part, where, self.told)
                return {"toolUse": {"toolUseId": self._id(part.id), "name": part.name, "input": given}}
            case ToolResult():
                return {"toolResult": self._result(part, where)}
            case Text():
                return self._text(part, own, where)
            case Image() | Audio() | File():
                return self._media(part, own, where)
            case Thinking():
                return self._thinking(part, own, where)
        self.told("dropped", where, "Bedrock takes back only the tools that it ran itself")
        return None

    def _text(self, part: Text, own: Mapping[str, Any], where: str) -> Block | None:
        if part.refusal:
            self.told.lacking(part, ("refusal",), f"{where}.")
        if cited := own.get("citations"):
            content = {"content": [{"text": part.text}]} if part.text else {}
            return {"citationsContent": {**content, "citations": cited}}
        if part.text.strip():
            return {"text": part.text}
        if part.text:
            self.told("dropped", where, "Bedrock refuses blank texts")
        return None

    def _media(self, part: Image | Audio | File, own: Mapping[str, Any], where: str) -> Block:
        source = own.get("source") or _source(part, where)
        kind, form = ("audio", part.format or "wav") if isinstance(part, Audio) else _format(part, where)
        if lacking := {Audio: ("transcript",), Image: ("detail",)}.get(type(part)):
            self.told.lacking(part, lacking, f"{where}.")
        block = {"format": form, **own, "source": source}
        if kind == "document":
            self._documents += 1
            given = part.name if isinstance(part, File) else None
            block["name"] = _FOREIGN.sub("-", given or "")[:200].strip() or f"Document {self._documents}"
            if block["name"] != given:
                why = f"every document has a name of plain characters; sent as {block['name']}"
                self.told("changed", f"{where}.name", why)
        return {kind: block}

    def _thinking(self, part: Thinking, own: Mapping[str, Any], where: str) -> Block | None:
        goes_back, why = own.get("signature") or own.get("redactedContent") is not None, ""
        if NAME not in (part.extra or {}):
            why = "this wire takes no thinking back but what it gave itself"
        elif None not in (self._vendor, own.get("vendor")) and own["vendor"] != self._vendor:
            why = f"it belongs to a model of {own['vendor']}"
        elif not goes_back and self.compat.thinking_needs_signature:
            why = "this model takes it back with its signature alone, and it has none"
        elif not goes_back and not part.text.strip():
            why = "Bedrock refuses blank texts"
        if why:
            self.told("dropped", where, why)
            return None
        return thinking_block(part.text, own)

    def _result(self, result: ToolResult, where: str) -> Block:
        content = self.write(result.parts, where)
        if not content:
            content = [{"text": _EMPTY}]
            self.told("injected", f"{where}.parts", f"Bedrock refuses an empty result; sent as {_EMPTY}")
        status = {"status": "error"} if result.is_error else {}
        return {"toolUseId": self._id(result.call_id), "content": content, **status}

    def _id(self, id: str) -> str:
        if _ID.fullmatch(id):
            return id
        self.told("changed", "tool_call.id", "Bedrock takes at most 64 of A-Z a-z 0-9 _ . : -")
        return f"call_{made_id(id)}"


def thinking_block(text: str, own: Mapping[str, Any]) -> Block:
    """Thinking with its signature, or the cipher of thinking that is hidden."""
    if (hidden := own.get("redactedContent")) is not None:
        return {"reasoningContent": {"redactedContent": hidden}}
    signed = {"signature": own["signature"]} if own.get("signature") else {}
    return {"reasoningContent": {"reasoningText": {"text": text, **signed}}}


def _is_plain(text: Text) -> bool:
    return text.extra is None and text.cache is None and not text.refusal and not text.text.isspace()


def _format(part: Image | File, place: str) -> tuple[str, str]:
    media_type = part.media_type
    if media_type is None:
        media_type = image_type(part.data or b"", place) if isinstance(part, Image) else "application/pdf"
    media_type = media_type.partition(";")[0].lower()
    if (found := _FORMATS.get(media_type)) is None:
        raise Unsupported(f"{place}: Bedrock takes no {media_type}", hint=f"It takes {', '.join(_FORMATS)}.")
    return found


def _source(part: Image | Audio | File, place: str) -> Block:
    if part.data is not None:
        return {"bytes": base64.b64encode(part.data).decode()}
    url = None if isinstance(part, Audio) else part.url
    if url is not None and url.startswith("s3://"):
        return {"s3Location": {"uri": url}}
    raise Unsupported(f"{place}: Bedrock takes data, or a URL of S3", hint="Give the bytes, or an s3:// URL.")
