"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    CallError,
    Hamr,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    RateLimited,
    Refused,
    Settings,
    TextDelta,
    Tool,
    TooLong,
)
from hamr_sim.lease import Lease

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

KEY = "canary-key-0123456789"
WEATHER = Tool(
    "weather", "Tells it.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    """A client whose Cohere is the simulator."""
    lease = Lease()
    environ = {"COHERE_BASE_URL": lease.origin(), "COHERE_API_KEY": KEY}
    with Hamr(environ=environ, settings=Settings(retries=0)) as made:
        yield made
    lease.release()


def test_text(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hello there", "cohere/echo")
    assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
    assert response.usage is not None
    assert (response.usage.input, response.usage.output) == (2, 3)


def test_a_stream(client: Hamr, colour: Colour) -> None:
    events = colour.events(client, "hello there", "cohere/echo")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["[sim]", " hello", " there"]


def test_thinking(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hello", "cohere/thinking")
    assert response.thinking.startswith("[sim] The user said 1 words.")
    assert response.text == "[sim] hello"


def test_tools(client: Hamr, colour: Colour) -> None:
    def weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    response = colour.call(client, "How is it?", "cohere/tools", tools=[WEATHER])
    assert (response.finish_reason, response.tool_calls[0].name) == ("tool_calls", "weather")
    streamed = colour.events(client, "How is it?", "cohere/tools", tools=[WEATHER])
    assert [event.call for event in streamed if event.type == "tool_call_end"] == list(response.tool_calls)
    assert "sunny in" in client.run("How is it?", "cohere/tools", tools=[weather]).text


def test_an_answer_of_a_shape(client: Hamr, colour: Colour) -> None:
    schema = {"type": "object", "properties": {"sky": {"type": "string"}}, "required": ["sky"]}
    assert colour.call(client, "hello", "cohere/structured", response_format=schema).text.startswith('{"sky"')


def test_vectors(client: Hamr, colour: Colour) -> None:
    found = colour.embed(client, ["a"] * 100, "cohere/embed", dimensions=4)
    assert [len(vector) for vector in found.vectors] == [4] * 100
    assert any(each.field == "inputs" for each in found.adaptations)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", NotLetIn),
        ("404", NoSuchModel),
        ("429", RateLimited),
        ("500", Overloaded),
        ("context", TooLong),
    ],
)
def test_failures(client: Hamr, colour: Colour, fault: str, error: type[CallError]) -> None:
    with pytest.raises(error):
        colour.call(client, "hello", f"cohere/{fault}")


@pytest.mark.parametrize("fault", ["cut", "drop", "malformed", "error", "html"])
def test_replies_that_break(client: Hamr, colour: Colour, fault: str) -> None:
    with pytest.raises(CallError):
        colour.events(client, "hello there you", f"cohere/{fault}")


def test_what_is_blocked(provider: Canned, colour: Colour) -> None:
    provider.answer({"message": "blocked"}, status=498)
    client = Hamr(environ={"COHERE_BASE_URL": provider.url, "COHERE_API_KEY": KEY}, settings=Settings(retries=0))
    with pytest.raises(Refused):
        colour.call(client, "hello", "cohere/m")


def test_a_key_is_sent_and_shown_nowhere(provider: Canned, colour: Colour) -> None:
    said: dict[str, Any] = {"id": "1", "message": f"invalid api token: {KEY}"}
    provider.answer(said, status=401)
    client = Hamr(environ={"COHERE_BASE_URL": provider.url, "COHERE_API_KEY": KEY}, settings=Settings(retries=0))
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hello", "cohere/m")
    assert provider.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    error = caught.value
    assert KEY not in f"{error} {error!r} {error.body} {error.hint} {vars(error)}"
