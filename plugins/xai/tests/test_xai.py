"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hamr import CallError, Message, NoSuchModel, Request, Text, ThinkingConfig, ThinkingLevel, Tool, TooLong
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        ("grok-4.5", "off", "none"),
        ("grok-4.5", "max", "high"),
        ("grok-4.20-0309-reasoning", "high", None),
        ("grok-4", "high", None),
        ("grok-3-mini", "medium", "high"),
        ("grok-2", "high", None),
    ],
)
def test_how_much_to_think_is_known_to_some_models(
    model: str, level: ThinkingLevel, sent: str | None, wire: Wire
) -> None:
    """H-132."""
    body, told = wire(f"xai/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert body.get("reasoning_effort") == sent
    assert bool(told) is (sent != "none")


@pytest.mark.parametrize(("model", "kept"), [("grok-4.5", False), ("grok-4-0709", False), ("grok-2", True)])
def test_what_models_that_think_refuse(model: str, kept: bool, wire: Wire) -> None:
    request = Request(HELLO, stop=("x",), presence_penalty=1, frequency_penalty=1, temperature=0.5)
    body, _ = wire(f"xai/{model}").body(request)
    assert ({"stop", "presence_penalty", "frequency_penalty"} <= body.keys()) is kept
    assert body["temperature"] == 0.5


def test_strictness_and_names_are_left_out(wire: Wire) -> None:
    request = Request((Message("user", (Text("hello"),), name="me"),), tools=(Tool("f", strict=True),))
    body, told = wire("xai/grok-4.5").body(request)
    assert "strict" not in str(body)
    assert "name" not in body["messages"][0]
    assert told == [("dropped", "messages[0].name"), ("dropped", "tools[0].strict")]


def test_recorded_replies_with_thinking_on_top_and_what_they_cost(recordings: Recordings, wire: Wire) -> None:
    """Pain 39."""
    for row, response in wire("xai/grok-3-mini").read_all(recordings("xai.openai-chat")):
        assert response.usage is not None
        assert response.cost is not None
        raw = response.usage.raw
        reasoning = raw["completion_tokens_details"]["reasoning_tokens"]
        assert counted(response) == raw["total_tokens"], row.id
        assert (response.usage.output, response.usage.reasoning) == (raw["completion_tokens"], reasoning), row.id
        assert response.cost.usd == Decimal(raw["cost_in_usd_ticks"]) / 10**10, row.id


def test_a_turn_with_calls_may_end_without_a_word(wire: Wire) -> None:
    call = b'{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}'
    stream = (
        b'data: {"id":"1","choices":[{"index":0,"delta":{"tool_calls":[' + call + b"]}}]}\n\n"
        b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":""}]}\n\n'
        b"data: [DONE]\n\n"
    )
    response = wire("xai/grok-4.5").read(stream)
    assert (response.finish_reason, [each.name for each in response.tool_calls]) == ("tool_calls", ["f"])


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "This model's maximum prompt length is 131072 but the request contains 200000 tokens.", TooLong),
        (404, "The model grok-9 does not exist", NoSuchModel),
    ],
)
def test_errors_are_a_code_and_a_text(status: int, words: str, kind: type[CallError], wire: Wire) -> None:
    error = wire("xai/grok-4.5").error(status, {"code": "Client specified an invalid argument", "error": words})
    assert (type(error), error.message) == (kind, words)
