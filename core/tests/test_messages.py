"""Prompts as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.messages import messages
from hamr.types import Image, Message, Text, ToolCall, ToolResult

HELLO = Message("user", (Text("Hello"),))


@pytest.mark.parametrize(
    "prompt",
    [
        "Hello",
        HELLO,
        {"role": "user", "content": "Hello"},
        ["Hello"],
        [Text("Hello")],
        Text("Hello"),
        [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        (HELLO,),
    ],
)
def test_the_ways_to_say_hello(prompt: Any) -> None:
    assert messages(prompt) == (HELLO,)


def test_the_system_message_comes_first() -> None:
    assert messages("Hello", system="Be brief.") == (Message("system", (Text("Be brief."),)), HELLO)


def test_parts_make_one_message_and_a_mix_makes_several() -> None:
    image = Image(url="https://test/cat.png")
    assert messages([Text("Look:"), image]) == (Message("user", (Text("Look:"), image)),)
    assert [message.role for message in messages(["Hi", Message("assistant", (Text("Hi"),)), image])] == [
        "user",
        "assistant",
        "user",
    ]


def test_dicts_are_those_of_openais_chat() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
    asked, answered = messages(
        [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
        ]
    )
    assert asked.parts == (ToolCall("c1", "look", {"at": 1}, '{"at": 1}'),)
    assert answered.parts == (ToolResult("c1", (Text("a cat"),)),)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ([], "the prompt is empty"),
        ([7], r"messages\[0\]: int is no message"),
        (["Hi", {"role": "wizard", "content": "x"}], r"messages\[1\]"),
        ([{"role": "user", "content": [{"type": "smell"}]}], r"messages\[0\]"),
        ({"content": "x"}, r"messages\[0\]"),
    ],
)
def test_what_is_no_message_is_told_with_its_place(prompt: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        messages(prompt)


def test_a_result_for_no_call_is_told_by_its_place() -> None:
    asked = Message("assistant", (ToolCall("c1", "look", {}),))
    given = Message("tool", (ToolResult("c2", (Text("x"),)),))
    with pytest.raises(
        ConfigError, match=r"messages\[2\]: a result for the tool call 'c2', which no message before it"
    ):
        messages([HELLO, asked, given])
    with pytest.raises(ConfigError, match=r"messages\[1\]: .*'c1'"):
        messages([HELLO, Message("tool", (ToolResult("c1", (Text("x"),)),)), asked])


def test_a_result_whose_call_only_the_provider_knows_is_sent() -> None:
    given = Message("tool", (ToolResult("c2", (Text("x"),)),))
    assert messages([given]) == (given,)


@pytest.mark.parametrize(("prompt", "told"), [(b"hi", "bytes"), (5, "int"), (None, "NoneType"), ([5], "int")])
def test_what_is_no_prompt_is_named_by_its_type(prompt: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"messages\[0\]: {told} is no message"):
        messages(prompt)
