"""Calls to Anthropic, answered on this machine as Anthropic answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    ConfigError,
    File,
    Hamr,
    Message,
    NotLetIn,
    QuotaSpent,
    RateLimited,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    ThinkingConfig,
    ThinkingLevel,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Unsupported,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour
    from hamr_testkit.fixtures import Recordings, Shape, Wire

ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}, {"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 4,
        "cache_read_input_tokens": 16,
        "cache_creation_input_tokens": 3,
        "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2},
        "output_tokens": 2,
    },
}
HELLO = (Message("user", (Text("hello"),)),)
SONNET = "anthropic/claude-sonnet-4-6"


def client(provider: Canned, **environ: str) -> Hamr:
    """A client that knows Anthropic at this address."""
    return Hamr(environ={"ANTHROPIC_API_KEY": "made-up-key", "ANTHROPIC_BASE_URL": provider.url, **environ})


def test_whole_answer_with_its_cached_tokens(colour: Colour, provider: Canned) -> None:
    """Cached tokens are no part of `input_tokens`, and are counted once (pain 39)."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        response = colour.call(hamr, "hi", SONNET)
    assert (response.text, response.thinking) == ("Hello.", "hm")
    usage = response.usage
    assert (usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h) == (4, 16, 1, 2)
    assert usage.total == 25
    asked = provider.asked[0]
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == "made-up-key"
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in asked.headers
    assert "anthropic-beta" not in asked.headers


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/v1/messages"])
def test_any_way_of_writing_the_address(base: str, colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    with client(provider, ANTHROPIC_BASE_URL=provider.url + base) as hamr:
        colour.call(hamr, "hi", SONNET)
    assert provider.asked[0].path == "/v1/messages"


def test_the_server_says_whether_a_call_is_sent_again(colour: Colour, provider: Canned) -> None:
    """`x-should-retry` counts before what the status lets one think."""
    failed = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}
    with client(provider) as hamr:
        provider.answer(failed, status=429, headers={"x-should-retry": "false", "retry-after": "0"})
        with pytest.raises(RateLimited) as caught:
            colour.call(hamr, "hi", SONNET)
        assert (len(provider.asked), caught.value.attempts) == (1, 1)
        provider.answer(failed, status=400, headers={"x-should-retry": "true", "retry-after": "0"})
        provider.answer(ANSWER)
        assert colour.call(hamr, "hi", SONNET).timings.attempts == 2


def test_a_key_given_in_code_is_a_key(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    environ = {"ANTHROPIC_BASE_URL": provider.url, "ANTHROPIC_AUTH_TOKEN": "made-up-token"}
    with Hamr(environ=environ, keys={"anthropic": "given-key"}) as hamr:
        colour.call(hamr, "hi", SONNET)
    assert provider.asked[0].headers["x-api-key"] == "given-key"


def test_without_a_key_all_places_are_named(colour: Colour) -> None:
    with Hamr(environ={}) as hamr, pytest.raises(ConfigError, match="ANTHROPIC_AUTH_TOKEN") as raised:
        colour.call(hamr, "hi", SONNET)
    assert "ANTHROPIC_API_KEY" in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "model"), [({}, "claude-sonnet-4-6"), ({"ANTHROPIC_MODEL": "claude-x"}, "claude-x")]
)
def test_model_where_anthropic_alone_is_asked_for(
    colour: Colour, provider: Canned, environ: dict[str, str], model: str
) -> None:
    """N-1."""
    provider.answer(ANSWER)
    with client(provider, **environ) as hamr:
        colour.call(hamr, "hi", "anthropic")
    assert provider.asked[0].json["model"] == model


def test_spent_credit_is_no_bad_request(colour: Colour, provider: Canned) -> None:
    """Pain 26: the type says nothing of it; and the key in the message is not shown."""
    said = "Your credit balance is too low to access the Anthropic API. made-up-key"
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": said}, "request_id": "req_1"}
    provider.answer(body, status=400)
    with client(provider) as hamr, pytest.raises(QuotaSpent) as caught:
        colour.call(hamr, "hi", SONNET)
    assert caught.value.request_id == "req_1"
    assert "made-up-key" not in str(caught.value)


ALL = {"temperature", "top_k", "top_p"}


@pytest.mark.parametrize(
    ("model", "thinks", "kept"),
    [
        ("claude-opus-5-5", False, set()),
        ("claude-haiku-5-5", False, set()),
        ("claude-opus-4-7", False, set()),
        ("claude-sonnet-5", False, set()),
        ("claude-something-new", False, set()),
        ("claude-opus-4-6", False, {"temperature", "top_k"}),
        ("claude-sonnet-4-5-20250929", False, {"temperature", "top_k"}),
        ("claude-opus-4-1-20250805", False, {"temperature", "top_k"}),
        ("claude-sonnet-4-20250514", False, ALL),
        ("claude-3-5-haiku-latest", False, ALL),
        ("claude-sonnet-4-6", True, set()),
        ("claude-3-7-sonnet-latest", True, set()),
    ],
)
def test_what_models_refuse_of_sampling(model: str, thinks: bool, kept: set[str], wire: Wire) -> None:
    """Pain 41."""
    thinking = ThinkingConfig("low") if thinks else None
    request = Request(HELLO, temperature=0.5, top_p=0.9, top_k=5, thinking=thinking)
    body, told = wire(f"anthropic/{model}").body(request)
    assert body.keys() & ALL == kept
    assert {field for kind, field in told if kind == "dropped"} == ALL - kept


