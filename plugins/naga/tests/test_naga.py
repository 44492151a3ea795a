"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hamr import Message, Request, Text, ThinkingConfig, ThinkingLevel

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

HELLO = (Message("user", (Text("hello"),)),)


MODEL = "naga/nemotron-3-super-120b-a12b:free"


@pytest.mark.parametrize(("level", "sent"), [("off", "none"), ("xhigh", "xhigh"), ("max", "xhigh")])
def test_levels_of_thinking(level: ThinkingLevel, sent: str, wire: Wire) -> None:
    body, _ = wire(MODEL).body(Request(HELLO, thinking=ThinkingConfig(level), max_tokens=5))
    assert (body["reasoning_effort"], body["max_completion_tokens"]) == (sent, 5)


def test_thinking_goes_back_as_it_came(wire: Wire) -> None:
    details = [{"type": "reasoning.text", "text": "Hm", "signature": "s", "index": 0}]
    message = {"content": "Hi", "reasoning_content": "Hm", "reasoning_details": details}
    reply = {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    there = wire(MODEL)
    response = there.read(json.dumps(reply).encode())
    assert there.body(Request((*HELLO, response.message)))[0]["messages"][1]["reasoning_details"] == details
