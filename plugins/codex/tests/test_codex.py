"""Calls to the Codex backend, answered on this machine as it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from hamr import (
    Hamr,
    HamrError,
    Message,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Request,
    Text,
    Tool,
    Unsupported,
)
from hamr.api import Tokens, UsageUpdated
from hamr_testkit.authorization import AuthorizationServer, jwt
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.fixtures import Wire

LogIn = Callable[..., Tokens]
ACCOUNT = {"https://api.openai.com/auth": {"chatgpt_account_id": "account-2"}}
STARTED = {"type": "response.created", "response": {"id": "resp_1", "model": "gpt-5.5", "status": "in_progress"}}
MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hello.", "annotations": []}],
}
ITEM = {"type": "response.output_item.done", "output_index": 0, "item": MESSAGE}
LIMITS = {"type": "codex.rate_limits", "plan_type": "plus", "rate_limits": {"primary": {"used_percent": 12}}}


def ended(kind: str = "response.completed", **more: Any) -> dict[str, Any]:
    """The last event; what came before does not stand in it again."""
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    return {"type": kind, "response": {"id": "resp_1", "model": "gpt-5.5", "output": [], "usage": usage, **more}}


@pytest.fixture
def codex(environ: Mapping[str, str], provider: Canned, logged_in: LogIn) -> Iterator[Hamr]:
    """A client that knows the backend at the provider's address, of somebody who is logged in."""
    logged_in()
    with Hamr(environ={**environ, "CODEX_BASE_URL": f"{provider.url}/backend-api/codex"}) as client:
        yield client


@pytest.mark.parametrize("last", ["response.completed", "response.done"])
def test_a_whole_answer_is_put_together_from_a_stream(
    colour: Colour, codex: Hamr, provider: Canned, logged_in: LogIn, last: str
) -> None:
    """R-123, R-124."""
    tokens = logged_in()
    provider.stream(STARTED, LIMITS, ITEM, ended(last))
    response = colour.call(codex, "hi", "codex", system="Be brief.", cache_key="c-1")
    assert (response.text, response.finish_reason, response.model) == ("Hello.", "stop", "gpt-5.5")
    assert response.usage is not None
    assert response.usage.total == 7
    (asked,) = provider.asked
    assert asked.path == "/backend-api/codex/responses"
    assert asked.headers["authorization"] == f"Bearer {tokens.access}"
    assert asked.headers["chatgpt-account-id"] == "account-1"
    assert asked.headers["originator"] == "hamr"
    assert asked.headers["openai-beta"] == "responses=experimental"
    assert asked.headers["accept"] == "text/event-stream"
    assert asked.headers["user-agent"].startswith("hamr/")
    assert asked.headers["session-id"] == asked.headers["x-client-request-id"] == "c-1"
    body = asked.json
    (said,) = body.pop("input")
    assert said["role"] == "user"
    assert body == {
        "model": "gpt-5.5",
        "instructions": "Be brief.",
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "c-1",
        "store": False,
        "stream": True,
        "parallel_tool_calls": True,
    }


def test_what_the_backend_refuses_is_left_out_and_told(wire: Wire) -> None:
    request = Request(
        (Message("user", (Text("hi"),)),), temperature=0.5, top_p=0.5, max_tokens=9, user="u", metadata={"a": "b"},
        store=True,
    )  # fmt: skip
    body, told = wire("codex/gpt-5.5").body(request)
    gone = {"temperature", "top_p", "max_output_tokens", "user", "metadata"}
    assert not gone & set(body)
    assert {("dropped", name) for name in gone} <= set(told)
    assert ("dropped", "store") in told
    assert body["store"] is False
    assert body["instructions"] == "You are a helpful assistant."


def test_tools_and_what_they_gave(wire: Wire) -> None:
    tool = Tool("weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
    body, _ = wire("codex/gpt-5.5").body(Request((Message("user", (Text("hi"),)),), tools=(tool,)))
    assert body["tools"][0]["name"] == "weather"
    assert body["parallel_tool_calls"] is True


def test_an_early_end_is_no_answer(colour: Colour, codex: Hamr, provider: Canned) -> None:
    provider.stream(STARTED, ITEM)
    with pytest.raises(HamrError, match="broke off"):
        colour.call(codex, "hi", "codex")


@pytest.mark.parametrize(
    ("headers", "body", "seconds", "hint"),
    [
        ({}, {"resets_in_seconds": 3700, "plan_type": "plus"}, 3700, "The limit of the plan plus ends in 1 h 2 min."),
        ({"date": "Thu, 01 Jan 1970 00:01:40 GMT"}, {"resets_at": 160}, 60, "The limit ends in 1 min."),
        ({}, {"resets_at": 160, "resets_in_seconds": 90}, 90, "ends in 2 min"),
        (
            {
                "date": "Thu, 01 Jan 1970 00:00:00 GMT",
                "x-codex-primary-used-percent": "100",
                "x-codex-primary-reset-at": "60",
                "x-codex-secondary-used-percent": "100.0",
                "x-codex-secondary-reset-at": "180000",
            },
            {},
            180000,
            "ends in 2 d 2 h",
        ),
        (
            {
                "x-codex-primary-used-percent": "100",
                "x-codex-primary-reset-after-seconds": "60",
                "x-codex-secondary-used-percent": "40",
                "x-codex-secondary-reset-after-seconds": "9999",
            },
            {},
            60,
            "ends in 1 min",
        ),
        ({"x-codex-primary-used-percent": "odd"}, {"resets_at": "odd", "resets_in_seconds": True}, None, "Add credit"),
    ],
)
def test_a_used_up_plan_says_when_it_is_there_again(
    wire: Wire, headers: dict[str, str], body: dict[str, Any], seconds: float | None, hint: str
) -> None:
    said = {"error": {"type": "usage_limit_reached", "message": "The usage limit has been reached", **body}}
    error = wire("codex/gpt-5.5").error(429, said, headers)
    assert isinstance(error, QuotaSpent)
    assert error.retry_after == seconds
    assert hint in error.hint


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, {"type": "usage_not_included", "message": "no"}, NotLetIn),
        (429, {"message": "slow"}, RateLimited),
        (503, {"code": "server_is_overloaded", "message": "busy"}, Overloaded),
        (400, {"code": "slow_down", "message": "busy"}, Overloaded),
    ],
)
def test_other_refusals(wire: Wire, status: int, error: dict[str, str], kind: type[HamrError]) -> None:
    assert type(wire("codex/gpt-5.5").error(status, {"error": error})) is kind


