"""The tokens of a request, counted without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.gemini.encode import outgoing, written_body
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.url import model_url, resource
from hamr.wires.json_body import read_count
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Call, Head, Request, Route
    from hamr.wires.gemini.compat import Compat

_COUNTED = frozenset({"contents", "systemInstruction", "tools", "generationConfig"})


def encode_count(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks how many tokens this request has; raises Unsupported."""
    told = Told(NAME)
    body = written_body(request, route, compat, told)
    if compat.count_wraps_request:
        body = {"generateContentRequest": {"model": resource(route), **body}}
    else:
        body = {name: value for name, value in body.items() if name in _COUNTED}
    return outgoing(model_url(route, "countTokens", compat), body, told)


def decode_count(head: Head) -> int:
    """How many; raises BrokenReply."""
    return read_count(head.body, "totalTokens")
