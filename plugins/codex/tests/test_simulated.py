"""The plugin against the simulator, which speaks the same wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from hamr import Hamr, Message, RateLimited, Text, Tool
from hamr.api import Tokens, ToolResult
from hamr_sim.lease import Lease
from hamr_testkit.colours import Colour

TOOL = Tool("weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


@pytest.fixture
def codex(environ: Mapping[str, str], logged_in: Callable[..., Tokens]) -> Iterator[Hamr]:
    """A client whose backend is the simulator."""
    logged_in()
    lease = Lease()
    with Hamr(environ={**environ, "CODEX_BASE_URL": f"{lease.origin()}/v1"}) as client:
        yield client
    lease.release()


@pytest.mark.parametrize("streamed", [False, True])
def test_text(colour: Colour, codex: Hamr, streamed: bool) -> None:
    if streamed:
        texts = [
            event.text for event in colour.events(codex, "hello", "codex/echo") if type(event).__name__ == "TextDelta"
        ]
        assert "".join(texts) == "[sim] hello"
    else:
        response = colour.call(codex, "hello", "codex/echo")
        assert (response.text, response.model, response.finish_reason) == ("[sim] hello", "sim-echo", "stop")


def test_a_tool_is_called_and_its_result_is_taken_back(colour: Colour, codex: Hamr) -> None:
    first = colour.call(codex, "what is the weather?", "codex/tools", tools=[TOOL])
    (call,) = first.tool_calls
    assert (call.name, first.finish_reason) == ("weather", "tool_calls")
    result = ToolResult(call.id, (Text("sunny"),))
    history = [Message("user", (Text("what is the weather?"),)), first.message, Message("tool", (result,))]
    second = colour.call(codex, history, "codex/tools", tools=[TOOL])
    assert "sunny" in second.text


def test_thinking(colour: Colour, codex: Hamr) -> None:
    response = colour.call(codex, "hello there", "codex/thinking", thinking="low")
    assert "The user said 2 words" in response.thinking
    assert response.text == "[sim] hello there"


def test_a_failure(colour: Colour, codex: Hamr) -> None:
    with pytest.raises(RateLimited):
        colour.call(codex, "hi", "codex/429", retries=0)
