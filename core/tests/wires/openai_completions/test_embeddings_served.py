"""Embeddings that a client asks us for."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.specs import EmbeddingDialect
from hamr.types import Call, EmbeddingRequest, Embeddings, Head, Route, Usage
from hamr.wires.openai_completions import OpenAICompletions
from hamr.wires.openai_completions.dialect import OpenAICompletionsDialect

DIALECT = OpenAICompletionsDialect()
FOUND = Embeddings((array("f", [0.5, -1.25]), array("f", [3, 1e-3])), "test", "served", Usage(input=4))


def parsed(body: Any) -> EmbeddingRequest:
    return DIALECT.parse_embeddings(Call("/v1/embeddings", body=json.dumps(body).encode()))


def test_the_dialect_knows_embeddings() -> None:
    assert isinstance(DIALECT, EmbeddingDialect)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("hi", ("hi",)),
        (["a", "b"], ("a", "b")),
        ([1, 2], ((1, 2),)),
        ([[1, 2], [3]], ((1, 2), (3,))),
    ],
)
def test_every_way_to_give_an_input(given: Any, read: Any) -> None:
    assert parsed({"model": "m", "input": given}).inputs == read


def test_fields_without_a_place_stay() -> None:
    request = parsed(
        {
            "model": "m",
            "input": "hi",
            "dimensions": 8.0,
            "user": "me",
            "encoding_format": "base64",
            "own": 1,
            "no": None,
        }
    )
    assert (request.dimensions, request.user) == (8, "me")
    assert request.options == {"model": "m", "encoding_format": "base64", "own": 1}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 7}, "input"),
        ({"input": [["a"]]}, "input[0][0]"),
        ({"input": ["a", None]}, "input[1]"),
        ({"input": [1, "a"]}, "input[1]"),
        ({"dimensions": "8"}, "dimensions"),
        ({"user": 1}, "user"),
        ({"encoding_format": "hex"}, "encoding_format"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parsed({"model": "m", "input": "hi", **change})
    assert caught.value.param == param


@pytest.mark.parametrize("form", [None, "float", "base64"])
def test_what_is_written_is_valid_and_read_again_the_same(
    form: str | None, schema: Callable[[str], Any], route: Callable[..., Route]
) -> None:
    request = parsed({"model": "m", "input": ["a", "b"], "encoding_format": form})
    body = DIALECT.encode_vectors(FOUND, request)
    value = json.loads(body)
    assert isinstance(value["data"][0]["embedding"], str if form == "base64" else list)
    if form != "base64":
        schema("embeddings-response").validate(value)
    again = OpenAICompletions(route()).decode_embeddings(Head(200, body=body), route())
    assert (again.vectors, again.model) == (FOUND.vectors, "served")
    assert again.usage is not None
    assert again.usage.input == 4
