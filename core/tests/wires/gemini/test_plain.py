"""Messages that hold one plain text, call or result are written by a short way, as the long one writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Message, Request, Text, ToolCall, ToolResult
from hamr.wires.gemini.contents import ContentWriter

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]


def asked(*results: ToolResult, calls: tuple[str, ...] = ("c1",)) -> Request:
    turns = [Message("assistant", (ToolCall(id, "f", {"a": 1}, '{"a":1}'),)) for id in calls]
    given = [Message("tool", (result,)) for result in results]
    return Request((Message("user", (Text("hi"),)), *turns, *given, Message("assistant", (Text("so"),))))


@pytest.mark.parametrize("flags", [{}, {"placeholder_signature": "skip"}, {"supports_result_images": False}])
@pytest.mark.parametrize(
    "request_",
    [
        asked(ToolResult("c1", (Text("x"),))),
        asked(ToolResult("c1", (Text("x"),), "other", is_error=True)),
        asked(ToolResult("c1", (Text("x"),)), ToolResult("c2", (Text("y"),)), calls=("c1", "c2")),
        asked(ToolResult("odd id!", (Text("x"),)), calls=("odd id!",)),
        asked(ToolResult("c1", (Text("x"), Text("y"))), ToolResult("c1", (Text("z"),))),
        asked(ToolResult("c1", (Text("x"),), cache="5m")),
        asked(ToolResult("c9", (Text("x"),), "g")),
        Request(
            (Message("user", (Text("a"),), "Ann"), Message("assistant", (Text(""),)), Message("system", (Text("s"),)))
        ),
        Request(
            (Message("user", (Text("a", cache="1h"),)), Message("assistant", (ToolCall("c", "f", {}, "{", "no"),)))
        ),
    ],
)
def test_both_ways_write_the_same(
    request_: Request, flags: dict[str, Any], encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = encode(request_, **flags)
    monkeypatch.setattr(ContentWriter, "_plain", lambda *_, **__: False)
    assert short == encode(request_, **flags)
    assert json.dumps(short[0]) == json.dumps(encode(request_, **flags)[0])
