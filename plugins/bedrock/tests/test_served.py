"""The server half: what a client of Bedrock's is told, and what is read of its calls."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from hamr.api import (
    BadRequest,
    BrokenReply,
    Call,
    CallError,
    Event,
    Failed,
    File,
    Finished,
    FinishReason,
    Head,
    HostedTool,
    Image,
    ModelInfo,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    PartAdded,
    QuotaSpent,
    RateLimited,
    Refused,
    Request,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    ToolChoice,
    TooLong,
    ToolResult,
    dialect,
)
from hamr_provider_bedrock.dialect import ConverseDialect
from hamr_testkit.wired import Wired

DIALECT = ConverseDialect()
WIRED = Wired("bedrock/m")
NAME = "bedrock-converse"


def parsed(body: Any, path: str = "/model/m/converse") -> Request:
    return DIALECT.parse(Call(path, body=json.dumps(body).encode()))


def frames(data: bytes) -> list[tuple[str, Any]]:
    """The events in these bytes, as botocore reads them."""
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    read = []
    for each in buffer:
        name = each.headers.get(":event-type") or each.headers[":exception-type"]
        assert each.headers[":content-type"] == "application/json"
        read.append((name, json.loads(each.payload)))
    return read


def test_it_is_installed_under_its_name() -> None:
    assert isinstance(dialect(NAME), ConverseDialect)


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("/model/a%3A0/converse", "chat"),
        ("/model/a/converse-stream", "chat"),
        ("/base/model/a/count-tokens", "count"),
        ("/foundation-models", "models"),
        ("/inference-profiles", "models"),
        ("/model/a/invoke", None),
    ],
)
def test_where_it_is_spoken(path: str, purpose: str | None) -> None:
    assert next((each for pattern, each in DIALECT.paths.items() if fnmatchcase(path, pattern)), None) == purpose


def test_the_model_stands_in_the_path() -> None:
    asked = parsed({"messages": []}, "/model/arn%3Aaws%3Abedrock%3Ax%3A1%3Aprompt-router%2Fa/converse-stream?x=1")
    assert asked.options == {"model": "arn:aws:bedrock:x:1:prompt-router/a"}
    assert asked.stream


def test_results_are_messages_of_their_own() -> None:
    result = {"toolResult": {"toolUseId": "t", "content": [{"json": {"a": 1}}, {"text": "b"}], "status": "error"}}
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    asked = parsed({"messages": [{"role": "user", "content": [{"text": "x"}, result, point, {"text": "y"}, point]}]})
    assert [message.role for message in asked.messages] == ["user", "tool", "user"]
    (found,) = asked.messages[1].parts
    assert isinstance(found, ToolResult)
    assert (found.is_error, found.cache) == (True, "1h")
    assert [part.text for part in found.parts if isinstance(part, Text)] == ['{"a":1}', "b"]
    assert asked.messages[2].parts == (Text("y", cache="1h"),)


def test_what_hamr_has_no_words_for_stays_as_it_is() -> None:
    blocks: list[dict[str, Any]] = [
        {"guardContent": {"text": {"text": "g", "qualifiers": ["query"]}}},
        {"searchResult": {"source": "s", "title": "t", "content": [{"text": "found"}]}},
        {"document": {"name": "d", "format": "txt", "source": {"text": "plain"}, "citations": {"enabled": True}}},
        {"document": {"name": "e", "format": "txt", "source": {"content": [{"text": "a"}, {"text": "b"}]}}},
        {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/i", "bucketOwner": "1"}}}},
        {"toolAddition": {"tool": {"name": "t"}}},
    ]
    body = {"messages": [{"role": "user", "content": blocks}]}
    (message,) = parsed(body).messages
    guard, found, plain, pieces, image, other = message.parts
    assert isinstance(guard, Text) and guard.text == "g"  # noqa: PT018  # the one says what the other is
    assert isinstance(found, Text) and found.text == "found"  # noqa: PT018  # as above
    assert isinstance(plain, File) and plain.data == b"plain"  # noqa: PT018  # as above
    assert isinstance(pieces, File) and pieces.data == b"a\nb"  # noqa: PT018  # as above
    assert isinstance(image, Image) and image.url == "s3://b/i"  # noqa: PT018  # as above
    assert isinstance(other, HostedTool)
    assert (
        WIRED.again({**body, "toolConfig": {"tools": [{"systemTool": {"name": "x"}}]}})["messages"] == body["messages"]
    )


def test_tools_and_the_choice_among_them() -> None:
    spec = {"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}, "strict": True}}
    point = {"cachePoint": {"type": "default"}}
    body: dict[str, Any] = {"messages": [], "toolConfig": {"tools": [spec, point, {"systemTool": {"name": "x"}}]}}
    asked = parsed(body)
    assert (asked.tools[0].strict, asked.tools[0].cache) == (True, "5m")
    assert asked.options["toolConfig"] == {"tools": [{"systemTool": {"name": "x"}}]}
    for written, choice in (
        ({"auto": {}}, ToolChoice("auto")),
        ({"any": {}}, ToolChoice("required")),
        ({"tool": {"name": "f"}}, ToolChoice("required", ("f",))),
    ):
        body["toolConfig"]["toolChoice"] = written
        assert parsed(body).tool_choice == choice


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": "x"}, "messages"),
        ({"messages": [{"role": "king", "content": []}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": "x"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"text": 1}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"image": {"source": {"bytes": "%"}}}]}]},
            "messages[0].content[0].image.source.bytes",
        ),
        ({"messages": [], "inferenceConfig": {"maxTokens": "x"}}, "inferenceConfig.maxTokens"),
        ({"messages": [], "toolConfig": {"toolChoice": {"all": {}}}}, "toolConfig.toolChoice"),
        ({"messages": [], "toolConfig": {"tools": [{"toolSpec": {}}]}}, "toolConfig.tools[0].toolSpec.name"),
        (
            {"messages": [], "outputConfig": {"textFormat": {"structure": {"jsonSchema": {"schema": "{"}}}}},
            "outputConfig.textFormat",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_named(body: Any, param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parsed(body)
    assert (caught.value.status, caught.value.param) == (400, param)


CALL = ToolCall("t", "f", {"x": 1}, '{"x":1}')
EVENTS: list[Event] = [
    Started("id", "m"),
    TextStart(0),
    TextDelta(0, "a"),
    TextEnd(0),
    ToolCallStart(1, "t", "f"),
    TextStart(2, choice=1),
    TextDelta(2, "another choice"),
    ToolCallDelta(1, '{"x":1}'),
    ToolCallEnd(1, CALL),
    TextEnd(2),
    PartAdded(3, HostedTool("web_search", {}, extra={"openai-responses": {}})),
]


def test_a_stream_as_botocore_reads_it() -> None:
    encoder = DIALECT.encoder(Request((), stream=True))
    assert encoder.content_type == "application/vnd.amazon.eventstream"
    data = encoder.encode(EVENTS)
    assert [name for name, _ in frames(data)] == [
        "messageStart", "contentBlockDelta", "contentBlockStop",
        "contentBlockStart", "contentBlockDelta", "contentBlockStop",
    ]  # fmt: skip
    encoder.encode([Finished("tool_calls")])
    (stopped, account) = frames(encoder.finish())
    assert stopped == ("messageStop", {"stopReason": "tool_use"})
    assert account[1]["usage"] == {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}


def test_a_stream_that_breaks_off_has_no_end() -> None:
    encoder = DIALECT.encoder(Request((), stream=True))
    encoder.encode(EVENTS)
    assert encoder.finish() == b""


def test_an_image_that_is_elsewhere_is_left_out() -> None:
    added = PartAdded(0, Image(url="https://a.test/b.png", media_type="image/png"))
    assert DIALECT.encoder(Request((), stream=True)).encode([added]) == b""
    encoder = DIALECT.encoder(Request(()))
    encoder.encode([added, Finished("stop")])
    assert json.loads(encoder.finish())["output"]["message"]["content"] == []


def test_a_failure_in_a_stream_is_an_exception() -> None:
    encoder = DIALECT.encoder(Request((), stream=True))
    ((name, said),) = frames(encoder.encode([Failed(RateLimited("slow down"))]))
    assert (name, said) == ("throttlingException", {"message": "slow down"})


def test_a_whole_reply() -> None:
    encoder = DIALECT.encoder(Request(()))
    assert encoder.encode([*EVENTS, Finished("tool_calls", "tool_use")]) == b""
    body = json.loads(encoder.finish())
    assert body["output"]["message"] == {
        "role": "assistant",
        "content": [{"text": "a"}, {"toolUse": {"toolUseId": "t", "name": "f", "input": {"x": 1}}}],
    }
    assert body["stopReason"] == "tool_use"
    for last in ([], [Failed(Overloaded("busy"))]):
        encoder = DIALECT.encoder(Request(()))
        encoder.encode([*EVENTS, *last])
        assert set(json.loads(encoder.finish())) == {"__type", "message"}


@pytest.mark.parametrize(
    ("reason", "raw", "written"),
    [
        ("stop", None, "end_turn"),
        ("stop", "stop_sequence", "stop_sequence"),
        ("stop", "STOP", "end_turn"),
        ("length", "length", "max_tokens"),
        ("content_filter", "guardrail_intervened", "guardrail_intervened"),
        ("refusal", None, "end_turn"),
        ("error", None, "malformed_model_output"),
    ],
)
def test_why_it_ended(reason: FinishReason, raw: str | None, written: str) -> None:
    encoder = DIALECT.encoder(Request(()))
    encoder.encode([Finished(reason, raw)])
    assert json.loads(encoder.finish())["stopReason"] == written


KINDS = (BadRequest, TooLong, NotLetIn, NoSuchModel, RateLimited, QuotaSpent, Overloaded)


@pytest.mark.parametrize("kind", [*KINDS, Refused, BrokenReply, NoAnswer])
def test_an_error_is_what_the_client_half_takes_it_for(kind: type[CallError]) -> None:
    head: Head = DIALECT.refusal(kind("it went wrong", request_id="r-1"))
    again = WIRED.error(head.status, head.body, dict(head.headers))
    assert "it went wrong" in again.message
    assert again.request_id == "r-1"
    if kind in KINDS:
        assert type(again) is kind


def test_models_and_tokens() -> None:
    models = [ModelInfo("a", "bedrock", "A")]
    page = WIRED.pipeline.wire.decode_models(Head(200, {}, DIALECT.encode_models(models)), WIRED.pipeline.route)  # type: ignore[attr-defined]  # a ListingWire
    assert [(model.id, model.name) for model in page.models] == [("a", "A")]
    asked = DIALECT.parse_count(
        Call("/model/m/count-tokens", body=b'{"input":{"converse":{"messages":[{"role":"user","content":[]}]}}}')
    )
    assert (asked.options, len(asked.messages)) == ({"model": "m"}, 1)
    assert DIALECT.encode_count(7) == b'{"inputTokens":7}'
