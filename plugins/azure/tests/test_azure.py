"""Calls to Azure OpenAI, answered on this machine as Azure answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import ConfigError, Hamr, NoSuchModel, RateLimited, Refused, Request, ThinkingConfig, Unsupported
from hamr.types import Message, Text
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Wire

KEY = "canary-azure-key"
HOST = "https://mine.openai.azure.com"
SAFE = {"hate": {"filtered": False, "severity": "safe"}, "jailbreak": {"filtered": False, "detected": False}}
FOUND = [{"prompt_index": 0, "content_filter_results": SAFE}]
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
ANSWER = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-08-06",
    "choices": [{**CHOICE, "content_filter_results": SAFE}],
    "prompt_filter_results": FOUND,
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


def client(provider: Canned, path: str = "", **environ: str) -> Hamr:
    return Hamr(environ={"AZURE_OPENAI_ENDPOINT": provider.url + path, "AZURE_OPENAI_API_KEY": KEY, **environ})


def test_a_deployment_with_a_version(colour: Colour, provider: Canned) -> None:
    """N-83, N-84: the path names the deployment, the body does not, and the key goes in a header of its own."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "hi", "azure/my deployment", system="Be brief.", max_tokens=5)
    asked = provider.asked[0]
    assert asked.path == "/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21"
    assert (asked.headers["api-key"], "authorization" in asked.headers) == (KEY, False)
    assert "model" not in asked.json
    assert asked.json["max_tokens"] == 5
    assert asked.json["messages"][0]["role"] == "system"
    assert (response.text, response.model, counted(response)) == ("Hello.", "gpt-4o-2024-08-06", 5)


