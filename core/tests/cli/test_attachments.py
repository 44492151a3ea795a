"""`--image` and `--file`: what is sent of them, and what cannot be."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from hamr.cli import attachments
from hamr.errors import ConfigError
from hamr.types import Audio, File, Image, Text

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_what_becomes_of_each_kind(tmp_path: Path) -> None:
    """By the bytes: the names say something else."""
    image = put(tmp_path, "image.txt", PNG)
    names = [image, put(tmp_path, "sound.png", b"ID3\4\xff"), put(tmp_path, "a.pdf.bak", b"%PDF-1.7\xff"),
             put(tmp_path, "notes.bin", "Köln\n".encode()), "https://example.org/a.pdf"]  # fmt: skip
    assert attachments.read([image, "HTTPS://example.org/a.png"], names) == (
        Image(data=PNG, media_type="image/png"),
        Image(url="HTTPS://example.org/a.png"),
        Image(data=PNG, media_type="image/png"),
        Audio(data=b"ID3\4\xff", format="mp3"),
        File(data=b"%PDF-1.7\xff", name="a.pdf.bak", media_type="application/pdf"),
        Text("notes.bin:\n\nKöln\n"),
        File(url="https://example.org/a.pdf"),
    )


def test_the_parts_stand_before_the_prompt(server: Any, hamr: Any, tmp_path: Path) -> None:
    image, notes = put(tmp_path, "image", PNG), put(tmp_path, "notes", b"roses are red")
    assert hamr("-m", "loop/m", "-i", image, "-f", notes, "what", "is this?").code == 0
    shown, told, asked = server.asked[0]["messages"][0]["content"]
    assert shown["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert told == {"type": "text", "text": "notes:\n\nroses are red\n"}
    assert asked == {"type": "text", "text": "what is this?"}


def test_an_image_alone_is_a_prompt(server: Any, hamr: Any, tmp_path: Path) -> None:
    assert hamr("-m", "loop/m", "--image", put(tmp_path, "image", PNG)).code == 0
    assert len(server.asked[0]["messages"][0]["content"]) == 1


def test_a_pipe_is_a_file_too(tmp_path: Path) -> None:
    """As of `--file <(command)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_bytes, args=(PNG,))
    writing.start()
    assert attachments.read([str(pipe)], []) == (Image(data=PNG, media_type="image/png"),)
    writing.join()


@pytest.mark.parametrize("option", ["--image", "--file"])
def test_what_cannot_be_read_is_named_with_the_reason(server: Any, hamr: Any, tmp_path: Path, option: str) -> None:
    empty = put(tmp_path, "empty", b"")
    for place, why in [
        (str(tmp_path / "nothing"), "nothing cannot be read: No such file or directory"),
        (str(tmp_path), "cannot be read: Is a directory"),
        ("/dev/zero", "/dev/zero cannot be read: it is a device"),
        ("a\0b", "embedded null"),  # in words that differ between Pythons
        ("-", "`-` is no file"),
        (empty, f"{empty} is empty"),
    ]:
        ran = hamr("-m", "loop/m", option, place, "hi")
        assert (ran.code, ran.out, server.asked) == (2, "", [])
        assert ran.err.startswith("Error: ")
        assert why in ran.err.splitlines()[0]
        assert ran.err.splitlines()[1]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"hello", "text"), (b"%PDF-1.7\xff", "application/pdf"), (b"\xfe\xed\0\1", "of no kind that is known")],
)
def test_an_image_that_is_none(server: Any, hamr: Any, tmp_path: Path, data: bytes, kind: str) -> None:
    place = put(tmp_path, "photo.png", data)
    ran = hamr("-m", "loop/m", "--image", place, "hi")
    assert (ran.code, server.asked) == (2, [])
    assert ran.err == f"Error: {place} is no image: its bytes are {kind}\nGive it with --file {place}\n"


def test_a_text_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no text: its bytes are image/png"):
        attachments.text(put(tmp_path, "image", PNG))


def test_a_wrong_file_is_told_before_standard_input_is_waited_for(server: Any, hamr: Any) -> None:
    ran = hamr("-m", "loop/m", "--file", "/nowhere", "-", stdin=b"\xff")
    assert "/nowhere cannot be read" in ran.err
