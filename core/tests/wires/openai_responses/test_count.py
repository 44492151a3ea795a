"""Tokens counted without an answer, by both halves."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from hamr.errors import BrokenReply
from hamr.types import Head, Message, Request, Route, Text, ThinkingConfig, Tool
from hamr.wires.openai_responses import OpenAIResponses

ASKED = Request(
    (Message("user", (Text("hi"),)),),
    tools=(Tool("f"),),
    thinking=ThinkingConfig("low"),
    max_tokens=5,
    temperature=1.0,
    store=False,
    options={"previous_response_id": "resp_1", "include": ["x"]},
)


def test_what_counts_is_sent(route: Callable[..., Route]) -> None:
    there = route()
    call = OpenAIResponses(there).encode_count(ASKED, there)
    assert call.url == "https://models.test/v1/responses/input_tokens"
    body = json.loads(call.body)
    assert list(body) == ["model", "input", "tools", "reasoning", "previous_response_id"]
    versioned = route("https://models.test/openai/v1?api-version=preview")
    assert OpenAIResponses(versioned).encode_count(ASKED, versioned).url == (
        "https://models.test/openai/v1/responses/input_tokens?api-version=preview"
    )


def test_the_count_is_read(route: Callable[..., Route]) -> None:
    there = route()
    wire = OpenAIResponses(there)
    written = wire.dialect().encode_count(11)  # type: ignore[attr-defined]  # it counts
    assert json.loads(written) == {"object": "response.input_tokens", "input_tokens": 11}
    assert wire.decode_count(Head(200, {}, written), there) == 11


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"input_tokens": "7"}', b'{"input_tokens": true}', b"<html>"])
def test_what_is_no_count(body: bytes, route: Callable[..., Route]) -> None:
    there = route()
    with pytest.raises(BrokenReply):
        OpenAIResponses(there).decode_count(Head(200, {}, body), there)
