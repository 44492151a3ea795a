"""A request as bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr.types import Call

TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
"""RFC 9110, 5.6.2: methods, and the names of headers."""
TARGET = re.compile(rb"[\x21-\x7e]+")
_LINES = re.compile(
    r"(?:[-!#$%&'*+.^_`|~0-9a-zA-Z]+: (?:[\x21-\x7e\x80-\xff](?:[ \t\x21-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?\r\n)*"
)
"""RFC 9110, 5.5: values are not begun or ended by a blank, and hold no line break."""

FRAMING = frozenset({"content-length", "transfer-encoding"})
"""The headers that say where the body ends: the body is whole, so that this is decided here."""
CODINGS = "gzip, deflate"


class Unsendable(ValueError):
    """A header, the method or the URL holds what HTTP cannot carry. The text shows none of it."""


def request_head(call: Call, target: bytes, host: str) -> bytes:
    """Request line and headers, up to the body; raises Unsendable."""
    headers = call.headers
    lines = [] if "host" in headers else [f"host: {host}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items() if name not in FRAMING]
    if "accept-encoding" not in headers:
        lines.append(f"accept-encoding: {CODINGS}\r\n")
    if call.body or call.method not in ("GET", "HEAD"):
        lines.append(f"content-length: {len(call.body)}\r\n")
    text = "".join(lines)
    # A value with a line break would be read as one header more.
    whole = text.count("\n") == len(lines) and _LINES.fullmatch(text)
    if not (whole and TOKEN.fullmatch(call.method) and TARGET.fullmatch(target)):
        raise Unsendable
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (call.method.encode("ascii"), target, text.encode("latin-1"))
