"""A request as the body of a chat completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Call
from hamr.wires.deployment import deployment, placed
from hamr.wires.openai_account import account
from hamr.wires.openai_completions.answer_format import answer_format
from hamr.wires.openai_completions.messages import Writer
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.thinking_request import thinking_fields
from hamr.wires.openai_completions.tools import tool_fields
from hamr.wires.openai_url import chat_url
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Request, Route
    from hamr.wires.openai_completions.compat import Compat

_PLAIN = ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "n", "verbosity")


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    from pydantic_core import to_json

    told = Told(NAME)
    model = deployment(route, compat.model_parameters, told)
    body = _body(request, model, compat, told)
    if not compat.model_in_body:
        del body["model"]
    accept = "text/event-stream" if body.get("stream") else "application/json"
    headers = {"content-type": "application/json", "accept": accept}
    if request.cache_key is not None:
        headers.update(dict.fromkeys(compat.cache_key_headers, request.cache_key))
    return Call(
        url=chat_url(
            route.provider.base_url, base_path=compat.base_path, chat_path=placed(compat.chat_path, route, model)
        ),
        headers=headers,
        body=to_json(body),
        adaptations=told.all,
    )


def _body(request: Request, model: str, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    form, instruction = answer_format(request.response_format, compat, told)
    body: dict[str, Any] = {"model": model, "messages": Writer(compat, told).write(request.messages, instruction)}
    body.update(tool_fields(request, compat, told))
    body.update(form)
    body.update(thinking_fields(request.thinking, compat, told))
    body.update(_sampling(request, compat, told))
    body.update(_account(request, compat, told))
    if request.stream:
        body["stream"] = True
        if compat.supports_usage_in_streaming:
            body["stream_options"] = {"include_usage": True}
    body = fitted(body, compat, told, thinking=request.thinking is None or request.thinking.level != "off")
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every call to this provider carries it")
    return _with_options(body, request)


def _sampling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request.max_tokens is not None:
        fields[compat.max_tokens_field] = request.max_tokens
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            fields[name] = value
    if request.stop:
        fields["stop"] = list(request.stop)
    if request.top_k is not None:
        if compat.supports_top_k:
            fields["top_k"] = request.top_k
        else:
            told("dropped", "top_k", "this wire has no such field")
    if request.logprobs is not None and compat.logprobs_as_number:
        fields["logprobs"] = request.logprobs
    elif request.logprobs is not None:
        fields["logprobs"] = True
        if request.logprobs:
            fields["top_logprobs"] = request.logprobs
    highest = compat.max_temperature
    if highest is not None and fields.get("temperature", highest) > highest:
        fields["temperature"] = highest
        told("clamped", "temperature", f"this provider takes no more than {highest:g}")
    return fields


def _account(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    given = ((name, getattr(request, name)) for name in ("service_tier", "user"))
    return {**{name: value for name, value in given if value is not None}, **account(request, compat, told)}


def fitted(body: dict[str, Any], compat: Compat, told: Told, *, thinking: bool = False) -> dict[str, Any]:
    """Without the fields that the provider refuses, always or with a model that may think, and under its own names."""
    known = {}
    for name, value in body.items():
        if name in compat.unsupported:
            told("dropped", name, "this provider does not take it")
            continue
        if thinking and name in compat.unsupported_while_thinking:
            told("dropped", name, "this model does not take it while it thinks")
            continue
        other = compat.renamed.get(name)
        if other is not None:
            told("renamed", name, f"this provider calls it {other}")
        known[other or name] = value
    return known


def _with_options(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """With the user's own fields laid over.

    Tools are added to the request's, stream options merged into them. The route alone decides the model, also
    where a client named another.
    """
    for name, value in request.options.items():
        if name == "tools" and isinstance(value, list):
            body[name] = [*body.get(name, ()), *value]
        elif name == "stream_options" and isinstance(value, dict):
            if request.stream:
                body[name] = {**body.get(name, {}), **value}
        elif name != "model":
            body[name] = value
    return body
