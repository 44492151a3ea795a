"""The wire end to end: this project's client, over HTTP, with a server that speaks the other half."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hamr import BrokenReply, Hamr, Message, NotLetIn, RateLimited, Refused, Text, Tool, TooLong, ToolResult
from hamr.types import Image
from hamr_testkit.colours import Colour

MODE = "anthropic-messages"
WEATHER = Tool(
    "weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    with Hamr(environ={}) as client:
        yield client


def test_text_whole_and_streamed(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hi there", "sim/echo", api_mode=MODE, system="Be brief.")
    assert (response.text, response.finish_reason, response.model) == ("[sim] hi there", "stop", "sim-echo")
    assert response.usage is not None
    assert response.usage.output > 0
    events = colour.events(client, "hi there", "sim/echo", api_mode=MODE)
    pieces = [event.text for event in events if event.type == "text_delta"]
    assert "".join(pieces) == response.text
    assert len(pieces) > 1


def test_thinking(client: Hamr, colour: Colour) -> None:
    whole = colour.call(client, "hi", "sim/thinking", api_mode=MODE, thinking="high")
    assert whole.thinking
    events = colour.events(client, "hi", "sim/thinking", api_mode=MODE, thinking="high")
    assert "".join(event.text for event in events if event.type == "thinking_delta") == whole.thinking
    assert not colour.call(client, "hi", "sim/thinking", api_mode=MODE, thinking="off").thinking


def test_a_tool_is_called_and_its_result_goes_back(client: Hamr, colour: Colour) -> None:
    question = Message("user", (Text("What is the weather?"),))
    first = colour.call(client, [question], "sim/tools", api_mode=MODE, tools=[WEATHER])
    (call,) = first.tool_calls
    assert (call.name, first.finish_reason) == ("weather", "tool_calls")
    result = Message("tool", (ToolResult(call.id, (Text("21 degrees"),)),))
    second = colour.call(client, [question, first.message, result], "sim/tools", api_mode=MODE, tools=[WEATHER])
    assert "21 degrees" in second.text
    streamed = colour.events(client, [question], "sim/tools", api_mode=MODE, tools=[WEATHER], tool_choice="weather")
    assert [event.call.name for event in streamed if event.type == "tool_call_end"] == ["weather"]


def test_structured_output_and_images(client: Hamr, colour: Colour) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    assert '"n"' in colour.call(client, "hi", "sim/structured", api_mode=MODE, response_format=schema).text
    picture = Message("user", (Image(data=b"\x89PNG\r\n\x1a\n"), Text("look")))
    assert "[image/png, 8 bytes]" in colour.call(client, [picture], "sim/echo", api_mode=MODE).text


def test_tokens_are_counted(client: Hamr, colour: Colour) -> None:
    assert colour.count_tokens(client, "one two three", "sim/echo", api_mode=MODE) == 3


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("sim/401", NotLetIn),
        ("sim/429", RateLimited),
        ("sim/context", TooLong),
        ("sim/refused", Refused),
        ("sim/cut", BrokenReply),
        ("sim/html", BrokenReply),
        ("sim/malformed", BrokenReply),
    ],
)
def test_what_goes_wrong(client: Hamr, colour: Colour, model: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        colour.events(client, "one two three", model, api_mode=MODE, retries=0, options={"sim": {"after": 5}})


def test_an_error_inside_a_stream_keeps_what_came(client: Hamr, colour: Colour) -> None:
    from hamr import CallError

    with pytest.raises(CallError) as raised:
        colour.events(
            client, "one two three four", "sim/error", api_mode=MODE, retries=0, options={"sim": {"after": 3}}
        )
    assert raised.value.partial is not None
    assert raised.value.partial.text
