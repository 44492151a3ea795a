"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hamr import (
    BadRequest,
    CallError,
    Message,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    Request,
    ResponseFormat,
    Text,
    ThinkingConfig,
    ThinkingLevel,
    Tool,
    ToolChoice,
    TooLong,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "zai/glm-4.7"
F, G = Tool("f"), Tool("g")


@pytest.mark.parametrize(
    ("choice", "tools", "sent"),
    [
        (ToolChoice("required"), ["f", "g"], "auto"),
        (ToolChoice("required", ("g",)), ["g"], "auto"),
        (ToolChoice("auto"), ["f", "g"], "auto"),
        (ToolChoice("none"), [], None),
    ],
)
def test_tools_are_chosen_by_the_model_alone(
    choice: ToolChoice, tools: list[str], sent: str | None, wire: Wire
) -> None:
    body, told = wire(MODEL).body(Request(HELLO, tools=(F, G), tool_choice=choice))
    assert [tool["function"]["name"] for tool in body.get("tools", [])] == tools
    assert body.get("tool_choice") == sent
    assert bool(told) is (choice.mode != "auto")


def test_arguments_are_asked_for_as_they_grow(wire: Wire) -> None:
    """H-146."""
    assert wire(MODEL).body(Request(HELLO, tools=(F,), stream=True))[0]["tool_stream"] is True
    assert "tool_stream" not in wire(MODEL).body(Request(HELLO, stream=True))[0]


def test_fields_as_it_has_them(wire: Wire) -> None:
    request = Request(HELLO, max_tokens=5, temperature=1.5, user="me", n=2, response_format=ResponseFormat({}))
    body, told = wire(MODEL).body(request)
    assert (body["max_tokens"], body["temperature"], body["user_id"]) == (5, 1.0, "me")
    assert body["response_format"] == {"type": "json_object"}
    assert {("clamped", "temperature"), ("renamed", "user"), ("dropped", "n")} < set(told)


@pytest.mark.parametrize(
    ("model", "level", "sent"),
    [
        ("glm-4.7", "high", {"thinking": {"type": "enabled"}}),
        ("glm-4.7", "off", {"thinking": {"type": "disabled"}}),
        ("glm-5.2", "high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
    ],
)
def test_how_much_to_think_is_known_to_newer_models(
    model: str, level: ThinkingLevel, sent: dict[str, object], wire: Wire
) -> None:
    body, told = wire(f"zai/{model}").body(Request(HELLO, thinking=ThinkingConfig(level)))
    assert {name: body[name] for name in ("thinking", "reasoning_effort") if name in body} == sent
    assert told == []


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "https://api.z.ai/api/paas/v4/chat/completions"),
        ({"ZAI_REGION": "cn"}, "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
        (
            {"ZAI_REGION": "cn", "ZAI_BASE_URL": "https://api.z.ai/api/coding/paas/v4"},
            "https://api.z.ai/api/coding/paas/v4/chat/completions",
        ),
    ],
)
def test_regions_and_plans(environ: dict[str, str], url: str, wire: Wire) -> None:
    """C-17."""
    assert wire(MODEL, **environ).call(Request(HELLO)).url == url


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "1002", NotLetIn),
        (429, "1113", QuotaSpent),
        (400, "1211", NoSuchModel),
        (400, "1214", BadRequest),
        (400, "1261", TooLong),
        (400, "1301", Refused),
        (429, "1302", RateLimited),
        (429, "1308", QuotaSpent),
        (429, "1310", QuotaSpent),
        (429, "1312", Overloaded),
        (500, "1234", Overloaded),
    ],
)
def test_errors_have_numbers_of_their_own(status: int, code: str, kind: type[CallError], wire: Wire) -> None:
    error = wire(MODEL).error(status, {"error": {"code": code, "message": "no"}})
    assert (type(error), error.code) == (kind, code)


def test_recorded_replies_and_their_thinking(recordings: Recordings, wire: Wire) -> None:
    there = wire(MODEL)
    for row, response in there.read_all(recordings("zai.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
        back = there.body(Request((*HELLO, response.message)))[0]["messages"][1]
        assert back.get("reasoning_content", "") == response.thinking


@pytest.mark.parametrize(
    ("word", "reason"), [("sensitive", "content_filter"), ("model_context_window_exceeded", "length")]
)
def test_ends_of_its_own(word: str, reason: str, wire: Wire) -> None:
    choice = {"index": 0, "message": {"content": "Hi"}, "finish_reason": word}
    assert wire(MODEL).read(json.dumps({"id": "1", "choices": [choice]}).encode()).finish_reason == reason
