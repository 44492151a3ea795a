"""Calls to OpenAI, answered on this machine as OpenAI answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Hamr, QuotaSpent

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

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


@pytest.mark.parametrize(("environ", "model"), [({}, "gpt-4o-mini"), ({"OPENAI_MODEL": "gpt-6-sol, o9"}, "gpt-6-sol")])
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
