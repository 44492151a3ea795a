"""Embeddings asked for, and what comes back."""

from __future__ import annotations

import base64
import json
import struct
from array import array
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hamr.errors import BadRequest, BrokenReply, CallError, ConfigError, NoSuchModel, Overloaded, Unsupported
from hamr.types import Call, EmbeddingRequest, Embeddings, Head, Route, Usage
from hamr.wires.openai_completions import NAME, OpenAICompletions
from hamr_testkit.recordings import Recording

OTHERS = ("azure", "mistral", "openrouter", "voyage")


def asked(*inputs: str | tuple[int, ...], **fields: Any) -> EmbeddingRequest:
    return EmbeddingRequest(inputs, **fields)


@pytest.fixture
def body(route: Callable[..., Route]) -> Callable[..., dict[str, Any]]:
    """The body of a request's call."""

    def run(request: EmbeddingRequest, **flags: Any) -> dict[str, Any]:
        there = route(**flags)
        written: dict[str, Any] = json.loads(OpenAICompletions(there).encode_embeddings(request, there).body)
        return written

    return run


@pytest.fixture
def read(route: Callable[..., Route]) -> Callable[..., Embeddings]:
    """What a reply says."""

    def run(reply: Any, **flags: Any) -> Embeddings:
        there = route(**flags)
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        return OpenAICompletions(there).decode_embeddings(Head(200, body=data), there)

    return run


