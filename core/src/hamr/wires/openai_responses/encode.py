"""A request as the body of a call of the Responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Call
from hamr.wires.deployment import deployment, placed
from hamr.wires.openai_account import account
from hamr.wires.openai_responses.answer_format import answer_format
from hamr.wires.openai_responses.items import Writer
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.thinking_request import thinking_fields
from hamr.wires.openai_responses.tools import tool_fields
from hamr.wires.openai_url import beside_chat
from hamr.wires.own_options import with_options
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Request, Route
    from hamr.wires.openai_responses.compat import Compat

_PLAIN = ("temperature", "top_p", "parallel_tool_calls", "service_tier", "user")
_LACKING = ("stop", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "n", "top_k")
_LOGPROBS = "message.output_text.logprobs"
_MERGED = frozenset({"reasoning", "text"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    told = Told(NAME)
    body = written_body(request, route, compat, told)
    if request.stream or compat.always_streams:
        body["stream"] = True
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if body.get("stream") else "application/json",
    }
    if request.cache_key is not None:
        headers.update(dict.fromkeys(compat.cache_key_headers, request.cache_key))
    return outgoing(body, headers, responses_url(route, compat), told)


def outgoing(body: dict[str, Any], headers: dict[str, str], url: str, told: Told) -> Call:
    """The call with this body."""
    from pydantic_core import to_json

    return Call(url, headers=headers, body=to_json(body), adaptations=told.all)


def responses_url(route: Route, compat: Compat, below: str = "") -> str:
    """Where responses are asked for, or what stands `below`, such as `/input_tokens`."""
    path, mark, query = placed(compat.responses_path, route, route.model.id).partition("?")
    whole = f"{path}{below}{mark}{query}"
    return beside_chat(route.provider.base_url, whole, base_path=compat.base_path, chat_path=path)


def written_body(request: Request, route: Route, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    form, instruction = answer_format(request, compat, told)
    asked = request.options.get("store", request.store) is not False and compat.body.get("store") is not False
    stored = asked and compat.supports_store
    writer = Writer(compat, route.provider.id, told, stored=stored)
    model = deployment(route, compat.model_parameters, told)
    body: dict[str, Any] = {"model": model, **writer.write(request.messages, instruction)}
    body.update(tool_fields(request, compat, told))
    if form:
        body["text"] = form
    if thinking := thinking_fields(request.thinking, compat, told):
        body["reasoning"] = thinking
    body.update(_sampling(request, compat, told))
    body.update(account(request, compat, told))
    if include := _include(request, compat):
        body["include"] = include
    body = _fitted(body, compat, told, thinks=request.thinking is not None and request.thinking.level != "off")
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every call to this provider carries it")
    return with_options(body, request.options, _MERGED, ("model", "include"))


def _sampling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request.max_tokens is not None:
        fields["max_output_tokens"] = request.max_tokens
    for name in _PLAIN:
        if (value := getattr(request, name)) is not None and (name != "parallel_tool_calls" or request.tools):
            fields[name] = value
    if request.logprobs is not None:
        fields["top_logprobs"] = request.logprobs
    told.lacking(request, _LACKING)
    return fields


def _include(request: Request, compat: Compat) -> list[str]:
    given = request.options.get("include")
    wanted = [*compat.include, *([_LOGPROBS] if request.logprobs is not None else ())]
    wanted += [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    return list(dict.fromkeys(wanted))


def _fitted(body: dict[str, Any], compat: Compat, told: Told, *, thinks: bool) -> dict[str, Any]:
    """Without the fields that the provider refuses, always or with a model that may think."""
    for name in compat.unsupported:
        if body.pop(name, None) is not None:
            told("dropped", name, "this provider does not take it")
    for name in compat.unsupported_while_thinking if thinks else ():
        if body.pop(name, None) is not None:
            told("dropped", name, "this model does not take it while it thinks")
    return body
