from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BadRequest
from hamr.specs import CountingDialect, Dialect, EmbeddingDialect, ListingDialect
from hamr.types import (
    Audio,
    Call,
    File,
    HostedTool,
    Image,
    Message,
    Request,
    ResponseFormat,
    Route,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from hamr.wires.gemini import NAME, Gemini
from hamr.wires.gemini.dialect import GeminiDialect

DIALECT = GeminiDialect()
HELLO = [{"parts": [{"text": "Hello"}]}]
URL = "/v1beta/models/gemini-x:generateContent"


def parse(url: str = URL, **body: Any) -> Request:
    return DIALECT.parse(Call(url, body=json.dumps({"contents": HELLO, **body}).encode()))


def said(*parts: Any, role: str | None = "user") -> Request:
    content = {"parts": list(parts)} | ({} if role is None else {"role": role})
    return parse(contents=[content])


def test_the_server_half_speaks_of_everything() -> None:
    for half in (Dialect, CountingDialect, EmbeddingDialect, ListingDialect):
        assert isinstance(DIALECT, half)


@pytest.mark.parametrize(
    ("url", "options", "stream"),
    [
        (URL, {"model": "gemini-x"}, False),
        ("https://h.test/v1/models/a%2Fb:streamGenerateContent?alt=sse", {"model": "a/b"}, True),
        ("/v1/tunedModels/mine:streamGenerateContent", {"model": "mine", "alt": "json"}, True),
        ("/v1/projects/p/locations/l/endpoints/7:generateContent", {"model": "7"}, False),
        ("/v1/projects/p/locations/l/publishers/google/models/x:generateContent", {"model": "x"}, False),
        ("/odd:generateContent", {}, False),
    ],
)
def test_the_path_names_the_model_and_the_way(url: str, options: dict[str, Any], stream: bool) -> None:
    request = parse(url)
    assert (request.options, request.stream) == (options, stream)


def test_how_it_is_to_be_answered() -> None:
    request = parse(
        generationConfig={
            "temperature": 0.5,
            "top_p": 0.9,
            "topK": 3.0,
            "maxOutputTokens": 5,
            "candidateCount": 2,
            "stopSequences": ["a"],
            "seed": 7,
            "responseLogprobs": True,
            "logprobs": 2,
            "responseModalities": ["TEXT"],
        },
        serviceTier="flex",
        labels={"a": "b"},
        store=True,
        safety_settings=[{"category": "X"}],
        cachedContent="cachedContents/1",
        sim={"pace_of": 1},
    )
    assert request == Request(
        (Message("user", (Text("Hello"),)),),
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        max_tokens=5,
        n=2,
        stop=("a",),
        seed=7,
        logprobs=2,
        service_tier="flex",
        metadata={"a": "b"},
        store=True,
        options={
            "model": "gemini-x",
            "safetySettings": [{"category": "X"}],
            "cachedContent": "cachedContents/1",
            "sim": {"pace_of": 1},
            "generationConfig": {"responseModalities": ["TEXT"]},
        },
    )


@pytest.mark.parametrize(
    ("config", "wanted", "left"),
    [
        ({"thinkingLevel": "HIGH", "includeThoughts": True}, ThinkingConfig("high"), None),
        ({"thinking_level": "low"}, ThinkingConfig("low"), {"includeThoughts": False}),
        ({"thinkingBudget": 0}, ThinkingConfig(tokens=0), None),
        ({"thinkingBudget": -1, "includeThoughts": True}, ThinkingConfig(tokens=-1), None),
        ({"includeThoughts": True}, None, {"includeThoughts": True}),
        ({"thinkingLevel": "NEW"}, None, {"thinkingLevel": "NEW"}),
    ],
)
def test_thinking(config: dict[str, Any], wanted: ThinkingConfig | None, left: dict[str, Any] | None) -> None:
    request = parse(generationConfig={"thinkingConfig": config})
    assert request.thinking == wanted
    assert request.options.get("generationConfig") == (None if left is None else {"thinkingConfig": left})


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"responseMimeType": "application/json"}, ResponseFormat()),
        (
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
            ResponseFormat({"type": "object"}),
        ),
        (
            {"responseMimeType": "application/json", "_responseJsonSchema": {"type": "object"}},
            ResponseFormat({"type": "object"}),
        ),
        (
            {
                "response_mime_type": "application/json",
                "response_schema": {
                    "type": "OBJECT",
                    "properties": {"a_b": {"any_of": [{"type": "STRING"}], "nullable": True}},
                },
            },
            ResponseFormat(
                {"type": "object", "properties": {"a_b": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
            ),
        ),
        ({"responseMimeType": "text/x.enum"}, None),
    ],
)
def test_the_shape_of_the_answer(config: dict[str, Any], wanted: ResponseFormat | None) -> None:
    request = parse(generationConfig=config)
    assert request.response_format == wanted
    assert ("generationConfig" in request.options) is (wanted is None)


