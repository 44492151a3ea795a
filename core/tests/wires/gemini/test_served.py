from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.types import Call, EmbeddingRequest, Embeddings, Head, ModelInfo, Route, Usage
from hamr.wires.gemini import Gemini
from hamr.wires.gemini.dialect import GeminiDialect

DIALECT = GeminiDialect()


def parse(method: str, body: Any) -> EmbeddingRequest:
    return DIALECT.parse_embeddings(Call(f"/v1beta/models/e:{method}", body=json.dumps(body).encode()))


@pytest.mark.parametrize("method", ["batch", "single"])
def test_vectors_that_are_asked_for_are_read_and_answered(method: str, route: Callable[..., Route]) -> None:
    there = route(embedding_method=method)
    wire = Gemini(there)
    inputs = ("a", "b") if method == "batch" else ("a",)
    asked = EmbeddingRequest(inputs, 8, options={"taskType": "X"})
    call = wire.encode_embeddings(asked, there)
    request = DIALECT.parse_embeddings(call)
    assert (request.inputs, request.dimensions) == (inputs, 8)
    assert request.options["model"] == "a-model"
    assert wire.encode_embeddings(request, there).body == call.body
    given = Embeddings(tuple(array("f", [1, 2]) for _ in inputs), "p", "m", Usage(input=3))
    read = wire.decode_embeddings(Head(200, {}, DIALECT.encode_vectors(given, request)), there)
    assert read.vectors == given.vectors
    assert read.usage is not None
    assert read.usage.input == 3


@pytest.mark.parametrize(
    ("method", "body", "place"),
    [
        ("batchEmbedContents", {}, "requests"),
        ("batchEmbedContents", {"requests": [{}]}, r"requests\[0\]\.content"),
        ("batchEmbedContents", {"requests": [{"content": {"parts": [{"inlineData": {}}]}}]}, r"parts\[0\]\.text"),
        ("embedContent", {"content": {"parts": []}}, "parts"),
        ("embedContent", {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": "x"}, "outputDimensionality"),
    ],
)
def test_what_cannot_be_embedded_is_refused(method: str, body: Any, place: str) -> None:
    with pytest.raises(BadRequest, match=place):
        parse(method, body)


def test_texts_that_want_different_things_are_refused() -> None:
    one = {"content": {"parts": [{"text": "a"}]}, "task_type": "A"}
    assert parse("batchEmbedContents", {"requests": [one]}).options["taskType"] == "A"
    with pytest.raises(BadRequest, match="the same"):
        parse("batchEmbedContents", {"requests": [one, {**one, "task_type": "B"}]})


def test_models_are_listed_as_they_are_read(route: Callable[..., Route]) -> None:
    models = (ModelInfo("a", "test", "A", 10, 5, reasoning=True), ModelInfo("b", "test", "B"))
    page = Gemini(route()).decode_models(Head(200, {}, DIALECT.encode_models(models)), route())
    assert [(each.id, each.name, each.context_window, each.max_tokens, each.reasoning) for each in page.models] == [
        ("a", "A", 10, 5, True),
        ("b", "B", None, None, None),
    ]
