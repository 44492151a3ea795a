"""Embeddings, and the list of what is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import BrokenReply, EmbeddingRequest, Hamr, Head, Unsupported
from hamr.api import EmbeddingWire, ListingWire

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Shape, Wire

MODEL = "ollama/nomic-embed-text"


def vectors_wire(wire: Wire) -> tuple[EmbeddingWire, Any]:
    there = wire(MODEL).pipeline
    assert isinstance(there.wire, EmbeddingWire)
    return there.wire, there.route


def test_vectors_are_asked_for(wire: Wire, shape: Shape) -> None:
    embeds, route = vectors_wire(wire)
    call = embeds.encode_embeddings(EmbeddingRequest(("a", "b"), 8, options={"num_ctx": 512}), route)
    assert call.url == "http://127.0.0.1:11434/api/embed"
    body = json.loads(call.body)
    assert body == {
        "model": "nomic-embed-text",
        "input": ["a", "b"],
        "dimensions": 8,
        "options": {"num_ctx": 512},
        "keep_alive": "30m",
        "truncate": False,
    }
    assert not list(shape("ollama", "embed-request").iter_errors(body))


def test_tokens_are_refused(wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    with pytest.raises(Unsupported, match="texts alone"):
        embeds.encode_embeddings(EmbeddingRequest(((1, 2),)), route)


def test_vectors_are_read(wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    body = {"model": "nomic-embed-text", "embeddings": [[1, 0.5], [0, 1]], "prompt_eval_count": 4, "load_duration": 7}
    found = embeds.decode_embeddings(Head(200, {}, json.dumps(body).encode()), route)
    assert [vector.tolist() for vector in found.vectors] == [[1, 0.5], [0, 1]]
    assert found.usage is not None
    assert (found.usage.input, found.usage.raw["load_duration"]) == (4, 7)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"embeddings":[1]}', b'{"embeddings":[["x"]]}', b'{"error":"no"}', b"[]", b"<html>"]
)
def test_what_is_no_vector(body: bytes, wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    with pytest.raises(BrokenReply):
        embeds.decode_embeddings(Head(200, {}, body), route)


def test_the_default_model_for_vectors() -> None:
    assert Hamr(environ={}).pipeline("ollama", "embeddings").route.model.id == "nomic-embed-text"


def test_models_are_listed(wire: Wire) -> None:
    there = wire(MODEL).pipeline
    assert isinstance(there.wire, ListingWire)
    call = there.wire.encode_models(there.route, None)
    assert (call.method, call.url) == ("GET", "http://127.0.0.1:11434/api/tags")
    rows = [
        {
            "name": "llama3.2:latest",
            "modified_at": "2026-08-07T06:08:09.335586123+02:00",
            "details": {"context_length": 131072},
            "capabilities": ["completion", "tools", "vision"],
        },
        {"model": "old:7b", "modified_at": "never"},
        {"size": 1},
    ]
    page = there.wire.decode_models(Head(200, {}, json.dumps({"models": rows}).encode()), there.route)
    new, old = page.models
    assert (new.id, new.name, new.context_window, new.input) == (
        "llama3.2:latest",
        "Llama3.2",
        131072,
        ("text", "image"),
    )
    assert (new.tools, new.reasoning, new.created) == (True, False, 1786075689)
    assert (old.id, old.tools, old.reasoning, old.input, old.created) == ("old:7b", None, None, None, None)
    assert page.next is None
    with pytest.raises(BrokenReply, match="lists no models"):
        there.wire.decode_models(Head(200, {}, b"{}"), there.route)
