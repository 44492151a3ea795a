"""Where the prompt is cached: no mark is lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Image, Message, Part, Request, Text, Tool

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]


def user(*parts: Part) -> Message:
    return Message("user", parts)


def marks(body: dict[str, Any]) -> list[str]:
    """Where marks stand, and for how long."""
    found = [("tool", tool) for tool in body.get("tools", ())]
    found += [("system", block) for block in body.get("system", ()) if isinstance(block, dict)]
    found += [("message", block) for message in body["messages"] for block in message["content"]]
    return [
        f"{place} {block['cache_control'].get('ttl', '5m')}"
        for place, block in found
        if isinstance(block, dict) and "cache_control" in block
    ]


def test_marks_are_counted_in_and_out(encode: Encode) -> None:
    """Pain 25."""
    request = Request(
        (
            Message("system", (Text("s", cache="1h"),)),
            user(Text("a", cache="5m"), Image(url="https://x.test", cache="5m")),
        ),
        tools=(Tool("f", cache="1h"),),
    )
    body, told = encode(request)
    assert marks(body) == ["tool 1h", "system 1h", "message 5m", "message 5m"]
    assert told == []


def test_more_marks_than_there_may_be(encode: Encode) -> None:
    """The first ones of the messages go: each later one covers them."""
    texts = [Text(letter, cache="5m") for letter in "abcde"]
    body, told = encode(Request((Message("system", (Text("s", cache="5m"),)), user(*texts))))
    assert marks(body) == ["system 5m", "message 5m", "message 5m", "message 5m"]
    assert [block["text"] for block in body["messages"][0]["content"] if "cache_control" in block] == ["c", "d", "e"]
    assert told == [("dropped", "messages[1].parts[0].cache"), ("dropped", "messages[1].parts[1].cache")]


def test_a_mark_of_the_whole_body_takes_one_of_the_four(encode: Encode) -> None:
    texts = [Text(letter, cache="5m") for letter in "abcd"]
    body, told = encode(Request((user(*texts),), options={"cache_control": {"type": "ephemeral"}}))
    assert len(marks(body)) == 3
    assert told == [("dropped", "messages[0].parts[0].cache")]


@pytest.mark.parametrize(
    ("flags", "expected", "told"),
    [
        ({"supports_cache_control": False}, [], ["dropped", "dropped", "dropped"]),
        ({"supports_long_cache": False}, ["tool 5m", "system 5m", "message 5m"], ["clamped", "clamped"]),
        ({"supports_cache_control_on_tools": False}, ["system 5m", "message 5m"], ["dropped", "clamped"]),
        ({}, ["tool 1h", "system 5m", "message 5m"], ["clamped"]),
    ],
)
def test_marks_that_the_provider_does_not_take(
    flags: dict[str, Any], expected: list[str], told: list[str], encode: Encode
) -> None:
    """H-149. An hour behind five minutes is refused, so that it is made five minutes too."""
    request = Request(
        (Message("system", (Text("s", cache="5m"),)), user(Text("a", cache="1h"))), tools=(Tool("f", cache="1h"),)
    )
    body, found = encode(request, **flags)
    assert (marks(body), [kind for kind, _ in found]) == (expected, told)
