"""A request as the body of a call of the Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Call
from hamr.wires.anthropic_messages.answer_format import answer_form
from hamr.wires.anthropic_messages.answer_length import fit_length
from hamr.wires.anthropic_messages.betas import betas
from hamr.wires.anthropic_messages.messages import Writer
from hamr.wires.anthropic_messages.messages_url import messages_url
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.anthropic_messages.thinking_request import thinking_fields
from hamr.wires.anthropic_messages.tools import tool_fields
from hamr.wires.anthropic_messages.writing import Writing
from hamr.wires.own_options import with_options
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Request, Route
    from hamr.wires.anthropic_messages.compat import Compat

_LACKING = (
    *("seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n", "verbosity", "store"),
    "metadata",
)
_TIERS = {"default": "standard_only", "priority": "auto"}
"""What other wires call the tiers."""
_MERGED = frozenset({"thinking", "output_config", "metadata", "tool_choice"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""
_HEADED = frozenset({"model", "betas"})
"""Options that are no fields of the body: the route decides the model, and betas are asked for in a header."""


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    writing = Writing(compat, compat.issuer or route.provider.id, Told(NAME))
    body = written_body(request, route, writing)
    streams = bool(body.pop("stream", request.stream))
    if streams and compat.stream_in_body:
        body["stream"] = True
    path = compat.stream_path if streams and compat.stream_path else compat.messages_path
    accept = "text/event-stream" if streams else "application/json"
    return outgoing(body, request, route, path, accept, writing)


def outgoing(body: dict[str, Any], request: Request, route: Route, path: str, accept: str, writing: Writing) -> Call:
    """The call with this body, its version and its betas."""
    from pydantic_core import to_json

    compat = writing.compat
    headers = {"content-type": "application/json", "accept": accept}
    wanted = betas(body, request.options.get("betas"), writing)
    if wanted and compat.betas_in_body:
        body["anthropic_beta"] = wanted
    elif wanted:
        headers["anthropic-beta"] = ",".join(wanted)
    if compat.version_in_body:
        body["anthropic_version"] = compat.version
    elif compat.version:
        headers["anthropic-version"] = compat.version
    if request.cache_key is not None:
        headers.update(dict.fromkeys(compat.cache_key_headers, request.cache_key))
        if not compat.cache_key_headers:
            writing.told("dropped", "cache_key", "this provider does not take it")
    url = messages_url(route, compat, path)
    return Call(url, headers=headers, body=to_json(body), adaptations=writing.told.all)


def written_body(request: Request, route: Route, writing: Writing) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    compat, told = writing.compat, writing.told
    thinking = thinking_fields(request.thinking, compat, told)
    kind = thinking["thinking"]["type"] if "thinking" in thinking else "disabled"
    forces = compat.supports_forced_tools and (compat.supports_forced_tools_with_budget or kind != "enabled")
    form = answer_form(request.response_format, writing, forces=forces)
    body: dict[str, Any] = {"model": route.model.id} if compat.model_in_body else {}
    body["max_tokens"] = 0  # takes its place here, its value below
    body.update(Writer(writing).write(request.messages, form.instruction))
    body.update(tool_fields(request, writing, form.tool, forces=forces))
    _merge(body, thinking)
    _merge(body, form.fields)
    fit_length(body, request, compat, told)
    _keep_to_signatures(body, writing)
    body.update(_sampling(request, compat, told))
    body = _fitted(body, compat, told, thinks=kind != "disabled")
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every call to this provider carries it")
    if writing.marks.set(taken=int("cache_control" in request.options)):
        writing.features.add("cache_1h")
    return with_options(body, request.options, _MERGED, _HEADED)


def _merge(body: dict[str, Any], fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        body[name] = {**body[name], **value} if name in body else value


def _keep_to_signatures(body: dict[str, Any], writing: Writing) -> None:
    """With a budget, a turn that goes on after results must begin with its thinking; without, none is asked for.

    So says the error of the API ("Expected `thinking` ...", Anthropic, "Extended thinking", 2026-11); thinking that
    the model measures itself is free of it.
    """
    messages = body["messages"]
    if body.get("thinking", {}).get("type") != "enabled" or not messages or not _is_results(messages[-1]):
        return
    asked = next((at for at in reversed(range(len(messages))) if _is_asked(messages[at])), -1)
    first = next(message["content"] for message in messages[asked + 1 :] if message["role"] == "assistant")
    if isinstance(first, str) or first[0]["type"] not in ("thinking", "redacted_thinking"):
        del body["thinking"]
        writing.told("dropped", "thinking", "the turn that goes on has no thinking of this provider's to begin with")


def _is_asked(message: dict[str, Any]) -> bool:
    """Whether the user begins something new here."""
    return message["role"] == "user" and not _is_results(message)


def _is_results(message: dict[str, Any]) -> bool:
    content = message["content"]
    return message["role"] == "user" and isinstance(content, list) and content[0]["type"] == "tool_result"


def _sampling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request.temperature is not None:
        fields["temperature"] = min(request.temperature, compat.most_temperature)
        if request.temperature > compat.most_temperature:
            told("clamped", "temperature", f"this wire goes to {compat.most_temperature:g}")
    if request.top_p is not None:
        if compat.temperature_or_top_p and request.temperature is not None:
            told("dropped", "top_p", "this model takes a temperature or top_p, not both")
        else:
            fields["top_p"] = request.top_p
    if request.top_k is not None:
        fields["top_k"] = request.top_k
    if request.stop:
        fields["stop_sequences"] = list(request.stop)
    if request.user is not None:
        fields["metadata"] = {"user_id": request.user}
    if request.service_tier is not None:
        fields.update(_tier(request.service_tier, compat, told))
    told.lacking(request, _LACKING)
    return fields


def _tier(wanted: str, compat: Compat, told: Told) -> dict[str, Any]:
    tier = wanted if wanted in compat.service_tiers else _TIERS.get(wanted, "")
    if tier not in compat.service_tiers:
        known = ", ".join(compat.service_tiers) or "none"
        told("dropped", "service_tier", f"this provider takes {known}")
        return {}
    if tier != wanted:
        told("renamed", "service_tier", f"here it is {tier}")
    return {"service_tier": tier}


def _fitted(body: dict[str, Any], compat: Compat, told: Told, *, thinks: bool) -> dict[str, Any]:
    """Without the fields that the provider refuses, always or with a model that thinks."""
    for name in compat.unsupported:
        if body.pop(name, None) is not None:
            told("dropped", name, "this model does not take it")
    for name in compat.unsupported_while_thinking if thinks else ():
        if body.pop(name, None) is not None:
            told("dropped", name, "this model does not take it while it thinks")
    return body
