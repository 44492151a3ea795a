"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import CallError, Hamr, Message, RateLimited, Refused, Request, Text, TooLong

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "github_models/openai/gpt-4.1-mini"
ANSWER = {"id": "1", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}


def test_a_call_goes_to_the_new_address_with_its_headers(wire: Wire) -> None:
    """C-19."""
    there = wire(MODEL)
    assert there.call(Request(HELLO)).url == "https://models.github.ai/inference/chat/completions"
    assert there.pipeline.route.provider.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert there.body(Request(HELLO))[0]["model"] == "openai/gpt-4.1-mini"


def test_an_organization_may_pay(wire: Wire) -> None:
    there = wire(MODEL, GITHUB_MODELS_BASE_URL="https://models.github.ai/orgs/mine/inference")
    assert there.call(Request(HELLO)).url == "https://models.github.ai/orgs/mine/inference/chat/completions"


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"GITHUB_TOKEN": "ambient"}, "ambient"),
        ({"GITHUB_TOKEN": "ambient", "GITHUB_MODELS_API_KEY": "key"}, "key"),
        ({"GITHUB_TOKEN": "ambient", "GITHUB_MODELS_API_KEY": "key", "GITHUB_MODELS_TOKEN": "own"}, "own"),
    ],
)
def test_the_token_for_other_purposes_comes_last(
    environ: dict[str, str], sent: str, colour: Colour, provider: Canned
) -> None:
    """C-19: naming this provider is asking for it."""
    provider.answer(ANSWER)
    with Hamr(environ={**environ, "GITHUB_MODELS_BASE_URL": f"{provider.url}/inference"}) as hamr:
        colour.call(hamr, "hi", MODEL)
    headers = provider.asked[0].headers
    assert (headers["authorization"], headers["accept"]) == (f"Bearer {sent}", "application/vnd.github+json")


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(413, "tokens_limit_reached", TooLong), (429, "RateLimitReached", RateLimited)]
)
def test_the_limits_of_the_free_tier(status: int, code: str, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, {"error": {"code": code, "message": "no"}})) is kind


def test_refused_content(wire: Wire) -> None:
    error = wire(MODEL).error(400, {"error": {"code": "content_filter", "message": "no"}})
    assert type(error) is Refused
