"""What files are told to be, from their bytes."""

from __future__ import annotations

import io
import wave
import zipfile

import pytest

from hamr.cli import media_type

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def sound() -> bytes:
    """A WAVE file of Python's own making."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * 10)
    return made.getvalue()


def zipped(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"GIF89a\1\0\1\0\x80", "image/gif"),
        (b"RIFF\x1a\0\0\0WEBPVP8L\xff", "image/webp"),
        (b"\0\0\0\x1cftypheic\0\0", "image/heic"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"%PDF-1.7\nall of it in ASCII", "application/pdf"),
        (sound(), "audio/wav"),
        (b"ID3\4\0\0\xff", "audio/mp3"),
        (b"\xff\xfb\x90\x64\0", "audio/mp3"),
        (b"\xff\xf1\x50\x80\0", "audio/aac"),
        (b"OggS\0\2\xff", "audio/ogg"),
        (b"fLaC\0\0\0\x22\xff", "audio/flac"),
        (b"\0\0\0\x20ftypisom\0\0", "video/mp4"),
        (zipped("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("a.txt"), "application/zip"),
        ("Köln".encode(), "text/plain"),
        ("Köln".encode("utf-16"), "text/plain"),
        (b"BM is how this text begins", "text/plain"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "text/plain"),
        (b"\xfe\xed\xfa\xce\0\1", "application/octet-stream"),
        (b"\xff", "application/octet-stream"),
    ],
)
def test_the_bytes_say_what_it_is(data: bytes, kind: str) -> None:
    assert media_type.of(data) == kind


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\xef\xbb\xbfhi", "hi"), ("hé".encode("utf-16-le"), None), ("hé".encode("utf-16"), "hé"), (b"a\0b", None)],
)
def test_text_in_the_encodings_that_mark_themselves(data: bytes, text: str | None) -> None:
    assert media_type.text(data) == text