ADAPTIVE = {"type": "adaptive", "display": "summarized"}


@pytest.mark.parametrize(
    ("model", "wanted", "thinking", "effort"),
    [
        ("claude-opus-5-5", ThinkingConfig("max"), ADAPTIVE, "max"),
        ("claude-opus-5-5", ThinkingConfig("off"), None, "low"),
        ("claude-opus-5-5", ThinkingConfig(tokens=5000), ADAPTIVE, "medium"),
        ("claude-sonnet-5-5", ThinkingConfig("off"), {"type": "between_tools"}, None),
        ("claude-haiku-5-5", ThinkingConfig("off"), {"type": "disabled"}, None),
        ("claude-sonnet-5", ThinkingConfig("off"), {"type": "disabled"}, None),
        ("claude-sonnet-4-6", ThinkingConfig("xhigh"), ADAPTIVE, "max"),
        ("claude-sonnet-4-6", ThinkingConfig("minimal"), ADAPTIVE, "low"),
        (
            "claude-opus-4-6",
            ThinkingConfig(tokens=5000),
            {"type": "enabled", "budget_tokens": 5000, "display": "summarized"},
            None,
        ),
        (
            "claude-haiku-4-5",
            ThinkingConfig("low"),
            {"type": "enabled", "budget_tokens": 4096, "display": "summarized"},
            None,
        ),
        ("claude-3-5-sonnet-20240620", ThinkingConfig("low"), None, None),
    ],
)
def test_each_model_thinks_in_its_own_way(
    model: str, wanted: ThinkingConfig, thinking: dict[str, Any] | None, effort: str | None, wire: Wire
) -> None:
    body, _ = wire(f"anthropic/{model}").body(Request(HELLO, thinking=wanted))
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("claude-sonnet-4-6", 128000),
        ("claude-haiku-4-5", 64000),
        ("claude-opus-4-20250514", 32000),
        ("claude-3-5-haiku-latest", 8192),
        ("claude-3-haiku-20240307", 4096),
    ],
)
def test_how_long_an_answer_may_be(model: str, most: int, wire: Wire) -> None:
    """C-30: the model's own limit, or 16384 where that is less."""
    body, told = wire(f"anthropic/{model}").body(Request(HELLO, max_tokens=10**6))
    assert (body["max_tokens"], told) == (most, [("clamped", "max_tokens")])
    body, told = wire(f"anthropic/{model}").body(Request(HELLO))
    assert (body["max_tokens"], told) == (min(most, 16384), [("injected", "max_tokens")])


@pytest.mark.parametrize(
    ("model", "level", "choice"),
    [
        ("claude-opus-5-5", None, "auto"),
        ("claude-sonnet-5-5", None, "auto"),
        ("claude-fable-5-1", None, "auto"),
        ("claude-fable-5", None, "any"),
        ("claude-sonnet-4-6", "high", "any"),
        ("claude-sonnet-4-5", None, "any"),
        ("claude-sonnet-4-5", "high", "auto"),
    ],
)
def test_which_models_can_be_made_to_call_a_tool(
    model: str, level: ThinkingLevel | None, choice: str, wire: Wire
) -> None:
    thinking = ThinkingConfig(level) if level else None
    request = Request(HELLO, tools=(Tool("f"),), tool_choice=ToolChoice("required"), thinking=thinking)
    body, told = wire(f"anthropic/{model}").body(request)
    assert body["tool_choice"] == {"type": choice}
    assert (("changed", "tool_choice") in told) == (choice == "auto")


SCHEMA = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]}


def test_answers_of_a_given_shape(wire: Wire, shape: Shape) -> None:
    request = Request(HELLO, response_format=ResponseFormat(SCHEMA), max_tokens=5)
    body, told = wire(SONNET).body(request)
    age = {"type": "integer", "description": "minimum: 0"}
    closed = {"type": "object", "properties": {"age": age}, "required": ["age"], "additionalProperties": False}
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": closed}}
    assert told == [
        ("changed", "response_format.schema.minimum"),
        ("injected", "response_format.schema.additionalProperties"),
    ]
    assert not list(shape("anthropic", "messages-request").iter_errors(body))
    body, told = wire("anthropic/claude-sonnet-4-0").body(request)
    assert body["tools"][0]["input_schema"] == SCHEMA
    assert body["tool_choice"] == {"type": "tool", "name": body["tools"][0]["name"]}
    assert told == [("emulated", "response_format.schema")]


THINKS: dict[str, Any] = {"thinking": ThinkingConfig("low"), "tools": (Tool("f"),)}
MCP = {"type": "mcp_toolset", "mcp_server_name": "x"}
FETCH = {"type": "web_fetch_20250910", "name": "f"}


