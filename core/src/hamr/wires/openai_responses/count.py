"""The tokens of a request, counted without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.json_body import read_count
from hamr.wires.openai_responses.encode import outgoing, responses_url, written_body
from hamr.wires.openai_responses.name import NAME
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Call, Head, Request, Route
    from hamr.wires.openai_responses.compat import Compat

_COUNTED = frozenset(
    {
        *("model", "input", "instructions", "tools", "tool_choice", "text", "reasoning", "truncation"),
        *("previous_response_id", "conversation", "parallel_tool_calls"),
    }
)


def encode_count(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks how many tokens this request has; raises Unsupported."""
    told = Told(NAME)
    body = {name: value for name, value in written_body(request, route, compat, told).items() if name in _COUNTED}
    headers = {"content-type": "application/json", "accept": "application/json"}
    return outgoing(body, headers, responses_url(route, compat, "/input_tokens"), told)


def decode_count(head: Head, compat: Compat) -> int:
    """How many; raises BrokenReply."""
    return read_count(head.body, "input_tokens")
