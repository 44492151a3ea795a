"""The prompt: the words of the command line and standard input."""

from __future__ import annotations

import io
import sys

import pytest

from hamr.cli.prompt import read
from hamr.errors import ConfigError


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Standard input, to be filled by the test; no terminal."""
    data = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    return data


def fill(stdin: io.BytesIO, data: bytes) -> None:
    stdin.write(data)
    stdin.seek(0)


def test_words_are_joined(stdin: io.BytesIO) -> None:
    assert read(["why", "is it", "so?"]) == "why is it so?"


def test_standard_input_comes_after_a_blank_line(stdin: io.BytesIO) -> None:
    fill(stdin, b"line 1\nline 2\n")
    assert read(["sum", "up"]) == "sum up\n\nline 1\nline 2"


@pytest.mark.parametrize("words", [[], ["-"]])
def test_standard_input_alone_is_a_prompt(stdin: io.BytesIO, words: list[str]) -> None:
    fill(stdin, "\ufeffgrüß dich\r\n".encode())
    assert read(words) == "grüß dich"


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
def test_nothing_asked_is_a_mistake_of_the_user(stdin: io.BytesIO, data: bytes) -> None:
    fill(stdin, data)
    with pytest.raises(ConfigError, match="the prompt is empty"):
        read([" "])


@pytest.mark.parametrize(
    ("data", "byte", "offset"), [(b"\xff\xd8\xff\xe0", "0xff", 0), (b"ab\xe9c", "0xe9", 2), (b"a\0b", "0x00", 1)]
)
def test_what_is_no_text_is_named_by_byte_and_place(stdin: io.BytesIO, data: bytes, byte: str, offset: int) -> None:
    fill(stdin, data)
    with pytest.raises(ConfigError, match=f"standard input is not text: byte {byte} at offset {offset}"):
        read(["what is this?"])


def test_without_standard_input_the_words_are_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert read(["hello"]) == "hello"


def test_words_are_text_in_a_locale_that_is_not_utf8(stdin: io.BytesIO) -> None:
    assert read(["gr\udcc3\udcbc\udcc3\udc9f", "dich"]) == "grüß dich"


def test_words_that_are_no_text_are_a_mistake_of_the_user(stdin: io.BytesIO) -> None:
    with pytest.raises(ConfigError, match="an argument is not text: byte 0xff at offset 1"):
        read(["a\udcff"])