def packed(*numbers: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def row(embedding: Any, index: int = 0) -> dict[str, Any]:
    return {"object": "embedding", "index": index, "embedding": embedding}


def reply(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(rows), "model": "served", **more}


def test_where_they_are_asked_for(route: Callable[..., Route]) -> None:
    for base in ("https://a.test", "https://a.test/v1/", "https://a.test/v1/chat/completions"):
        there = route(base)
        call = OpenAICompletions(there).encode_embeddings(asked("hi"), there)
        assert (call.url, call.method) == ("https://a.test/v1/embeddings", "POST")
        assert call.headers["content-type"] == "application/json"


def test_the_body_is_what_the_published_shape_wants(
    body: Callable[..., dict[str, Any]], schema: Callable[[str], Any]
) -> None:
    requests = [
        asked("hi"),
        asked("", "two"),
        asked((1, 2)),
        asked((1,), (2, 3), dimensions=8, user="me"),
        asked("hi", options={"encoding_format": "base64"}),
    ]
    for request in requests:
        schema("embeddings-request").validate(body(request))
        schema("embeddings-request").validate(body(request, embedding_format="base64"))
    assert body(requests[3]) == {"model": "a-model", "input": [[1], [2, 3]], "dimensions": 8, "user": "me"}


def test_the_users_own_fields_are_laid_over_but_for_the_model(body: Callable[..., dict[str, Any]]) -> None:
    written = body(asked("hi", options={"model": "other", "encoding_format": "float", "input_type": "query"}))
    assert written == {"model": "a-model", "input": ["hi"], "encoding_format": "float", "input_type": "query"}


def test_what_the_provider_refuses_or_calls_otherwise(route: Callable[..., Route]) -> None:
    there = route(unsupported=["user"], renamed={"dimensions": "output_dimension"})
    call = OpenAICompletions(there).encode_embeddings(asked("hi", dimensions=8, user="me"), there)
    assert json.loads(call.body) == {"model": "a-model", "input": ["hi"], "output_dimension": 8}
    assert [(told.kind, told.field) for told in call.adaptations] == [("renamed", "dimensions"), ("dropped", "user")]


def test_a_provider_without_them_says_so(route: Callable[..., Route]) -> None:
    there = route(embeddings_path="")
    with pytest.raises(Unsupported, match="test has no embeddings"):
        OpenAICompletions(there).encode_embeddings(asked("hi"), there)


def test_half_a_character_is_refused(body: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(ConfigError, match="surrogates not allowed"):
        body(asked("\ud800"))


def test_how_many_at_once(route: Callable[..., Route]) -> None:
    assert OpenAICompletions(route()).max_embedding_inputs(route()) == 2048
    assert OpenAICompletions(route(max_embedding_inputs=7)).max_embedding_inputs(route()) == 7
    assert OpenAICompletions(route(max_embedding_inputs=None)).max_embedding_inputs(route()) is None


@pytest.mark.parametrize("flags", [{}, {"embedding_format": "base64"}, {"embedding_format": "float"}])
def test_numbers_and_base64_are_both_read_whatever_was_asked_for(
    flags: dict[str, Any], read: Callable[..., Embeddings]
) -> None:
    """Pain 18: Mistral, Cohere and others answer with numbers where base64 is asked for, or the other way."""
    for embedding in ([0.5, -2, 3.25], packed(0.5, -2, 3.25)):
        found = read(reply(row(embedding)), **flags)
        assert found.vectors == (array("f", [0.5, -2, 3.25]),)


def test_bytes_in_base64(read: Callable[..., Embeddings]) -> None:
    """Perplexity (recorded replies, 2026)."""
    text = base64.b64encode(bytes([1, 0xFF, 0x80, 127])).decode()
    assert read(reply(row(text)), embedding_format="base64_int8").vector.tolist() == [1, -1, -128, 127]


def test_the_order_is_that_of_the_inputs(read: Callable[..., Embeddings]) -> None:
    assert [v[0] for v in read(reply(row([2], 1), row([3], 2), row([1], 0))).vectors] == [1, 2, 3]


@pytest.mark.parametrize("rows", [[row([1]), row([2])], [row([1], 1), row([2], 2)], [row([1]), {"embedding": [2]}]])
def test_without_places_that_make_sense_they_stay_as_they_came(
    rows: list[Any], read: Callable[..., Embeddings]
) -> None:
    assert [v[0] for v in read(reply(*rows)).vectors] == [1, 2]


def test_bare_lists_and_bare_vectors(read: Callable[..., Embeddings]) -> None:
    assert [v[0] for v in read([row([1]), row([2], 1)]).vectors] == [1, 2]
    assert [v[0] for v in read({"data": [[1], packed(2)]}).vectors] == [1, 2]


def test_what_else_the_reply_says(read: Callable[..., Embeddings]) -> None:
    usage = {"prompt_tokens": 3, "total_tokens": 3, "cost": 6e-08}
    said = reply(row([1]), id="e-1", provider="OpenAI", usage=usage)
    found = read(said, usage_cost_field="cost")
    assert (found.model, found.provider, found.usage) == ("served", "test", Usage(input=3, raw=usage))
    assert found.cost.usd == Decimal("6e-08")
    assert found.extra == {NAME: {"id": "e-1", "provider": "OpenAI"}}
    assert read(said).cost.usd is None
    assert read(reply(row([1]), usage={"total_tokens": 9})).usage == Usage(input=9, raw={"total_tokens": 9})


@pytest.mark.parametrize(
    "embedding", [None, "", "a", "AAA=", {}, 1, [None], ["1"], [[1.0]], [1, "x"], "\u00e4bc", packed(1)[:-2]]
)
def test_what_is_no_vector_is_told(embedding: Any, read: Callable[..., Embeddings]) -> None:
    if embedding == "":
        assert read(reply(row(embedding))).vector == array("f")
        return
    with pytest.raises(BrokenReply, match="embedding 0 is no vector"):
        read(reply(row(embedding)))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"1", b'"x"', b"{}", b'{"data": null}', b'{"data": {}}', b"<html>", b'{"data": [1'],
)  # fmt: skip
def test_what_holds_no_embeddings_is_told(data: bytes, read: Callable[..., Embeddings]) -> None:
    with pytest.raises(BrokenReply):
        read(data)


def test_an_error_inside_a_200_is_an_error(read: Callable[..., Embeddings]) -> None:
    """Pain 15."""
    with pytest.raises(Overloaded):
        read({"error": {"message": "busy", "code": "server_error"}, "data": []})
    with pytest.raises(BadRequest, match="too many"):
        read({"error": {"message": "too many", "code": 400}})


