"""Embeddings that a client asks us for, and what it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import EmbeddingRequest
from hamr.wires.body_shape import array, text, whole, wrong
from hamr.wires.openai_completions.deployment import body_with_model
from hamr.wires.openai_completions.vectors import write_vector

if TYPE_CHECKING:
    from hamr.types import Call, Embeddings

FORMATS = ("float", "base64")


def parse_embeddings(call: Call) -> EmbeddingRequest:
    """What the client asks for; raises BadRequest. What a request has no place for stands in `options`."""
    body = body_with_model(call)
    form, dimensions, user = (body.get(name) for name in ("encoding_format", "dimensions", "user"))
    if form is not None and form not in FORMATS:
        said = f"encoding_format must be one of {', '.join(FORMATS)}, not {form!r}"
        raise BadRequest(said, status=400, code="invalid_value", param="encoding_format")
    read = ("input", "dimensions", "user")
    return EmbeddingRequest(
        inputs=_inputs(body.get("input")),
        dimensions=None if dimensions is None else whole(dimensions, "dimensions"),
        user=None if user is None else text(user, "user"),
        options={name: value for name, value in body.items() if name not in read and value is not None},
    )


def encode_vectors(embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    form = request.options.get("encoding_format")
    rows = [
        {"object": "embedding", "index": place, "embedding": write_vector(vector, form)}
        for place, vector in enumerate(embeddings.vectors)
    ]
    used = embeddings.usage.input_total if embeddings.usage else 0
    usage = {"prompt_tokens": used, "total_tokens": used}
    return to_json({"object": "list", "data": rows, "model": embeddings.model, "usage": usage})


def _inputs(value: Any) -> tuple[str | tuple[int, ...], ...]:
    """A text, tokens, or a list of either."""
    if isinstance(value, str):
        return (value,)
    values = array(value, "input")
    if not values:
        raise wrong("input", "a text or a list with something in it", value)
    if isinstance(values[0], int):
        return (_tokens(values, "input"),)
    return tuple(
        each if isinstance(each, str) else _tokens(array(each, f"input[{place}]"), f"input[{place}]")
        for place, each in enumerate(values)
    )


def _tokens(values: list[Any], place: str) -> tuple[int, ...]:
    return tuple(whole(value, f"{place}[{at}]") for at, value in enumerate(values))
