from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply
from hamr.types import Head, Message, Request, Route, Text, Tool
from hamr.wires.gemini import Gemini

REQUEST = Request(
    (Message("system", (Text("s"),)), Message("user", (Text("hello"),))), tools=(Tool("f"),), options={"labels": {}}
)
WHOLE = {
    "systemInstruction": {"parts": [{"text": "s"}]},
    "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
    "tools": [{"functionDeclarations": [{"name": "f"}]}],
}


@pytest.mark.parametrize(
    ("flags", "body"),
    [
        ({}, {"generateContentRequest": {"model": "models/a-model", **WHOLE, "labels": {}}}),
        ({"count_wraps_request": False}, WHOLE),
    ],
)
def test_a_whole_request_is_counted(flags: dict[str, Any], body: dict[str, Any], route: Callable[..., Route]) -> None:
    there = route(**flags)
    call = Gemini(there).encode_count(REQUEST, there)
    assert call.url.endswith("/models/a-model:countTokens")
    assert json.loads(call.body) == body
    assert Gemini(there).decode_count(Head(200, {}, b'{"totalTokens": 31}'), there) == 31


@pytest.mark.parametrize("reply", [b"{}", b"[]", b'{"totalTokens": "x"}', b""])
def test_a_reply_that_counts_nothing(reply: bytes, route: Callable[..., Route]) -> None:
    with pytest.raises(BrokenReply):
        Gemini(route()).decode_count(Head(200, {}, reply), route())


@pytest.mark.parametrize("name", ["gemini.gemini-count", "vertex.gemini-count"])
def test_recorded_counts(name: str, recordings: Callable[[str], list[Any]], route: Callable[..., Route]) -> None:
    rows = [row for row in recordings(name) if row.status == 200]
    assert rows
    for row in rows:
        found = Gemini(route()).decode_count(Head(200, {}, row.body), route())
        assert found == json.loads(row.body)["totalTokens"]
