"""A request as a call of Converse, ConverseStream or CountTokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Call, Unsupported
from hamr.wirekit import Told, answer_instruction, read_whole, shown
from hamr_provider_bedrock.blocks import BlockWriter
from hamr_provider_bedrock.messages import conversation
from hamr_provider_bedrock.model_id import base_id, in_path, vendor
from hamr_provider_bedrock.name import NAME
from hamr_provider_bedrock.thinking import thinking_fields
from hamr_provider_bedrock.tools import tool_config

if TYPE_CHECKING:
    from hamr.api import Head, Request, Route
    from hamr_provider_bedrock.compat import Compat

_SAMPLING = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}
_LACKING = (
    *("seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n"),
    *("parallel_tool_calls", "verbosity", "store", "user", "cache_key"),
)
_MERGED = frozenset({"inferenceConfig", "toolConfig", "additionalModelRequestFields", "outputConfig"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""
_COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")
_ANSWER = 4096
"""Tokens for the answer where nothing is said of how long it may be, which is what Claude has then."""
EVENT_STREAM = "application/vnd.amazon.eventstream"


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    told = Told(NAME)
    body = written_body(request, route, compat, told)
    operation, accept = ("converse-stream", EVENT_STREAM) if request.stream else ("converse", "application/json")
    return _outgoing(body, f"{_models(route)}/{in_path(route.model.id)}/{operation}", accept, told)


def encode_count(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks how many tokens this request has; raises Unsupported.

    It is the model behind a profile that counts (pydantic-ai, pull request 3367, 2025-11).
    """
    id = base_id(route.model.id)
    if id is None:
        raise Unsupported(f"{route.model.id}: this profile does not say which model counts", hint="Name the model.")
    told = Told(NAME)
    body = written_body(request, route, compat, told)
    counted = {"input": {"converse": {name: body[name] for name in _COUNTED if name in body}}}
    return _outgoing(counted, f"{_models(route)}/{in_path(id)}/count-tokens", "application/json", told)


def _models(route: Route) -> str:
    return f"{route.provider.base_url}/model"


def _outgoing(body: dict[str, Any], url: str, accept: str, told: Told) -> Call:
    from pydantic_core import to_json

    headers = {"content-type": "application/json", "accept": accept}
    return Call(url, headers=headers, body=to_json(body), adaptations=told.all)


def written_body(request: Request, route: Route, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    writer = BlockWriter(compat, vendor(route.model.id), told)
    body = conversation(request.messages, writer, told)
    form, instruction = _answer_form(request, compat, told)
    if instruction is not None:
        body["system"] = [*body.get("system", ()), {"text": instruction}]
    extras, budget = thinking_fields(request.thinking, compat, told)
    if sampling := _sampling(request, compat, budget, told):
        body["inferenceConfig"] = sampling
    # No model can be made to call a tool while it thinks within a budget ("Extended thinking", docs.aws.amazon.com).
    able = replace(compat, supports_forced_tools=False) if budget else compat
    if tools := tool_config(request, writer, able, told):
        body["toolConfig"] = tools
    if form:
        body["outputConfig"] = form
    if request.top_k is not None:
        _top_k(request.top_k, extras, None if budget else compat.top_k_field, told)
    if extras:
        body["additionalModelRequestFields"] = extras
    if request.metadata:
        body["requestMetadata"] = dict(request.metadata)
    if request.service_tier is not None:
        body["serviceTier"] = {"type": request.service_tier}
    return _with_options(body, request)


def _sampling(request: Request, compat: Compat, budget: int, told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {
        field: list(value) if isinstance(value, tuple) else value
        for name, field in _SAMPLING.items()
        if (value := getattr(request, name)) not in (None, ())
    }
    for name in _LACKING:
        if getattr(request, name) is not None:
            told("dropped", name, "this wire has no such field")
    if budget and fields.get("maxTokens", _ANSWER) <= budget:
        fields["maxTokens"] = budget + fields.get("maxTokens", _ANSWER)
        told("changed", "max_tokens", "it counts the thinking too; the budget was added")
    refused = dict.fromkeys(compat.unsupported, "this model refuses it")
    if budget:  # "Extended thinking" (docs.aws.amazon.com, 2026-11)
        refused |= dict.fromkeys(("temperature", "topP"), "this model refuses it while it thinks")
    for name, why in refused.items():
        if fields.pop(name, None) is not None:
            told("dropped", next(plain for plain, field in _SAMPLING.items() if field == name), why)
    if fields.get("temperature", 0) > 1:
        fields["temperature"] = 1
        told("clamped", "temperature", "it is at most 1 on this wire")
    return fields


def _top_k(value: int, extras: dict[str, Any], field: str | None, told: Told) -> None:
    if field is None:
        told("dropped", "top_k", "this model has no field for it, or none while it thinks")
        return
    *tables, name = field.split(".")
    for table in tables:
        extras = extras.setdefault(table, {})
    extras[name] = value


def _answer_form(request: Request, compat: Compat, told: Told) -> tuple[dict[str, Any], str | None]:
    """The table `outputConfig`, and what the prompt must say where that is not enough."""
    from pydantic_core import to_json

    wanted = request.response_format
    if wanted is None:
        return {}, None
    if wanted.schema is None or not compat.supports_json_schema:
        told("emulated", "response_format", "this model takes no such field; the prompt says it")
        return {}, answer_instruction(wanted)
    schema: dict[str, Any] = {"schema": to_json(wanted.schema).decode(), "name": wanted.name}
    if wanted.description is not None:
        schema["description"] = wanted.description
    if wanted.strict is False:
        told("dropped", "response_format.strict", "a schema is always kept to on this wire")
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}, None


def _with_options(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """With the user's own fields laid over; tools are added, tables merged. The route decides the model."""
    for name, value in request.options.items():
        if name in _MERGED and isinstance(value, dict):
            before = body.get(name, {})
            body[name] = {**before, **value}
            if name == "toolConfig" and isinstance(value.get("tools"), list):
                body[name]["tools"] = [*before.get("tools", ()), *value["tools"]]
        elif name != "model":
            body[name] = value
    return body


def decode_count(head: Head) -> int:
    """The tokens that would go in; raises BrokenReply."""
    said = read_whole(head.body)
    tokens = said.get("inputTokens") if isinstance(said, dict) else None
    if not isinstance(tokens, int):
        raise BrokenReply(f"the reply counts no tokens: {shown(head.body)}", body=shown(head.body))
    return tokens
