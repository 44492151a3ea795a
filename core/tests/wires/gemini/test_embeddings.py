from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply, Unsupported
from hamr.types import EmbeddingRequest, Head, Route
from hamr.wires.gemini import Gemini

Recordings = Callable[[str], list[Any]]


def body(there: Route, request: EmbeddingRequest) -> tuple[str, dict[str, Any]]:
    call = Gemini(there).encode_embeddings(request, there)
    return call.url.rpartition("/")[2], json.loads(call.body)


REQUEST = EmbeddingRequest(("a", "b"), 8, options={"taskType": "RETRIEVAL_QUERY", "model": "x"})


def test_a_batch(route: Callable[..., Route]) -> None:
    method, sent = body(route(), REQUEST)
    own = {"outputDimensionality": 8, "taskType": "RETRIEVAL_QUERY"}
    assert method == "a-model:batchEmbedContents"
    assert sent == {
        "requests": [
            {"model": "models/a-model", "content": {"parts": [{"text": "a"}]}, **own},
            {"model": "models/a-model", "content": {"parts": [{"text": "b"}]}, **own},
        ]
    }
    assert Gemini(route()).max_embedding_inputs(route()) == 100


def test_one_at_a_time(route: Callable[..., Route]) -> None:
    there = route(embedding_method="single")
    method, sent = body(there, EmbeddingRequest(("a",)))
    assert (method, sent) == ("a-model:embedContent", {"content": {"parts": [{"text": "a"}]}})
    assert Gemini(there).max_embedding_inputs(there) == 1


def test_predict(route: Callable[..., Route]) -> None:
    method, sent = body(route(embedding_method="predict"), REQUEST)
    assert method == "a-model:predict"
    assert sent == {
        "instances": [{"content": text, "task_type": "RETRIEVAL_QUERY"} for text in "ab"],
        "parameters": {"outputDimensionality": 8},
    }


@pytest.mark.parametrize(
    ("reply", "vectors", "tokens"),
    [
        ({"embeddings": [{"values": [1, 2]}, {"values": [3, 4]}], "usageMetadata": {"promptTokenCount": 5}}, 2, 5),
        ({"embedding": {"values": [1, 2]}}, 1, None),
        ({"predictions": [{"embeddings": {"values": [1, 2], "statistics": {"token_count": 4.0}}}]}, 1, 4),
    ],
)
def test_each_way_of_answering(
    reply: dict[str, Any], vectors: int, tokens: int | None, route: Callable[..., Route]
) -> None:
    found = Gemini(route()).decode_embeddings(Head(200, {}, json.dumps(reply).encode()), route())
    assert len(found.vectors) == vectors
    assert list(found.vector) == [1, 2]
    assert (found.usage and found.usage.input) == tokens


@pytest.mark.parametrize(
    "reply",
    [b"", b"{}", b"5", b"<html>", b'{"embeddings": [5]}', b'{"embedding": {"values": ["a"]}}', b'{"predictions": [5]}'],
)
def test_replies_that_hold_none(reply: bytes, route: Callable[..., Route]) -> None:
    with pytest.raises(BrokenReply):
        Gemini(route()).decode_embeddings(Head(200, {}, reply), route())


def test_what_cannot_be_asked(route: Callable[..., Route]) -> None:
    with pytest.raises(Unsupported, match="no embeddings"):
        body(route(embedding_method=""), REQUEST)
    with pytest.raises(Unsupported, match="no tokens"):
        body(route(), EmbeddingRequest(((1, 2),)))
    call = Gemini(route()).encode_embeddings(EmbeddingRequest(("a",), user="u"), route())
    assert [each.field for each in call.adaptations] == ["user"]


@pytest.mark.parametrize("name", ["gemini.embeddings", "vertex.embeddings"])
def test_recorded_vectors(name: str, recordings: Recordings, route: Callable[..., Route]) -> None:
    rows = recordings(name)
    assert rows
    for row in rows:
        found = Gemini(route()).decode_embeddings(Head(200, {}, row.body), route())
        said = json.loads(row.body)
        naive = said["embeddings"] if "embeddings" in said else [said["embedding"]]
        assert [len(vector) for vector in found.vectors] == [len(each["values"]) for each in naive]
        assert found.vector[0] == pytest.approx(naive[0]["values"][0])
