"""Embeddings that a client of this wire asks for, and what it is sent."""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

import pytest

from hamr import BadRequest, EmbeddingRequest, Embeddings, Usage
from hamr.api import Call
from hamr_provider_cohere.dialect import CohereDialect


def test_vectors() -> None:
    served = CohereDialect()
    body = {
        "model": "m",
        "texts": ["a"],
        "output_dimension": 2,
        "input_type": "x",
        "embedding_types": ["float", "base64"],
    }
    asked = served.parse_embeddings(Call("/v2/embed", body=json.dumps(body).encode()))
    options = {"model": "m", "input_type": "x", "embedding_types": ["float", "base64"]}
    assert asked == EmbeddingRequest(("a",), 2, options=options)
    vector = array("f", [1, 0.5])
    reply = json.loads(served.encode_vectors(Embeddings((vector,), "p", "m", Usage(input=3)), asked))
    assert reply["embeddings"] == {"float": [[1.0, 0.5]], "base64": [base64.b64encode(vector).decode()]}
    assert reply["meta"]["billed_units"] == {"input_tokens": 3}


def test_vectors_of_inputs_in_parts() -> None:
    body = {"model": "m", "inputs": [{"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
    assert CohereDialect().parse_embeddings(Call("/", body=json.dumps(body).encode())).inputs == ("a\nb",)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"texts": "a"}, "texts"),
        ({"texts": [1]}, r"texts\[0\]"),
        ({"texts": ["a"], "embedding_types": ["int8"]}, r"embedding_types\[0\]"),
        ({"inputs": [{"content": [{"type": "image_url"}]}]}, r"inputs\[0\]\.content\.text"),
    ],
)
def test_vectors_that_are_asked_for_wrongly(body: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=rf"\b{place} must be"):
        CohereDialect().parse_embeddings(Call("/", body=json.dumps({"model": "m", **body}).encode()))
