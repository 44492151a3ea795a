"""What lets calls to Anthropic in, and the headers that go along with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hamr import ConfigError, Hamr

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 4, "output_tokens": 2},
}
SONNET = "anthropic/claude-sonnet-4-6"


def client(provider: Canned, **environ: str) -> Hamr:
    """A client that knows Anthropic at this address."""
    return Hamr(environ={"ANTHROPIC_API_KEY": "made-up-key", "ANTHROPIC_BASE_URL": provider.url, **environ})


def test_a_token_goes_as_a_bearer_and_a_key_before_it(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider, ANTHROPIC_API_KEY="", ANTHROPIC_AUTH_TOKEN="made-up-token") as made:
        colour.call(made, "hi", SONNET)
    assert provider.asked[0].headers["authorization"] == "Bearer made-up-token"
    assert "x-api-key" not in provider.asked[0].headers
    provider.answer(ANSWER)
    with client(provider, ANTHROPIC_AUTH_TOKEN="made-up-token") as made:
        colour.call(made, "hi", SONNET)
    assert provider.asked[1].headers["x-api-key"] == "made-up-key"
    assert "authorization" not in provider.asked[1].headers


@pytest.mark.parametrize(
    ("more", "told"),
    [({}, "oauth-2025-04-20"), ({"betas": ["a-beta", "oauth-2025-04-20"]}, "a-beta,oauth-2025-04-20")],
)
def test_a_logins_token_counts_before_the_key_and_asks_for_its_beta(
    colour: Colour, provider: Canned, more: dict[str, Any], told: str
) -> None:
    """H-74."""
    provider.answer(ANSWER)
    with client(provider, ANTHROPIC_OAUTH_TOKEN="made-up-canary", ANTHROPIC_AUTH_TOKEN="other") as made:
        colour.call(made, "hi", SONNET, options=more)
        previewed = made.preview("hi", SONNET)
        assert previewed.headers["authorization"] == "Bearer $ANTHROPIC_OAUTH_TOKEN"
        assert "made-up-canary" not in repr(previewed) + repr(made.pipeline(SONNET))
    headers = provider.asked[0].headers
    assert (headers["authorization"], headers["anthropic-beta"]) == ("Bearer made-up-canary", told)
    assert "x-api-key" not in headers


def test_what_a_key_lacks_is_told_by_the_variable_that_most_set() -> None:
    """H-74: a login's token is looked for first, and asked for last."""
    with Hamr(environ={}, folder=None) as made, pytest.raises(ConfigError, match="ANTHROPIC_OAUTH_TOKEN") as caught:
        made.call("hi", SONNET)
    assert "export ANTHROPIC_API_KEY=" in caught.value.hint


def test_headers_of_the_users_own_go_along_and_are_not_shown(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider, ANTHROPIC_CUSTOM_HEADERS="X-Team: made-up-canary\ncf-access-id: 7") as made:
        colour.call(made, "hi", SONNET)
        assert "made-up-canary" not in repr(made.preview("hi", SONNET)) + repr(made.pipeline(SONNET))
    assert provider.asked[0].headers["x-team"] == "made-up-canary"
    assert provider.asked[0].headers["cf-access-id"] == "7"
