"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    BadRequest,
    CallError,
    Message,
    NotLetIn,
    Overloaded,
    Request,
    Text,
    ThinkingConfig,
    Tool,
    ToolChoice,
    TooLong,
)

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "llamacpp/qwen3-8b"


def test_where_it_listens(wire: Wire) -> None:
    """C-80."""
    assert wire(MODEL).call(Request(HELLO)).url == "http://127.0.0.1:8001/v1/chat/completions"
    there = wire(MODEL, LLAMACPP_BASE_URL="http://127.0.0.1:8080/v1")
    assert there.call(Request(HELLO)).url == "http://127.0.0.1:8080/v1/chat/completions"


@pytest.mark.parametrize(
    ("model", "thinking", "sent"),
    [
        ("qwen3-8b", ThinkingConfig("off"), {"chat_template_kwargs": {"enable_thinking": False}}),
        (
            "qwen3-8b",
            ThinkingConfig(tokens=900),
            {"chat_template_kwargs": {"enable_thinking": True}, "thinking_budget_tokens": 900},
        ),
        ("gpt-oss-20b-mxfp4", ThinkingConfig("off"), {"reasoning_effort": "low"}),
    ],
)
def test_thinking_is_switched_with_a_budget(
    model: str, thinking: ThinkingConfig, sent: dict[str, object], wire: Wire
) -> None:
    body, _ = wire(f"llamacpp/{model}").body(Request(HELLO, thinking=thinking))
    assert {name: value for name, value in body.items() if name not in ("model", "messages")} == sent


def test_a_tool_that_is_forced_goes_alone(wire: Wire) -> None:
    request = Request(HELLO, tools=(Tool("f"), Tool("g")), tool_choice=ToolChoice("required", ("g",)))
    body, _ = wire(MODEL).body(request)
    assert ([tool["function"]["name"] for tool in body["tools"]], body["tool_choice"]) == (["g"], "required")


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "exceed_context_size_error", TooLong),
        (401, "authentication_error", NotLetIn),
        (501, "not_supported_error", BadRequest),
        (503, "unavailable_error", Overloaded),
    ],
)
def test_errors(status: int, kind: str, error: type[CallError], wire: Wire) -> None:
    body = {"error": {"code": status, "message": "no", "type": kind, "n_ctx": 8}}
    assert type(wire(MODEL).error(status, body)) is error


@pytest.mark.parametrize("mode", [None, "responses"])
@pytest.mark.parametrize("what", ["image", "audio"])
def test_what_the_model_cannot_see_or_hear_is_not_sent_again(what: str, mode: str | None, wire: Wire) -> None:
    said = f"{what} input is not supported - hint: if this is unexpected, you may need to provide the mmproj"
    error = wire(MODEL, api_mode=mode).error(500, {"error": {"code": 500, "message": said, "type": "server_error"}})
    assert type(error) is BadRequest
    assert not error.repeatable


def test_timings_are_kept(wire: Wire) -> None:
    choices = b'[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]'
    reply = b'{"choices":' + choices + b',"timings":{"prompt_per_second":9.5}}'
    extra = wire(MODEL).read(reply).extra
    assert extra is not None
    assert extra["openai-completions"]["timings"] == {"prompt_per_second": 9.5}
