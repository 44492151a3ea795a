"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Message, Request, Text
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "sambanova/Meta-Llama-3.3-70B-Instruct"


def test_what_has_no_effect_is_left_out(wire: Wire) -> None:
    talk = (Message("user", (Text("a"), Text("b"))),)
    request = Request(talk, max_tokens=5, top_k=3, seed=1, n=2, presence_penalty=1, cache_key="k")
    body, told = wire(MODEL).body(request)
    assert body == {
        "model": "Meta-Llama-3.3-70B-Instruct",
        "messages": [{"role": "user", "content": "a\nb"}],
        "max_tokens": 5,
        "top_k": 3,
    }
    assert {field for _, field in told} == {"seed", "n", "presence_penalty", "cache_key"}


def test_thinking_comes_and_goes_as_reasoning(wire: Wire) -> None:
    stream = (
        b'data: {"id":"1","choices":[{"index":0,"delta":{"reasoning":"Hm"}}]}\n\n'
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,"time_to_first_token":0.1}}\n\n'
        b"data: [DONE]\n\n"
    )
    there = wire(MODEL)
    response = there.read(stream)
    assert (response.text, response.thinking, counted(response)) == ("Hi", "Hm", 5)
    assert there.body(Request((*HELLO, response.message)))[0]["messages"][1]["reasoning"] == "Hm"