@pytest.mark.parametrize(
    ("asked", "model", "betas"),
    [
        (Request(HELLO, **THINKS), "claude-haiku-4-5", "interleaved-thinking-2025-05-14"),
        (Request(HELLO, thinking=ThinkingConfig("low")), "claude-haiku-4-5", None),
        (Request(HELLO, **THINKS), "claude-sonnet-4-6", None),
        (Request((Message("user", (File(file_id="file_1"),)),)), "claude-sonnet-4-6", "files-api-2025-04-14"),
        (Request(HELLO, options={"betas": ["my-beta", "my-beta"]}), "claude-sonnet-4-6", "my-beta"),
        (
            Request(HELLO, options={"mcp_servers": [], "tools": [MCP, FETCH], "betas": ["my-beta"]}),
            "claude-sonnet-4-6",
            "mcp-client-2025-11-20,web-fetch-2025-09-10,my-beta",
        ),
    ],
)
def test_betas_are_asked_for_with_what_needs_them(asked: Request, model: str, betas: str | None, wire: Wire) -> None:
    call = wire(f"anthropic/{model}").call(asked)
    assert call.headers.get("anthropic-beta") == betas
    assert b'"betas"' not in call.body


def test_tools_that_are_searched_for(wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f", deferred=True, cache="5m"), Tool("g", strict=True)), max_tokens=5)
    body, told = wire(SONNET).body(request)
    assert body["tools"] == [
        {"name": "f", "input_schema": {"type": "object", "properties": {}}, "defer_loading": True},
        {
            "name": "g",
            "input_schema": {"type": "object", "properties": {}, "additionalProperties": False},
            "strict": True,
        },
        {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
    ]
    assert told == [
        ("dropped", "tools[0].cache"),
        ("injected", "tools[1].parameters.additionalProperties"),
        ("injected", "tools"),
    ]


def test_an_answer_that_is_begun_is_refused_where_the_model_refuses_it(wire: Wire) -> None:
    begun = Request((*HELLO, Message("assistant", (Text("Well,"),))))
    assert wire("anthropic/claude-sonnet-4-5").body(begun)[0]["messages"][-1]["content"] == "Well,"
    with pytest.raises(Unsupported):
        wire(SONNET).body(begun)


@pytest.mark.parametrize(
    ("model", "amid"), [("claude-opus-4-8", True), ("claude-haiku-5-5", True), ("claude-opus-4-7", False)]
)
def test_the_system_amid_the_conversation(model: str, amid: bool, wire: Wire) -> None:
    late = Message("system", (Text("now in French"),))
    body, _ = wire(f"anthropic/{model}").body(Request((*HELLO, late)))
    assert ("system" in body) != amid
    assert (body["messages"][-1]["role"] == "system") == amid


def test_thinking_goes_back_to_claude_wherever_it_is_served(colour: Colour, provider: Canned, wire: Wire) -> None:
    """Pain 22: the signature, byte for byte, on the second request."""
    provider.answer(ANSWER)
    with client(provider) as hamr:
        first = colour.call(hamr, "hi", SONNET).message
    assert first.parts[0] == Thinking("hm", {"anthropic-messages": {"issuer": "anthropic", "signature": "c2ln"}})
    body, _ = wire(SONNET).body(Request((*HELLO, first, *HELLO)))
    assert body["messages"][1]["content"][0] == {"type": "thinking", "thinking": "hm", "signature": "c2ln"}


def test_a_budget_waits_for_a_turn_that_begins_with_thinking(wire: Wire) -> None:
    """A conversation that another provider began would be refused."""
    messages = (
        *HELLO,
        Message("assistant", (ToolCall("t1", "f", {}),)),
        Message("tool", (ToolResult("t1", (Text("x"),)),)),
    )
    request = Request(messages, tools=(Tool("f"),), thinking=ThinkingConfig("low"))
    body, told = wire("anthropic/claude-haiku-4-5").body(request)
    assert "thinking" not in body
    assert ("dropped", "thinking") in told
    assert wire(SONNET).body(request)[0]["thinking"] == ADAPTIVE


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    for row, response in wire(SONNET).read_all(recordings("anthropic.anthropic-messages")):
        raw = response.usage.raw if response.usage else {}
        names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        assert counted(response) == sum(raw.get(name) or 0 for name in names), row.id


def test_recorded_failures(recordings: Recordings, wire: Wire) -> None:
    rows = [row for row in recordings("anthropic.anthropic-messages") if row.status == 401]
    assert {type(wire(SONNET).error(row.status, row.body)) for row in rows} == {NotLetIn}


def test_recorded_requests_that_were_taken_are_written_again_as_the_schema_has_them(
    recordings: Recordings, wire: Wire, shape: Shape
) -> None:
    check = shape("anthropic", "beta-messages-request")
    rows = [row for row in recordings("anthropic.anthropic-messages") if row.status == 200 and row.request]
    bodies = [row.request for row in rows if row.request and not any(check.iter_errors(row.request))]
    assert len(bodies) > 100
    for body in bodies:
        written = wire(f"anthropic/{body['model']}").again(body)
        assert not [error.message for error in check.iter_errors(written)]
