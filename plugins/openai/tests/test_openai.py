"""Calls to OpenAI, answered on this machine as OpenAI answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Hamr, Message, NotLetIn, QuotaSpent, Request, Text, Thinking, ThinkingConfig, ThinkingLevel
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Shape, Wire

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello.", "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 2,
        "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 0},
    },
    "service_tier": "default",
}


def client(provider: Canned, **environ: str) -> Hamr:
    """A client that knows OpenAI at this address."""
    return Hamr(environ={"OPENAI_API_KEY": "made-up-key", "OPENAI_BASE_URL": f"{provider.url}/v1", **environ})


def test_whole_answer_with_its_cached_tokens(colour: Colour, provider: Canned) -> None:
    """Cached tokens stand in `prompt_tokens` too, and are counted once (pain 39)."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "hi", "openai/gpt-4o-mini")
    assert response.text == "Hello."
    assert (response.usage.input, response.usage.cache_read, response.usage.total) == (4, 16, 22)
    assert provider.asked[0].path == "/v1/chat/completions"
    assert provider.asked[0].headers["authorization"] == "Bearer made-up-key"


def test_system_goes_as_developer_and_the_limit_in_its_new_field(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider) as hamr:
        colour.call(hamr, "hi", "openai/gpt-4o-mini", system="Be brief.", max_tokens=5)
    sent = provider.asked[0].json
    assert sent["messages"][0]["role"] == "developer"
    assert sent["max_completion_tokens"] == 5
    assert "max_tokens" not in sent


@pytest.mark.parametrize(("environ", "model"), [({}, "gpt-4o"), ({"OPENAI_MODEL": "gpt-6-sol, o9"}, "gpt-6-sol")])
def test_model_where_openai_alone_is_asked_for(
    colour: Colour, provider: Canned, environ: dict[str, str], model: str
) -> None:
    """The variable holds a list of which the first counts (inventory R-45)."""
    provider.answer(ANSWER)
    with client(provider, **environ) as hamr:
        colour.call(hamr, "hi", "openai")
    assert provider.asked[0].json["model"] == model


def test_spent_quota_is_not_a_rate_limit(colour: Colour, provider: Canned) -> None:
    """Pain 26: both are 429, and the code tells them apart; the key in the message is not shown."""
    body = {
        "error": {"message": "made-up-key has no quota", "type": "insufficient_quota", "code": "insufficient_quota"}
    }
    provider.answer(body, status=429)
    with client(provider) as hamr, pytest.raises(QuotaSpent) as caught:
        colour.call(hamr, "hi", "openai/gpt-4o-mini")
    assert len(provider.asked) == 1
    assert "made-up-key" not in str(caught.value)


HELLO = (Message("user", (Text("hello"),)),)


@pytest.mark.parametrize(
    ("model", "level", "kept"),
    [
        ("gpt-4o", None, {"temperature", "stop"}),
        ("gpt-5-chat-latest", None, {"temperature", "stop"}),
        ("gpt-5.2-chat-latest", None, {"temperature", "stop"}),
        ("o3", "off", set()),
        ("gpt-5-mini", "off", set()),
        ("gpt-5.4", None, set()),
        ("gpt-5.4", "off", {"temperature"}),
        ("gpt-6-sol", "off", {"temperature"}),
    ],
)
def test_what_models_that_think_refuse(model: str, level: ThinkingLevel | None, kept: set[str], wire: Wire) -> None:
    """Pain 41: a recorded 400 says so of `stop`."""
    request = Request(HELLO, temperature=0.5, stop=("x",), thinking=ThinkingConfig(level))
    body, told = wire(f"openai/{model}").body(request)
    assert body.keys() & {"temperature", "stop"} == kept
    assert {field for kind, field in told if kind == "dropped"} == {"temperature", "stop"} - kept


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        ("o4-mini", "off", "low"),
        ("gpt-5", "off", "minimal"),
        ("gpt-5.1", "off", "none"),
        ("gpt-5.1", "max", "high"),
        ("gpt-5.5", "max", "xhigh"),
        ("gpt-6-sol", "max", "max"),
    ],
)
def test_each_model_has_levels_of_its_own(model: str, level: ThinkingLevel, sent: str, wire: Wire) -> None:
    body, _ = wire(f"openai/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert body["reasoning_effort"] == sent


def test_thinking_is_not_sent_back(wire: Wire) -> None:
    body, told = wire("openai/gpt-5").body(Request((*HELLO, Message("assistant", (Thinking("hm"), Text("hi"))))))
    assert body["messages"][1] == {"role": "assistant", "content": "hi"}
    assert told == [("dropped", "messages[1].parts[0]")]


def test_the_organization_and_the_project_go_in_headers(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider, OPENAI_ORG_ID="org-1", OPENAI_PROJECT_ID="proj_1") as hamr:
        colour.call(hamr, "hi", "openai/gpt-4o")
    headers = provider.asked[0].headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj_1")


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("openai.openai-chat") if not row.body.lstrip().startswith(b'{ "error"')]
    for row, response in wire("openai/gpt-4o").read_all(rows):
        if response.usage is not None and response.usage.raw.get("total_tokens"):
            assert counted(response) == response.usage.raw["total_tokens"], row.id


def test_recorded_requests_that_were_taken_are_written_again_as_the_schema_has_them(
    recordings: Recordings, wire: Wire, shape: Shape
) -> None:
    check = shape("openai", "chat-request")
    rows = [row for row in recordings("openai.openai-chat") if row.status == 200 and row.request]
    bodies = [row.request for row in rows if row.request and not any(check.iter_errors(row.request))]
    assert bodies
    for body in bodies:
        written = wire(f"openai/{body['model']}").again(body)
        assert not [error.message for error in check.iter_errors(written)]


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("openai.openai-chat") if row.status == 401]
    assert {type(wire("openai/gpt-4o").error(row.status, row.body)) for row in rows} == {NotLetIn}


def test_vectors_are_asked_for_as_base64_from_the_default_model(colour: Colour, provider: Canned) -> None:
    """R-46."""
    rows = [{"object": "embedding", "index": 0, "embedding": "AAAAPwAAgL8="}]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    for _ in range(2):
        provider.answer({"object": "list", "data": rows, "model": "text-embedding-3-small", "usage": usage})
    environ = {"OPENAI_API_KEY": "made-up-key", "OPENAI_BASE_URL": f"{provider.url}/v1"}
    with Hamr(environ=environ) as hamr:
        assert colour.embed(hamr, "hi", "openai").vector.tolist() == [0.5, -1]
    with Hamr(environ={**environ, "OPENAI_EMBED_MODEL": "text-embedding-3-large"}) as hamr:
        colour.embed(hamr, "hi", "openai")
    asked = {"model": "text-embedding-3-small", "input": ["hi"], "encoding_format": "base64"}
    assert provider.asked[0].path == "/v1/embeddings"
    assert [each.json for each in provider.asked] == [asked, {**asked, "model": "text-embedding-3-large"}]


def test_its_models(colour: Colour, provider: Canned) -> None:
    provider.answer({"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model", "created": 5}]})
    environ = {"OPENAI_API_KEY": "made-up-key", "OPENAI_BASE_URL": f"{provider.url}/v1"}
    with Hamr(environ=environ) as hamr:
        assert [info.selector for info in colour.models(hamr, "openai").models] == ["openai/gpt-4o-mini"]
    assert provider.asked[0].path == "/v1/models"
