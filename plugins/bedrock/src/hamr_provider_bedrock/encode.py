"""A request as a call of Converse, ConverseStream or CountTokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import Call, Unsupported
from hamr.wirekit import Told, answer_instruction, read_count, with_options
from hamr_provider_bedrock.address import base_id, vendor
from hamr_provider_bedrock.blocks import BlockWriter
from hamr_provider_bedrock.tables import NAME, TABLES
from hamr_provider_bedrock.thinking import thinking_fields
from hamr_provider_bedrock.tools import tool_config

if TYPE_CHECKING:
    from hamr.api import Head, Request, Route
    from hamr_provider_bedrock.compat import Compat

_LACKING = (
    *("seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n"),
    *("parallel_tool_calls", "verbosity", "store", "user", "cache_key"),
)
_MERGED = frozenset({"inferenceConfig", "toolConfig", "additionalModelRequestFields", "outputConfig"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""
_COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")
_ANSWER = 4096
"""Tokens for the answer where nothing is said of how long it may be, which is what Claude has then."""


class Encoding:
    """What the wire asks of Bedrock's models."""

    compat: Compat

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        told = Told(NAME)
        body = _written(request, route, self.compat, told)
        if request.stream:
            return _call(route, route.model.id, "converse-stream", body, told, "application/vnd.amazon.eventstream")
        return _call(route, route.model.id, "converse", body, told)

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has; raises Unsupported.

        It is the model behind a profile that counts (pydantic-ai, pull request 3367, 2025-11).
        """
        id = base_id(route.model.id)
        if id is None:
            raise Unsupported(f"{route.model.id}: this profile does not say which model counts", hint="Name the model.")
        told = Told(NAME)
        body = _written(request, route, self.compat, told)
        counted = {name: body[name] for name in _COUNTED if name in body}
        return _call(route, id, "count-tokens", {"input": {"converse": counted}}, told)

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises BrokenReply."""
        return read_count(head.body, "inputTokens")


def _call(route: Route, id: str, operation: str, body: Any, told: Told, accept: str = "application/json") -> Call:
    """The id is one segment of the path: an ARN's colons and slashes must not be taken for the path's own."""
    from pydantic_core import to_json

    url = f"{route.provider.base_url}/model/{quote(id, safe='')}/{operation}"
    headers = {"content-type": "application/json", "accept": accept}
    return Call(url, headers=headers, body=to_json(body), adaptations=told.all)


def _written(request: Request, route: Route, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    writer = BlockWriter(compat, vendor(route.model.id), told)
    form, instruction = _answer_form(request, compat, told)
    body = writer.conversation(request.messages, instruction)
    extras, budget = thinking_fields(request.thinking, compat, told)
    fields = {
        "inferenceConfig": _sampling(request, compat, budget, told),
        "toolConfig": tool_config(request, writer, compat, told, thinks=budget > 0),
        "outputConfig": form,
        "additionalModelRequestFields": _with_top_k(request.top_k, extras, compat, told, thinks=budget > 0),
        "requestMetadata": dict(request.metadata or {}),
        "serviceTier": {} if request.service_tier is None else {"type": request.service_tier},
    }
    body.update((name, value) for name, value in fields.items() if value)
    options = dict(request.options)
    config = options.get("toolConfig")
    if isinstance(config, dict) and isinstance(config.get("tools"), list):  # they are added to the request's own
        options["toolConfig"] = {**config, "tools": [*body.get("toolConfig", {}).get("tools", ()), *config["tools"]]}
    return with_options(body, options, _MERGED)


def _sampling(request: Request, compat: Compat, budget: int, told: Told) -> dict[str, Any]:
    told.lacking(request, _LACKING)
    asked = {name: value for name in TABLES["sampling"] if (value := getattr(request, name)) not in (None, ())}
    if budget and asked.get("max_tokens", _ANSWER) <= budget:
        asked["max_tokens"] = budget + asked.get("max_tokens", _ANSWER)
        told("changed", "max_tokens", "it counts the thinking too; the budget was added")
    fields: dict[str, Any] = {}
    for name, field in TABLES["sampling"].items():
        if name not in asked:
            continue
        if budget and name in ("temperature", "top_p"):  # "Extended thinking" (docs.aws.amazon.com, 2026-11)
            told("dropped", name, "this model refuses it while it thinks")
        elif field in compat.unsupported:
            told("dropped", name, "this model refuses it")
        else:
            fields[field] = list(asked[name]) if name == "stop" else asked[name]
    if fields.get("temperature", 0) > 1:
        fields["temperature"] = 1
        told("clamped", "temperature", "it is at most 1 on this wire")
    return fields


def _with_top_k(
    value: int | None, extras: dict[str, Any], compat: Compat, told: Told, *, thinks: bool
) -> dict[str, Any]:
    if value is None:
        return extras
    if compat.top_k_field is None or thinks:
        told("dropped", "top_k", "this model has no field for it, or none while it thinks")
        return extras
    *tables, name = compat.top_k_field.split(".")
    inner = extras
    for table in tables:
        inner = inner.setdefault(table, {})
    inner[name] = value
    return extras


def _answer_form(request: Request, compat: Compat, told: Told) -> tuple[dict[str, Any], str | None]:
    """The table `outputConfig`, or what the prompt must say in its place."""
    from pydantic_core import to_json

    wanted = request.response_format
    if wanted is None:
        return {}, None
    if wanted.schema is None or not compat.supports_json_schema:
        told("emulated", "response_format", "this model takes no such field; the prompt says it")
        return {}, answer_instruction(wanted)
    if wanted.strict is False:
        told("dropped", "response_format.strict", "a schema is always kept to on this wire")
    about = {} if wanted.description is None else {"description": wanted.description}
    schema = {"schema": to_json(wanted.schema).decode(), "name": wanted.name, **about}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}, None
