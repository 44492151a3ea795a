"""OpenAI's Responses API, answered on this machine as OpenAI answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Hamr, Message, Request, Text, Thinking, ThinkingConfig, ThinkingLevel, Tool
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Shape, Wire

HELLO = (Message("user", (Text("hello"),)),)
MODE = "responses"
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "A greeting."}],
    "encrypted_content": "gAAA/+==",
}
ANSWER = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "gpt-5.5-2026-04-23",
    "output": [
        THOUGHT,
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello.", "annotations": [], "logprobs": []}],
        },
    ],
    "usage": {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 16},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 27,
    },
}


def client(provider: Canned, **environ: str) -> Hamr:
    return Hamr(environ={"OPENAI_API_KEY": "made-up-key", "OPENAI_BASE_URL": f"{provider.url}/v1", **environ})


def test_thinking_goes_back_byte_for_byte(colour: Colour, provider: Canned) -> None:
    """It is lost on chat completions, and is not here."""
    for _ in range(2):
        provider.answer(ANSWER)
    with client(provider) as hamr:
        first = colour.call(hamr, "hi", "openai/gpt-5.5", api_mode=MODE, thinking="low", store=False)
        assert (first.text, first.thinking, first.id) == ("Hello.", "A greeting.", "resp_1")
        assert (first.usage.cache_read, first.usage.reasoning, first.usage.total) == (16, 5, 27)
        again = [*HELLO, first.message, Message("user", (Text("and?"),))]
        second = colour.call(hamr, again, "openai/gpt-5.5", api_mode=MODE, store=False)
    asked = provider.asked[0]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/responses", "Bearer made-up-key")
    assert asked.json["reasoning"] == {"effort": "low", "summary": "auto"}
    assert asked.json["include"] == ["reasoning.encrypted_content"]
    assert asked.json["store"] is False
    assert provider.asked[1].json["input"][1] == THOUGHT
    assert provider.asked[1].json["input"][2]["id"] == "msg_1"
    assert second.adaptations == ()


def test_what_was_said_is_kept_by_the_provider(colour: Colour, provider: Canned) -> None:
    """N-93: the next turn names the one before, and sends what is new."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        colour.call(
            hamr,
            "and?",
            "openai/gpt-5.5",
            api_mode=MODE,
            options={"previous_response_id": "resp_1", "truncation": "auto"},
        )
    sent = provider.asked[0].json
    assert (sent["previous_response_id"], sent["truncation"], len(sent["input"])) == ("resp_1", "auto", 1)


@pytest.mark.parametrize(
    ("model", "environ", "path"),
    [
        ("gpt-5.5", {}, "/v1/chat/completions"),
        ("gpt-5.5", {"OPENAI_API_MODE": "responses"}, "/v1/responses"),
        ("gpt-5-pro", {}, "/v1/responses"),
        ("gpt-5.4-pro-2026-03-05", {}, "/v1/responses"),
        ("o3-pro", {}, "/v1/responses"),
        ("gpt-5.3-codex", {}, "/v1/responses"),
        ("o4-mini-deep-research", {}, "/v1/responses"),
        ("computer-use-preview", {}, "/v1/responses"),
        ("gpt-6-sol", {}, "/v1/chat/completions"),
    ],
)
def test_models_that_have_no_chat_are_asked_here(
    model: str, environ: dict[str, str], path: str, provider: Canned
) -> None:
    """C-14, N-95."""
    with client(provider, **environ) as hamr:
        assert hamr.preview("hi", f"openai/{model}").url == f"{provider.url}{path}"


@pytest.mark.parametrize(
    ("model", "level", "effort", "kept"),
    [
        ("gpt-4o", None, None, {"temperature"}),
        ("gpt-5-pro", "low", "high", set()),
        ("gpt-5.2-pro", "low", "medium", set()),
        ("o3-pro", "off", "low", set()),
        ("o3-deep-research-2025-06-26", "high", "high", set()),
        ("gpt-5", "off", "minimal", set()),
        ("gpt-5-codex", "minimal", "low", set()),
        ("gpt-5.1-codex-max", "off", "none", {"temperature"}),
        ("gpt-5.5", "max", "xhigh", set()),
        ("gpt-5.5", "off", "none", {"temperature"}),
        ("gpt-5.6-sol", "max", "max", set()),
    ],
)
def test_each_model_takes_what_it_takes(
    model: str, level: ThinkingLevel | None, effort: str | None, kept: set[str], wire: Wire
) -> None:
    request = Request(HELLO, temperature=0.5, thinking=None if level is None else ThinkingConfig(level))
    body, _ = wire(f"openai/{model}", api_mode=MODE).body(request)
    assert body.get("reasoning", {}).get("effort") == effort
    assert body.keys() & {"temperature"} == kept
    assert ("include" in body) == (model != "gpt-4o")


def test_tools_may_wait_until_they_are_found(wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f", deferred=True),))
    body, _ = wire("openai/gpt-5.5", api_mode=MODE).body(request)
    assert [tool["type"] for tool in body["tools"]] == ["function", "tool_search"]
    assert body["tools"][0]["defer_loading"] is True
    assert "defer_loading" not in wire("openai/gpt-5", api_mode=MODE).body(request)[0]["tools"][0]


def test_thinking_of_elsewhere_is_told(wire: Wire) -> None:
    turn = Message("assistant", (Thinking("hm", {"openai-completions": {"field": "reasoning"}}), Text("yes")))
    body, told = wire("openai/gpt-5.5", api_mode=MODE).body(Request((*HELLO, turn)))
    assert body["input"][1] == {"type": "message", "role": "assistant", "content": "yes"}
    assert ("dropped", "messages[1].parts[0]") in told


def test_tokens_are_counted_by_openai(colour: Colour, provider: Canned) -> None:
    provider.answer({"object": "response.input_tokens", "input_tokens": 11})
    with client(provider) as hamr:
        assert colour.count_tokens(hamr, "hi", "openai/gpt-5.5", api_mode=MODE) == 11
    assert provider.asked[0].path == "/v1/responses/input_tokens"


def test_recorded_replies_and_requests(recordings: Recordings, wire: Wire, shape: Shape) -> None:
    schema = shape("openai", "responses-request")
    rows = [row for row in recordings("openai.openai-responses") if row.status == 200]
    for row, response in wire("openai/gpt-5.5", api_mode=MODE).read_all(rows):
        if response.usage is not None:
            assert counted(response) == response.usage.raw["total_tokens"], row.id
        body = row.request
        if body and body.get("model") and not any(schema.iter_errors(body)):
            again = wire(f"openai/{body['model']}", api_mode=MODE).again(body)
            assert not [error.message for error in schema.iter_errors(again)], row.id