def test_a_refusal_of_another_shape_says_what_it_says(wire: Wire) -> None:
    error = wire("codex/gpt-5.5").error(400, {"detail": "Unsupported parameter: user"})
    assert error.message == "Unsupported parameter: user"


def test_a_used_up_plan_is_not_asked_again(colour: Colour, codex: Hamr, provider: Canned) -> None:
    provider.answer({"error": {"type": "usage_limit_reached", "resets_in_seconds": 5}}, status=429)
    with pytest.raises(QuotaSpent) as caught:
        colour.call(codex, "hi", "codex")
    assert caught.value.retry_after == 5
    assert len(provider.asked) == 1


def test_the_models_of_the_plan(colour: Colour, codex: Hamr, provider: Canned) -> None:
    rows = [
        {"slug": "gpt-6-sol", "display_name": "GPT-6 Sol", "context_window": 272000, "visibility": "list"},
        {"slug": "gpt-6-luna", "supported_reasoning_levels": [{"effort": "low"}]},
        {"slug": "codex-auto-review", "visibility": "hide"},
        {"display_name": "nameless"},
        "odd",
    ]
    provider.answer({"models": rows})
    first, second = colour.models(codex, "codex").models
    assert (first.selector, first.name, first.context_window, first.reasoning) == (
        "codex/gpt-6-sol", "GPT-6 Sol", 272000, None,
    )  # fmt: skip
    assert (second.id, second.name, second.reasoning) == ("gpt-6-luna", "gpt-6-luna", True)
    assert provider.asked[0].path == "/backend-api/codex/models?client_version=1.0.0"
    assert provider.asked[0].headers["chatgpt-account-id"] == "account-1"
    provider.answer({"detail": "odd"})
    with pytest.raises(HamrError, match="lists no models"):
        colour.models(codex, "codex")


def test_tokens_are_not_counted(codex: Hamr) -> None:
    with pytest.raises(Unsupported, match="counting of tokens"):
        codex.count_tokens("hi", "codex")


@pytest.mark.parametrize("base", ["", "/backend-api/codex", "/backend-api/codex/", "/backend-api/codex/responses"])
def test_ways_to_write_the_address(wire: Wire, base: str) -> None:
    wired = wire("codex/gpt-5.5", CODEX_BASE_URL=f"https://chatgpt.test{base}")
    call = wired.call(Request((Message("user", (Text("hi"),)),)))
    assert call.url == "https://chatgpt.test/backend-api/codex/responses"


def test_the_model_of_the_environment(wire: Wire) -> None:
    """R-8."""
    assert wire("codex", CODEX_MODEL="gpt-6-sol").pipeline.route.model.id == "gpt-6-sol"


def test_a_login_is_refreshed_as_the_codex_cli_does(
    colour: Colour, environ: Mapping[str, str], provider: Canned, openai: AuthorizationServer, logged_in: LogIn
) -> None:
    """R-125."""
    old = logged_in(left=200)
    openai.refresh.add(old.refresh or "")
    provider.stream(STARTED, ITEM, ended())
    variables = {**environ, "CODEX_BASE_URL": f"{provider.url}/codex", "CODEX_ISSUER": openai.url}
    with Hamr(environ=variables) as client:
        assert colour.call(client, "hi", "codex").text == "Hello."
    (asked,) = openai.asked_for("/oauth/token")
    assert asked.headers["content-type"] == "application/json"
    assert asked.fields == {
        "client_id": "app_EMoamEEZ73f0CkXaXp7hrann",
        "grant_type": "refresh_token",
        "refresh_token": "canary-refresh-0",
    }
    assert provider.asked[0].headers["authorization"] != f"Bearer {old.access}"


def test_the_accounts_of_hermes_router_let_calls_in(
    colour: Colour, environ: Mapping[str, str], provider: Canned, tmp_path: Any
) -> None:
    """R-8, C-20; the account of one that does not name it stands in its token."""
    access = jwt({"exp": 4102444800, **ACCOUNT})
    folder = tmp_path / "agent"
    folder.mkdir()
    (folder / "auth.json").write_text(
        json.dumps({"codex_accounts": [{"account_id": "", "access_token": access, "refresh_token": "r"}]})
    )
    provider.stream(STARTED, ITEM, ended())
    with Hamr(environ={**environ, "CODEX_BASE_URL": f"{provider.url}/codex"}) as client:
        assert colour.call(client, "hi", "codex").text == "Hello."
    assert provider.asked[0].headers["authorization"] == f"Bearer {access}"
    assert provider.asked[0].headers["chatgpt-account-id"] == "account-2"


def test_usage_is_told_in_a_stream(colour: Colour, codex: Hamr, provider: Canned) -> None:
    provider.stream(STARTED, ITEM, ended())
    assert any(isinstance(event, UsageUpdated) for event in colour.events(codex, "hi", "codex"))
