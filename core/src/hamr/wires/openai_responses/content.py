"""Parts of messages, as content parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import File, Image, Text
from hamr.wires.data_url import data_url
from hamr.wires.image_type import image_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Part
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told

MARK = "prompt_cache_breakpoint"
"""The field of a part up to which the prompt is cached."""


def plain_text(parts: Sequence[Part]) -> str | None:
    """The text of parts that are one plain text; None where there is more to say."""
    if len(parts) != 1 or not isinstance(part := parts[0], Text) or part.cache is not None or part.extra:
        return None
    return part.text


def input_parts(parts: Sequence[Part], place: str, compat: Compat, told: Told) -> list[dict[str, Any]]:
    """Parts of the user's or the system's; raises Unsupported."""
    return [_part(part, f"{place}.parts[{number}]", compat, told) for number, part in enumerate(parts)]


def _part(part: Part, place: str, compat: Compat, told: Told) -> dict[str, Any]:
    if isinstance(part, Text):
        written: dict[str, Any] = {"type": "input_text", "text": part.text}
    elif isinstance(part, Image):
        written = _image(part, place)
    elif isinstance(part, File):
        written = _file(part, place)
    else:
        raise Unsupported(f"{place}: no part of the kind {type(part).__name__} can stand here on this wire")
    own = told.own(part.extra, place)
    if part.cache is not None and MARK not in own:
        if compat.supports_cache_breakpoints:
            written[MARK] = {"mode": "explicit"}
        else:
            told("dropped", f"{place}.cache", "this provider caches by itself")
    return {**written, **own}


def _image(image: Image, place: str) -> dict[str, Any]:
    written: dict[str, Any] = {"type": "input_image", "detail": image.detail or "auto"}
    if image.file_id is not None:
        return {**written, "file_id": image.file_id}
    if image.data is not None:
        return {**written, "image_url": data_url(image.data, image.media_type or image_type(image.data, place))}
    if image.url is not None:
        return {**written, "image_url": image.url}
    raise Unsupported(f"{place}: the image has no url, data or file_id")


def _file(file: File, place: str) -> dict[str, Any]:
    written: dict[str, Any] = {"type": "input_file"}
    if file.name is not None:
        written["filename"] = file.name
    if file.file_id is not None:
        return {**written, "file_id": file.file_id}
    if file.data is not None:
        named = {"filename": file.name or "file"}  # data goes with a name (OpenAI, "File inputs", 2026-11)
        return {**written, **named, "file_data": data_url(file.data, file.media_type or "application/pdf")}
    if file.url is not None:
        return {**written, "file_url": file.url}
    raise Unsupported(f"{place}: the file has no data, url or file_id")
