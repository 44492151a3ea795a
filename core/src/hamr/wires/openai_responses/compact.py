"""Conversations made shorter by the provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest, BrokenReply, Unsupported
from hamr.wires.json_body import read_whole, shown
from hamr.wires.openai_responses.encode import outgoing, responses_url, written_body
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.parse_items import messages
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Call, Head, Message, Part, Request, Route
    from hamr.wires.openai_responses.compat import Compat

_SENT = frozenset({"model", "input", "instructions", "previous_response_id", "prompt_cache_key", "service_tier"})
"""Source: openai 3.52.0 (Python SDK), types/responses/response_compact_params.py, November 2026."""


def encode_compact(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for it; raises Unsupported."""
    if not compat.supports_background:
        raise Unsupported(f"{route.provider.id} makes no conversations shorter", hint="Ask another provider.")
    told = Told(NAME)
    body = {name: value for name, value in written_body(request, route, compat, told).items() if name in _SENT}
    headers = {"content-type": "application/json", "accept": "application/json"}
    return outgoing(body, headers, responses_url(route, compat, "/compact"), told)


def decode_compact(head: Head, issuer: str) -> tuple[Message, ...]:
    """The conversation to go on with; raises BrokenReply."""
    value = read_whole(head.body)
    output = value.get("output") if isinstance(value, dict) else None
    if not isinstance(output, list) or not output:
        raise BrokenReply(f"the reply holds no conversation: {shown(head.body)}", body=shown(head.body))
    try:
        found = messages(output, "output")
    except BadRequest as error:
        raise BrokenReply(f"the reply holds no conversation: {error.message}", body=shown(head.body)) from error
    return tuple(replace(each, parts=tuple(_issued(part, issuer) for part in each.parts)) for each in found)


def _issued(part: Part, issuer: str) -> Any:
    """The part, which goes back to this provider alone."""
    own = (part.extra or {}).get(NAME)
    return part if own is None else replace(part, extra={NAME: {**own, "issuer": issuer}})
