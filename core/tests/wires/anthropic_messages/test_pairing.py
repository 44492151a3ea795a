"""Calls without results, results without calls, and results out of order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.types import Message, Model, Provider, Request, Route, Text, ToolCall, ToolResult
from hamr.wires.anthropic_messages import AnthropicMessages
from hamr.wires.anthropic_messages.pairing import paired
from hamr.wires.told import Told

Encode = Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]


def calls(*ids: str, text: str = "") -> Message:
    return Message("assistant", (Text(text), *(ToolCall(id, "f", {}) for id in ids)))


def results(*ids: str) -> Message:
    return Message("tool", tuple(ToolResult(id, (Text(f"of {id}"),), "f") for id in ids))


def says(text: str) -> Message:
    return Message("user", (Text(text),))


def written(encode: Encode, *messages: Message) -> tuple[list[str], list[tuple[str, str]]]:
    """Blocks as words: `?id` a call, `=id` a result, `!id` a failed one, else the text; `|` between messages."""
    body, told = encode(Request(messages))
    words = []
    for message in body["messages"]:
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if block["type"] == "tool_use":
                words.append(f"?{block['id']}")
            elif block["type"] == "tool_result":
                words.append(f"{'!' if block.get('is_error') else '='}{block['tool_use_id']}")
            else:
                words.append(block["text"])
        words.append("|")
    return words[:-1], told


def test_what_is_in_order_is_left_alone(encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1", "2"), results("2", "1"), calls("3"), results("3"), says("b"))
    assert words == ["a", "|", "?1", "?2", "|", "=2", "=1", "|", "?3", "|", "=3", "b"]
    assert told == []


def test_a_call_without_result_is_given_one(encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1", "2"), results("1"), says("b"))
    assert words == ["a", "|", "?1", "?2", "|", "=1", "!2", "b"]
    assert told == [("injected", "messages[1].parts[2]")]


@pytest.mark.parametrize("after", [(), (says("b"),)])
def test_a_call_that_is_the_last_word(after: tuple[Message, ...], encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1"), *after)
    assert words == ["a", "|", "?1", "|", "!1", *(["b"] if after else [])]
    assert told == [("injected", "messages[1].parts[1]")]


def test_a_result_that_comes_late_is_moved(encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1"), says("wait"), results("1"), calls(text="ok"), says("b"))
    assert words == ["a", "|", "?1", "|", "=1", "wait", "|", "ok", "|", "b"]
    assert told == [("changed", "messages[3].parts[0]")]


def test_a_result_that_comes_early_is_moved(encode: Encode) -> None:
    words, told = written(encode, says("a"), results("1"), calls("1"), says("b"))
    assert words == ["a", "|", "?1", "|", "=1", "b"]
    assert told == [("changed", "messages[1].parts[0]")]


def test_a_result_without_call_is_text_of_the_users(encode: Encode) -> None:
    words, told = written(encode, says("a"), results("1"))
    assert words == ["a", "Result of the tool call f:", "of 1"]
    assert told == [("changed", "messages[1].parts[0]")]


def test_a_second_result_is_text_of_the_users(encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1"), results("1"), results("1"))
    assert words == ["a", "|", "?1", "|", "=1", "Result of the tool call f:", "of 1"]
    assert told == [("changed", "messages[3].parts[0]")]


def test_an_id_that_comes_again_is_made_another(encode: Encode) -> None:
    """Pain 24: other wires count calls from 0 in each turn; here an id stands for one call."""
    words, told = written(encode, says("a"), calls("0"), results("0"), calls("0"), results("0"))
    first, again = words[2], words[6]
    assert (first, words[4]) == ("?0", "=0")
    assert again.startswith("?toolu_")
    assert words[8] == again.replace("?", "=")
    assert told == [("changed", "messages[3].parts[1].id")]


def test_calls_in_neighbouring_turns_are_answered_behind_both(encode: Encode) -> None:
    words, told = written(encode, says("a"), calls("1"), calls("2"), results("2", "1"))
    assert words == ["a", "|", "?1", "?2", "|", "=1", "=2"]
    assert told == []


ids = st.sampled_from(["1", "2", "3"])
messages = st.lists(
    st.one_of(
        st.lists(ids, max_size=3).map(lambda found: calls(*found, text="so")),
        st.lists(ids, min_size=1, max_size=3).map(lambda found: results(*found)),
        st.just(says("a")),
        st.just(Message("system", (Text("s"),))),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(messages, st.booleans())
def test_any_conversation_comes_to_one_that_the_provider_takes(said: list[Message], amid: bool) -> None:
    """Pain 19: every call is answered, at once, once, and nothing else is."""
    route = Route(
        Provider("t", "T", "https://x.test", "anthropic-messages", compat={"supports_system_messages": amid}),
        Model("m"),
        lambda: None,
    )
    from json import loads

    body = loads(AnthropicMessages(route).encode(Request(tuple(said)), route).body)
    waiting: list[str] = []
    seen: set[str] = set()
    before = ""
    for message in body["messages"]:
        assert message["role"] != before
        before = message["role"]
        content = message["content"]
        blocks = [{"type": "text"}] if isinstance(content, str) else content
        kinds = [block["type"] for block in blocks]
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert sorted(answered) == sorted(waiting)
        assert kinds == sorted(kinds, key=lambda kind: kind != "tool_result") or "tool_use" in kinds
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
        assert not seen & set(waiting)
        assert len(set(waiting)) == len(waiting)
        seen |= set(waiting)
    assert waiting == []


@settings(deadline=None)
@given(messages)
def test_nothing_that_was_said_is_lost(said: list[Message]) -> None:
    told = Told("x")
    mended = [part for _, message in paired(said, told) for part in message.parts]
    for message in said:
        for part in message.parts:
            if isinstance(part, ToolResult):
                inner = [
                    each for whole in mended for each in (whole.parts if isinstance(whole, ToolResult) else [whole])
                ]
                assert part.parts[0] in inner
            elif isinstance(part, Text):
                assert part in mended
    assert sum(isinstance(part, ToolCall) for part in mended) == sum(len(message.tool_calls) for message in said)
