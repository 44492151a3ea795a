"""Embeddings, counts and lists of models that a client asks us for, and what it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import EmbeddingRequest
from hamr.wires.body_shape import array, read_body, table, text, whole, wrong
from hamr.wires.gemini.camel import camel_body
from hamr.wires.gemini.embeddings import SINGLE
from hamr.wires.gemini.parse_request import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Call, Embeddings, ModelInfo

_READ = frozenset({"content", "outputDimensionality", "model"})


def parse_embeddings(call: Call) -> EmbeddingRequest:
    """What the client asks for; raises BadRequest.

    What all its texts have in common, and a request no place for, stands in `options`.
    """
    body = camel_body(read_body(call))
    model, method = named(call)
    single = method == "embedContent"
    given = [body] if single else array(body.get("requests"), "requests")
    if not given:
        raise wrong("requests", "a list with something in it", given)
    asked = [table(each, f"requests[{at}]") for at, each in enumerate(given)]
    places = ["content" if single else f"requests[{at}].content" for at in range(len(asked))]
    shared = [{name: each for name, each in entry.items() if name != "content"} for entry in asked]
    if any(each != shared[0] for each in shared):
        said = "all requests must want the same of their texts"
        raise BadRequest(said, status=400, code="INVALID_ARGUMENT", param="requests")
    size = shared[0].get("outputDimensionality")
    own = {name: each for name, each in shared[0].items() if name not in _READ and each is not None}
    return EmbeddingRequest(
        inputs=tuple(_input(entry.get("content"), at) for entry, at in zip(asked, places, strict=True)),
        dimensions=None if size is None else whole(size, "outputDimensionality"),
        options={**own, **({"model": model} if model else {}), **({SINGLE: True} if single else {})},
    )


def _input(value: Any, place: str) -> str:
    parts = array(table(value, place).get("parts") or (), f"{place}.parts")
    said = [table(part, f"{place}.parts[{at}]").get("text") for at, part in enumerate(parts)]
    if not said:
        raise wrong(f"{place}.parts", "a list with a text in it", parts)
    return "".join(text(each, f"{place}.parts[{at}].text") for at, each in enumerate(said))


def encode_vectors(embeddings: Embeddings, request: EmbeddingRequest) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    rows = [{"values": vector.tolist()} for vector in embeddings.vectors]
    body: dict[str, Any] = {"embedding": rows[0]} if request.options.get(SINGLE) else {"embeddings": rows}
    if embeddings.usage is not None:
        body["usageMetadata"] = {"promptTokenCount": embeddings.usage.input_total}
    return to_json(body)


def encode_count(tokens: int) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    return to_json({"totalTokens": tokens})


def encode_models(models: Sequence[ModelInfo]) -> bytes:
    """The body of the reply; all stand on one page."""
    from pydantic_core import to_json

    return to_json({"models": [_row(model) for model in models]})


def _row(model: ModelInfo) -> dict[str, Any]:
    told = {
        "name": f"models/{model.id}",
        "displayName": model.name,
        "inputTokenLimit": model.context_window,
        "outputTokenLimit": model.max_tokens,
        "thinking": model.reasoning,
    }
    return {name: value for name, value in told.items() if value is not None}
