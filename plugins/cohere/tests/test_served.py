"""The server half: what a client of this wire writes, and what it is sent."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    BadRequest,
    BrokenReply,
    CallError,
    Citation,
    Failed,
    Finished,
    Image,
    Message,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    Request,
    ResponseFormat,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingConfig,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    ToolChoice,
    TooLong,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr.api import Call, Dialect, dialect
from hamr_provider_cohere.dialect import CohereDialect
from hamr_testkit.conformance import refusal_survives

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Shape, Wire

HELLO = {"role": "user", "content": "Hello"}
SCHEMA = {"type": "object", "properties": {}}


def parse(**body: Any) -> Request:
    whole = {"model": "m", "messages": [HELLO], **body}
    return CohereDialect().parse(Call("https://hamr.test/v2/chat", body=json.dumps(whole).encode()))


def test_it_is_found_by_the_name_of_the_wire() -> None:
    assert isinstance(dialect("cohere"), CohereDialect)
    assert isinstance(dialect("cohere"), Dialect)


def test_a_plain_call() -> None:
    assert parse() == Request((Message("user", (Text("Hello"),)),), options={"model": "m"})


def test_every_field_finds_its_place() -> None:
    tool = {"type": "function", "function": {"name": "f", "description": "F.", "parameters": SCHEMA}}
    kept = {"documents": ["The sky is blue."], "safety_mode": "STRICT", "citation_options": {"mode": "FAST"}}
    asked = parse(
        tools=[tool, {"type": "other"}],
        strict_tools=True,
        tool_choice="REQUIRED",
        response_format={"type": "json_object", "json_schema": SCHEMA},
        thinking={"type": "enabled", "token_budget": 700},
        stop_sequences=["a"],
        max_tokens=5.0,
        temperature=0.5,
        p=0.9,
        k=3,
        seed=7,
        frequency_penalty=0.1,
        presence_penalty=0.2,
        logprobs=True,
        stream=True,
        priority=None,
        **kept,
    )
    assert asked == Request(
        (Message("user", (Text("Hello"),)),),
        tools=(Tool("f", "F.", SCHEMA, strict=True),),
        tool_choice=ToolChoice("required"),
        response_format=ResponseFormat(SCHEMA),
        thinking=ThinkingConfig(tokens=700),
        max_tokens=5,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        seed=7,
        stop=("a",),
        frequency_penalty=0.1,
        presence_penalty=0.2,
        logprobs=0,
        stream=True,
        options={"model": "m", "tools": [{"type": "other"}], **kept},
    )


@pytest.mark.parametrize(
    ("given", "config"),
    [
        ({"type": "disabled"}, ThinkingConfig("off")),
        ({"type": "enabled"}, ThinkingConfig("high")),
        ({"token_budget": 5}, ThinkingConfig(tokens=5)),
    ],
)
def test_thinking(given: dict[str, Any], config: ThinkingConfig) -> None:
    assert parse(thinking=given).thinking == config


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, ResponseFormat()),
        ({"type": "json_object", "schema": SCHEMA}, ResponseFormat(SCHEMA)),
    ],
)
def test_the_shape_of_the_answer(form: dict[str, Any], wanted: ResponseFormat | None) -> None:
    assert parse(response_format=form).response_format == wanted


def test_a_conversation() -> None:
    source = {"start": 0, "end": 2, "sources": [{"type": "document", "id": "doc:0"}]}
    document = [{"type": "text", "text": "one"}, {"type": "document", "document": {"id": "d", "data": {"a": 1}}}]
    url = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    asked = parse(
        messages=[
            {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is it?"},
                    {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
                    {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": ""}],
                "tool_plan": "I will look.",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "null"}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": document},
            {"role": "assistant", "content": "Hi", "citations": [source]},
        ]
    )
    system, user, turn, result, last = asked.messages
    assert system == Message("system", (Text("Be brief."),))
    assert user.parts[1:] == (
        Image(data=b"\x89PNG", media_type="image/png", detail="low"),
        Image(url="https://x.test/a.png"),
    )
    assert turn.parts == (
        Thinking("Hm."),
        Text("I will look.", extra={"cohere": {"field": "tool_plan"}}),
        ToolCall("c1", "f", {}, "{}"),
    )
    shown = ToolResult("c1", (Text("one"), Text('{"a":1}')), extra={"cohere": {"content": document}})
    assert result == Message("tool", (shown,))
    cited = (Citation(None, "doc:0", None, 0, 2),)
    assert last == Message("assistant", (Text("Hi", citations=cited, extra={"cohere": {"citations": [source]}}),))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"model": None}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": [1]}, r"messages\[0\]"),
        ({"messages": [{"role": "boss", "content": ""}]}, r"messages\[0\]\.role"),
        ({"messages": [{"role": "user"}]}, r"messages\[0\]\.content"),
        ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, r"messages\[0\]\.content\[0\]\.type"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, r"messages\[0\]\.tool_calls\[0\]\.function"),
        ({"messages": [{"role": "tool", "content": ""}]}, r"messages\[0\]\.tool_call_id"),
        ({"tools": [{"type": "function"}]}, r"tools\[0\]\.function"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"response_format": {"type": "xml"}}, r"response_format\.type"),
        ({"thinking": {"type": "deep"}}, r"thinking\.type"),
        ({"thinking": {"token_budget": "many"}}, r"thinking\.token_budget"),
        ({"stop_sequences": "a"}, "stop_sequences"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_a_body_that_is_wrong_is_named(body: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=rf"\b{place} must be"):
        parse(**body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
def test_a_body_that_is_none(body: bytes) -> None:
    for read in (CohereDialect().parse, CohereDialect().parse_embeddings):
        with pytest.raises(BadRequest):
            read(Call("https://hamr.test", body=body))


def comparable(body: dict[str, Any]) -> dict[str, Any]:
    """A body with texts as lists of parts, and without empty ones."""
    messages = []
    for each in body["messages"]:
        content = each.get("content")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())
        kept = [part for part in parts if part.get("text") != ""]
        messages.append({**{name: value for name, value in each.items() if name != "content"}, "content": kept})
    return {**{name: value for name, value in body.items() if value is not None}, "messages": messages}


def test_recorded_requests_are_read_and_written_again(wire: Wire, recordings: Recordings) -> None:
    rows = [row for row in recordings("cohere.cohere-chat") if row.request and "messages" in row.request]
    assert len(rows) > 35
    for row in rows:
        assert row.request is not None
        again = wire(f"cohere/{row.request['model']}").again(row.request)
        assert comparable(again) == comparable({"stream": False, **row.request}), row.id


def written(*events: Any) -> list[dict[str, Any]]:
    """The events that a client is sent, each with its name twice."""
    encoder = CohereDialect().encoder(Request((), stream=True))
    data = encoder.encode(events) + encoder.finish()
    blocks = [block.split("\n") for block in data.decode().split("\n\n") if block and block != "data: [DONE]"]
    found = [(name.removeprefix("event: "), json.loads(line.removeprefix("data: "))) for name, line in blocks]
    assert all(name == event["type"] for name, event in found)
    return [event for _, event in found]


def whole(*events: Any) -> dict[str, Any]:
    encoder = CohereDialect().encoder(Request(()))
    assert encoder.encode(events) == b""
    body: dict[str, Any] = json.loads(encoder.finish())
    return body


PLAN = {"cohere": {"field": "tool_plan"}}
CALL = ToolCall("c1", "f", {"a": 1}, '{"a": 1}')
EVENTS = (
    Started("r1", "served"),
    ThinkingStart(0),
    ThinkingDelta(0, "Hm."),
    ThinkingEnd(0),
    TextStart(1),
    TextDelta(1, "Hel"),
    TextDelta(1, "lo"),
    TextEnd(1, (Citation("https://x.test", "X", "quoted", 0, 4),)),
    TextStart(2, choice=1),
    TextDelta(2, "other"),
    TextEnd(2),
    TextStart(3, extra=PLAN),
    TextDelta(3, "I will look."),
    TextEnd(3, extra=PLAN),
    ToolCallStart(4, "c1", "f"),
    ToolCallDelta(4, '{"a": 1}'),
    ToolCallEnd(4, CALL),
    ToolCallStart(5, "c2", "g"),
    ToolCallEnd(5, ToolCall("c2", "g", {"b": 2})),
    UsageUpdated(Usage(input=2, cache_read=1, output=3, reasoning=4)),
    Finished("tool_calls"),
)


def test_a_stream_has_the_published_shape(shape: Shape) -> None:
    events = written(*EVENTS)
    validator = shape("cohere", "chat-event")
    assert not [error.message for each in events for error in validator.iter_errors(each)]
    assert [(event["type"], event.get("index")) for event in events] == [
        ("message-start", None),
        ("content-start", 0),
        ("content-delta", 0),
        ("content-end", 0),
        ("content-start", 1),
        ("content-delta", 1),
        ("content-delta", 1),
        ("citation-start", 0),
        ("citation-end", 0),
        ("content-end", 1),
        ("tool-plan-delta", None),
        ("tool-call-start", 0),
        ("tool-call-delta", 0),
        ("tool-call-end", 0),
        ("tool-call-start", 1),
        ("tool-call-delta", 1),
        ("tool-call-end", 1),
        ("message-end", None),
    ]
    cited = events[7]["delta"]["message"]["citations"]
    assert (cited["text"], cited["content_index"], cited["sources"][0]["document"]["url"]) == (
        "Hell",
        1,
        "https://x.test",
    )
    assert events[-1]["delta"] == {
        "finish_reason": "TOOL_CALL",
        "usage": {
            "billed_units": {"input_tokens": 3, "output_tokens": 7},
            "tokens": {"input_tokens": 3, "output_tokens": 7, "reasoning_tokens": 4},
            "cached_tokens": 1,
        },
    }


def test_a_whole_reply_has_the_published_shape(shape: Shape) -> None:
    body = whole(*EVENTS)
    assert not list(shape("cohere", "chat-response").iter_errors(body))
    message = body["message"]
    assert message["content"] == [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hello"}]
    assert message["tool_plan"] == "I will look."
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == ['{"a": 1}', '{"b":2}']
    assert len(message["citations"]) == 1
    assert (body["id"], body["finish_reason"]) == ("r1", "TOOL_CALL")


def test_a_failure_in_mid_stream_is_its_last_event() -> None:
    last = written(*EVENTS[:6], Failed(BrokenReply("it broke")))[-1]
    assert last == {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "it broke"}}
    assert whole(Failed(BrokenReply("it broke"))) == {"id": "hamr", "message": "it broke"}
    assert written(Finished("error", "abort"))[-1]["delta"]["error"] == "the model ended with an error: abort"


def test_a_stream_that_broke_off_does_not_pass_for_a_whole_one() -> None:
    assert written(*EVENTS[:6])[-1]["type"] == "content-delta"
    assert whole(*EVENTS[:6])["message"] == "the reply broke off before its end"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadRequest("x"), 400),
        (TooLong("x"), 400),
        (NotLetIn("x"), 401),
        (QuotaSpent("x"), 402),
        (NoSuchModel("x"), 404),
        (RateLimited("x", retry_after=2), 429),
        (Refused("x"), 498),
        (Overloaded("x"), 503),
        (BrokenReply("x"), 502),
        (NoAnswer("x"), 504),
    ],
)
def test_an_error_is_understood_by_the_client_half(error: CallError, status: int, wire: Wire) -> None:
    expected = Overloaded if isinstance(error, BrokenReply | NoAnswer) else None
    assert refusal_survives(wire("cohere/m"), error, expected) == status
