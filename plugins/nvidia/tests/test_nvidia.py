"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import Message, NoSuchModel, Request, Text, ThinkingConfig, Tool

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("qwen/qwen3-235b", {"chat_template_kwargs": {"enable_thinking": True}}),
        ("deepseek-ai/deepseek-v4-flash", {"chat_template_kwargs": {"thinking": True}}),
        ("openai/gpt-oss-120b", {"reasoning_effort": "high"}),
        ("nvidia/llama-3.3-nemotron-super-49b-v1.5", {}),
    ],
)
def test_thinking_is_switched_as_each_model_wants_it(model: str, sent: dict[str, object], wire: Wire) -> None:
    body, told = wire(f"nvidia/{model}").body(Request(HELLO, thinking=ThinkingConfig("high")))
    assert {name: value for name, value in body.items() if name not in ("model", "messages")} == sent
    assert told == ([] if sent else [("dropped", "thinking")])


def test_fields_as_it_has_them(wire: Wire) -> None:
    """H-134, H-141."""
    request = Request(
        (Message("system", (Text("s"),)), *HELLO), max_tokens=5, tools=(Tool("f", strict=True),), store=True
    )
    body, told = wire("nvidia/qwen/qwen3-235b").body(request)
    assert body["max_tokens"] == 5
    assert body["messages"][0]["role"] == "system"
    assert told == [("dropped", "tools[0].strict"), ("dropped", "store")]


def test_the_variable_of_other_services_is_not_read(wire: Wire) -> None:
    """`NVIDIA_BASE_URL` is theirs."""
    there = wire("nvidia/m", NVIDIA_BASE_URL="http://127.0.0.1:9/v1")
    assert there.call(Request(HELLO)).url == "https://integrate.api.nvidia.com/v1/chat/completions"


def test_a_model_that_is_not_deployed(wire: Wire) -> None:
    assert (
        type(wire("nvidia/m").error(404, {"status": 404, "title": "Not Found", "detail": "Function x"})) is NoSuchModel
    )
