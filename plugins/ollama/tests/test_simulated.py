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
    Settings,
    TextDelta,
    Tool,
    TooLong,
)
from hamr_sim.lease import Lease

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

WEATHER = Tool(
    "weather", "Tells it.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    """A client whose Ollama is the simulator."""
    lease = Lease()
    host = lease.origin().removeprefix("http://")
    with Hamr(environ={"OLLAMA_HOST": host}, settings=Settings(retries=0)) as made:
        yield made
    lease.release()


def test_text(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hello there", "ollama/echo")
    assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
    assert response.usage is not None
    assert (response.usage.input, response.usage.output) == (2, 3)


def test_a_stream(client: Hamr, colour: Colour) -> None:
    events = colour.events(client, "hello there", "ollama/echo")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["[sim]", " hello", " there"]


@pytest.mark.parametrize("level", ["off", "medium"])
def test_thinking(client: Hamr, colour: Colour, level: Any) -> None:
    response = colour.call(client, "hello", "ollama/thinking", thinking=level)
    assert bool(response.thinking) == (level != "off")
    assert response.text == "[sim] hello"


def test_tools(client: Hamr, colour: Colour) -> None:
    def weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    response = colour.call(client, "How is it?", "ollama/tools", tools=[WEATHER])
    assert (response.finish_reason, response.tool_calls[0].name) == ("tool_calls", "weather")
    run = client.run("How is it?", "ollama/tools", tools=[weather])
    assert "sunny in" in run.text


def test_an_answer_of_a_shape(client: Hamr, colour: Colour) -> None:
    schema = {"type": "object", "properties": {"sky": {"type": "string"}}, "required": ["sky"]}
    response = colour.call(client, "hello", "ollama/structured", response_format=schema)
    assert response.text.startswith('{"sky"')


def test_vectors_and_models(client: Hamr, colour: Colour) -> None:
    found = colour.embed(client, ["a", "b"], "ollama/embed", dimensions=4)
    assert [len(vector) for vector in found.vectors] == [4, 4]
    assert {model.id for model in colour.models(client, "ollama").models} >= {"echo", "tools", "embed"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [("401", NotLetIn), ("404", NoSuchModel), ("429", RateLimited), ("500", Overloaded), ("context", TooLong)],
)
def test_failures(client: Hamr, colour: Colour, fault: str, error: type[CallError]) -> None:
    with pytest.raises(error):
        colour.call(client, "hello", f"ollama/{fault}")


@pytest.mark.parametrize("fault", ["cut", "drop", "malformed", "error", "html"])
def test_replies_that_break(client: Hamr, colour: Colour, fault: str) -> None:
    with pytest.raises(CallError):
        colour.events(client, "hello there you", f"ollama/{fault}")


def test_the_side_that_is_compatible(client: Hamr, colour: Colour) -> None:
    """C-31."""
    assert colour.call(client, "hello", "ollama/echo", api_mode="openai").text == "[sim] hello"


@pytest.mark.parametrize(("pace", "said"), [(0.0, 0), (0.1, 1)])
def test_a_model_that_keeps_silent_is_spoken_of_once(pace: float, said: int, colour: Colour) -> None:
    """N-152, M-45."""
    lease, told = Lease(), list[tuple[str, str | None]]()
    environ = {"OLLAMA_HOST": lease.origin(), "HAMR_OLLAMA_UNLOAD_GRACE_MS": "60"}
    with Hamr(environ=environ, tell=lambda *said: told.append(said)) as client:
        response = colour.call(client, "hello there", "ollama/echo", options={"sim": {"pace": pace}})
    lease.release()
    words = "no answer for 0.06 s; the model may still be loading"
    assert told == [(f"ollama/echo: {words}", None)] * said
    assert response.warnings == (words,) * said


KEY = "canary-key-0123456789"


def test_a_key_is_sent_and_shown_nowhere(provider: Canned, colour: Colour) -> None:
    provider.answer({"error": f"unauthorized: {KEY}"}, status=401)
    client = Hamr(environ={"OLLAMA_BASE_URL": provider.url, "OLLAMA_API_KEY": KEY}, settings=Settings(retries=0))
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hello", "ollama/m")
    assert provider.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    error = caught.value
    assert KEY not in f"{error} {error!r} {error.body} {error.hint} {vars(error)}"
