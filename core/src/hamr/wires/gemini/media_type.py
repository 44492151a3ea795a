"""What kind of file a URL names, and how sounds are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDINGS: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
}
"""What Gemini reads, by the ending of a name ("Image understanding" and its neighbours, ai.google.dev, 2026-11)."""


def media_type_of(name: str | None) -> str | None:
    """The media type that the ending of a name, or of a URL's path, stands for."""
    if not name:
        return None
    path = name.partition("?")[0].partition("#")[0]
    return _ENDINGS.get(path.rpartition("/")[2].rpartition(".")[2].lower())


def audio_type(format: str | None) -> str:
    """The media type of a sound by its short name."""
    return format if format and "/" in format else f"audio/{format or 'wav'}"


def audio_format(media_type: str) -> str:
    """The short name of a sound's media type, without its parameters."""
    name = media_type.partition(";")[0].partition("/")[2].lower()
    return {"mpeg": "mp3", "x-wav": "wav", "wave": "wav"}.get(name, name)
