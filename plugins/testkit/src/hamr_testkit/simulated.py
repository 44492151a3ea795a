"""What calls to the simulator come to, whichever wire they go by.

A plugin whose wire the simulator speaks inherits this in its tests, and has a fixture `client` whose provider is the
simulator (`hamr-sim`); `STEADY` is in the client's environment:

```python
class TestSimulated(SimulatorTests):
    provider = "acme"
```
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from hamr import (
    BrokenReply,
    CallError,
    Hamr,
    Message,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    RateLimited,
    Text,
    Tool,
    TooLong,
    ToolResult,
)
from hamr_testkit.colours import Colour

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("weather", "Tells it.", CITY)
SKY = {
    "type": "object",
    "properties": {"sky": {"type": "string"}},
    "required": ["sky"],
    "additionalProperties": False,
}
STEADY = {"HAMR_BREAKER_POLICY": "off"}
"""The environment of a client that is failed on purpose, over and over: it is to go on asking."""
FAILURES = [("401", NotLetIn), ("404", NoSuchModel), ("429", RateLimited), ("500", Overloaded), ("context", TooLong)]
BROKEN = [
    ("cut", BrokenReply),
    ("drop", BrokenReply),
    ("malformed", BrokenReply),
    ("html", BrokenReply),
    ("error", CallError),
]


class SimulatorTests:
    """Text, thinking, tools, answers of a shape and failures, whole and streamed, in both colours."""

    provider: ClassVar[str]
    """Who is asked."""
    mode: ClassVar[str | None] = None
    """The mode of the provider's that is asked for."""
    level: ClassVar[str | None] = None
    """How much a model shall think that is asked to, where that is said."""
    served: ClassVar[str | None] = None
    """The model that says to have answered `echo`, where the wire has a place for it."""

    preface: ClassVar[int] = 0
    """How many words the plugin puts before every conversation."""

    @property
    def asked(self) -> dict[str, Any]:
        """What goes with every call."""
        return {"api_mode": self.mode}

    def test_text(self, client: Hamr, colour: Colour) -> None:
        """Whole."""
        response = colour.call(client, "hello there", f"{self.provider}/echo", **self.asked)
        assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
        assert self.served is None or response.model == self.served
        assert response.usage is not None
        assert (response.usage.input, response.usage.output) == (2 + self.preface, 3)

    def test_a_stream(self, client: Hamr, colour: Colour) -> None:
        """Piece by piece."""
        events = colour.events(client, "hello there", f"{self.provider}/echo", **self.asked)
        assert [event.text for event in events if event.type == "text_delta"] == ["[sim]", " hello", " there"]
        assert events[-1].type == "finished"

    def test_thinking(self, client: Hamr, colour: Colour) -> None:
        """Thinking is kept apart from what is said."""
        model = f"{self.provider}/thinking"
        response = colour.call(client, "hello", model, thinking=self.level, **self.asked)
        assert response.thinking.startswith("[sim] The user said 1 words.")
        assert response.text == "[sim] hello"
        events = colour.events(client, "hello", model, thinking=self.level, **self.asked)
        assert "".join(event.text for event in events if event.type == "thinking_delta") == response.thinking

    def test_a_tool_is_called_and_its_result_goes_back(self, client: Hamr, colour: Colour) -> None:
        """Two calls of a model."""
        model = f"{self.provider}/tools"
        question = Message("user", (Text("How is it?"),))
        first = colour.call(client, [question], model, tools=[WEATHER], **self.asked)
        (call,) = first.tool_calls
        assert (call.name, call.problem, first.finish_reason) == ("weather", None, "tool_calls")
        result = Message("tool", (ToolResult(call.id, (Text("21 degrees"),), call.name),))
        second = colour.call(client, [question, first.message, result], model, tools=[WEATHER], **self.asked)
        assert "21 degrees" in second.text

    def test_a_tool_is_called_in_a_stream(self, client: Hamr, colour: Colour) -> None:
        """By the same name with the same arguments."""
        model = f"{self.provider}/tools"
        whole = colour.call(client, "How is it?", model, tools=[WEATHER], **self.asked)
        events = colour.events(client, "How is it?", model, tools=[WEATHER], **self.asked)
        streamed = [event.call for event in events if event.type == "tool_call_end"]
        assert [(each.name, each.arguments, each.problem) for each in streamed] == [
            (each.name, each.arguments, None) for each in whole.tool_calls
        ]

    def test_a_run_of_tools(self, client: Hamr) -> None:
        """A function is called, and the model answers."""

        def weather(city: str) -> str:
            """Tell the weather."""
            return f"sunny in {city}"

        run = client.run("How is it?", f"{self.provider}/tools", tools=[weather], **self.asked)
        assert "sunny in" in run.text

    def test_an_answer_of_a_shape(self, client: Hamr, colour: Colour) -> None:
        """The answer is JSON of that shape."""
        response = colour.call(client, "hello", f"{self.provider}/structured", response_format=SKY, **self.asked)
        assert response.text.startswith('{"sky"')

    @pytest.mark.parametrize(("fault", "error"), FAILURES)
    def test_failures(self, client: Hamr, colour: Colour, fault: str, error: type[CallError]) -> None:
        """Each is what it is, whole and streamed."""
        with pytest.raises(error):
            colour.call(client, "hello", f"{self.provider}/{fault}", retries=0, **self.asked)
        with pytest.raises(error):
            colour.events(client, "hello", f"{self.provider}/{fault}", retries=0, **self.asked)

    @pytest.mark.parametrize(("fault", "error"), BROKEN)
    def test_replies_that_break(self, client: Hamr, colour: Colour, fault: str, error: type[CallError]) -> None:
        """None of them passes as whole."""
        with pytest.raises(error):
            colour.events(client, "hello there you", f"{self.provider}/{fault}", retries=0, **self.asked)
        with pytest.raises(CallError):
            colour.call(client, "hello there you", f"{self.provider}/{fault}", retries=0, **self.asked)

    def test_an_error_inside_a_stream_keeps_what_came(self, client: Hamr, colour: Colour) -> None:
        """What had been said stands in the error."""
        asked = {"options": {"sim": {"after": 3}}, "retries": 0}
        with pytest.raises(CallError) as raised:
            colour.events(client, "one two three four", f"{self.provider}/error", **asked, **self.asked)
        assert raised.value.partial is not None
        assert raised.value.partial.text
