"""Parts of a reply that come whole: images, sounds, files, and tools that the provider ran."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.types import Audio, File, HostedTool, Image
from hamr.wires.gemini.media_type import audio_format, audio_type
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.replay import BESIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

Whole = Image | Audio | File | HostedTool


def whole_part(part: dict[str, Any], issuer: Mapping[str, Any]) -> Whole | None:
    """The part, with what must go back with it; None where there is nothing in it."""
    beside = {**issuer, **{name: part[name] for name in BESIDE if name in part}}
    if isinstance(blob := part.get("inlineData"), dict) and (found := _inline(blob, beside)) is not None:
        return found
    if isinstance(named := part.get("fileData"), dict) and isinstance(named.get("fileUri"), str):
        return _named(named, beside)
    kind = next((name for name in part if name not in BESIDE and name != "thought"), None)
    if kind is None:
        return None
    inner = part[kind]
    id = inner.get("id") if isinstance(inner, dict) else None
    data = inner if isinstance(inner, dict) else {kind: inner}
    return HostedTool(kind, data, id if isinstance(id, str) else None, {NAME: {**issuer, "part": part}})


def _inline(blob: dict[str, Any], beside: dict[str, Any]) -> Whole | None:
    media_type, written = blob.get("mimeType"), blob.get("data")
    if not isinstance(written, str):
        return None
    try:
        data = _bytes(written)
    except ValueError:
        return None
    kind = media_type if isinstance(media_type, str) else ""
    own = {**beside, **({"displayName": blob["displayName"]} if "displayName" in blob else {})}
    if kind.startswith("image/"):
        return Image(data=data, media_type=kind, extra=_extra(own))
    if kind.startswith("audio/"):
        format = audio_format(kind)
        own = own if audio_type(format) == kind else {**own, "mimeType": kind}
        return Audio(data, format, extra=_extra(own))
    return File(data, media_type=kind or None, extra=_extra(own))


def _named(named: dict[str, Any], beside: dict[str, Any]) -> Whole:
    media_type = named["mimeType"] if isinstance(named.get("mimeType"), str) else None
    own = {**beside, **({"displayName": named["displayName"]} if "displayName" in named else {})}
    if (media_type or "").startswith("image/"):
        return Image(named["fileUri"], media_type=media_type, extra=_extra(own))
    return File(url=named["fileUri"], media_type=media_type, extra=_extra(own))


def _extra(own: dict[str, Any]) -> dict[str, Any] | None:
    return {NAME: own} if own else None


def _bytes(written: str) -> bytes:
    """Base64 of either alphabet, padded or not, as protocol buffers read it ("JSON Options", protobuf.dev, 2026-11)."""
    if "-" in written or "_" in written:
        written = written.replace("-", "+").replace("_", "/")
    return base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
