"""Embeddings that a client asks us for, and what it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import EmbeddingRequest
from hamr.wirekit import array, read_body, text, whole

if TYPE_CHECKING:
    from hamr.api import Call, Embeddings


def parse_embeddings(call: Call) -> EmbeddingRequest:
    """What the client asks for; raises BadRequest. What a request has no place for stands in `options`."""
    body = {name: value for name, value in read_body(call).items() if value is not None}
    text(body.get("model"), "model")
    dimensions = body.get("dimensions")
    return EmbeddingRequest(
        inputs=_inputs(body.get("input")),
        dimensions=None if dimensions is None else whole(dimensions, "dimensions"),
        options={name: value for name, value in body.items() if name not in ("input", "dimensions")},
    )


def encode_vectors(embeddings: Embeddings) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    used = embeddings.usage.input_total if embeddings.usage else 0
    rows = [vector.tolist() for vector in embeddings.vectors]
    counted = {"total_duration": 0, "load_duration": 0, "prompt_eval_count": used}
    return to_json({"model": embeddings.model, "embeddings": rows, **counted})


def _inputs(value: Any) -> tuple[str, ...]:
    """A text, or a list of them, which may be empty."""
    if isinstance(value, str):
        return (value,)
    return tuple(text(each, f"input[{at}]") for at, each in enumerate(array(value, "input")))
