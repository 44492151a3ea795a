"""What is asked: the words of the command line, and standard input after them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hamr.cli import output
from hamr.errors import ConfigError

STDIN = "-"


def read(words: Sequence[str], *, needed: bool = True) -> str:
    """The words, a blank line, and the text on standard input where that is no terminal; `-` alone is the latter.

    Raises ConfigError where nothing is asked though something is `needed`, or standard input is not text.
    """
    told = "" if list(words) == [STDIN] else said(words)
    given = _standard_input(asked_for=list(words) == [STDIN])
    prompt = "\n\n".join(part for part in (told, given) if part.strip())
    if needed and not prompt:
        raise ConfigError("the prompt is empty", hint='Say what to ask: hamr call "..."; or pipe text in.')
    return prompt


def said(words: Sequence[str]) -> str:
    """Arguments as text, in a locale that is not UTF-8 too; raises ConfigError where they are none."""
    data = " ".join(words).encode("utf-8", "surrogateescape")  # as Python hands on bytes that the locale cannot read
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        at = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise ConfigError(f"an argument is not text: {at}", hint="Give text in UTF-8.") from None


def _standard_input(*, asked_for: bool) -> str:
    if sys.stdin is None or (output.terminal(sys.stdin) and not asked_for):
        return ""
    return text_of(sys.stdin.buffer.read()).rstrip("\r\n")


def text_of(data: bytes) -> str:
    """What was read from standard input as text; raises ConfigError where it is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(data[error.start], error.start) from None
    if "\0" in text:
        raise _not_text(0, data.index(0))
    return text


def _not_text(byte: int, offset: int) -> ConfigError:
    return ConfigError(
        f"standard input is not text: byte 0x{byte:02x} at offset {offset}", hint="Pipe in text in UTF-8."
    )
