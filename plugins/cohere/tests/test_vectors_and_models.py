"""Embeddings, and the list of models."""

from __future__ import annotations

import base64
import json
from array import array
from typing import TYPE_CHECKING, Any

import pytest

from hamr import BrokenReply, EmbeddingRequest, Head, Unsupported
from hamr.api import EmbeddingWire, ListingWire

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

MODEL = "cohere/embed-v4.0"


def vectors_wire(wire: Wire) -> tuple[EmbeddingWire, Any]:
    there = wire(MODEL).pipeline
    assert isinstance(there.wire, EmbeddingWire)
    return there.wire, there.route


def test_vectors_are_asked_for(wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    call = embeds.encode_embeddings(EmbeddingRequest(("a", "b"), 256), route)
    assert call.url == "https://api.cohere.com/v2/embed"
    assert json.loads(call.body) == {
        "model": "embed-v4.0",
        "texts": ["a", "b"],
        "output_dimension": 256,
        "input_type": "search_document",
        "truncate": "NONE",
        "embedding_types": ["float"],
    }
    assert {each.field for each in call.adaptations} == {"input_type", "truncate"}
    own = {"input_type": "search_query", "truncate": "END", "embedding_types": ["int8"]}
    body = json.loads(embeds.encode_embeddings(EmbeddingRequest(("a",), options=own), route).body)
    assert {name: body[name] for name in own} == own
    assert embeds.max_embedding_inputs(route) == 96
    with pytest.raises(Unsupported, match="texts alone"):
        embeds.encode_embeddings(EmbeddingRequest(((1,),)), route)


@pytest.mark.parametrize(
    ("found", "vectors"),
    [
        ({"float": [[1, 0.5], [0, 1]]}, [[1, 0.5], [0, 1]]),
        ({"int8": [[-128, 127]], "float": None}, [[-128, 127]]),
        ({"base64": [base64.b64encode(array("f", [1, 0.5])).decode()]}, [[1, 0.5]]),
        ([[1, 2]], [[1, 2]]),
    ],
)
def test_vectors_are_read(found: Any, vectors: list[list[float]], wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    body = {"id": "1", "embeddings": found, "meta": {"billed_units": {"input_tokens": 3.0}}}
    read = embeds.decode_embeddings(Head(200, {}, json.dumps(body).encode()), route)
    assert [vector.tolist() for vector in read.vectors] == vectors
    assert read.usage is not None
    assert read.usage.input == 3


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"embeddings":{"float":[1]}}',
        b'{"embeddings":{"float":[["x"]]}}',
        b'{"message":"no"}',
        b"[]",
        b"<html>",
    ],
)
def test_what_is_no_vector(body: bytes, wire: Wire) -> None:
    embeds, route = vectors_wire(wire)
    with pytest.raises(BrokenReply):
        embeds.decode_embeddings(Head(200, {}, body), route)


def test_recorded_vectors(wire: Wire, recordings: Recordings) -> None:
    embeds, route = vectors_wire(wire)
    rows = [row for row in recordings("cohere.embeddings") if row.status == 200]
    assert rows
    for row in rows:
        body = json.loads(row.body)
        read = embeds.decode_embeddings(Head(200, {}, row.body), route)
        assert [vector.tolist() for vector in read.vectors] == [
            array("f", v).tolist() for v in body["embeddings"]["float"]
        ]
        assert read.usage is not None
        assert read.usage.input == body["meta"]["billed_units"]["input_tokens"]


def test_models_are_listed_page_by_page(wire: Wire) -> None:
    there = wire(MODEL).pipeline
    assert isinstance(there.wire, ListingWire)
    assert there.wire.encode_models(there.route, None).url == "https://api.cohere.com/v1/models?page_size=1000"
    assert there.wire.encode_models(there.route, "a/b").url.endswith("&page_token=a%2Fb")
    rows = [
        {"name": "command-a-03-2025", "context_length": 288000.0, "features": ["tools", "vision"]},
        {"name": "old"},
        {"x": 1},
    ]
    body = json.dumps({"models": rows, "next_page_token": "t"}).encode()
    page = there.wire.decode_models(Head(200, {}, body), there.route)
    new, old = page.models
    assert (new.id, new.context_window, new.input, new.tools, new.reasoning) == (
        "command-a-03-2025",
        288000,
        ("text", "image"),
        True,
        False,
    )
    assert (old.context_window, old.input, old.tools) == (None, None, None)
    assert page.next == "t"
    with pytest.raises(BrokenReply, match="lists no models"):
        there.wire.decode_models(Head(200, {}, b"{}"), there.route)
