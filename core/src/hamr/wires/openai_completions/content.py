"""Parts of messages, as content parts."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import Audio, File, Image, Text
from hamr.wires.data_url import data_url
from hamr.wires.image_type import image_type
from hamr.wires.openai_completions.cache import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Part
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def content_part(part: Part, place: str, compat: Compat, told: Told) -> dict[str, Any]:
    """One part as the wire writes it; raises Unsupported."""
    if isinstance(part, Text):
        written: dict[str, Any] = {"type": "text", "text": part.text}
    elif isinstance(part, Image):
        written = _image(part, place)
    elif isinstance(part, File):
        written = _file(part, place, compat)
    elif isinstance(part, Audio):
        written = _audio(part, place)
    else:
        raise Unsupported(f"{place}: no part of the kind {type(part).__name__} can stand here on this wire")
    written.update(told.own(part.extra, place))
    mark(written, getattr(part, "cache", None), place, compat, told)
    return written


def _image(image: Image, place: str) -> dict[str, Any]:
    if image.file_id is not None:
        return {"type": "file", "file": {"file_id": image.file_id}}
    if image.data is not None:
        url = data_url(image.data, image.media_type or image_type(image.data, place))
    elif image.url is not None:
        url = image.url
    else:
        raise Unsupported(f"{place}: the image has no url, data or file_id")
    shown: dict[str, Any] = {"url": url}
    if image.detail is not None:
        shown["detail"] = image.detail
    return {"type": "image_url", "image_url": shown}


def _file(file: File, place: str, compat: Compat) -> dict[str, Any]:
    if file.file_id is not None:
        return {"type": "file", "file": {"file_id": file.file_id}}
    if file.data is not None:
        shown: Mapping[str, Any] = {"file_data": data_url(file.data, file.media_type or "application/pdf")}
        return {"type": "file", "file": {"filename": file.name or "file", **shown}}
    if file.url is None:
        raise Unsupported(f"{place}: the file has no data, url or file_id")
    if compat.file_url_field is None:
        raise Unsupported(f"{place}: this provider takes no file by its URL", hint="Send the file's data.")
    # Perplexity wants an object, Mistral a plain text (their API references, 2026-11).
    value = {"url": file.url} if compat.file_url_field == "file_url" else file.url
    return {"type": compat.file_url_field, compat.file_url_field: value}


def _audio(audio: Audio, place: str) -> dict[str, Any]:
    if audio.data is None:
        raise Unsupported(f"{place}: this wire takes sound only by its data")
    if audio.format is None:
        raise Unsupported(f"{place}: the sound's format is not known", hint="Give its format, such as wav or mp3.")
    sound = {"data": base64.b64encode(audio.data).decode(), "format": audio.format}
    return {"type": "input_audio", "input_audio": sound}