def test_tools_and_the_choice_among_them() -> None:
    declarations = [
        {"name": "f", "description": "d", "parametersJsonSchema": {"type": "object", "properties": {"a_b": {}}}},
        {"name": "g", "parameters": {"type": "OBJECT", "properties": {"x": {"type": "STRING", "nullable": True}}}},
        {"name": "h"},
    ]
    request = parse(
        tools=[{"function_declarations": declarations, "google_search": {}}, {"codeExecution": {}}],
        tool_config={
            "function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]},
            "includeServerSideToolInvocations": True,
        },
    )
    assert request.tools == (
        Tool("f", "d", {"type": "object", "properties": {"a_b": {}}}),
        Tool("g", "", {"type": "object", "properties": {"x": {"type": ["string", "null"]}}}),
        Tool("h"),
    )
    assert request.tool_choice == ToolChoice("required", ("f",))
    assert request.options["tools"] == [{"googleSearch": {}}, {"codeExecution": {}}]
    assert request.options["toolConfig"] == {"includeServerSideToolInvocations": True}


@pytest.mark.parametrize(("mode", "choice"), [("AUTO", "auto"), ("NONE", "none"), ("ANY", "required")])
def test_each_mode(mode: str, choice: Any) -> None:
    assert parse(toolConfig={"functionCallingConfig": {"mode": mode}}).tool_choice == ToolChoice(choice)


def test_calls_that_are_checked_are_those_of_strict_tools() -> None:
    config = {"functionCallingConfig": {"mode": "VALIDATED", "streamFunctionCallArguments": True}}
    request = parse(tools=[{"functionDeclarations": [{"name": "f"}]}], toolConfig=config)
    assert (request.tools[0].strict, request.tool_choice) == (True, ToolChoice("auto"))
    assert request.options["toolConfig"] == {"functionCallingConfig": {"streamFunctionCallArguments": True}}


def test_a_conversation() -> None:
    """N-86: calls and results find one another, with ids and without."""
    request = parse(
        systemInstruction={"role": "user", "parts": [{"text": "be kind"}]},
        contents=[
            {"parts": [{"text": "hello"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "hm", "thought": True},
                    {"text": "wait", "thoughtSignature": "c2ln"},
                    {"function_call": {"name": "f", "args": {"a_b": 1}}, "thought_signature": "c2ln"},
                    {"functionCall": {"name": "f"}},
                    {"functionCall": {"id": "c3", "name": "g", "args": {}}},
                ],
            },
            {
                "role": "function",
                "parts": [
                    {"functionResponse": {"name": "f", "response": {"output": "one"}}},
                    {"functionResponse": {"id": "c3", "name": "g", "response": {"error": "no"}}},
                    {"functionResponse": {"name": "f", "response": {"a_b": [1]}}},
                    {"text": "and now?"},
                ],
            },
        ],
    )
    system, first, turn, results, again = request.messages
    assert (system, first) == (Message("system", (Text("be kind"),)), Message("user", (Text("hello"),)))
    thinking, text, one, two, three = turn.parts
    assert thinking == Thinking("hm", {NAME: {}})
    assert text == Text("wait", extra={NAME: {"thoughtSignature": "c2ln"}})
    assert isinstance(one, ToolCall)
    assert isinstance(two, ToolCall)
    assert one == ToolCall(
        one.id, "f", {"a_b": 1}, '{"a_b":1}', extra={NAME: {"thoughtSignature": "c2ln", "made_id": True}}
    )
    assert three == ToolCall("c3", "g", {}, "{}")
    assert one.id != two.id
    assert results == Message(
        "tool",
        (
            ToolResult(one.id, (Text("one"),), "f", extra={NAME: {"made_id": True}}),
            ToolResult("c3", (Text("no"),), "g", is_error=True),
            ToolResult(two.id, (Text('{"a_b":[1]}'),), "f", extra={NAME: {"made_id": True, "response": {"a_b": [1]}}}),
        ),
    )
    assert again == Message("user", (Text("and now?"),), extra={NAME: {"same_content": True}})


