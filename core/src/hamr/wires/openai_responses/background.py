"""Responses that the provider goes on with while nobody waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hamr.errors import Unsupported
from hamr.types import Adaptation, Call
from hamr.wires.openai_responses.encode import encode, responses_url
from hamr.wires.openai_responses.finish import PENDING
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_url import with_query

if TYPE_CHECKING:
    from hamr.types import Request, Response, Route
    from hamr.wires.openai_responses.compat import Compat


def encode_background(request: Request, route: Route, compat: Compat) -> Call:
    """The call that hands this over; it is stored, for it is asked for later. Raises Unsupported."""
    if not compat.supports_background:
        raise Unsupported(f"{route.provider.id} has no answers in the background", hint="Ask another provider.")
    if request.options.get("store", request.store) is False:
        raise Unsupported("an answer in the background is stored until it is asked for", hint="Leave store=False out.")
    call = encode(replace(request, store=True, options={**request.options, "background": True}), route, compat)
    if request.store is None:
        told = Adaptation("injected", "store", "an answer in the background is stored until it is asked for")
        call = replace(call, adaptations=(*call.adaptations, told))
    return call


def encode_retrieval(id: str, route: Route, compat: Compat, after: int | None) -> Call:
    """The call that asks for it, whole; or as a stream, from behind the event of this number."""
    asked = [("include[]", each) for each in compat.include]
    if after is not None:
        asked += [("stream", "true"), ("starting_after", str(after))]
    url = responses_url(route, compat, f"/{quote(id, safe='')}")
    accept = "application/json" if after is None else "text/event-stream"
    return Call(with_query(url, urlencode(asked)) if asked else url, "GET", {"accept": accept})


def encode_cancel(id: str, route: Route, compat: Compat) -> Call:
    """The call that calls it off."""
    url = responses_url(route, compat, f"/{quote(id, safe='')}/cancel")
    return Call(url, headers={"content-type": "application/json", "accept": "application/json"}, body=b"{}")


def is_pending(response: Response) -> bool:
    """Whether the provider goes on with it."""
    own = (response.extra or {}).get(NAME)
    return isinstance(own, dict) and own.get("status") in PENDING
