"""A whole body as JSON, whatever it turns out to be."""

from __future__ import annotations

import re
from typing import Any

from hamr.errors import BrokenReply
from hamr.wires.web_page import is_page, page_title

MARK = b"\xef\xbb\xbf"
SHOWN = 200
_PAGE = "The base URL probably points to a web page; check it."
# Half of a pair of surrogates, as an escape: JSON of servers that cut a character in two.
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def read_whole(body: bytes) -> Any:
    """The JSON in a body; raises BrokenReply for a web page, and for what is no JSON."""
    from pydantic_core import from_json

    body = body.removeprefix(MARK).strip()
    if body[:1] == b"<":
        text = body[: 64 * 1024].decode("utf-8", "replace")
        said = f"the provider answered with a web page: {page_title(text)}"
        raise BrokenReply(said, hint=_PAGE if is_page(text) else "")
    for mend in (None, mended):  # mending costs more than reading, and is seldom needed
        try:
            return from_json(mend(body) if mend else body)
        except ValueError:
            continue
    raise BrokenReply(f"the reply broke off, or is no JSON: {shown(body)}", body=shown(body))


def read_object(body: bytes) -> dict[str, Any]:
    """The object in a body; raises BrokenReply where there is none."""
    value = read_whole(body)
    if not isinstance(value, dict):
        raise BrokenReply(f"the reply is JSON, but no object: {shown(body)}", body=shown(body))
    return value


def read_count(body: bytes, name: str) -> int:
    """How many tokens a whole reply says that there are; raises BrokenReply."""
    value = read_whole(body)
    tokens = value.get(name) if isinstance(value, dict) else None
    if type(tokens) is not int:
        raise BrokenReply(f"the reply counts no tokens: {shown(body)}", body=shown(body))
    return tokens


def mended(data: bytes) -> bytes:
    """The same with a replacement character for each half of a character."""
    return _HALF.sub(rb"\\ufffd", data)


def shown(data: bytes) -> str:
    """The beginning, for a message."""
    text = data.decode("utf-8", "replace").strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
