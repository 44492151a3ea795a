"""A request as the body of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Call
from hamr.wires.gemini.answer_format import answer_format
from hamr.wires.gemini.contents import ContentWriter
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.thinking_request import thinking_fields
from hamr.wires.gemini.tools import tool_fields
from hamr.wires.gemini.url import base_url, model_url
from hamr.wires.told import Told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Request, Route
    from hamr.wires.gemini.compat import Compat

CONFIG: Mapping[str, str] = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "n": "candidateCount",
    "max_tokens": "maxOutputTokens",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "seed": "seed",
}
"""Fields of a request, and of `generationConfig`."""
_LACKING = ("logit_bias", "verbosity", "user", "cache_key")
_MERGED = frozenset({"generationConfig", "toolConfig"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""
FRAMING = "alt"
"""An option of the server half: how the client wants a stream framed. It is no field of the body."""
STREAM, WHOLE = "streamGenerateContent", "generateContent"


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    told = Told(NAME)
    body = written_body(request, route, compat, told)
    if request.stream:
        url, accepted = model_url(route, STREAM, compat, "?alt=sse"), "text/event-stream"
    else:
        url, accepted = model_url(route, WHOLE, compat), "application/json"
    return outgoing(url, body, told, accepted)


def outgoing(url: str, body: Any, told: Told, accepted: str = "application/json") -> Call:
    """The call with this body."""
    from pydantic_core import to_json

    headers = {"content-type": "application/json", "accept": accepted}
    return Call(url, headers=headers, body=to_json(body), adaptations=told.all)


def written_body(request: Request, route: Route, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    form, instruction = answer_format(request, compat, told)
    writer = ContentWriter(base_url(route, compat), route.selector, compat, told)
    body = writer.write(request.messages, instruction)
    body.update(tool_fields(request, compat, told))
    config = {**_sampling(request, compat, told), **form}
    if thinking := thinking_fields(request.thinking, compat, told):
        config["thinkingConfig"] = thinking
    if config:
        body["generationConfig"] = config
    body.update(_account(request))
    told.lacking(request, _LACKING)
    _fit(body, compat, told)
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every call to this provider carries it")
    return _with_options(body, request)


def _sampling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    fields = {name: value for own, name in CONFIG.items() if (value := getattr(request, own)) is not None}
    if request.stop:
        fields["stopSequences"] = list(request.stop[: compat.max_stop_sequences])
        if len(request.stop) > compat.max_stop_sequences:
            told("clamped", "stop", f"this provider takes {compat.max_stop_sequences} at most; the others are left out")
    if request.logprobs is not None:
        fields |= {"responseLogprobs": True, "logprobs": request.logprobs}
    return fields


def _account(request: Request) -> dict[str, Any]:
    fields = {"serviceTier": request.service_tier, "store": request.store}
    labels = None if request.metadata is None else dict(request.metadata)
    return {name: value for name, value in {**fields, "labels": labels}.items() if value is not None}


def _fit(body: dict[str, Any], compat: Compat, told: Told) -> None:
    """Leave out the fields that the provider refuses."""
    for table in (body, body.get("generationConfig", {})):
        for name in compat.unsupported:
            if table.pop(name, None) is not None:
                told("dropped", name, "this provider does not take it")


def _with_options(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """With the user's own fields laid over; tools are added, tables of the body merged. The URL names the model."""
    for name, value in request.options.items():
        if name == "tools" and isinstance(value, list | tuple):
            body[name] = [*body.get(name, ()), *value]
        elif name in _MERGED and isinstance(value, dict):
            body[name] = _merged(body.get(name, {}), value)
        elif name not in ("model", FRAMING):
            body[name] = value
    return body


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both tables, and the tables in both, with what stands above laid over."""
    both = {**below, **above}
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(inner := below.get(name), dict):
            both[name] = {**inner, **value}
    return both
