"""Every wire of the core end to end: this project's client, over HTTP, with a server that speaks the other half."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hamr import Hamr, Message, Refused, Text
from hamr.types import Image
from hamr_testkit.colours import Colour
from hamr_testkit.simulated import STEADY, WEATHER, SimulatorTests


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    with Hamr(environ=STEADY) as client:
        yield client


class OfTheCore(SimulatorTests):
    """What the simulator answers besides on the wires of the core."""

    provider = "sim"
    level = "high"
    served = "sim-echo"

    def test_no_thinking_where_none_is_wanted(self, client: Hamr, colour: Colour) -> None:
        response = colour.call(client, "hello", "sim/thinking", thinking="off", **self.asked)
        assert (response.thinking, response.text) == ("", "[sim] hello")

    def test_images(self, client: Hamr, colour: Colour) -> None:
        picture = Message("user", (Image(data=b"\x89PNG\r\n\x1a\n"), Text("look")))
        assert "[image/png, 8 bytes]" in colour.call(client, [picture], "sim/echo", **self.asked).text

    def test_a_tool_that_must_be_called(self, client: Hamr, colour: Colour) -> None:
        given = {"tools": [WEATHER], "tool_choice": "weather", **self.asked}
        events = colour.events(client, "What is the weather?", "sim/tools", **given)
        assert [event.call.name for event in events if event.type == "tool_call_end"] == ["weather"]

    def test_a_refusal(self, client: Hamr, colour: Colour) -> None:
        with pytest.raises(Refused):
            colour.events(client, "one two three", "sim/refused", retries=0, **self.asked)


class Counting(OfTheCore):
    """Those that count tokens besides."""

    def test_tokens_are_counted(self, client: Hamr, colour: Colour) -> None:
        assert colour.count_tokens(client, "one two three", "sim/echo", **self.asked) == 3


class TestOpenAICompletions(OfTheCore):
    """Without a mode."""


class TestOpenAIResponses(Counting):
    mode = "openai-responses"


class TestAnthropicMessages(Counting):
    mode = "anthropic-messages"


class TestGemini(Counting):
    mode = "gemini"
