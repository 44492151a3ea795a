"""What a request becomes on Ollama's own wire."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    ConfigError,
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
    from hamr_testkit.fixtures import Shape, Wire

MODEL = "ollama/qwen3:8b"
HELLO = (Message("user", (Text("hello"),)),)
PNG = b"\x89PNG\r\n"
WEATHER = Tool("weather", "Tells the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
F, G = Tool("f"), Tool("g")


def test_a_plain_question(wire: Wire) -> None:
    call = wire(MODEL).call(Request(HELLO))
    assert (call.method, call.url) == ("POST", "http://127.0.0.1:11434/api/chat")
    body, told = wire(MODEL).body(Request(HELLO, stream=True))
    assert body == {
        "model": "qwen3:8b",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "options": {"num_ctx": 32768},
        "keep_alive": "30m",
        "truncate": False,
        "shift": False,
    }
    assert {kind for kind, _ in told} == {"injected"}
    assert {field for _, field in told} == {"options.num_ctx", "keep_alive", "truncate", "shift"}


def test_a_whole_reply_is_asked_for_in_so_many_words(wire: Wire) -> None:
    """The server streams where it is not told."""
    assert wire(MODEL).body(Request(HELLO))[0]["stream"] is False


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("box", "http://box:11434/api/chat"),
        ("0.0.0.0:1234", "http://127.0.0.1:1234/api/chat"),
        ("https://ollama.com", "https://ollama.com/api/chat"),
        ("http://localhost:11434", "http://127.0.0.1:11434/api/chat"),
        ("http://box/behind/a/proxy", "http://box/behind/a/proxy/api/chat"),
        ("http://box/api", "http://box/api/chat"),
        ("http://box/v1", "http://box/v1/chat/completions"),
    ],
)
def test_where_it_asks(host: str, url: str, wire: Wire) -> None:
    """N-144, N-157, C-31."""
    assert wire(MODEL, OLLAMA_HOST=host).call(Request(HELLO)).url == url


def test_the_own_api_may_be_meant_whatever_the_url_ends_with(wire: Wire) -> None:
    there = wire(MODEL, OLLAMA_HOST="http://box/v1", OLLAMA_API_MODE="chat")
    assert there.call(Request(HELLO)).url == "http://box/api/chat"


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
        presence_penalty=0.6,
        logprobs=2,
    )
    body, _ = wire(MODEL).body(request)
    assert body["options"] == {
        "num_predict": 5,
        "temperature": 0.1,
        "top_p": 0.2,
        "top_k": 3,
        "seed": 4,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.6,
        "stop": ["a", "b"],
        "num_ctx": 32768,
    }
    assert (body["logprobs"], body["top_logprobs"]) == (True, 2)


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


def test_tools_have_objects_for_arguments_and_results_go_by_name(wire: Wire) -> None:
    conversation = (
        *HELLO,
        Message(
            "assistant", (Thinking("Hm."), Text("Wait."), ToolCall("c1", "weather", {"city": "Paris"}, '{"city":1}'))
        ),
        Message("tool", (ToolResult("c1", (Text("sunny"),)),)),
    )
    body, _ = wire(MODEL).body(Request(conversation, tools=(WEATHER,)))
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
        }
    ]
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "Wait.",
            "thinking": "Hm.",
            "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": {"city": "Paris"}}}],
        },
        {"role": "tool", "content": "sunny", "tool_name": "weather", "tool_call_id": "c1"},
    ]


def test_arguments_that_are_none_go_inside_an_object(wire: Wire) -> None:
    call = ToolCall("c1", "f", {}, "{oops", "the arguments are no JSON")
    body, told = wire(MODEL).body(Request((Message("assistant", (call,)),)))
    assert body["messages"][0]["tool_calls"][0]["function"]["arguments"] == {"malformed_arguments": "{oops"}
    assert ("changed", "messages[0].parts[0].arguments") in told


@pytest.mark.parametrize(
    ("choice", "tools", "kinds"),
    [
        (ToolChoice("auto"), ["f", "g"], []),
        (ToolChoice("auto", ("g",)), ["g"], ["emulated"]),
        (ToolChoice("required"), ["f", "g"], ["changed"]),
        (ToolChoice("required", ("g",)), ["g"], ["changed", "emulated"]),
        (ToolChoice("none"), [], ["emulated"]),
    ],
)
def test_a_choice_of_tools_is_a_choice_of_what_is_offered(
    choice: ToolChoice, tools: list[str], kinds: list[str], wire: Wire
) -> None:
    body, told = wire(MODEL).body(Request(HELLO, tools=(F, G), tool_choice=choice))
    assert [tool["function"]["name"] for tool in body.get("tools", [])] == tools
    assert [kind for kind, field in told if field.startswith("tool_choice")] == kinds


def test_a_choice_of_a_tool_that_is_not_there(wire: Wire) -> None:
    with pytest.raises(Unsupported, match="'h'"):
        wire(MODEL).body(Request(HELLO, tools=(F,), tool_choice=ToolChoice("required", ("h",))))


@pytest.mark.parametrize(
    ("model", "thinking", "sent"),
    [
        ("qwen3:8b", ThinkingConfig("off"), False),
        ("qwen3:8b", ThinkingConfig("low"), True),
        ("qwen3:8b", ThinkingConfig(tokens=0), False),
        ("qwen3:8b", ThinkingConfig(tokens=5000), True),
        ("gpt-oss:20b", ThinkingConfig("off"), "low"),
        ("gpt-oss:20b", ThinkingConfig("high"), "high"),
        ("gpt-oss:20b", ThinkingConfig("max"), "high"),
        ("gpt-oss:20b", ThinkingConfig(tokens=10_000), "medium"),
    ],
)
def test_thinking_is_a_switch_or_a_level(model: str, thinking: ThinkingConfig, sent: Any, wire: Wire) -> None:
    body, told = wire(f"ollama/{model}").body(Request(HELLO, thinking=thinking))
    assert (type(body["think"]), body["think"]) == (type(sent), sent)
    plain = {("gpt-oss:20b", "high"), ("qwen3:8b", "off")}
    assert any(field.startswith("thinking") for _, field in told) != ((model, thinking.level) in plain)


def test_thinking_is_not_spoken_of_unasked(wire: Wire) -> None:
    assert "think" not in wire(MODEL).body(Request(HELLO, thinking=ThinkingConfig()))[0]


@pytest.mark.parametrize(
    ("wanted", "form"), [(ResponseFormat(), "json"), (ResponseFormat({"type": "object"}), {"type": "object"})]
)
def test_an_answer_in_json(wanted: ResponseFormat, form: Any, wire: Wire) -> None:
    assert wire(MODEL).body(Request(HELLO, response_format=wanted))[0]["format"] == form


def test_images_go_as_bytes_beside_the_text(wire: Wire) -> None:
    data = base64.b64encode(PNG).decode()
    parts = (Text("What"), Image(data=PNG), Image(url=f"data:image/png;base64,{data}"), Text("is it?"))
    body, told = wire(MODEL).body(Request((Message("user", parts),)))
    assert body["messages"] == [{"role": "user", "content": "What\nis it?", "images": [data, data]}]
    assert ("changed", "messages[0]") in told


@pytest.mark.parametrize("part", [Image(url="https://x.test/a.png"), Image(file_id="f"), File(data=b"x")])
def test_what_it_cannot_carry_is_refused(part: Image | File, wire: Wire) -> None:
    with pytest.raises(Unsupported, match=r"messages\[0\]\.parts\[0\]"):
        wire(MODEL).body(Request((Message("user", (part,)),)))


def test_what_belongs_to_another_wire_stays_here(wire: Wire) -> None:
    theirs = Thinking("Hm.", {"anthropic-messages": {"signature": "s"}})
    body, told = wire(MODEL).body(Request((Message("assistant", (theirs, Text("Hi", cache="5m")), name="Ann"),)))
    assert body["messages"] == [{"role": "assistant", "content": "Hi", "thinking": "Hm."}]
    assert {field for kind, field in told if kind == "dropped"} == {
        "messages[0].name",
        "messages[0].parts[0].extra['anthropic-messages']",
        "messages[0].parts[1].cache",
    }


def test_the_users_own_fields(wire: Wire) -> None:
    """N-156: a call has the last word."""
    options = {"min_p": 0.1, "options": {"temperature": 0.5}, "keep_alive": "forever", "raw": True, "model": "other"}
    body, told = wire(MODEL).body(Request(HELLO, temperature=0.9, options=options))
    assert body["options"] == {"temperature": 0.5, "min_p": 0.1, "num_ctx": 32768}
    assert (body["keep_alive"], body["raw"], body["model"]) == (-1, True, "qwen3:8b")
    assert ("renamed", "min_p") in told


def test_the_table_of_the_provider(wire: Wire) -> None:
    """N-156: `{ollama: {num_ctx, keep_alive, options}}` wins."""
    own = {"num_ctx": "8192", "keep_alive": "300", "options": {"num_gpu": 1, "num_ctx": 9}}
    body, _ = wire(MODEL).body(Request(HELLO, options={"num_ctx": 7, "ollama": own}))
    assert body["options"] == {"num_ctx": 8192, "num_gpu": 1}
    assert body["keep_alive"] == 300
    assert "ollama" not in body


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"num_ctx": 0}, "options.num_ctx"),
        ({"options": {"num_ctx": "many"}}, "options.num_ctx"),
        ({"ollama": {"keep_alive": "soon"}}, "options.ollama.keep_alive"),
        ({"ollama": 1}, "options.ollama"),
        ({"options": 1}, "options.options"),
    ],
)
def test_own_fields_that_make_no_sense(options: dict[str, Any], place: str, wire: Wire) -> None:
    with pytest.raises(ConfigError, match=f"^{place}: "):
        wire(MODEL).body(Request(HELLO, options=options))


def test_what_is_sent_has_the_published_shape(wire: Wire, shape: Shape) -> None:
    validator = shape("ollama", "chat-request")
    conversation = (
        Message("system", (Text("Be brief."),)),
        Message("user", (Text("What is it?"), Image(data=PNG))),
        Message("assistant", (Thinking("Hm."), ToolCall("c1", "weather", {"city": "Paris"}))),
        Message("tool", (ToolResult("c1", (Text("sunny"),)),)),
    )
    for stream in (True, False):
        for level in ("off", "low"):
            request = Request(
                conversation,
                tools=(WEATHER, F),
                thinking=ThinkingConfig(level),
                response_format=ResponseFormat({"type": "object"}),
                stop=("a",),
                seed=1,
                stream=stream,
            )
            for model in (MODEL, "ollama/gpt-oss:20b"):
                body = wire(model).body(request)[0]
                assert not [error.message for error in validator.iter_errors(body)]
