"""A request as the body of a call of `/v2/chat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Call
from hamr.wirekit import Told, answer_instruction
from hamr_provider_cohere.messages import Writer
from hamr_provider_cohere.name import NAME
from hamr_provider_cohere.thinking_request import thinking_field
from hamr_provider_cohere.tools import tool_fields
from hamr_provider_cohere.url import api_url

if TYPE_CHECKING:
    from hamr.api import Request, Route
    from hamr_provider_cohere.compat import Compat

_SAMPLING = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_PENALTIES = ("frequency_penalty", "presence_penalty")
_LACKING = (
    "parallel_tool_calls",
    "logit_bias",
    "n",
    "verbosity",
    "service_tier",
    "store",
    "user",
    "metadata",
    "cache_key",
)


def encode(request: Request, route: Route, compat: Compat) -> Call:
    """The call that asks for this; raises Unsupported."""
    from pydantic_core import to_json

    told = Told(NAME)
    body = to_json(written_body(request, route.model.id, compat, told))
    accept = "text/event-stream" if request.stream else "application/json"
    headers = {"content-type": "application/json", "accept": accept}
    return Call(api_url(route.provider.base_url, "/v2/chat"), headers=headers, body=body, adaptations=told.all)


def written_body(request: Request, model: str, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes (prompt caches)."""
    writer = Writer(told)
    tools = tool_fields(request, told)
    writer.write(request.messages)
    documents = [*writer.documents, *_given(request)]
    form, instruction = _format(request, told, alone=not (tools.get("tools") or documents))
    if instruction is not None:
        writer.instruct(instruction)
    body: dict[str, Any] = {"model": model, "messages": writer.written, **tools}
    if documents:
        body["documents"] = documents
    if form is not None:
        body["response_format"] = form
    if (thinking := thinking_field(request.thinking, compat, told)) is not None:
        body["thinking"] = thinking
    body.update(_sampling(request, compat, told))
    body["stream"] = request.stream
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every conversation carries it")
    return _with_options(body, request)


def _given(request: Request) -> list[Any]:
    documents = request.options.get("documents")
    return list(documents) if isinstance(documents, list) else []


def _sampling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, name in _SAMPLING.items():
        if (value := getattr(request, field)) is not None:
            fields[name] = value
    for name in _PENALTIES:  # 0 to 1 ("Chat API (v2)", docs.cohere.com, 2026-11)
        if name in fields and not 0 <= fields[name] <= 1:
            fields[name] = min(1.0, max(0.0, fields[name]))
            told("clamped", name, f"it is 0 to 1; sent as {fields[name]:g}")
    if request.stop:
        fields["stop_sequences"] = list(request.stop[: compat.max_stop_sequences])
        if len(request.stop) > compat.max_stop_sequences:
            told("clamped", "stop", f"only {compat.max_stop_sequences} are taken")
    if request.logprobs is not None:
        fields["logprobs"] = True
        if request.logprobs:
            told("changed", "logprobs", "there are none but those of the tokens chosen")
    told.lacking(request, _LACKING)
    return fields


def _format(request: Request, told: Told, *, alone: bool) -> tuple[dict[str, Any] | None, str | None]:
    """`response_format`, or what the prompt must say where tools or documents forbid the field."""
    wanted = request.response_format
    if wanted is None:
        return None, None
    if not alone:
        told("emulated", "response_format", "it is not taken beside tools or documents; it stands in the prompt")
        return None, answer_instruction(wanted)
    if wanted.description is not None:
        told("dropped", "response_format.description", "this wire has no such field")
    form: dict[str, Any] = {"type": "json_object"}
    return (form if wanted.schema is None else {**form, "json_schema": wanted.schema}), None


def _with_options(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """With the user's own fields laid over; tools are added. The route decides the model."""
    for name, value in request.options.items():
        if name == "tools" and isinstance(value, list):
            body[name] = [*body.get(name, ()), *value]
        elif name not in ("model", "documents") or (name == "documents" and not isinstance(value, list)):
            body[name] = value
    return body
