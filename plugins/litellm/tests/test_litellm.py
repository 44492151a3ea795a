"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    CallError,
    Message,
    NoSuchModel,
    NotLetIn,
    QuotaSpent,
    RateLimited,
    Request,
    Text,
    ToolCall,
    TooLong,
    ToolResult,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "litellm/claude"


@pytest.mark.parametrize("variable", ["LITELLM_BASE_URL", "HIVELOOM_OPENAI_BASE_URL"])
@pytest.mark.parametrize("ending", ["", "/v1"])
def test_where_it_listens(variable: str, ending: str, wire: Wire) -> None:
    there = wire(MODEL, **{variable: f"http://proxy.test:4000{ending}"})
    assert there.call(Request(HELLO)).url == "http://proxy.test:4000/v1/chat/completions"


def test_tools_are_sent_where_the_history_holds_calls(wire: Wire) -> None:
    """Pain 19."""
    history = (*HELLO, Message("assistant", (ToolCall("1", "f", {}),)), Message("tool", (ToolResult("1", ()),)))
    body, told = wire(MODEL).body(Request(history))
    assert (body["tools"], told) == ([], [("injected", "tools")])


def test_marks_are_passed_on(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request((Message("system", (Text("s", cache="1h"),)), *HELLO)))
    assert body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert told == []


def test_recorded_replies_of_servers_of_this_kind(recordings: Recordings, wire: Wire) -> None:
    for row, response in wire(MODEL).read_all(recordings("openai-compatible.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "litellm.ContextWindowExceededError: no", "type": None, "code": "400"}, TooLong),
        (400, {"message": "Budget has been exceeded!", "type": "budget_exceeded", "code": "400"}, QuotaSpent),
        (400, {"message": "/chat/completions: Invalid model name passed in model=x.", "code": "400"}, NoSuchModel),
        (401, {"message": "Invalid proxy server token", "type": "auth_error", "code": "401"}, NotLetIn),
        (429, {"message": "litellm.RateLimitError: no", "type": "throttling_error", "code": "429"}, RateLimited),
    ],
)
def test_errors(status: int, error: object, kind: type[CallError], wire: Wire) -> None:
    assert type(wire(MODEL).error(status, {"error": error})) is kind
