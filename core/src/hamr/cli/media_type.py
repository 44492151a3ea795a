"""What a file is, told from its bytes and not from its name."""

from __future__ import annotations

TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mp3"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/m4a"),
    (8, b"AIFF", "audio/aiff"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x1f\x8b", "application/gzip"),
)
"""Offset, bytes and media type; the first that fits counts ("MIME Sniffing", WHATWG; "MP4RA", mp4ra.org; RFC 3533)."""

OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
"""What the names in a zip file begin with where it is one of these (ECMA-376, part 1)."""


def of(data: bytes) -> str:
    """The media type: one in `MAGIC`, an office document, a zip file, MP3 or AAC without a head, text, or `UNKNOWN`."""
    if text(data) is not None:
        return TEXT
    for offset, magic, media_type in MAGIC:
        if data.startswith(magic, offset):
            return media_type
    if data.startswith(b"PK\x03\x04"):
        return next((kind for mark, kind in OFFICE if mark in data), "application/zip")
    return _frames(data) or UNKNOWN


def text(data: bytes) -> str | None:
    """The bytes as text, in UTF-8, or in UTF-16 with its mark; None where they are none."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        found = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in found or found.startswith("%PDF-") else found


def _frames(data: bytes) -> str | None:
    """Sound that begins with a frame of MPEG audio: eleven bits set (ISO 11172-3, 2.4.1.3), layer 0 being AAC."""
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    return "audio/mp3" if data[1] & 0x06 else "audio/aac"
