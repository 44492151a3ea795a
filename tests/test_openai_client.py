"""A real client that is not ours, OpenAI's own, calls the simulator's Responses API: `nox -s clients` brings it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hamr_sim.server import Server
from hamr_sim.simulator import Simulator

openai = pytest.importorskip("openai", reason="OpenAI's client is not here: `nox -s clients` brings it")

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "description": "The weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with Server(Simulator()).start() as server:
        yield openai.OpenAI(base_url=f"{server.origin}/v1", api_key="none", max_retries=0)


def test_a_text(client: Any) -> None:
    response = client.responses.create(model="echo", input="one two three", instructions="Be brief.")
    assert response.output_text == "[sim] one two three"
    assert (response.status, response.model, response.output[0].role) == ("completed", "sim-echo", "assistant")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0


def test_a_stream(client: Any) -> None:
    with client.responses.stream(model="echo", input="one two three") as stream:
        events = list(stream)
        final = stream.get_final_response()
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == final.output_text == "[sim] one two three"
    assert len(deltas) > 1
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"


def test_thinking(client: Any) -> None:
    response = client.responses.create(model="thinking", input="hi", reasoning={"effort": "high"})
    reasoning, message = response.output
    assert reasoning.type == "reasoning"
    assert reasoning.summary[0].text
    assert message.content[0].text
    again = client.responses.create(model="echo", input=[*response.output, {"role": "user", "content": "and?"}])
    assert again.output_text == "[sim] and?"


def test_a_tool_and_its_result(client: Any) -> None:
    question = {"role": "user", "content": "What is the weather?"}
    first = client.responses.create(model="tools", input=[question], tools=[WEATHER])
    (call,) = first.output
    assert (call.type, call.name) == ("function_call", "weather")
    assert "city" in json.loads(call.arguments)
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}
    second = client.responses.create(model="tools", input=[question, *first.output, result], tools=[WEATHER])
    assert "21 degrees" in second.output_text
    with client.responses.stream(model="tools", input=[question], tools=[WEATHER]) as stream:
        events = list(stream)
        (streamed,) = stream.get_final_response().output
    assert streamed.arguments == call.arguments
    assert "response.function_call_arguments.delta" in [event.type for event in events]


def test_an_answer_of_a_given_shape(client: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    form = {"format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}}
    response = client.responses.create(model="structured", input="hi", text=form)
    assert isinstance(json.loads(response.output_text)["n"], int)


def test_tokens_are_counted(client: Any) -> None:
    assert client.responses.input_tokens.count(model="echo", input="one two three").input_tokens == 3


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("401", "AuthenticationError"),
        ("404", "NotFoundError"),
        ("429", "RateLimitError"),
        ("context", "BadRequestError"),
    ],
)
def test_what_goes_wrong(client: Any, model: str, error: str) -> None:
    with pytest.raises(getattr(openai, error), match=r"\[sim\]"):
        client.responses.create(model=model, input="hi")


def test_a_stream_that_fails_in_its_midst(client: Any) -> None:
    with client.responses.stream(model="error", input="one two three four") as stream:
        kinds = [event.type for event in stream]
    assert kinds[-1] == "response.failed"


def test_a_bad_body(client: Any) -> None:
    with pytest.raises(openai.BadRequestError, match=r"input\[0\]\.role"):
        client.responses.create(model="echo", input=[{"role": "robot", "content": "hi"}])


def test_all_of_it_awaited() -> None:
    import asyncio

    async def calls(url: str) -> None:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none") as client:
            assert (await client.responses.create(model="echo", input="hi")).output_text == "[sim] hi"
            async with client.responses.stream(model="echo", input="hi") as stream:
                assert (await stream.get_final_response()).output_text == "[sim] hi"

    with Server(Simulator()).start() as server:
        asyncio.run(calls(server.origin))
