"""Calls to Vertex AI: where they go, what they say, and what the simulator answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    BadRequest,
    ConfigError,
    EmbeddingRequest,
    Hamr,
    Message,
    Request,
    Text,
    ThinkingConfig,
    Tool,
)
from hamr_testkit.wired import Wired, counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Wire

TOKEN = "ya29.canary-0123456789"  # made up
IN = {"VERTEX_AI_ACCESS_TOKEN": TOKEN, "VERTEX_AI_PROJECT": "mine"}
MODEL = "vertex/gemini-2.5-flash"
HELLO = (Message("user", (Text("hello"),)),)
WEATHER = Tool("weather", "how it is", {"type": "object", "properties": {"city": {"type": "string"}}})


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ({}, "us-central1-aiplatform.googleapis.com"),
        ({"VERTEX_AI_LOCATION": "europe-west4"}, "europe-west4-aiplatform.googleapis.com"),
        ({"GOOGLE_CLOUD_LOCATION": "global"}, "aiplatform.googleapis.com"),
        ({"GOOGLE_VERTEX_LOCATION": "eu"}, "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_the_host_hangs_on_the_location(location: dict[str, str], host: str, wire: Wire) -> None:
    """N-85."""
    place = next(iter(location.values()), "us-central1")
    url = wire(MODEL, GOOGLE_CLOUD_PROJECT="mine", **location).call(Request(HELLO)).url
    path = f"projects/mine/locations/{place}/publishers/google/models/gemini-2.5-flash:generateContent"
    assert url == f"https://{host}/v1beta1/{path}"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("projects/q/locations/l/endpoints/7", "projects/q/locations/l/endpoints/7:generateContent"),
        ("endpoints/7", "projects/mine/locations/us-central1/endpoints/7:generateContent"),
        (
            "claude-sonnet-4-5@20250929",
            "projects/mine/locations/us-central1/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict",
        ),
        ("meta/llama-4", "projects/mine/locations/us-central1/endpoints/openapi/chat/completions"),
    ],
)
def test_each_model_has_its_place(model: str, path: str, colour: Colour, provider: Canned) -> None:
    """N-85: a whole name is taken too."""
    provider.answer({}, status=400)
    with (
        Hamr(environ={**IN, "VERTEX_AI_BASE_URL": f"{provider.url}/v1"}) as hamr,
        pytest.raises(BadRequest),
    ):
        colour.call(hamr, "hi", f"vertex/{model}")
    (asked,) = provider.asked
    assert asked.path == f"/v1/{path}"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_claude_says_its_version_in_the_body(colour: Colour, provider: Canned) -> None:
    provider.answer(
        {
            "type": "message",
            "content": [{"type": "text", "text": "Hi."}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    )
    with Hamr(environ={**IN, "VERTEX_AI_BASE_URL": f"{provider.url}/v1"}) as hamr:
        assert colour.call(hamr, "hi", "vertex/claude-sonnet-4-5@20250929").text == "Hi."
    (asked,) = provider.asked
    assert asked.json["anthropic_version"] == "vertex-2023-10-16"
    assert "model" not in asked.json
    assert "anthropic-version" not in asked.headers


def test_claudes_streams_and_counts_have_places_of_their_own(wire: Wire) -> None:
    there = wire("vertex/claude-opus-4-6", GOOGLE_CLOUD_PROJECT="mine")
    stream = there.call(Request(HELLO, stream=True))
    assert stream.url == (
        "https://us-central1-aiplatform.googleapis.com/v1/projects/mine/locations/us-central1/publishers/anthropic/"
        "models/claude-opus-4-6:streamRawPredict"
    )
    pipeline: Any = there.pipeline
    count = pipeline.wire.encode_count(Request(HELLO), pipeline.route)
    assert count.url.endswith("/publishers/anthropic/models/count-tokens:rawPredict")
    assert json.loads(count.body)["model"] == "claude-opus-4-6"


def test_a_key_needs_no_project(colour: Colour, provider: Canned) -> None:
    provider.answer({"candidates": [{"content": {"parts": [{"text": "Hi."}]}, "finishReason": "STOP"}]})
    environ = {"VERTEX_AI_BASE_URL": f"{provider.url}/v1", "GOOGLE_API_KEY": "canary-key"}
    with Hamr(environ=environ) as hamr:
        assert colour.call(hamr, "hi", MODEL, api_mode="express").text == "Hi."
    (asked,) = provider.asked
    assert asked.path == "/v1/publishers/google/models/gemini-2.5-flash:generateContent"
    assert asked.headers["x-goog-api-key"] == "canary-key"
    assert "authorization" not in asked.headers
    with Hamr(environ={}) as hamr, pytest.raises(ConfigError, match="VERTEX_AI_API_KEY"):
        colour.call(hamr, "hi", MODEL, api_mode="express")


def test_what_vertex_takes_and_the_gemini_api_does_not(wire: Wire) -> None:
    request = Request(HELLO, metadata={"team": "x"}, store=False, service_tier="flex", thinking=ThinkingConfig("off"))
    body, told = wire(MODEL).body(request)
    assert body["labels"] == {"team": "x"}
    assert body["generationConfig"]["thinkingConfig"] == {"thinkingBudget": 0}
    assert {field for _, field in told} == {"store", "serviceTier"}


@pytest.mark.parametrize(
    ("model", "method", "most"),
    [
        ("gemini-embedding-001", "predict", 1),
        ("gemini-embedding-2", "embedContent", 1),
        ("text-embedding-005", "predict", 250),
    ],
)
def test_each_model_embeds_in_its_own_way(model: str, method: str, most: int) -> None:
    pipeline: Any = Hamr(environ={}).pipeline(f"vertex/{model}", "embeddings")
    call = pipeline.wire.encode_embeddings(EmbeddingRequest(("a",)), pipeline.route)
    assert call.url.endswith(f":{method}")
    assert pipeline.wire.max_embedding_inputs(pipeline.route) == most


def test_models_are_listed_beside_the_project() -> None:
    pipeline: Any = Hamr(environ={}).pipeline(MODEL)
    url = pipeline.wire.encode_models(pipeline.route, None).url
    assert url == "https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=100"


def test_recorded_replies_in_their_buckets(recordings: Recordings, wire: Wire) -> None:
    """Pain 39."""
    there = wire(MODEL)
    for name in ("vertex.gemini-generate", "vertex.gemini-stream", "other_localhost_8787.gemini-generate"):
        for row, response in there.read_all(recordings(name)):
            if response.usage is not None and "totalTokenCount" in response.usage.raw:
                assert counted(response) == response.usage.raw["totalTokenCount"], row.id


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("vertex.gemini-generate") if row.status != 200]
    assert {(row.status, type(wire(MODEL).error(row.status, row.body))) for row in rows} == {(400, BadRequest)}


def test_signatures_of_the_gemini_api_stay_there(recordings: Recordings, wire: Wire) -> None:
    """Pain 23."""
    gemini: Wired = wire("gemini/gemini-2.5-flash")
    rows = [row for row in recordings("gemini.gemini-generate") if b"thoughtSignature" in row.body]
    told_of = 0
    for _, response in gemini.read_all(rows):
        body, told = wire(MODEL).body(Request((*HELLO, response.message)))
        assert "thoughtSignature" not in json.dumps(body)
        told_of += any("thoughtSignature" in field for _, field in told)
    assert told_of
