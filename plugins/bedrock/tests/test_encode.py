"""What is written for each thing that can be asked, held against botocore's own description of the service."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from hamr.api import (
    Audio,
    File,
    HostedTool,
    Image,
    Message,
    Part,
    Request,
    ResponseFormat,
    Route,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Unsupported,
)
from hamr_provider_bedrock.wire import Converse

NAME = "bedrock-converse"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
HI = Message("user", (Text("Hi."),))
WEATHER = Tool("weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
CALLED = Message("assistant", (ToolCall("call_1", "weather", {"city": "Rome"}, '{"city":"Rome"}'),))
RESULT = Message("tool", (ToolResult("call_1", (Text("sunny"),)),))

Body = dict[str, Any]
Encode = Callable[..., tuple[Body, list[tuple[str, str]]]]


SHAPES = ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2"))
OLD = "ConverseStream" not in SHAPES.operation_names


@pytest.fixture
def valid() -> Callable[..., None]:
    """Fails the test where botocore would not send this body; one that is too old to know says nothing."""

    def check(body: Body, operation: str = "Converse") -> None:
        shape = None if OLD else SHAPES.operation_model(operation).input_shape
        if shape is not None and body.keys() <= shape.members.keys():
            report = ParamValidator().validate({"modelId": "m", **body}, shape)
            assert not report.has_errors(), report.generate_report()

    return check


@pytest.mark.skipif(OLD, reason="this botocore is older than Converse")
def test_botocore_judges_what_is_sent(valid: Callable[..., None]) -> None:
    members = SHAPES.operation_model("Converse").input_shape.members
    assert {"messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig"} <= members.keys()
    with pytest.raises(AssertionError, match="role"):
        valid({"messages": [{"content": []}]})


def user(*parts: Part, **fields: Any) -> Request:
    return Request((Message("user", parts),), **fields)


def content(body: Body, at: int = 0) -> Any:
    return body["messages"][at]["content"]


def test_the_address_of_a_call(route: Callable[..., Route]) -> None:
    """N-82: an id is one segment of the path."""
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    for id, path in (
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "anthropic.claude-3-5-sonnet-20240620-v1%3A0"),
        (arn, "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc"),
    ):
        there = route(id)
        call = Converse(there).encode(Request((HI,)), there)
        assert (call.method, call.url) == ("POST", f"https://aws.test/model/{path}/converse")
        assert call.headers["accept"] == "application/json"
        call = Converse(there).encode(Request((HI,), stream=True), there)
        assert call.url == f"https://aws.test/model/{path}/converse-stream"
        assert call.headers["accept"] == "application/vnd.amazon.eventstream"


def test_system_stands_apart_with_its_cache_points(encode: Encode, valid: Callable[..., None]) -> None:
    system = Message("system", (Text("Be brief.", cache="1h"), Text("Be kind.")))
    body, told = encode(Request((system, HI)))
    assert body["system"] == [
        {"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}, {"text": "Be kind."}
    ]  # fmt: skip
    assert not told
    valid(body)
    body, told = encode(Request((HI, Message("system", (Text("Late."),)))))
    assert body["system"] == [{"text": "Late."}]
    assert told == [("changed", "messages[1]")]
    with pytest.raises(Unsupported, match="text alone"):
        encode(Request((Message("system", (Image(data=PNG),)),)))


def test_images_documents_videos_and_sounds(encode: Encode, valid: Callable[..., None]) -> None:
    body, told = encode(
        user(
            Text("?"),
            Image(data=PNG),
            Image(url="s3://b/a.jpg", media_type="image/jpeg"),
            File(b"%PDF", name="A (1) - b_c"),
            File(b"a,b", name="q3.final  v2.csv", media_type="text/csv; charset=utf-8"),
            File(b"x", media_type="video/mp4"),
            Audio(b"RIFF", "wav"),
        )
    )
    _, png, jpeg, pdf, csv, video, audio = content(body)
    assert png == {"image": {"format": "png", "source": {"bytes": base64.b64encode(PNG).decode()}}}
    assert jpeg == {"image": {"format": "jpeg", "source": {"s3Location": {"uri": "s3://b/a.jpg"}}}}
    assert (pdf["document"]["format"], pdf["document"]["name"]) == ("pdf", "A (1) - b_c")
    assert (csv["document"]["format"], csv["document"]["name"]) == ("csv", "q3-final- v2-csv")
    assert video["video"]["format"] == "mp4"
    assert audio["audio"] == {"format": "wav", "source": {"bytes": "UklGRg=="}}
    assert told == [("changed", "messages[0].parts[4].name")]
    valid(body)


@pytest.mark.parametrize(
    "part",
    [
        Image(url="https://a.test/b.png"),
        Image(data=b"what is this"),
        File(url="https://a.test/b.pdf"),
        File(file_id="f"),
        File(b"x", media_type="application/zip"),
        Audio(file_id="f"),
    ],
)
def test_what_bedrock_cannot_read_is_refused(encode: Encode, part: Part) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        encode(user(part))


def test_documents_have_names_of_their_own(encode: Encode) -> None:
    body, told = encode(user(Text("?"), File(b"a"), File(b"b", name="é")))
    assert [block["document"]["name"] for block in content(body)[1:]] == ["Document 1", "-"]
    assert [field for _, field in told] == ["messages[0].parts[1].name", "messages[0].parts[2].name"]


def test_cache_points_follow_what_has_a_mark(encode: Encode, valid: Callable[..., None]) -> None:
    body, _ = encode(Request((Message("user", (Text("a", cache="5m"), Text("b"))),), tools=(Tool("t", cache="5m"),)))
    point = {"cachePoint": {"type": "default"}}
    assert content(body) == [{"text": "a"}, point, {"text": "b"}]
    assert body["toolConfig"]["tools"][1] == point
    valid(body)
    body, told = encode(user(Text("a", cache="1h")), supports_long_cache=False)
    assert (content(body)[1], told) == (point, [("changed", "messages[0].parts[0].cache")])
    body, told = encode(user(Text("a", cache="5m")), supports_cache_points=False)
    assert (content(body), told) == ([{"text": "a"}], [("dropped", "messages[0].parts[0].cache")])


def test_calls_and_results(encode: Encode, valid: Callable[..., None]) -> None:
    results = Message(
        "tool",
        (
            ToolResult("call_1", (Text("a"), Image(data=PNG), File(b"%PDF", name="d")), is_error=True, cache="5m"),
            ToolResult("call_2", ()),
        ),
    )
    body, told = encode(Request((HI, CALLED, results, HI), tools=(WEATHER,)))
    assert content(body, 1) == [{"toolUse": {"toolUseId": "call_1", "name": "weather", "input": {"city": "Rome"}}}]
    first, point, second, text = content(body, 2)
    assert [next(iter(each)) for each in first["toolResult"]["content"]] == ["text", "image", "document"]
    assert first["toolResult"]["status"] == "error"
    assert point == {"cachePoint": {"type": "default"}}
    assert second == {"toolResult": {"toolUseId": "call_2", "content": [{"text": "(empty)"}]}}
    assert text == {"text": "Hi."}
    assert told == [("injected", "messages[2].parts[1].parts")]
    valid(body)


def test_turns_are_taken(encode: Encode) -> None:
    body, told = encode(Request((HI, HI, CALLED, RESULT, HI), tools=(WEATHER,)))
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert told == [("changed", "messages[1]")]


def test_ids_and_arguments_that_bedrock_refuses(encode: Encode, valid: Callable[..., None]) -> None:
    odd = "call/1|" + "x" * 80
    call = ToolCall(odd, "weather", {}, "{broken", "no JSON")
    messages = (HI, Message("assistant", (call,)), Message("tool", (ToolResult(odd, (Text("a"),)),)))
    body, told = encode(Request(messages, tools=(WEATHER,)))
    use, result = content(body, 1)[0]["toolUse"], content(body, 2)[0]["toolResult"]
    assert use["toolUseId"] == result["toolUseId"]
    assert use["input"] == {"malformed_arguments": "{broken"}
    assert told == [("changed", "messages[1].parts[0].arguments"), ("changed", "tool_call.id")]
    valid(body)


@pytest.mark.parametrize(
    ("choice", "written", "told"),
    [
        (ToolChoice("auto"), {"auto": {}}, []),
        (ToolChoice("required"), {"any": {}}, []),
        (ToolChoice("required", ("weather",)), {"tool": {"name": "weather"}}, []),
        (ToolChoice("auto", ("weather",)), {"auto": {}}, [("dropped", "tool_choice.names")]),
        (ToolChoice("required", ("weather", "time")), {"any": {}}, [("dropped", "tool_choice.names")]),
    ],
)
def test_the_choice_of_tools(
    encode: Encode, valid: Callable[..., None], choice: ToolChoice, written: Body, told: list[Any]
) -> None:
    body, adapted = encode(Request((HI,), tools=(WEATHER, Tool("time")), tool_choice=choice))
    assert (body["toolConfig"]["toolChoice"], adapted) == (written, told)
    valid(body)


def test_no_tools_on_a_wire_that_cannot_say_so(encode: Encode) -> None:
    body, told = encode(Request((HI,), tools=(WEATHER,), tool_choice=ToolChoice("none")))
    assert ("toolConfig" not in body, told) == (True, [("emulated", "tool_choice")])
    body, told = encode(Request((HI, CALLED, RESULT), tools=(WEATHER,), tool_choice=ToolChoice("none")))
    assert (list(body["toolConfig"]), told) == (["tools"], [("dropped", "tool_choice")])
    with pytest.raises(Unsupported, match="'hail'"):
        encode(Request((HI,), tools=(WEATHER,), tool_choice=ToolChoice("required", ("hail",))))


def test_calls_without_tools_bring_their_tools_along(encode: Encode, valid: Callable[..., None]) -> None:
    body, told = encode(Request((HI, CALLED, RESULT)))
    assert body["toolConfig"]["tools"] == [
        {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}
    ]
    assert told == [("injected", "tools")]
    valid(body)


def test_tools(encode: Encode, valid: Callable[..., None]) -> None:
    tool = Tool("t", "d", {"type": "object", "$schema": "x"}, strict=True, deferred=True)
    body, told = encode(Request((HI,), tools=(tool,)), unsupported_schema_keywords=["$schema"])
    spec = {"name": "t", "description": "d", "inputSchema": {"json": {"type": "object"}}, "strict": True}
    assert body["toolConfig"]["tools"] == [{"toolSpec": spec}]
    assert told == [("dropped", "tools[0].parameters.$schema"), ("dropped", "tools[0].deferred")]
    valid(body)
    body, told = encode(Request((HI,), tools=(tool,), tool_choice=ToolChoice("required")), supports_strict_mode=False)
    assert ("dropped", "tools[0].strict") in told
    _, told = encode(Request((HI,), tools=(WEATHER,), tool_choice=ToolChoice("required")), supports_forced_tools=False)
    assert told == [("dropped", "tool_choice")]


THOUGHTS = [
    ({"signature": "sig=="}, {"reasoningText": {"text": "Hm", "signature": "sig=="}}),
    ({"vendor": "anthropic", "signature": "sig=="}, {"reasoningText": {"text": "Hm", "signature": "sig=="}}),
    ({"redactedContent": "aGlkZGVu"}, {"redactedContent": "aGlkZGVu"}),
    ({}, {"reasoningText": {"text": "Hm"}}),
]


@pytest.mark.parametrize(("own", "written"), THOUGHTS)
def test_thinking_goes_back_as_it_came(encode: Encode, valid: Callable[..., None], own: Body, written: Body) -> None:
    body, told = encode(Request((HI, Message("assistant", (Thinking("Hm", {NAME: own}), Text("a"))), HI)))
    assert (content(body, 1)[0], told) == ({"reasoningContent": written}, [])
    valid(body)


@pytest.mark.parametrize(
    ("part", "flags"),
    [
        (Thinking("Hm"), {}),
        (Thinking("Hm", {"anthropic-messages": {"signature": "s"}}), {}),
        (Thinking("Hm", {NAME: {"vendor": "amazon", "signature": "s"}}), {}),
        (Thinking("Hm", {NAME: {}}), {"thinking_needs_signature": True}),
        (Thinking(" ", {NAME: {}}), {}),
        (HostedTool("search", {}), {}),
    ],
)
def test_what_another_gave_is_dropped_and_told(encode: Encode, part: Part, flags: Body) -> None:
    body, told = encode(Request((HI, Message("assistant", (part, Text("a"))), HI)), **flags)
    assert content(body, 1) == [{"text": "a"}]
    assert ("dropped", "messages[1].parts[0]") in told


def test_what_has_no_field_is_told(encode: Encode) -> None:
    said = (Text("No.", refusal=True), Image(data=PNG, detail="high"), Audio(b"RIFF", "wav", transcript="hm"))
    _, told = encode(user(*said))
    assert [field.rpartition(".")[2] for _, field in told] == ["refusal", "detail", "transcript"]


def test_blank_texts_are_left_out(encode: Encode) -> None:
    body, told = encode(Request((HI, Message("assistant", (Text(" \n"), Text(""))), HI)))
    assert body["messages"] == [{"role": "user", "content": [{"text": "Hi."}, {"text": "Hi."}]}]
    assert ("dropped", "messages[1].parts[0]") in told
    assert ("dropped", "messages[1]") in told


def test_how_the_answer_is_made(encode: Encode, valid: Callable[..., None]) -> None:
    request = Request(
        (HI,), max_tokens=9, temperature=1.5, top_p=0.5, stop=("x",), metadata={"a": "b"}, service_tier="flex", seed=1
    )
    body, told = encode(request)
    assert body["inferenceConfig"] == {"maxTokens": 9, "temperature": 1, "topP": 0.5, "stopSequences": ["x"]}
    assert (body["requestMetadata"], body["serviceTier"]) == ({"a": "b"}, {"type": "flex"})
    assert told == [("dropped", "seed"), ("clamped", "temperature")]
    valid(body)
    body, told = encode(request, unsupported=["temperature", "topP"])
    assert body["inferenceConfig"] == {"maxTokens": 9, "stopSequences": ["x"]}
    assert told[1:] == [("dropped", "temperature"), ("dropped", "top_p")]


@pytest.mark.parametrize(
    ("field", "written"), [("top_k", {"top_k": 5}), ("inferenceConfig.topK", {"inferenceConfig": {"topK": 5}})]
)
def test_top_k_has_a_place_by_model(encode: Encode, field: str, written: Body) -> None:
    body, told = encode(Request((HI,), top_k=5), top_k_field=field)
    assert (body["additionalModelRequestFields"], told) == (written, [])
    assert encode(Request((HI,), top_k=5))[1] == [("dropped", "top_k")]


def test_json_by_a_schema(encode: Encode, valid: Callable[..., None]) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    wanted = Request((HI,), response_format=ResponseFormat(schema, "place", "where"))
    body, told = encode(wanted)
    written = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (json.loads(written["schema"]), written["name"], written["description"], told) == (
        schema,
        "place",
        "where",
        [],
    )
    body, told = encode(wanted, supports_json_schema=False)
    assert '"properties"' in body["system"][0]["text"]
    assert told == [("emulated", "response_format")]
    body, told = encode(Request((HI,), response_format=ResponseFormat()))
    assert ("outputConfig" in body, told) == (False, [("emulated", "response_format")])
    valid(encode(wanted)[0])


def test_fields_of_converses_own(encode: Encode, valid: Callable[..., None]) -> None:
    """Guardrails and the rest go as they are; tables are merged, tools added."""
    options = {
        "model": "never",
        "guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled"},
        "performanceConfig": {"latency": "optimized"},
        "additionalModelRequestFields": {"anthropic_beta": ["x"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "inferenceConfig": {"topP": 0.9},
        "toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]},
    }
    body, told = encode(Request((HI,), tools=(WEATHER,), max_tokens=5, top_k=2, options=options), top_k_field="top_k")
    assert body["inferenceConfig"] == {"maxTokens": 5, "topP": 0.9}
    assert [next(iter(tool)) for tool in body["toolConfig"]["tools"]] == ["toolSpec", "systemTool"]
    assert body["additionalModelRequestFields"] == {"top_k": 2, "anthropic_beta": ["x"]}
    assert body["guardrailConfig"] == options["guardrailConfig"]
    assert ("model" in body, told) == (False, [])
    valid(body)


def test_tools_among_the_options_are_tools(encode: Encode) -> None:
    own = {"toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}}
    body, told = encode(Request((HI,), tool_choice=ToolChoice("required"), options=own))
    assert (body["toolConfig"], told) == ({"tools": own["toolConfig"]["tools"], "toolChoice": {"any": {}}}, [])
    assert encode(Request((HI,), tool_choice=ToolChoice("auto")))[1] == [("dropped", "tool_choice")]


def test_equal_beginnings_are_equal_bytes(route: Callable[..., Route]) -> None:
    """What a prompt cache needs: one more turn changes nothing before it."""
    there = route()
    short, long = (
        Request((HI, CALLED, RESULT), tools=(WEATHER,)),
        Request((HI, CALLED, RESULT, CALLED), tools=(WEATHER,)),
    )
    one, other = (Converse(there).encode(request, there).body for request in (short, long))
    assert other.startswith(one[: one.index(b'],"toolConfig')])


def test_tokens_are_counted_by_the_model_behind_a_profile(
    route: Callable[..., Route], valid: Callable[..., None]
) -> None:
    for id in (
        "us.anthropic.claude-x-v1:0",
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x-v1:0",
    ):
        there = route(id)
        call = Converse(there).encode_count(Request((HI,), max_tokens=5, tools=(WEATHER,)), there)
        assert call.url == "https://aws.test/model/anthropic.claude-x-v1%3A0/count-tokens"
        body = json.loads(call.body)
        assert list(body["input"]["converse"]) == ["messages", "toolConfig"]
        valid(body, "CountTokens")
    hidden = route("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc")
    with pytest.raises(Unsupported, match="which model counts"):
        Converse(hidden).encode_count(Request((HI,)), hidden)
