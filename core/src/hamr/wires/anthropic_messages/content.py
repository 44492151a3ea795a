"""Parts of messages, as content blocks."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import File, HostedTool, Image, Text
from hamr.wires.data_url import split_data_url
from hamr.wires.image_type import image_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Part
    from hamr.wires.anthropic_messages.writing import Writing

_PDF = "application/pdf"


def plain_text(parts: Sequence[Part]) -> str | None:
    """The text of parts that are one plain text; None where there is more to say."""
    if len(parts) != 1:
        return None
    part = parts[0]
    if type(part) is not Text or part.cache is not None or part.extra or not part.text or part.text.isspace():
        return None
    return part.text


def blocks_of(parts: Sequence[Part], place: str, writing: Writing) -> list[dict[str, Any]]:
    """Parts of the user's, the system's or a result; raises Unsupported."""
    blocks = []
    for number, part in enumerate(parts):
        if (block := block_of(part, f"{place}.parts[{number}]", writing)) is not None:
            blocks.append(block)
    return blocks


def block_of(part: Part, place: str, writing: Writing) -> dict[str, Any] | None:
    """One part as the wire writes it, None where there is nothing to write; raises Unsupported."""
    if isinstance(part, Text):
        return text_block(part, place, writing)
    if isinstance(part, HostedTool):
        return hosted_block(part, place, writing)
    if isinstance(part, Image):
        block = _image(part, place, writing)
    elif isinstance(part, File):
        block = _file(part, place, writing)
    else:
        raise Unsupported(f"{place}: a {type(part).__name__} cannot stand here on this wire")
    if part.cache is not None:
        writing.marks.on(block, part.cache, place)
    return block


def text_block(part: Text, place: str, writing: Writing) -> dict[str, Any] | None:
    """A text; none where it is empty or blank, which the wire refuses."""
    own = writing.own(part.extra, place)
    block: dict[str, Any] = {"type": "text", "text": part.text}
    if isinstance(own.get("block"), dict):  # of a kind that is no text, such as `search_result`
        block = dict(own["block"])
    elif not part.text or part.text.isspace():
        if part.text or part.cache is not None:
            writing.told("dropped", place, "this wire takes no blank texts")
        return None
    elif own.get("citations"):
        block["citations"] = own["citations"]
    if part.cache is not None:
        writing.marks.on(block, part.cache, place)
    return block


def hosted_block(part: HostedTool, place: str, writing: Writing) -> dict[str, Any] | None:
    """A block of the provider's own, which goes back to it as it came."""
    block = writing.own(part.extra, place).get("block")
    if isinstance(block, dict) and writing.compat.supports_hosted_blocks:
        return dict(block)
    writing.told("dropped", place, "this provider takes it back only where it gave it itself")
    return None


def _image(image: Image, place: str, writing: Writing) -> dict[str, Any]:
    own = writing.own(image.extra, place)
    if image.detail is not None:
        writing.told("dropped", f"{place}.detail", "this wire has no such field")
    return {"type": "image", "source": _image_source(image, place, writing), **own}


def _image_source(image: Image, place: str, writing: Writing) -> dict[str, Any]:
    if image.file_id is not None:
        writing.features.add("files")
        return {"type": "file", "file_id": image.file_id}
    data, media_type = image.data, image.media_type
    if data is None and image.url is not None:
        media_type, data = split_data_url(image.url)
        if data is None:
            return {"type": "url", "url": image.url}
    if data is not None:
        return _base64(data, media_type or image_type(data, place))
    raise Unsupported(f"{place}: the image has no url, data or file_id")


def _file(file: File, place: str, writing: Writing) -> dict[str, Any]:
    own = dict(writing.own(file.extra, place))
    block: dict[str, Any] = {"type": own.pop("type", "document")}
    if block["type"] == "container_upload":
        return {**block, "file_id": file.file_id, **own}
    block["source"] = own.pop("source", None) or _file_source(file, place, writing)
    if file.name is not None:
        block["title"] = file.name
    return {**block, **own}


def _file_source(file: File, place: str, writing: Writing) -> dict[str, Any]:
    if file.file_id is not None:
        writing.features.add("files")
        return {"type": "file", "file_id": file.file_id}
    if file.data is None:
        if file.url is None:
            raise Unsupported(f"{place}: the file has no data, url or file_id")
        return {"type": "url", "url": file.url}
    media_type = file.media_type or (_PDF if file.data.startswith(b"%PDF") else "text/plain")
    if media_type == _PDF:
        return _base64(file.data, media_type)
    try:
        text = file.data.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or not (media_type.startswith("text/") or media_type == "application/json"):
        raise Unsupported(
            f"{place}: this wire takes no {media_type} but application/pdf and text",
            hint="Upload it, and give its file_id.",
        )
    if media_type != "text/plain":
        writing.told("changed", f"{place}.media_type", "this wire knows texts as text/plain alone")
    return {"type": "text", "media_type": "text/plain", "data": text}


def _base64(data: bytes, media_type: str) -> dict[str, Any]:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
