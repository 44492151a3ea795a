"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Message, Request, Text, Thinking, ThinkingConfig

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "fireworks/accounts/fireworks/models/kimi-k2p6"


def test_fields_as_it_has_them(wire: Wire) -> None:
    request = Request(HELLO, max_tokens=5, top_k=3, cache_key="k", thinking=ThinkingConfig("max"), store=True)
    call = wire(MODEL).call(request)
    body, told = wire(MODEL).body(request)
    assert body == {
        "model": "accounts/fireworks/models/kimi-k2p6",
        "messages": [{"role": "user", "content": "hello"}],
        "reasoning_effort": "high",
        "max_tokens": 5,
        "top_k": 3,
        "prompt_cache_key": "k",
    }
    assert call.headers["x-session-affinity"] == "k"
    assert told == [("clamped", "thinking.level"), ("dropped", "store")]


def test_thinking_comes_and_goes_as_reasoning_content(wire: Wire) -> None:
    message = b'{"content":"Hi","reasoning_content":"Hm"}'
    reply = b'{"id":"1","choices":[{"index":0,"message":' + message + b',"finish_reason":"stop"}]}'
    there = wire(MODEL)
    response = there.read(reply)
    back = there.body(Request((*HELLO, response.message)))[0]["messages"][1]
    assert back == {"role": "assistant", "content": "Hi", "reasoning_content": "Hm"}


def test_thinking_of_another_provider_goes_under_its_name(wire: Wire) -> None:
    body, told = wire(MODEL).body(Request((*HELLO, Message("assistant", (Thinking("Hm"), Text("Hi"))))))
    assert body["messages"][1]["reasoning_content"] == "Hm"
    assert told == [("renamed", "messages[1].parts[0]")]
