"""The tokens of a request, counted without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import Unsupported
from hamr.wires.anthropic_messages.encode import outgoing, written_body
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.anthropic_messages.writing import Writing
from hamr.wires.json_body import read_count
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Call, Head, Request, Route
    from hamr.wires.anthropic_messages.compat import Compat

_COUNTED = frozenset(
    {
        *("system", "messages", "tools", "tool_choice", "thinking", "output_config", "output_format"),
        *("cache_control", "context_management", "mcp_servers"),
    }
)


def encode_count(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks how many tokens this request has; raises Unsupported."""
    if not compat.count_path:
        raise Unsupported(f"{route.provider.id} counts no tokens", hint="Ask another provider.")
    writing = Writing(compat, compat.issuer or route.provider.id, Told(NAME))
    whole = written_body(request, route, writing)
    # The model stands in the body even where messages have it in their path (Vertex AI, "Count tokens", 2026-11).
    body = {"model": route.model.id, **{name: value for name, value in whole.items() if name in _COUNTED}}
    return outgoing(body, request, route, compat.count_path, "application/json", writing)


def decode_count(head: Head, compat: Compat) -> int:
    """How many; raises BrokenReply."""
    return read_count(head.body, "input_tokens")
