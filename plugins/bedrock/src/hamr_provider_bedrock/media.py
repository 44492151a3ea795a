"""Images, documents, videos and sounds, as blocks and back."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from hamr.api import Audio, BadRequest, File, Image, Unsupported
from hamr.wirekit import image_type, table, text
from hamr_provider_bedrock.name import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: Mapping[str, Mapping[str, str]] = {
    "image": {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"},
    "video": {
        "video/mp4": "mp4",
        "video/webm": "webm",
        "video/quicktime": "mov",
        "video/x-matroska": "mkv",
        "video/x-flv": "flv",
        "video/mpeg": "mpeg",
        "video/x-ms-wmv": "wmv",
        "video/3gpp": "three_gp",
    },
    "document": {
        "application/pdf": "pdf",
        "text/csv": "csv",
        "text/html": "html",
        "text/plain": "txt",
        "text/markdown": "md",
        "application/msword": "doc",
        "application/vnd.ms-excel": "xls",
        f"{_OFFICE}.wordprocessingml.document": "docx",
        f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    },
}
"""Media type to format, by kind of block (API_runtime_DocumentBlock and its kin, docs.aws.amazon.com, 2026-11)."""
_TYPES = {kind: {short: long for long, short in formats.items()} for kind, formats in FORMATS.items()}
# What a name may hold ("DocumentBlock", docs.aws.amazon.com, 2026-11); _ is taken too (recorded calls).
_FOREIGN = re.compile(r"[^A-Za-z0-9_()\[\] -]+| (?= )")


def document_name(name: str) -> str:
    """The name with those characters alone that Bedrock takes: letters, digits, single spaces, - _ ( ) [ ]."""
    return _FOREIGN.sub("-", name)[:200].strip()


def media_block(part: Image | Audio | File, own: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The block of a part, a document still without its name; raises Unsupported."""
    source = own.get("source") or _source(part, place)
    kind, short = ("audio", part.format or "wav") if isinstance(part, Audio) else _format(part, place)
    return {kind: {"format": short, **own, "source": source}}


def _format(part: Image | File, place: str) -> tuple[str, str]:
    media_type = part.media_type
    if media_type is None and isinstance(part, Image):
        media_type = image_type(part.data or b"", place)
    media_type = (media_type or "application/pdf").partition(";")[0].lower()
    for kind, formats in FORMATS.items():
        if media_type in formats:
            return kind, formats[media_type]
    known = ", ".join(media_type for formats in FORMATS.values() for media_type in formats)
    raise Unsupported(f"{place}: Bedrock takes no {media_type}", hint=f"It takes {known}.")


def _source(part: Image | Audio | File, place: str) -> dict[str, Any]:
    if part.data is not None:
        return {"bytes": base64.b64encode(part.data).decode()}
    url = None if isinstance(part, Audio) else part.url
    if url is not None and url.startswith("s3://"):
        return {"s3Location": {"uri": url}}
    raise Unsupported(f"{place}: Bedrock takes data, or a URL of S3", hint="Give the bytes, or an s3:// URL.")


def read_media(kind: str, value: Any, place: str) -> Image | Audio | File:
    """The part in a block; what it has no field for stands in `extra`. Raises BadRequest."""
    block = table(value, f"{place}.{kind}")
    source = table(block.get("source"), f"{place}.{kind}.source")
    data, url = _read_source(source, f"{place}.{kind}.source")
    own = {name: each for name, each in block.items() if name not in ("format", "name", "source")}
    if source.keys() - {"bytes"} and source != {"s3Location": {"uri": url}}:
        own["source"] = source
    extra = {NAME: own} if own else None
    if kind == "audio":
        return Audio(data, text(block.get("format"), f"{place}.{kind}.format"), extra=extra)
    short = text(block.get("format", "txt"), f"{place}.{kind}.format")
    media_type = _TYPES[kind].get(short, f"{kind}/{short}")
    if kind == "image":
        return Image(url, data, media_type, extra=extra)
    name = block.get("name")
    return File(
        data, url, name=None if name is None else text(name, f"{place}.name"), media_type=media_type, extra=extra
    )


def _read_source(source: Mapping[str, Any], place: str) -> tuple[bytes | None, str | None]:
    if (written := source.get("bytes")) is not None:
        try:
            return base64.b64decode(text(written, f"{place}.bytes"), validate=True), None
        except ValueError as error:
            raise BadRequest(f"{place}.bytes is no base64", status=400, param=f"{place}.bytes") from error
    if (location := source.get("s3Location")) is not None:
        return None, text(table(location, f"{place}.s3Location").get("uri"), f"{place}.s3Location.uri")
    pieces = source.get("content") or [source]
    said = [str(piece.get("text", "")) for piece in pieces if isinstance(piece, dict)]
    return "\n".join(said).encode(), None
