"""A request as the body of a call of `/api/chat`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Call
from hamr.wirekit import Told
from hamr_provider_ollama.messages import Writer
from hamr_provider_ollama.name import NAME
from hamr_provider_ollama.own_options import lay_own_options
from hamr_provider_ollama.thinking_request import think
from hamr_provider_ollama.tools import tool_fields
from hamr_provider_ollama.url import api_url

if TYPE_CHECKING:
    from hamr.api import Request, Route
    from hamr_provider_ollama.compat import Compat
    from hamr_provider_ollama.runtime import Runtime

_SAMPLING = {
    "max_tokens": "num_predict",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
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


def encode(request: Request, route: Route, compat: Compat, runtime: Runtime) -> Call:
    """The call that asks for this; raises Unsupported or ConfigError."""
    from pydantic_core import to_json

    told = Told(NAME)
    body = to_json(written_body(request, route, compat, runtime, told))
    accept = "application/x-ndjson" if request.stream else "application/json"
    headers = {"content-type": "application/json", "accept": accept}
    return Call(api_url(route.provider.base_url, "/api/chat"), headers=headers, body=body, adaptations=told.all)


def written_body(request: Request, route: Route, compat: Compat, runtime: Runtime, told: Told) -> dict[str, Any]:
    """The fields in one fixed order, so that equal beginnings of conversations are equal bytes."""
    body: dict[str, Any] = {"model": route.model.id, "messages": Writer(told).write(request.messages)}
    body.update(tool_fields(request, told))
    if (form := _format(request, told)) is not None:
        body["format"] = form
    if (wanted := think(request.thinking, compat, told)) is not None:
        body["think"] = wanted
    if options := _sampling(request, told):
        body["options"] = options
    if request.logprobs is not None:
        body["logprobs"], body["top_logprobs"] = True, request.logprobs
    body["stream"] = request.stream
    lay_own_options(body, request.options, told)
    _lay_runtime(body, compat, runtime, told)
    for name, value in compat.body.items():
        if name not in body:
            body[name] = value
            told("injected", name, "every conversation carries it")
    return body


def _sampling(request: Request, told: Told) -> dict[str, Any]:
    fields = {name: value for field, name in _SAMPLING.items() if (value := getattr(request, field)) is not None}
    if request.stop:
        fields["stop"] = list(request.stop)
    told.lacking(request, _LACKING)
    return fields


def _format(request: Request, told: Told) -> Any:
    """The schema itself, or the word for any JSON."""
    wanted = request.response_format
    if wanted is None:
        return None
    if wanted.description is not None:
        told("dropped", "response_format.description", "this wire has no such field")
    return "json" if wanted.schema is None else wanted.schema


def _lay_runtime(body: dict[str, Any], compat: Compat, runtime: Runtime, told: Told) -> None:
    """A model is loaded with what the call says (N-153, N-154), so that each call of a route says the same."""
    if not compat.runs_here:
        return
    options = body.get("options", {})
    if "num_ctx" not in options:
        body["options"] = {**options, "num_ctx": runtime.num_ctx}
        told("injected", "options.num_ctx", f"the model is loaded with a context of {runtime.num_ctx:,}")
    if "keep_alive" not in body:
        body["keep_alive"] = runtime.keep_alive
        told("injected", "keep_alive", f"the model stays in memory: {runtime.keep_alive}")
