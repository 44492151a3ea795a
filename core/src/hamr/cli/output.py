"""What is written where: answers and tables on standard output, all else on standard error."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any, TextIO

from hamr.errors import HamrError

NARROWEST = 20
USUAL = 80
"""Columns, where nothing says how wide the terminal is."""

SHOWN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\r\t"}
SHOWN |= dict.fromkeys((*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
"""Control characters, as signs for them: a model's words must not steer the user's terminal.

Among them what turns the direction of text around, by which a command can look like another (CVE-2021-42574, 2021).
"""


class _Line:
    """The last line of standard output; `begun` says that it has not been ended."""

    begun = False


_line = _Line()


def prepare() -> None:
    """Let no character that an encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")


def write(text: str) -> None:
    """Put text on standard output, at once; raises BrokenPipeError where nobody reads it, else HamrError."""
    if text:
        _line.begun = not text.endswith("\n")
    _put(sys.stdout, text)


def tell(text: str, url: str | None) -> None:
    """Say what a client has to say, on a line of its own where a person sees both streams."""
    if _line.begun and terminal(sys.stdout):
        note("")
    note(f"{text} {url or ''}".rstrip())


def note(text: str) -> None:
    """Put a line on standard error, if there is one."""
    aside(text + "\n")


def aside(text: str, *, dim: bool = False) -> None:
    """Put text on standard error, if there is one; dim where it is a terminal that can."""
    if sys.stderr is not None:
        _put(sys.stderr, text, dim=dim and coloured(sys.stderr))


def write_json(document: Any) -> None:
    """Put one JSON document on standard output."""
    write(_json(document, sys.stdout))


def write_line(document: Any) -> None:
    """Put one JSON document on a line of its own on standard output."""
    write(_json(document, sys.stdout, indent=None))


def note_json(document: Any) -> None:
    """Put one JSON document on standard error, if there is one."""
    if sys.stderr is not None:
        aside(_json(document, sys.stderr))


def terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at the other end."""
    return stream is not None and not stream.closed and stream.isatty()


def piped(stream: TextIO | None) -> bool:
    """Whether a program or a file, which may have something to say, is at the other end; none is at /dev/null."""
    if stream is None or stream.closed:
        return False
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except OSError:  # no file of the system's: a test's or an embedder's own
        return not terminal(stream)
    return not stat.S_ISCHR(mode)


def silent(stream: TextIO | None) -> bool:
    """Whether a program or a file has nothing to say here: a pipe is waited for until its first byte, or its end."""
    peek = getattr(getattr(stream, "buffer", None), "peek", None)
    return not piped(stream) or (peek is not None and not peek(1))


def coloured(stream: TextIO) -> bool:
    """Whether text here may be more than plain: a terminal that is not dumb, and no NO_COLOR (no-color.org)."""
    return terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal: COLUMNS first, as the shell's own programs do."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return max(int(told), NARROWEST)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
    except (OSError, ValueError):  # no terminal, or a stream without a file
        return USUAL


def abandon(*streams: TextIO | None) -> None:
    """Let what is still to be written here go nowhere; the interpreter's last flush would fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def unwritable(stream: TextIO, error: OSError) -> HamrError:
    """The error that what was to be written cannot be, for the disk is full or the like."""
    abandon(stream)
    name = "standard error" if stream is sys.stderr else "standard output"
    return HamrError(f"cannot write to {name}: {error.strerror}", hint="Check where it is sent to.")


def _put(stream: TextIO, text: str, *, dim: bool = False) -> None:
    if terminal(stream):
        text = text.translate(SHOWN)
    try:
        stream.write(f"\x1b[2m{text}\x1b[22m" if dim else text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(stream, error) from error


def _json(document: Any, stream: TextIO, indent: int | None = 2) -> str:
    import json

    text = json.dumps(document, ensure_ascii=False, indent=indent)
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, indent=indent)
    return text + "\n"
