"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    BadRequest,
    CallError,
    File,
    Message,
    NotLetIn,
    RateLimited,
    Request,
    Text,
    ThinkingConfig,
    Tool,
    ToolCall,
    TooLong,
    ToolResult,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Shape, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "mistral/mistral-small-latest"


def test_fields_by_its_own_names(wire: Wire) -> None:
    request = Request(HELLO, max_tokens=5, seed=1, top_k=3, user="me", store=True, logit_bias={"1": 1.0}, stream=True)
    body, told = wire(MODEL).body(request)
    assert body == {
        "model": "mistral-small-latest",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 5,
        "random_seed": 1,
        "top_k": 3,
        "stream": True,
    }
    assert told == [("dropped", "store"), ("renamed", "seed"), ("dropped", "logit_bias"), ("dropped", "user")]


def test_ids_of_calls_are_nine_letters_or_digits_and_results_have_names(wire: Wire) -> None:
    """Pain 17: the same id for a call and for its result."""
    history = (
        *HELLO,
        Message("assistant", (ToolCall("call_abc-123", "weather", {}), ToolCall("AbCdEf123", "weather", {}))),
        Message("tool", (ToolResult("call_abc-123", (Text("sun"),)), ToolResult("AbCdEf123", (Text("rain"),)))),
    )
    body, told = wire(MODEL).body(Request(history))
    made, kept = (call["id"] for call in body["messages"][1]["tool_calls"])
    assert (len(made), made.isalnum(), kept) == (9, True, "AbCdEf123")
    assert body["messages"][2:] == [
        {"role": "tool", "tool_call_id": made, "content": "sun", "name": "weather"},
        {"role": "tool", "tool_call_id": kept, "content": "rain", "name": "weather"},
    ]
    assert told == [("changed", "tool_call.id")]


def test_keywords_of_schemas_and_names_of_messages_are_left_out(wire: Wire) -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
    request = Request((Message("user", (Text("hello"),), name="me"),), tools=(Tool("f", "", schema),))
    body, told = wire(MODEL).body(request)
    assert body["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {}}
    assert "name" not in body["messages"][0]
    assert told == [("dropped", "messages[0].name"), ("dropped", "tools[0].parameters.$schema")]


def test_a_document_goes_by_its_url(wire: Wire) -> None:
    request = Request((Message("user", (Text("read"), File(url="https://a.test/b.pdf"))),))
    part = wire(MODEL).body(request)[0]["messages"][0]["content"][1]
    assert part == {"type": "document_url", "document_url": "https://a.test/b.pdf"}


@pytest.mark.parametrize(("model", "sent"), [("mistral-small-latest", "high"), ("magistral-medium-latest", None)])
def test_magistral_thinks_without_being_told_how_much(model: str, sent: str | None, wire: Wire) -> None:
    body, told = wire(f"mistral/{model}").body(Request(HELLO, thinking=ThinkingConfig("high")))
    assert body.get("reasoning_effort") == sent
    assert told == ([] if sent else [("dropped", "thinking")])


def test_its_own_thinking_goes_back_as_it_came(recordings: Recordings, wire: Wire) -> None:
    """Parts of the content; the thinking of others has no place."""
    there = wire("mistral/magistral-medium-latest")
    rows = [row for row in recordings("mistral.openai-chat") if "reasoning" in row.features]
    thought = [response for _, response in there.read_all(rows) if response.thinking]
    assert thought
    for response in thought:
        body, told = there.body(Request((*HELLO, response.message)))
        first = body["messages"][1]["content"][0]
        assert (first["type"], first["thinking"][0]["text"]) == ("thinking", response.thinking)
        assert told == []


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    """Pain 39: the buckets add up to what it counted."""
    for row, response in wire(MODEL).read_all(recordings("mistral.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id


def test_recorded_requests_are_written_again_as_it_wants_them(recordings: Recordings, wire: Wire, shape: Shape) -> None:
    check = shape("mistral", "chat-request")
    bodies = [row.request for row in recordings("mistral.openai-chat") if row.request]
    assert bodies
    for body in bodies:
        written = wire(f"mistral/{body['model']}").again(body)
        assert not [error.message for error in check.iter_errors(written)]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"detail": "Invalid API Key"}, NotLetIn),
        (422, {"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}, BadRequest),
        (429, {"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited"}, RateLimited),
        (
            400,
            {
                "object": "error",
                "message": "Prompt of 9 tokens, too large for model with 8 maximum context length",
            },
            TooLong,
        ),
    ],
)
def test_errors_are_flat(status: int, body: object, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, body)) is kind
