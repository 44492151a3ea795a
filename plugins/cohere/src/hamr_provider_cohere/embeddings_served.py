"""Embeddings that a client asks us for, and what it is sent."""

from __future__ import annotations

import base64
import sys
from array import array
from typing import TYPE_CHECKING, Any

from hamr.api import BadRequest, EmbeddingRequest
from hamr.wirekit import array as array_of
from hamr.wirekit import read_body, table, text, whole

if TYPE_CHECKING:
    from hamr.api import Call, Embeddings

_TYPES = ("float", "base64")
"""What we make vectors of."""


def parse_embeddings(call: Call) -> EmbeddingRequest:
    """What the client asks for; raises BadRequest. What a request has no place for stands in `options`."""
    body = {name: value for name, value in read_body(call).items() if value is not None}
    text(body.get("model"), "model")
    for at, kind in enumerate(array_of(body.get("embedding_types", ["float"]), "embedding_types")):
        if kind not in _TYPES:
            place = f"embedding_types[{at}]"
            said = f"{place} must be one of {', '.join(_TYPES)}, not {kind!r}"
            raise BadRequest(said, status=400, code="invalid_value", param=place)
    dimensions = body.get("output_dimension")
    read = ("texts", "inputs", "output_dimension")
    return EmbeddingRequest(
        inputs=_inputs(body),
        dimensions=None if dimensions is None else whole(dimensions, "output_dimension"),
        options={name: value for name, value in body.items() if name not in read},
    )


def encode_vectors(embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    wanted = request.options.get("embedding_types") or ["float"]
    rows = {kind: [_written(vector, kind) for vector in embeddings.vectors] for kind in wanted}
    used = embeddings.usage.input_total if embeddings.usage else 0
    meta = {"api_version": {"version": "2"}, "billed_units": {"input_tokens": used}}
    told = {"id": "hamr", "texts": list(request.inputs), "embeddings": rows, "meta": meta}
    return to_json({**told, "response_type": "embeddings_by_type"})


def _written(vector: array[float], kind: str) -> Any:
    if kind != "base64":
        return vector.tolist()
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return base64.b64encode(vector).decode()


def _inputs(body: dict[str, Any]) -> tuple[str, ...]:
    """Texts, or inputs of one text each: of images we make no vectors."""
    if "inputs" not in body:
        texts = array_of(body.get("texts"), "texts")
        return tuple(text(each, f"texts[{at}]") for at, each in enumerate(texts))
    found = []
    for at, each in enumerate(array_of(body["inputs"], "inputs")):
        place = f"inputs[{at}].content"
        parts = array_of(table(each, f"inputs[{at}]").get("content"), place)
        found.append("\n".join(text(table(part, place).get("text"), f"{place}.text") for part in parts))
    return tuple(found)
