"""Calls to a server of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import ConfigError, Hamr

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

ANSWER = {
    "object": "chat.completion",
    "model": "llama3.1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


@pytest.mark.parametrize("variable", ["LOCAL_LLM_BASE_URL", "LOCAL_BASE_URL"])
@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_address_with_v1_or_without(colour: Colour, provider: Canned, variable: str, ending: str) -> None:
    """Inventory C-81, N-145: one of the two variables is written with /v1, the other without; both take both."""
    provider.answer(ANSWER)
    with Hamr(environ={variable: provider.url + ending}) as hamr:
        assert colour.call(hamr, "hi", "local/llama3.1").text == "Hello."
    assert provider.asked[0].path == "/v1/chat/completions"


def test_the_longer_named_variables_win(provider: Canned) -> None:
    """Inventory C-81, N-10, R-11."""
    provider.answer(ANSWER)
    environ = {
        "LOCAL_LLM_BASE_URL": provider.url,
        "LOCAL_BASE_URL": "http://127.0.0.1:9/v1",
        "LOCAL_LLM_MODEL": "llama3.1",
        "LOCAL_MODEL": "another",
    }
    with Hamr(environ=environ) as hamr:
        hamr.call("hi", "local")
    assert provider.asked[0].json["model"] == "llama3.1"


def test_no_key_is_sent_where_there_is_none(colour: Colour, provider: Canned) -> None:
    """Inventory R-10: keyless."""
    provider.answer(ANSWER)
    with Hamr(environ={"LOCAL_LLM_BASE_URL": provider.url}) as hamr:
        colour.call(hamr, "hi", "local/llama3.1", max_tokens=9)
    assert "authorization" not in provider.asked[0].headers
    assert provider.asked[0].json["max_tokens"] == 9


def test_a_key_is_sent_where_there_is_one(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with Hamr(environ={"LOCAL_LLM_BASE_URL": provider.url, "LOCAL_API_KEY": "made-up-key"}) as hamr:
        colour.call(hamr, "hi", "local/llama3.1")
    assert provider.asked[0].headers["authorization"] == "Bearer made-up-key"


def test_a_model_must_be_named() -> None:
    """Inventory N-10: there is no default, for nobody knows what is served."""
    with pytest.raises(ConfigError, match="local has no default model"), Hamr(environ={}) as hamr:
        hamr.call("hi", "local")


def test_the_model_for_embeddings_comes_from_the_environment(colour: Colour, provider: Canned) -> None:
    """Inventory R-11, R-44."""
    provider.answer({"data": [{"index": 0, "embedding": [0.5]}]})
    with Hamr(environ={"LOCAL_LLM_BASE_URL": provider.url, "LOCAL_EMBED_MODEL": "nomic"}) as hamr:
        assert colour.embed(hamr, "hi", "local").model == "nomic"
    assert provider.asked[0].path == "/v1/embeddings"
    assert provider.asked[0].json == {"model": "nomic", "input": ["hi"]}
    with Hamr(environ={}) as hamr, pytest.raises(ConfigError, match="local has no default model for embeddings"):
        colour.embed(hamr, "hi", "local")
