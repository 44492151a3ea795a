"""Embeddings asked for, and what comes back."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, Unsupported
from hamr.types import Embeddings, Usage
from hamr.wires.gemini.encode import outgoing
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.url import model_url, resource
from hamr.wires.json_body import read_whole, shown
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.types import Call, EmbeddingRequest, Head, Route
    from hamr.wires.gemini.compat import Compat

_METHODS = {"batch": "batchEmbedContents", "single": "embedContent", "predict": "predict"}
SINGLE = "single"
"""An option of the server half: the client asked with `embedContent`, and is sent one vector. It is no field."""
_READ = frozenset({"embeddings", "embedding", "predictions", "usageMetadata"})


def encode_embeddings(request: EmbeddingRequest, route: Route, compat: Compat) -> Call:
    """The call that asks for these; raises Unsupported."""
    if not compat.embedding_method:
        raise Unsupported(f"{route.provider.id} has no embeddings", hint="Ask another provider for them.")
    texts = [each for each in request.inputs if isinstance(each, str)]
    if len(texts) != len(request.inputs):
        raise Unsupported("this wire embeds texts, no tokens", hint="Give the texts themselves.")
    told = Told(NAME)
    if request.user is not None:
        told("dropped", "user", "this wire has no such field")
    own = {name: value for name, value in request.options.items() if name not in ("model", SINGLE)}
    url = model_url(route, _METHODS[compat.embedding_method], compat)
    if compat.embedding_method == "predict":
        return outgoing(url, _predicted(texts, request.dimensions, own), told)
    size = {} if request.dimensions is None else {"outputDimensionality": request.dimensions}
    asked = [{"content": {"parts": [{"text": text}]}, **size, **own} for text in texts]
    if compat.embedding_method == "single":
        return outgoing(url, asked[0], told)
    return outgoing(url, {"requests": [{"model": resource(route), **each} for each in asked]}, told)


def _predicted(texts: list[str], dimensions: int | None, own: dict[str, Any]) -> dict[str, Any]:
    """The shape of `predict` ("Text embeddings API", Vertex AI, 2026-11): the task stands with each text."""
    of_text = {name: own.pop(old) for old, name in (("taskType", "task_type"), ("title", "title")) if old in own}
    size = {} if dimensions is None else {"outputDimensionality": dimensions}
    body: dict[str, Any] = {"instances": [{"content": text, **of_text} for text in texts]}
    return {**body, **({"parameters": {**size, **own}} if size or own else {})}


def decode_embeddings(head: Head, route: Route) -> Embeddings:
    """What the reply says, in the order of the inputs; raises CallError."""
    value = read_whole(head.body)
    said = value if isinstance(value, dict) else {}
    rows = _rows(said)
    if rows is None:
        raise BrokenReply(f"the reply holds no embeddings: {shown(head.body)}", body=shown(head.body))
    rest = {name: each for name, each in said.items() if name not in _READ and each is not None}
    return Embeddings(
        vectors=tuple(_vector(row, place) for place, row in enumerate(rows)),
        provider=route.provider.id,
        model=route.model.id,
        usage=_usage(said, rows),
        extra={NAME: rest} if rest else None,
    )


def _rows(said: dict[str, Any]) -> list[Any] | None:
    if isinstance(said.get("embedding"), dict):
        return [said["embedding"]]
    if isinstance(predicted := said.get("predictions"), list):
        return [each.get("embeddings") if isinstance(each, dict) else None for each in predicted]
    return said["embeddings"] if isinstance(said.get("embeddings"), list) else None


def _vector(row: Any, place: int) -> array[float]:
    values = row.get("values") if isinstance(row, dict) else None
    try:
        if not isinstance(values, list):
            raise ValueError("it has no values")  # noqa: TRY004, TRY301  # one error for all that is no vector
        return array("f", values)
    except (TypeError, ValueError, OverflowError) as error:
        raise BrokenReply(f"embedding {place} is no vector: {error}") from error


def _usage(said: dict[str, Any], rows: list[Any]) -> Usage | None:
    raw = said.get("usageMetadata")
    if isinstance(raw, dict) and type(raw.get("promptTokenCount")) is int:
        return Usage(input=max(0, raw["promptTokenCount"]), raw=raw)
    counted = [_tokens(row) for row in rows]
    known = [tokens for tokens in counted if tokens is not None]
    return Usage(input=sum(known)) if known and len(known) == len(counted) else None


def _tokens(row: Any) -> int | None:
    """What `predict` counts beside each vector."""
    statistics = row.get("statistics") if isinstance(row, dict) else None
    tokens = statistics.get("token_count") if isinstance(statistics, dict) else None
    return int(tokens) if isinstance(tokens, int | float) and tokens >= 0 else None
