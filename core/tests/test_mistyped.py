"""Parts of a conversation that were made of the wrong types: named with their place."""

from __future__ import annotations

from typing import Any

import pytest

import hamr
from hamr import (
    ConfigError,
    File,
    Hamr,
    Image,
    Message,
    ResponseFormat,
    Settings,
    Text,
    Thinking,
    ThinkingConfig,
    Timeouts,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from hamr.mistyped import mistyped
from hamr.types import Request

ODD: Any = 5
WORD: Any = "word"
HELLO = Message("user", (Text("hello"),))
CALLS = Message("assistant", (Thinking("Hm."), ToolCall("1", "f", {"a": [1, None]})))
MODES = [None, "responses", "anthropic-messages", "gemini"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        (Message("user", WORD), r"messages\[0\].parts is of the type str\nGive a tuple of: a hamr.Text, "),
        (Message("user", ODD), r"messages\[0\].parts is 5"),
        (Message("user", {"a": 1}), r"messages\[0\].parts is of the type dict"),  # type: ignore[arg-type]  # wrong on purpose
        ([HELLO, Message("user", (Image(data=ODD),))], r"messages\[1\].parts\[0\].data is 5\nGive bytes"),
        (
            Message("user", (File(data=WORD, media_type="text/plain"),)),
            r"messages\[0\].parts\[0\].data is of the type str",
        ),
        ([HELLO, Message("assistant", (ToolCall(ODD, "f", {}),))], r"messages\[1\].parts\[0\].id is 5\nGive a text"),
        ([HELLO, CALLS, Message("tool", (ToolResult("1", ODD),))], r"messages\[2\].parts\[0\].parts is 5"),
        ([CALLS, Message("tool", (ToolResult(["1"], ()),))], r"messages\[1\].parts\[0\].call_id is of the type list"),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
def test_the_place_in_a_conversation_is_named(prompt: Any, told: str, mode: str | None) -> None:
    with pytest.raises(ConfigError, match=told):
        hamr.call(prompt, "sim/echo", api_mode=mode)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tools": [Tool(ODD)]}, r"tools\[0\].name is 5\nGive its name as a text"),
        ({"tools": [Tool("f", "", ODD)], "api_mode": "gemini"}, r"tools\[0\].parameters is 5\nGive a mapping"),
        ({"response_format": ResponseFormat(ODD)}, "response_format.schema is 5"),
        ({"tool_choice": ToolChoice(WORD), "tools": [Tool("f")], "api_mode": "gemini"}, "tool_choice.mode is 'word'"),
        ({"thinking": ThinkingConfig(WORD), "api_mode": "gemini"}, "thinking.level is 'word'\nGive one of 'off'"),
        ({"timeout": Timeouts(WORD)}, "timeout is of the type Timeouts\nGive seconds above zero"),
        ({"timeout": Timeouts(read=-1)}, "timeout is of the type Timeouts"),
    ],
)
def test_an_option_of_hamrs_own_types_is_named(options: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        hamr.call("hi", "sim/echo", **options)


def test_settings_are_looked_at_once() -> None:
    with pytest.raises(ConfigError, match=r"Hamr\(settings=...\).timeouts is 5\nGive a hamr.Timeouts"):
        Hamr(settings=Settings(timeouts=ODD))


def test_the_first_that_is_wrong_of_a_list_is_named() -> None:
    found = mistyped(Request((HELLO,), stop=(1, 2)), Request, "")  # type: ignore[arg-type]  # wrong on purpose
    assert str(found) == "stop[0] is 1\nGive a text."


@pytest.mark.parametrize("mode", MODES)
def test_what_is_right_is_not_named(mode: str | None) -> None:
    """Also whatever comes back: it goes into the next call."""
    response = hamr.call([HELLO, CALLS, Message("tool", (ToolResult("1", (Text("x"),)),))], "sim/echo", api_mode=mode)
    assert mistyped(response.message, Message, "") is None
    assert mistyped(Settings(), Settings, "") is None
