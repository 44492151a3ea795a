"""Instances out of answers, through the front door, over a provider on the loopback."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel

from hamr import BrokenReply, Hamr, HamrError, Refused
from hamr.shapes.partials import Partials
from hamr.shapes.shape import shape
from hamr.types import Event, TextDelta, TextStart
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour


class City(BaseModel):
    name: str
    people: int


def client(provider: Canned) -> Hamr:
    return Hamr(environ={"OPENAI_BASE_URL": f"{provider.url}/v1", "OPENAI_API_KEY": "sk-canary-0123456789"})


def message(finish: str = "stop", **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **fields}, "finish_reason": finish}
    return {"id": "r1", "object": "chat.completion", "model": "m", "choices": [choice]}


def chunks(text: str, size: int) -> list[Any]:
    deltas = [{"content": text[place : place + size]} for place in range(0, len(text), size)]
    return [
        *({"id": "r1", "model": "m", "choices": [{"index": 0, "delta": delta}]} for delta in deltas),
        {"id": "r1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]


def partials(colour: Colour, of: Hamr, **options: Any) -> list[Any]:
    if colour.name == "sync":
        with of.stream("hi", "openai/m", **options) as stream:
            return list(stream.partials())

    async def collect() -> list[Any]:
        async with of.astream("hi", "openai/m", **options) as stream:
            return [value async for value in stream.partials()]

    return asyncio.run(collect())


def test_an_answer_gives_an_instance(colour: Colour, provider: Canned) -> None:
    provider.answer(message(content='{"name": "Rome", "people": 3}'))
    response = colour.call(client(provider), "hi", "openai/m", response_format=City)
    assert response.parsed == City(name="Rome", people=3)
    sent = provider.asked[0].json["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"], sent["schema"]["required"]) == ("City", True, ["name", "people"])


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (
            message(content='{"name": "Rome", "people": null}'),
            BrokenReply,
            "the answer is no City: people: Input should",
        ),
        (message(content="I think"), BrokenReply, "the answer is no City: .*Invalid JSON"),
        (message("length", content='{"name": "Ro'), BrokenReply, "cut off before the City was whole\nRaise max_tokens"),
        (message(content=None, refusal="I will not."), Refused, "no City was given: I will not."),
        (message("content_filter", content=""), Refused, "content_filter"),
    ],
)
def test_an_answer_that_is_none_is_an_error_that_keeps_it(
    colour: Colour, provider: Canned, answer: Any, error: type[HamrError], told: str
) -> None:
    provider.answer(answer)
    with pytest.raises(error, match=told) as caught:
        colour.call(client(provider), "hi", "openai/m", response_format=City)
    assert isinstance(caught.value, BrokenReply | Refused)
    assert caught.value.partial is not None
    assert (caught.value.provider, caught.value.model, caught.value.attempts) == ("openai", "m", 1)


def test_a_call_of_a_tool_is_no_broken_answer(colour: Colour, provider: Canned) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    provider.answer(message("tool_calls", content=None, tool_calls=[call]))
    response = colour.call(client(provider), "hi", "openai/m", response_format=City, tools=[{"name": "look"}])
    assert (response.parsed, len(response.tool_calls)) == (None, 1)


def test_instances_grow_with_the_answer(colour: Colour, provider: Canned) -> None:
    provider.stream(*chunks('{"name": "Rome", "people": 345}', 6))
    grown = partials(colour, client(provider), response_format=City)
    assert all(isinstance(city, City) for city in grown)
    names = [city.name for city in grown]
    assert names[0] is None
    assert 0 < names.index("Ro") < names.index("Rome")
    assert grown[-1] == City(name="Rome", people=345)
    assert {city.people for city in grown} == {None, 345}


@pytest.mark.parametrize("text", ['{"a": [1, 2]}', '```json\n{"a": [1, 2]}\n```', 'Here: {"a": [1, 2]}'])
def test_plain_values_grow_too_and_are_copies(colour: Colour, provider: Canned, text: str) -> None:
    provider.stream(*chunks(text, 1))
    grown = partials(colour, client(provider), response_format="json")
    told = [value for place, value in enumerate(grown) if value != grown[place - 1]]
    assert told == [{}, {"a": []}, {"a": [1]}, {"a": [1, 2]}]


def test_an_answer_that_is_no_json_grows_nothing_and_fails_at_its_end(colour: Colour, provider: Canned) -> None:
    provider.stream(*chunks("{Rome}", 2))
    with pytest.raises(BrokenReply, match="the answer is no City"):
        partials(colour, client(provider), response_format=City)


def test_only_the_first_choice_is_read() -> None:
    growing = Partials(None)
    events: list[Event] = [TextStart(0), TextStart(1, choice=1), TextDelta(1, '{"b": 1}'), TextDelta(0, '{"a": 1}')]
    assert [value for event in events for value in growing.take(event)] == [{"a": 1}]


def test_the_work_of_growing_instances_grows_as_the_answer_does() -> None:
    def work(count: int) -> int:
        """How many characters of answer are made instances of, all together."""
        text = json.dumps({"value": [{"name": "Rome", "people": n} for n in range(count)]})
        growing, done = Partials(shape(list[City])), 0
        for place in range(0, len(text), 16):
            done += sum(len(value) for value in growing.take(TextDelta(0, text[place : place + 16])) if value)
        return done

    assert work(8000) <= 4.5 * work(2000)