def good(recordings: Callable[[str], list[Recording]], provider: str) -> list[Recording]:
    rows = [row for row in recordings(f"{provider}.embeddings") if row.status == 200]
    assert rows
    return rows


@pytest.mark.parametrize("provider", ["openai", *OTHERS])
def test_recorded_replies_are_read_as_they_stand(
    provider: str, recordings: Callable[[str], list[Recording]], read: Callable[..., Embeddings]
) -> None:
    for recording in good(recordings, provider):
        said = json.loads(recording.body)
        found = read(recording.body, usage_cost_field="cost")
        rows = sorted(said["data"], key=lambda each: each["index"])
        assert [vector.tolist() for vector in found.vectors] == [naive(each["embedding"]) for each in rows]
        assert found.model == said["model"]
        assert found.usage is not None
        assert found.usage.total == said["usage"]["total_tokens"]
        assert found.usage.raw == said["usage"]
        assert found.cost.usd == (Decimal(str(said["usage"]["cost"])) if "cost" in said["usage"] else None)


def naive(embedding: Any) -> list[float]:
    """A reading that shares nothing with the decoder."""
    if isinstance(embedding, str):
        data = base64.b64decode(embedding)
        return list(struct.unpack(f"<{len(data) // 4}f", data))
    return [struct.unpack("<f", struct.pack("<f", number))[0] for number in embedding]


def test_recorded_replies_of_bytes(
    recordings: Callable[[str], list[Recording]], read: Callable[..., Embeddings]
) -> None:
    for recording in good(recordings, "perplexity"):
        found = read(recording.body, embedding_format="base64_int8", usage_cost_field="cost.total_cost")
        assert [len(vector) for vector in found.vectors] == [256, 256, 256]
        assert {number.is_integer() and -128 <= number <= 127 for vector in found.vectors for number in vector} == {
            True
        }
        assert found.cost.usd == Decimal(str(json.loads(recording.body)["usage"]["cost"]["total_cost"]))


@pytest.mark.parametrize("provider", ["openai", *OTHERS])
def test_each_field_of_a_recorded_reply_may_be_missing(
    provider: str, recordings: Callable[[str], list[Recording]], read: Callable[..., Embeddings]
) -> None:
    """Pain 18."""
    said = json.loads(good(recordings, provider)[0].body)
    whole = read(said).vectors
    for name in said.keys() - {"data"}:
        for value in ({}, {name: None}, {name: 7}, {name: "x"}):
            assert read({**{n: v for n, v in said.items() if n != name}, **value}).vectors == whole
    for name in said["data"][0].keys() - {"embedding"}:
        rows = [{n: v for n, v in each.items() if n != name} for each in said["data"]]
        assert read({**said, "data": rows}).vectors == whole
    for name in said["usage"]:
        usage = {n: v for n, v in said["usage"].items() if n != name}
        assert read({**said, "usage": usage}).vectors == whole


@pytest.mark.parametrize("provider", ["openai", "azure", "mistral", "openrouter"])
def test_recorded_requests_are_written_again_with_the_same_meaning(
    provider: str,
    recordings: Callable[[str], list[Recording]],
    route: Callable[..., Route],
    body: Callable[..., dict[str, Any]],
) -> None:
    dialect: Any = OpenAICompletions(route()).dialect()
    for recording in recordings(f"{provider}.embeddings"):
        assert recording.request is not None
        request = dialect.parse_embeddings(Call("https://hamr.test", body=json.dumps(recording.request).encode()))
        assert request.options["model"] == recording.request["model"]
        wanted = {**recording.request, "model": "a-model"}
        wanted["input"] = [wanted["input"]] if isinstance(wanted["input"], str) else wanted["input"]
        assert body(request) == wanted


def test_recorded_failures_are_told_apart(
    recordings: Callable[[str], list[Recording]], route: Callable[..., Route]
) -> None:
    rows = [row for row in recordings("openai.embeddings") if row.status != 200]
    assert rows
    for recording in rows:
        error: CallError = OpenAICompletions(route()).error(Head(recording.status, recording.headers, recording.body))
        assert isinstance(error, NoSuchModel)
        assert error.code == "model_not_found"
