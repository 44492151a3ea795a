"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hamr import Message, Request, Text, ThinkingConfig, ThinkingLevel, TooLong
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "cerebras/gpt-oss-120b"


def test_what_it_refuses_is_left_out(wire: Wire) -> None:
    refused = Request(HELLO, frequency_penalty=1, presence_penalty=1, logit_bias={"1": 1.0}, n=2, store=True)
    request = replace(refused, max_tokens=5, cache_key="k")
    body, told = wire(MODEL).body(request)
    assert body == {
        "model": "gpt-oss-120b",
        "messages": [{"role": "user", "content": "hello"}],
        "max_completion_tokens": 5,
        "prompt_cache_key": "k",
    }
    assert {field for _, field in told} == {"frequency_penalty", "presence_penalty", "logit_bias", "n", "store"}


@pytest.mark.parametrize(("level", "sent"), [("off", "none"), ("minimal", "low"), ("max", "high")])
def test_levels_of_thinking(level: ThinkingLevel, sent: str, wire: Wire) -> None:
    assert wire(MODEL).body(Request(HELLO, thinking=ThinkingConfig(level)))[0]["reasoning_effort"] == sent


def test_recorded_replies_and_their_thinking(recordings: Recordings, wire: Wire) -> None:
    there = wire(MODEL)
    read = there.read_all(recordings("cerebras.openai-chat"))
    for row, response in read:
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
    thought = [response for _, response in read if response.thinking]
    assert thought
    for response in thought:
        back = there.body(Request((*HELLO, response.message)))[0]["messages"][1]
        assert back["reasoning"] == response.thinking


@pytest.mark.parametrize("status", [400, 413])
def test_an_error_that_says_nothing_means_that_the_prompt_is_too_long(status: int, wire: Wire) -> None:
    assert type(wire(MODEL).error(status)) is TooLong