def test_a_conversation_is_written_again_as_it_came(route: Callable[..., Route]) -> None:
    contents = [
        {"role": "user", "parts": [{"text": "hello"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"x": 1}}}, {"text": "so?"}]},
    ]
    call = Gemini(route()).encode(parse(contents=contents), route())
    assert json.loads(call.body) == {"contents": contents}
    assert not call.adaptations


def test_media() -> None:
    (message,) = said(
        {"inlineData": {"mimeType": "image/png", "data": "eHk"}},
        {"inline_data": {"mime_type": "audio/wav", "data": "eHk="}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://a/b.pdf"}},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "u"}, "videoMetadata": {"fps": 1}},
    ).messages
    assert message.parts == (
        Image(data=b"xy", media_type="image/png"),
        Audio(b"xy", "wav"),
        File(url="gs://a/b.pdf", media_type="application/pdf"),
        File(url="u", media_type="video/mp4", extra={NAME: {"videoMetadata": {"fps": 1}}}),
    )
    image = {"inlineData": {"mimeType": "image/png", "data": "eHk="}}
    (message,) = said({"functionResponse": {"id": "c", "name": "f", "response": {}, "parts": [image]}}).messages
    assert message.parts == (ToolResult("c", (Image(data=b"xy", media_type="image/png"),), "f"),)


def test_what_the_provider_ran_comes_back() -> None:
    part = {"executableCode": {"code": "1"}, "thoughtSignature": "c2ln"}
    (message,) = said(part, role="model").messages
    assert message.parts == (HostedTool("executableCode", {"code": "1"}, extra={NAME: {"part": part}}),)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"contents": 5}, "contents"),
        ({"contents": [5]}, r"contents\[0\]"),
        ({"contents": [{"role": "robot", "parts": []}]}, r"contents\[0\]\.role"),
        ({"contents": [{"parts": 5}]}, "parts"),
        ({"contents": [{"parts": [{}]}]}, r"contents\[0\]\.parts\[0\]"),
        ({"contents": [{"parts": [{"text": 5}]}]}, "text"),
        ({"contents": [{"parts": [{"inlineData": {"data": "%"}}]}]}, "inlineData"),
        ({"contents": [{"parts": [{"functionCall": {"name": "f"}}]}]}, "functionCall"),
        ({"contents": [{"role": "model", "parts": [{"functionCall": {}}]}]}, "functionCall.name"),
        ({"contents": [{"role": "model", "parts": [{"functionCall": {"name": "f", "args": [1]}}]}]}, "args"),
        ({"contents": [{"parts": [{"functionResponse": {"response": {}}}]}]}, "functionResponse.name"),
        ({"contents": [{"parts": [{"functionResponse": {"name": "f", "response": 5}}]}]}, "response"),
        ({"contents": [{"parts": [{"functionResponse": {"name": "f", "parts": [{"text": "x"}]}}]}]}, "no image"),
        ({"systemInstruction": {"parts": [{"inlineData": {}}]}}, "systemInstruction"),
        ({"tools": ["functionDeclarations"]}, r"tools\[0\]"),
        ({"tools": [{"functionDeclarations": [{}]}]}, "name"),
        ({"tools": [{"functionDeclarations": [{"name": "f", "parameters": 5}]}]}, "parameters"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "MUST"}}}, "mode"),
        ({"generationConfig": {"temperature": "hot"}}, "generationConfig.temperature"),
        ({"generationConfig": {"maxOutputTokens": 1.5}}, "maxOutputTokens"),
        ({"generationConfig": {"thinkingConfig": {"thinkingBudget": "x"}}}, "thinkingBudget"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_its_place(body: dict[str, Any], place: str) -> None:
    with pytest.raises(BadRequest, match=place):
        parse(**body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_what_is_no_body(body: bytes) -> None:
    with pytest.raises(BadRequest):
        DIALECT.parse(Call(URL, body=body))


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_count_is_of_a_request_or_of_its_contents(wrapped: bool) -> None:
    inner = {"contents": [{"parts": [{"text": "hello"}]}], "systemInstruction": {"parts": [{"text": "s"}]}}
    body = {"generate_content_request": inner} if wrapped else inner
    request = DIALECT.parse_count(Call("/v1beta/models/x:countTokens", body=json.dumps(body).encode()))
    assert [message.text for message in request.messages] == ["s", "hello"]
    assert json.loads(DIALECT.encode_count(7)) == {"totalTokens": 7}
