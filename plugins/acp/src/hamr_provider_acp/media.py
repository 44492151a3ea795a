"""What an agent answers besides text, as parts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from hamr.api import Audio, File, Image


def media(block: Mapping[str, Any]) -> Image | Audio | File | None:
    """The part that a block is; None for a kind that is not known, and for data that is none."""
    match block.get("type"):
        case "image":
            data, url = _data(block.get("data")), _text(block.get("uri"))
            return Image(url if data is None else None, data, _text(block.get("mimeType"))) if data or url else None
        case "audio":
            data = _data(block.get("data"))
            return None if data is None else Audio(data, (_text(block.get("mimeType")) or "").partition("/")[2] or None)
        case "resource_link":
            url = _text(block.get("uri"))
            return (
                None
                if url is None
                else File(url=url, name=_text(block.get("name")), media_type=_text(block.get("mimeType")))
            )
        case "resource":
            resource = block.get("resource")
            return _resource(resource) if isinstance(resource, dict) else None
    return None


def _resource(resource: Mapping[str, Any]) -> File | None:
    text = _text(resource.get("text"))
    data = text.encode("utf-8", "replace") if text is not None else _data(resource.get("blob"))
    if data is None:
        return None
    return File(data, name=_text(resource.get("uri")), media_type=_text(resource.get("mimeType")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _data(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value) if isinstance(value, str) else None
    except binascii.Error:
        return None
