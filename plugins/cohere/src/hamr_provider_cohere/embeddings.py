"""Embeddings asked for, and what comes back."""

from __future__ import annotations

import base64
import sys
from array import array
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Call, ConfigError, Embeddings, Unsupported, Usage
from hamr.wirekit import Told, shown
from hamr_provider_cohere.name import NAME
from hamr_provider_cohere.url import api_url
from hamr_provider_cohere.whole import read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import EmbeddingRequest, Head, Route
    from hamr_provider_cohere.compat import Compat

_TYPES = ("float", "base64", "int8", "uint8", "binary", "ubinary")
"""What a vector may be made of; the first that a reply has is read."""
_READ = {"id", "embeddings", "texts", "response_type"}


def encode_embeddings(request: EmbeddingRequest, route: Route, compat: Compat) -> Call:
    """The call that asks for these; raises Unsupported."""
    from pydantic_core import to_json

    told = Told(NAME)
    try:
        body = to_json(_body(request, route.model.id, compat, told))
    except ValueError as error:  # half of a character, which UTF-8 cannot hold
        raise ConfigError(f"an input cannot be sent: {error}", hint="Give texts of whole characters.") from error
    headers = {"content-type": "application/json", "accept": "application/json"}
    return Call(api_url(route.provider.base_url, "/v2/embed"), headers=headers, body=body, adaptations=told.all)


def _body(request: EmbeddingRequest, model: str, compat: Compat, told: Told) -> dict[str, Any]:
    if not all(isinstance(each, str) for each in request.inputs):
        raise Unsupported("this wire makes vectors of texts alone, not of tokens")
    body: dict[str, Any] = {"model": model, "texts": list(request.inputs)}
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    if request.user is not None:
        told("dropped", "user", "this wire has no such field")
    body.update((name, value) for name, value in request.options.items() if name != "model")
    for name, value in {"input_type": compat.embed_input_type, **compat.embed_body}.items():
        if name not in body:
            body[name] = value
            told("injected", name, f"every call for vectors says it; sent as {value}")
    return {**body, "embedding_types": body.get("embedding_types", ["float"])}


def decode_embeddings(head: Head, route: Route, compat: Compat) -> Embeddings:
    """What the reply says, in the order of the inputs; raises CallError."""
    said = read_answer(head.body, compat)
    kind, rows = _rows(said.get("embeddings"))
    if rows is None:
        raise BrokenReply(f"the reply holds no embeddings: {shown(head.body)}", body=shown(head.body))
    meta = said.get("meta")
    rest = {name: each for name, each in said.items() if name not in _READ and each is not None}
    return Embeddings(
        vectors=tuple(_vector(row, place, kind) for place, row in enumerate(rows)),
        provider=route.provider.id,
        model=route.model.id,
        usage=_usage(meta) if isinstance(meta, dict) else None,
        extra={NAME: {**rest, **({"type": kind} if kind != "float" else {})}} if rest or kind != "float" else None,
    )


def _rows(found: Any) -> tuple[str, list[Any] | None]:
    """The first kind of vectors that is there; a bare list is of the API before the second."""
    if isinstance(found, list):
        return "float", found
    for kind in _TYPES:
        rows = found.get(kind) if isinstance(found, dict) else None
        if isinstance(rows, list):
            return kind, rows
    return "float", None


def _vector(row: Any, place: int, kind: str) -> array[float]:
    try:
        if kind == "base64":
            return _of_base64(row)
        if isinstance(row, list):
            return array("f", row)
    except (TypeError, ValueError, OverflowError) as error:
        raise BrokenReply(f"embedding {place} is no vector: {error}") from error
    raise BrokenReply(f"embedding {place} is no vector: it is no list")


def _of_base64(text: str) -> array[float]:
    vector = array("f")
    vector.frombytes(base64.b64decode(text, validate=True))
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def _usage(meta: Mapping[str, Any]) -> Usage | None:
    """What is billed, which is all that is told."""
    billed = meta.get("billed_units")
    counts = [billed.get(name) for name in ("input_tokens", "image_tokens")] if isinstance(billed, dict) else []
    known = [int(each) for each in counts if isinstance(each, int | float) and not isinstance(each, bool) and each >= 0]
    return Usage(input=sum(known), raw=meta) if known else None
