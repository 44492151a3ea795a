"""Embeddings asked for, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, ConfigError, Unsupported
from hamr.types import Call, Cost, Embeddings, Usage
from hamr.wires.deployment import deployment, placed
from hamr.wires.json_body import shown
from hamr.wires.openai_completions.encode import fitted
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.vectors import read_vector
from hamr.wires.openai_completions.whole import read_answer
from hamr.wires.openai_url import beside_chat
from hamr.wires.stated_cost import stated_cost
from hamr.wires.told import Told

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from hamr.types import EmbeddingRequest, Head, Route
    from hamr.wires.openai_completions.compat import Compat

_READ = {"object", "data", "model", "usage"}


def encode_embeddings(request: EmbeddingRequest, route: Route, compat: Compat) -> Call:
    """The call that asks for these; raises Unsupported where the provider has none."""
    from pydantic_core import to_json

    if not compat.embeddings_path:
        raise Unsupported(f"{route.provider.id} has no embeddings", hint="Ask another provider for them.")
    told = Told(NAME)
    model = deployment(route, compat.model_parameters, told, mapped_only=True)
    asked = _body(request, model, compat, told)
    if not compat.model_in_body:
        del asked["model"]
    try:
        body = to_json(asked)
    except ValueError as error:  # half of a character, which UTF-8 cannot hold
        raise ConfigError(f"an input cannot be sent: {error}", hint="Give texts of whole characters.") from error
    path = placed(compat.embeddings_path, route, model)
    url = beside_chat(route.provider.base_url, path, base_path=compat.base_path, chat_path=compat.chat_path)
    headers = {"content-type": "application/json", "accept": "application/json"}
    return Call(url, headers=headers, body=body, adaptations=told.all)


def _body(request: EmbeddingRequest, model: str, compat: Compat, told: Told) -> dict[str, Any]:
    asked = {"dimensions": request.dimensions, "encoding_format": compat.embedding_format, "user": request.user}
    body: dict[str, Any] = {"model": model, "input": request.inputs}
    body.update((name, value) for name, value in asked.items() if value is not None)
    own = {name: value for name, value in request.options.items() if name != "model"}
    return {**fitted(body, compat, told), **own}


def decode_embeddings(head: Head, route: Route, compat: Compat) -> Embeddings:
    """What the reply says, in the order of the inputs; raises CallError."""
    value = read_answer(head.body, compat)
    said: Mapping[str, Any] = value if isinstance(value, dict) else {}
    rows = value if isinstance(value, list) else said.get("data")
    if not isinstance(rows, list):
        raise BrokenReply(f"the reply holds no embeddings: {shown(head.body)}", body=shown(head.body))
    model, usage = said.get("model"), said.get("usage")
    counted: Mapping[str, Any] = usage if isinstance(usage, dict) else {}
    rest = {name: each for name, each in said.items() if name not in _READ and each is not None}
    return Embeddings(
        vectors=tuple(_vector(row, place, compat) for place, row in enumerate(_ordered(rows))),
        provider=route.provider.id,
        model=model if isinstance(model, str) and model else route.model.id,
        usage=_usage(counted),
        cost=stated_cost(counted, compat) or Cost(),
        extra={NAME: rest} if rest else None,
    )


def _ordered(rows: list[Any]) -> list[Any]:
    """The rows by their `index`, where these number them from 0 on without a gap; else as they came."""
    places = {row["index"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("index"), int)}
    return [places[place] for place in range(len(rows))] if places.keys() == set(range(len(rows))) else rows


def _vector(row: Any, place: int, compat: Compat) -> array[float]:
    try:
        return read_vector(
            row.get("embedding") if isinstance(row, dict) else row, of_bytes=compat.embedding_format == "base64_int8"
        )
    except ValueError as error:
        raise BrokenReply(f"embedding {place} is no vector: {error}") from error


def _usage(raw: Mapping[str, Any]) -> Usage | None:
    """All of it went in; some count the total alone (Voyage, recorded replies, 2026)."""
    counts = [raw.get(name) for name in ("prompt_tokens", "input_tokens", "total_tokens")]
    known = [count for count in counts if isinstance(count, int) and not isinstance(count, bool) and count >= 0]
    return Usage(input=known[0], raw=raw) if known else None
