"""The short way of writing messages writes what the long way writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.errors import Unsupported
from hamr.types import Image, Message, Model, Part, Provider, Request, Route, Text, ToolCall, ToolResult
from hamr.wires.anthropic_messages import NAME, AnthropicMessages, messages
from hamr.wires.anthropic_messages.writing import Writing

ROUTE = Route(Provider("t", "T", "https://x.test", NAME), Model("m"), lambda: None)
TEXTS = st.builds(
    Text,
    st.sampled_from(["", " ", "hi", "so\n"]),
    cache=st.sampled_from([None, None, "5m"]),
    extra=st.sampled_from([None, None, {NAME: {"citations": [1]}}, {"gemini": {}}]),
)
CALLS = st.builds(
    ToolCall,
    st.sampled_from(["a", "b", "not fit"]),
    st.just("f"),
    st.sampled_from([{}, {"x": 1}]),
    problem=st.sampled_from([None, None, "broken"]),
    extra=st.sampled_from([None, None, {NAME: {"caller": {}}}]),
)
RESULTS = st.builds(
    ToolResult,
    st.sampled_from(["a", "b", "not fit"]),
    st.lists(TEXTS | st.just(Image(url="https://x.test")), max_size=2).map(tuple),
    is_error=st.booleans(),
)


def turns(role: str, parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Message]:
    name = st.sampled_from([None, None, None, "ann"])
    return st.builds(Message, st.just(role), st.lists(parts, max_size=3).map(tuple), name)


TURNS = st.lists(
    turns("user", TEXTS)
    | turns("system", TEXTS)
    | turns("assistant", TEXTS | CALLS)
    | turns("tool", RESULTS)
    | turns("tool", RESULTS | TEXTS),
    max_size=6,
)


def written(said: list[Message]) -> tuple[Any, Any]:
    """The body and what was told, or what is wrong."""
    try:
        call = AnthropicMessages(ROUTE).encode(Request(tuple(said)), ROUTE)
    except Unsupported as error:
        return str(error), None
    return json.loads(call.body), call.adaptations


def never(message: Message, writing: Writing) -> None:
    """No message is plain."""


@settings(deadline=None)
@given(TURNS)
def test_both_ways_write_the_same(said: list[Message]) -> None:
    short = written(said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "plain", never)
        assert written(said) == short
