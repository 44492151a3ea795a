"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hamr import Message, Request, Text, ThinkingConfig, TooLong

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

LONG = "This model's maximum context length is 8 tokens."
HELLO = (Message("user", (Text("hello"),)),)


MODEL = "vllm/Qwen/Qwen3-8B"


@pytest.mark.parametrize(
    ("model", "thinking", "sent"),
    [
        ("Qwen/Qwen3-8B", ThinkingConfig("off"), {"chat_template_kwargs": {"enable_thinking": False}}),
        (
            "Qwen/Qwen3-8B",
            ThinkingConfig(tokens=2000),
            {"chat_template_kwargs": {"enable_thinking": True}, "thinking_token_budget": 2000},
        ),
        ("deepseek-ai/DeepSeek-V3.2", ThinkingConfig("high"), {"chat_template_kwargs": {"thinking": True}}),
        ("openai/gpt-oss-20b", ThinkingConfig("max"), {"reasoning_effort": "high"}),
    ],
)
def test_thinking_is_switched_as_each_template_wants_it(
    model: str, thinking: ThinkingConfig, sent: dict[str, object], wire: Wire
) -> None:
    body, _ = wire(f"vllm/{model}").body(Request(HELLO, thinking=thinking))
    assert {name: value for name, value in body.items() if name not in ("model", "messages")} == sent


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_thinking_goes_back_as_it_came(field: str, wire: Wire) -> None:
    choice = {"index": 0, "message": {"content": "Hi", field: "Hm"}, "finish_reason": "stop"}
    there = wire(MODEL)
    response = there.read(json.dumps({"id": "1", "choices": [choice]}).encode())
    assert there.body(Request((*HELLO, response.message)))[0]["messages"][1][field] == "Hm"


def test_fields_as_it_has_them(wire: Wire) -> None:
    there = wire(MODEL, VLLM_BASE_URL="http://127.0.0.1:9000")
    request = Request(HELLO, max_tokens=5, top_k=3, options={"structured_outputs": {"regex": "a"}})
    assert there.call(request).url == "http://127.0.0.1:9000/v1/chat/completions"
    assert there.body(request) == (
        {
            "model": "Qwen/Qwen3-8B",
            "messages": [{"role": "user", "content": "hello"}],
            "max_tokens": 5,
            "top_k": 3,
            "structured_outputs": {"regex": "a"},
        },
        [],
    )


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    for row, response in wire(MODEL).read_all(recordings("other_localhost_8000.openai-chat")):
        assert response.text, row.id


@pytest.mark.parametrize(
    "body",
    [
        {
            "error": {
                "message": LONG,
                "type": "BadRequestError",
                "code": 400,
            }
        },
        {"object": "error", "message": LONG, "code": 400},
    ],
)
def test_errors_of_new_and_old_servers(body: object, wire: Wire) -> None:
    assert type(wire(MODEL).error(400, body)) is TooLong