def test_what_the_filter_found_is_kept(colour: Colour, provider: Canned) -> None:
    """A stream begins with a chunk that has no choices."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o"}
    provider.stream(
        {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": FOUND},
        {**head, "choices": [{"index": 0, "delta": {"content": "Hel"}, "content_filter_results": SAFE}]},
        {
            **head,
            "choices": [{"index": 0, "content_filter_offsets": {"end_offset": 5}, "content_filter_results": SAFE}],
        },
        {**head, "choices": [{"index": 0, "delta": {"content": "lo."}, "finish_reason": "stop"}]},
    )
    provider.answer(ANSWER)
    with client(provider) as hamr:
        events = colour.events(hamr, "hi", "azure/gpt-4o")
        whole = colour.call(hamr, "hi", "azure/gpt-4o")
    assert "".join(event.text for event in events if event.type == "text_delta") == "Hello."
    for extra in (events[-1].extra, whole.extra):
        assert extra["openai-completions"]["prompt_filter_results"] == FOUND


FILTERED: dict[str, Any] = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
    "innererror": {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {
            "hate": {"filtered": False, "severity": "safe"},
            "violence": {"filtered": True, "severity": "high"},
            "jailbreak": {"filtered": True, "detected": True},
        },
    },
}


@pytest.mark.parametrize("mode", ["chat", "v1", "responses", "models"])
def test_a_prompt_that_the_filter_refuses(colour: Colour, provider: Canned, mode: str) -> None:
    provider.answer({"error": FILTERED}, status=400)
    with client(provider) as hamr, pytest.raises(Refused) as caught:
        colour.call(hamr, "hi", "azure/gpt-4o", api_mode=mode)
    assert caught.value.message.endswith("policy. Filtered: violence (high), jailbreak.")
    assert (caught.value.code, caught.value.param) == ("content_filter", "prompt")
    assert '"severity": "high"' in (caught.value.body or "")


def test_an_answer_that_the_filter_cuts(colour: Colour, provider: Canned) -> None:
    provider.answer({**ANSWER, "choices": [{"index": 0, "message": {}, "finish_reason": "content_filter"}]})
    with client(provider) as hamr:
        assert colour.call(hamr, "hi", "azure/gpt-4o").finish_reason == "content_filter"


@pytest.mark.parametrize(
    ("environ", "model", "mode", "url"),
    [
        (
            {"AZURE_OPENAI_ENDPOINT": f"{HOST}/"},
            "m",
            None,
            "/openai/deployments/m/chat/completions?api-version=2024-10-21",
        ),
        (
            {"AZURE_OPENAI_ENDPOINT": f"{HOST}/openai"},
            "m",
            None,
            "/openai/deployments/m/chat/completions?api-version=2024-10-21",
        ),
        ({"AZURE_OPENAI_BASE_URL": f"{HOST}/openai/v1/"}, "m", None, "/openai/v1/chat/completions"),
        ({"AZURE_OPENAI_ENDPOINT": f"{HOST}/openai"}, "m", "v1", "/openai/v1/chat/completions"),
        ({"AZURE_RESOURCE_NAME": "mine"}, "m", "responses", "/openai/v1/responses"),
        ({"AZURE_RESOURCE_NAME": "mine", "AZURE_OPENAI_API_MODE": "responses"}, "m", None, "/openai/v1/responses"),
        ({"AZURE_OPENAI_RESOURCE_NAME": "mine"}, "gpt-5.2", None, "/openai/v1/chat/completions"),
        ({"AZURE_OPENAI_RESOURCE_NAME": "mine"}, "o4-mini", None, "/openai/v1/chat/completions"),
        ({"AZURE_OPENAI_RESOURCE_NAME": "mine"}, "gpt-5-codex", None, "/openai/v1/responses"),
        (
            {"AZURE_OPENAI_ENDPOINT": f"{HOST}/models"},
            "grok",
            None,
            "/models/chat/completions?api-version=2024-05-01-preview",
        ),
        (
            {"AZURE_RESOURCE_NAME": "mine", "AZURE_OPENAI_API_VERSION": "2025-01-01-preview"},
            "m",
            None,
            "/openai/deployments/m/chat/completions?api-version=2025-01-01-preview",
        ),
        (
            {"AZURE_RESOURCE_NAME": "mine", "AZURE_OPENAI_API_VERSION": "v&x=1"},
            "../m",
            None,
            "/openai/deployments/..%2Fm/chat/completions?api-version=v%26x%3D1",
        ),
    ],
)
def test_where_calls_go(environ: Mapping[str, str], model: str, mode: str | None, url: str) -> None:
    """C-22: every way in which people write their endpoint."""
    with Hamr(environ={**environ, "AZURE_OPENAI_API_KEY": KEY}) as hamr:
        call = hamr.preview("hi", f"azure/{model}", api_mode=mode)
    assert call.url == HOST + url
    assert call.headers["api-key"] == "$AZURE_OPENAI_API_KEY"


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"AZURE_OPENAI_DEPLOYMENT": "mine"}, "mine"),
        ({"AZURE_OPENAI_DEPLOYMENT_NAME_MAP": "gpt-4=other, gpt-4o = my one"}, "my one"),
        ({"AZURE_OPENAI_DEPLOYMENT_NAME_MAP": "gpt-4=other"}, "gpt-4o"),
        ({}, "gpt-4o"),
    ],
)
@pytest.mark.parametrize("mode", ["v1", "responses"])
def test_deployments_by_another_name(environ: Mapping[str, str], sent: str, mode: str) -> None:
    with Hamr(environ={"AZURE_RESOURCE_NAME": "mine", "AZURE_OPENAI_API_KEY": KEY, **environ}) as hamr:
        call = hamr.preview("hi", "azure/gpt-4o", api_mode=mode)
    assert json.loads(call.body)["model"] == sent
    told = [each.why for each in call.adaptations if each.field == "model"]
    assert told == (
        [] if sent == "gpt-4o" else [f"the environment variable {next(iter(environ))} names the deployment {sent}"]
    )


def test_the_default_deployment(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider, AZURE_OPENAI_DEPLOYMENT="mine") as hamr:
        assert colour.call(hamr, "hi", "azure").adaptations == ()
    assert "/deployments/mine/" in provider.asked[0].path


@pytest.mark.parametrize("path", ["", "/openai/v1"])
def test_vectors(colour: Colour, provider: Canned, path: str) -> None:
    """The deployment for chat is none for vectors."""
    provider.answer({"model": "e", "data": [{"index": 0, "embedding": [0.5, 1.0]}], "usage": {"prompt_tokens": 1}})
    with client(provider, path, AZURE_OPENAI_EMBED_DEPLOYMENT="embed", AZURE_OPENAI_DEPLOYMENT="chat") as hamr:
        assert list(colour.embed(hamr, "hi", "azure").vector) == [0.5, 1.0]
    asked = provider.asked[0]
    assert asked.path == (
        f"{path}/embeddings" if path else "/openai/deployments/embed/embeddings?api-version=2024-10-21"
    )
    assert asked.json.get("model") == ("embed" if path else None)
    assert asked.headers["api-key"] == KEY


def test_models_are_not_listed(colour: Colour, provider: Canned) -> None:
    with client(provider) as hamr, pytest.raises(Unsupported, match="does not list"):
        colour.models(hamr, "azure")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"error": {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}}, NoSuchModel),
        (404, {"error": {"code": "404", "message": "Resource not found"}}, NoSuchModel),
        (400, {"error": {"code": "OperationNotSupported", "message": "The operation does not work."}}, NoSuchModel),
        (429, {"error": {"code": "429", "message": "Requests have exceeded the call rate limit."}}, RateLimited),
    ],
)
def test_failures_are_told_apart(status: int, body: Any, kind: type[Exception], wire: Wire) -> None:
    azure = wire("azure/m", AZURE_RESOURCE_NAME="mine", AZURE_OPENAI_API_KEY=KEY)
    error = azure.error(status, body, {"apim-request-id": "r1", "retry-after-ms": "1500"})
    assert type(error) is kind
    assert (error.request_id, error.retry_after) == ("r1", 1.5)


def test_an_endpoint_that_nothing_says(colour: Colour) -> None:
    with Hamr(environ={"AZURE_OPENAI_API_KEY": KEY}) as hamr, pytest.raises(ConfigError) as caught:
        colour.call(hamr, "hi", "azure/m")
    for place in ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_RESOURCE_NAME", "Hamr(parameters={'azure'"):
        assert place in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(("mode", "model"), [("v1", "gpt-5"), ("responses", "gpt-5"), ("responses", "o3")])
def test_models_that_think(mode: str, model: str, wire: Wire) -> None:
    request = Request((Message("user", (Text("hi"),)),), temperature=0.5, thinking=ThinkingConfig("low"))
    body, told = wire(f"azure/{model}", api_mode=mode, AZURE_RESOURCE_NAME="r", AZURE_OPENAI_API_KEY=KEY).body(request)
    assert "temperature" not in body
    assert ("dropped", "temperature") in told
    assert body.get("reasoning_effort") or body["reasoning"]["effort"] == "low"


@pytest.mark.parametrize(
    ("file", "mode"),
    [("azure.openai-chat", "v1"), ("azure.openai-chat", "models"), ("azure.openai-responses", "responses")],
)
def test_recorded_replies(file: str, mode: str, recordings: Recordings, wire: Wire) -> None:
    azure = wire("azure/m", api_mode=mode, AZURE_RESOURCE_NAME="r", AZURE_OPENAI_API_KEY=KEY)
    filtered = [row for row in recordings(file) if row.body.lstrip().startswith(b'{ "error"')]  # with the status 200
    rows = [row for row in recordings(file) if row not in filtered]
    rows = [row for row in rows if b'"choices"' not in row.body or mode != "responses"]
    for row in filtered:
        with pytest.raises(Refused):
            azure.read(row.body)
    for row, response in azure.read_all(rows):
        if response.usage is not None:
            assert counted(response) == response.usage.raw["total_tokens"], row.id
        if b'"prompt_filter_results":[{' in row.body and b"data:" not in row.body[:10]:
            assert "prompt_filter_results" in response.extra["openai-completions"], row.id
    for row in rows:
        if row.status == 404:
            assert isinstance(azure.error(404, row.body), NoSuchModel)
        elif row.request and row.request.get("model"):
            assert azure.again(row.request)["model"] == "m"


def test_recorded_vectors(recordings: Recordings, colour: Colour, provider: Canned) -> None:
    for row in recordings("azure.embeddings"):
        assert row.request is not None
        provider.answer(row.body)
        with client(provider, "/openai/v1") as hamr:
            found = colour.embed(hamr, row.request["input"], "azure/Cohere-embed-v3-english")
        assert provider.asked[-1].json == {**row.request, "model": "Cohere-embed-v3-english"}
        assert len(found.vectors) == len(row.request["input"])
