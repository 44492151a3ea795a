"""What a request becomes on Cohere's own wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    File,
    Image,
    Message,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Unsupported,
)

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

MODEL = "cohere/command-a-03-2025"
THINKER = "cohere/command-a-reasoning-08-2025"
HELLO = (Message("user", (Text("hello"),)),)
F, G = Tool("f"), Tool("g")
SCHEMA = {"type": "object", "properties": {"sky": {"type": "string"}}}


def test_a_plain_question(wire: Wire) -> None:
    call = wire(MODEL).call(Request(HELLO))
    assert (call.url, call.adaptations) == ("https://api.cohere.com/v2/chat", ())
    assert wire(MODEL).body(Request(HELLO, stream=True))[0] == {
        "model": "command-a-03-2025",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
    }


@pytest.mark.parametrize("base", ["https://proxy.test", "https://proxy.test/v2", "https://proxy.test/v2/chat/"])
def test_where_it_asks(base: str, wire: Wire) -> None:
    assert wire(MODEL, COHERE_BASE_URL=base).call(Request(HELLO)).url == "https://proxy.test/v2/chat"


def test_the_own_api_may_be_meant_whatever_the_url_ends_with(wire: Wire) -> None:
    there = wire(MODEL, COHERE_BASE_URL="https://proxy.test/compatibility/v1", COHERE_API_MODE="chat")
    assert there.call(Request(HELLO)).url == "https://proxy.test/v2/chat"


def test_how_it_samples(wire: Wire) -> None:
    request = Request(
        HELLO,
        max_tokens=5,
        temperature=0.1,
        top_p=0.2,
        top_k=3,
        seed=4,
        stop=("a", "b"),
        frequency_penalty=0.5,
        presence_penalty=-1,
        logprobs=2,
    )
    body, told = wire(MODEL).body(request)
    assert {name: value for name, value in body.items() if name not in ("model", "messages", "stream")} == {
        "max_tokens": 5,
        "temperature": 0.1,
        "p": 0.2,
        "k": 3,
        "seed": 4,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.0,
        "stop_sequences": ["a", "b"],
        "logprobs": True,
    }
    assert told == [("clamped", "presence_penalty"), ("changed", "logprobs")]


def test_no_more_than_five_stops(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request(HELLO, stop=tuple("abcdef")))
    assert (body["stop_sequences"], told) == (["a", "b", "c", "d", "e"], [("clamped", "stop")])


def test_what_it_has_no_field_for_is_told(wire: Wire) -> None:
    request = Request(
        HELLO,
        n=2,
        user="me",
        store=True,
        metadata={"a": "b"},
        logit_bias={"1": 1.0},
        verbosity="low",
        service_tier="flex",
        cache_key="k",
        parallel_tool_calls=False,
    )
    body, told = wire(MODEL).body(request)
    assert body == wire(MODEL).body(Request(HELLO))[0]
    assert {field for kind, field in told if kind == "dropped"} == {
        *("n", "user", "store", "metadata", "logit_bias", "verbosity", "service_tier", "cache_key"),
        "parallel_tool_calls",
    }


def test_text_before_calls_is_the_plan_for_them(wire: Wire) -> None:
    conversation = (
        *HELLO,
        Message(
            "assistant",
            (Thinking("Hm."), Text("I will look."), ToolCall("c1", "f", {"city": "Paris"}, '{"city": "Paris"}')),
        ),
        Message("tool", (ToolResult("c1", (Text("sunny"),)),)),
    )
    body, told = wire(THINKER).body(Request(conversation, tools=(Tool("f", "Tells it."),)))
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Hm."}],
            "tool_plan": "I will look.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"city": "Paris"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
    ]
    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "f", "description": "Tells it.", "parameters": {"type": "object", "properties": {}}},
        }
    ]
    assert told == []


def test_sources_go_back_with_the_text_they_came_with(wire: Wire) -> None:
    cited = [{"start": 0, "end": 2, "text": "Hi", "sources": []}]
    turn = Message("assistant", (Text("Hi", extra={"cohere": {"citations": cited}}),))
    assert wire(MODEL).body(Request((*HELLO, turn)))[0]["messages"][1] == {
        "role": "assistant",
        "content": "Hi",
        "citations": cited,
    }


def test_arguments_that_are_none_go_inside_an_object(wire: Wire) -> None:
    call = ToolCall("c1", "f", {}, "{oops", "the arguments are no JSON")
    body, told = wire(MODEL).body(Request((Message("assistant", (call,)),)))
    assert body["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{"malformed_arguments":"{oops"}'
    assert ("changed", "messages[0].parts[0].arguments") in told


@pytest.mark.parametrize(
    ("choice", "tools", "sent", "kinds"),
    [
        (ToolChoice("auto"), ["f", "g"], None, []),
        (ToolChoice("auto", ("g",)), ["g"], None, ["emulated"]),
        (ToolChoice("required"), ["f", "g"], "REQUIRED", []),
        (ToolChoice("required", ("g",)), ["g"], "REQUIRED", ["emulated"]),
        (ToolChoice("none"), ["f", "g"], "NONE", []),
    ],
)
def test_a_choice_of_tools(
    choice: ToolChoice, tools: list[str], sent: str | None, kinds: list[str], wire: Wire
) -> None:
    body, told = wire(MODEL).body(Request(HELLO, tools=(F, G), tool_choice=choice))
    assert [tool["function"]["name"] for tool in body["tools"]] == tools
    assert body.get("tool_choice") == sent
    assert [kind for kind, _ in told] == kinds


def test_no_tools_are_no_field(wire: Wire) -> None:
    """An empty list of tools is an error to the provider."""
    body, told = wire(MODEL).body(Request(HELLO, tool_choice=ToolChoice("required")))
    assert not {"tools", "tool_choice"} & body.keys()
    assert told == [("dropped", "tool_choice")]
    with pytest.raises(Unsupported, match="'h'"):
        wire(MODEL).body(Request(HELLO, tools=(F,), tool_choice=ToolChoice("required", ("h",))))


@pytest.mark.parametrize(
    ("stricts", "sent", "kinds"),
    [((None, None), None, []), ((True, True), True, []), ((True, None), True, ["changed"]), ((False, False), None, [])],
)
def test_strictness_holds_for_all_tools(
    stricts: tuple[bool | None, ...], sent: bool | None, kinds: list[str], wire: Wire
) -> None:
    tools = tuple(Tool(f"f{at}", strict=strict) for at, strict in enumerate(stricts))
    body, told = wire(MODEL).body(Request(HELLO, tools=tools))
    assert body.get("strict_tools") == sent
    assert [kind for kind, _ in told] == kinds


@pytest.mark.parametrize(
    ("thinking", "sent", "kinds"),
    [
        (ThinkingConfig("off"), {"type": "disabled"}, []),
        (ThinkingConfig(tokens=0), {"type": "disabled"}, []),
        (ThinkingConfig("low"), {"type": "enabled", "token_budget": 4096}, ["changed"]),
        (ThinkingConfig("high"), {"type": "enabled"}, []),
        (ThinkingConfig("max"), {"type": "enabled"}, ["changed"]),
        (ThinkingConfig(tokens=700), {"type": "enabled", "token_budget": 700}, []),
        (ThinkingConfig(), None, []),
    ],
)
def test_thinking_is_a_budget(thinking: ThinkingConfig, sent: Any, kinds: list[str], wire: Wire) -> None:
    body, told = wire(THINKER).body(Request(HELLO, thinking=thinking))
    assert body.get("thinking") == sent
    assert [kind for kind, _ in told] == kinds


@pytest.mark.parametrize(("thinking", "told"), [(ThinkingConfig("off"), []), (ThinkingConfig("low"), ["dropped"])])
def test_a_model_that_does_not_think_is_not_told_to(thinking: ThinkingConfig, told: list[str], wire: Wire) -> None:
    body, kinds = wire(MODEL).body(Request(HELLO, thinking=thinking))
    assert "thinking" not in body
    assert [kind for kind, _ in kinds] == told


def test_an_answer_in_json(wire: Wire) -> None:
    body = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat(SCHEMA)))[0]
    assert body["response_format"] == {"type": "json_object", "json_schema": SCHEMA}
    body = wire(MODEL).body(Request(HELLO, response_format=ResponseFormat()))[0]
    assert body["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    "request_", [Request(HELLO, tools=(F,)), Request(HELLO, options={"documents": ["The sky is blue."]})]
)
def test_beside_tools_and_documents_the_shape_stands_in_the_prompt(request_: Request, wire: Wire) -> None:
    from dataclasses import replace

    body, told = wire(MODEL).body(replace(request_, response_format=ResponseFormat(SCHEMA)))
    assert "response_format" not in body
    assert body["messages"][0]["role"] == "system"
    assert '"sky"' in body["messages"][0]["content"]
    assert told == [("emulated", "response_format")]


def test_files_of_text_are_documents(wire: Wire) -> None:
    parts = (Text("What is it?"), File(data=b"The sky is blue.", name="sky.txt", media_type="text/plain"))
    body, told = wire(MODEL).body(Request((Message("user", parts),), options={"documents": ["Grass is green."]}))
    assert body["messages"] == [{"role": "user", "content": "What is it?"}]
    assert body["documents"] == [
        {"id": "doc:0", "data": {"title": "sky.txt", "text": "The sky is blue."}},
        "Grass is green.",
    ]
    assert told == [("changed", "messages[0].parts[1]")]


def test_images(wire: Wire) -> None:
    parts = (
        Text("What is it?"),
        Image(url="https://x.test/a.png", detail="low"),
        Image(data=b"\x89PNG", detail="original"),
    )
    body, told = wire(MODEL).body(Request((Message("user", parts),)))
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]
    assert told == [("dropped", "messages[0].parts[2].detail")]


def test_what_a_tool_shows_follows_in_a_user_message(wire: Wire) -> None:
    result = ToolResult("c1", (Text("a picture"), Image(data=b"\x89PNG")), is_error=True)
    conversation = (Message("assistant", (ToolCall("c1", "f", {}),)), Message("tool", (result,)))
    body, told = wire(MODEL).body(Request(conversation))
    assert [message["role"] for message in body["messages"]] == ["assistant", "tool", "user"]
    assert body["messages"][2]["content"][1]["type"] == "image_url"
    assert {kind for kind, _ in told} == {"emulated", "dropped"}


@pytest.mark.parametrize("part", [Image(file_id="f"), File(data=b"%PDF", media_type="application/pdf"), File(url="u")])
def test_what_it_cannot_carry_is_refused(part: Image | File, wire: Wire) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        wire(MODEL).body(Request((Message("user", (part,)),)))


def test_what_belongs_to_another_wire_stays_here(wire: Wire) -> None:
    theirs = Thinking("Hm.", {"anthropic-messages": {"signature": "s"}})
    body, told = wire(THINKER).body(Request((Message("assistant", (theirs, Text("Hi", cache="5m")), name="Ann"),)))
    assert body["messages"][0]["content"] == [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi"}]
    assert {field for kind, field in told if kind == "dropped"} == {
        "messages[0].name",
        "messages[0].parts[0].extra['anthropic-messages']",
        "messages[0].parts[1].cache",
    }


def test_the_users_own_fields(wire: Wire) -> None:
    options = {
        "safety_mode": "STRICT",
        "citation_options": {"mode": "FAST"},
        "tools": [{"type": "x"}],
        "model": "other",
    }
    body, _ = wire(MODEL).body(Request(HELLO, tools=(F,), options=options))
    assert (body["safety_mode"], body["citation_options"], body["model"]) == ("STRICT", {"mode": "FAST"}, MODEL[7:])
    assert body["tools"][1] == {"type": "x"}
