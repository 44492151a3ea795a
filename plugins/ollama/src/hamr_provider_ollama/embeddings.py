"""Embeddings asked for, and what comes back."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Call, ConfigError, Embeddings, Unsupported, Usage
from hamr.wirekit import Told, shown
from hamr_provider_ollama.name import NAME
from hamr_provider_ollama.own_options import lay_own_options
from hamr_provider_ollama.url import api_url
from hamr_provider_ollama.usage import ACCOUNT
from hamr_provider_ollama.whole import read_answer

if TYPE_CHECKING:
    from hamr.api import EmbeddingRequest, Head, Route
    from hamr_provider_ollama.compat import Compat
    from hamr_provider_ollama.runtime import Runtime

_READ = {"model", "embeddings", *ACCOUNT}


def encode_embeddings(request: EmbeddingRequest, route: Route, compat: Compat, runtime: Runtime) -> Call:
    """The call that asks for these; raises Unsupported or ConfigError."""
    from pydantic_core import to_json

    told = Told(NAME)
    body = _body(request, route.model.id, compat, runtime, told)
    try:
        written = to_json(body)
    except ValueError as error:  # half of a character, which UTF-8 cannot hold
        raise ConfigError(f"an input cannot be sent: {error}", hint="Give texts of whole characters.") from error
    headers = {"content-type": "application/json", "accept": "application/json"}
    return Call(api_url(route.provider.base_url, "/api/embed"), headers=headers, body=written, adaptations=told.all)


def _body(request: EmbeddingRequest, model: str, compat: Compat, runtime: Runtime, told: Told) -> dict[str, Any]:
    """`num_ctx` is not set: a model that embeds has a context of its own, which is seldom larger."""
    if not all(isinstance(each, str) for each in request.inputs):
        raise Unsupported("this wire makes vectors of texts alone, not of tokens")
    body: dict[str, Any] = {"model": model, "input": list(request.inputs)}
    if request.dimensions is not None:
        body["dimensions"] = request.dimensions
    if request.user is not None:
        told("dropped", "user", "this wire has no such field")
    lay_own_options(body, request.options, told)
    for name, value in {"keep_alive": runtime.keep_alive, **compat.embed_body}.items():
        if name not in body and (name != "keep_alive" or compat.runs_here):
            body[name] = value
            told("injected", name, "every call for vectors carries it")
    return body


def decode_embeddings(head: Head, route: Route, compat: Compat) -> Embeddings:
    """What the reply says, in the order of the inputs; raises CallError."""
    said = read_answer(head.body, compat)
    rows = said.get("embeddings")
    if not isinstance(rows, list):
        raise BrokenReply(f"the reply holds no embeddings: {shown(head.body)}", body=shown(head.body))
    model, counted = said.get("model"), said.get("prompt_eval_count")
    raw: dict[str, Any] = {name: said[name] for name in ACCOUNT if name in said}
    rest = {name: each for name, each in said.items() if name not in _READ and each is not None}
    return Embeddings(
        vectors=tuple(_vector(row, place) for place, row in enumerate(rows)),
        provider=route.provider.id,
        model=model if isinstance(model, str) and model else route.model.id,
        usage=Usage(input=counted, raw=raw) if isinstance(counted, int) and counted >= 0 else None,
        extra={NAME: rest} if rest else None,
    )


def _vector(row: Any, place: int) -> array[float]:
    if not isinstance(row, list):
        raise BrokenReply(f"embedding {place} is no vector: it is no list")
    try:
        return array("f", row)
    except (TypeError, OverflowError) as error:
        raise BrokenReply(f"embedding {place} is no vector: not all of it is numbers that fit") from error
