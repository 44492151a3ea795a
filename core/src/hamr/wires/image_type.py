"""What kind of image some bytes are."""

from __future__ import annotations

from hamr.errors import Unsupported

_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


def image_type(data: bytes, place: str) -> str:
    """The media type, by how the bytes begin; raises Unsupported."""
    found = next((media_type for magic, media_type in _MAGIC if data.startswith(magic)), None)
    if found is None:
        raise Unsupported(f"{place}: the image's kind is not known", hint="Give its media_type, such as image/png.")
    return found
