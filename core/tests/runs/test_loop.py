"""Rounds of calls and tools through the front door, over a provider on the loopback that says what it was told to."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from pydantic import BaseModel

from hamr import (
    BrokenReply,
    ConfigError,
    Message,
    NotLetIn,
    Text,
    Tool,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)


def add(a: int, b: int = 1) -> int:
    """The sum."""
    return a + b


def test_rounds_until_the_model_has_answered(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1, "b": "2"}))
    model.asks(("c2", "add", {"a": 5}))
    model.says("six")
    done = model.run([add], system="Add.")
    assert (done.text, done.stopped, len(done.responses), model.texts(done)) == ("six", "finished", 3, ["3", "6"])
    assert [message.role for message in done.messages] == ["system", "user", *["assistant", "tool"] * 2, "assistant"]
    assert done.usage is not None
    assert (done.usage.input, done.usage.output) == (30, 6)
    assert done.cost.usd is None
    assert done.response is done.responses[-1]
    assert model.provider.asked[2].json["messages"][-1] == {"role": "tool", "tool_call_id": "c2", "content": "6"}


def test_the_conversation_can_be_gone_on_with(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.says("two")
    model.says("yes")
    first = model.run([add])
    assert model.run([add], [*first.messages, "sure?"]).text == "yes"
    assert [each["role"] for each in model.provider.asked[2].json["messages"]] == [
        "user", "assistant", "tool", "assistant", "user",
    ]  # fmt: skip


def test_all_that_happens_is_streamed(model: Any) -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": '{"a": 1}'}}
    model.provider.stream({"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]})
    model.provider.stream({"choices": [{"index": 0, "delta": {"content": "two"}, "finish_reason": "stop"}]})
    seen, done = model.events([add])
    kinds = [event.type for event in seen]
    assert kinds.index("tool_call_end") < kinds.index("tool_started") < kinds.index("tool_finished")
    assert kinds.index("tool_finished") < kinds.index("text_delta")
    assert kinds.count("started") == kinds.count("finished") == 2
    started = next(event for event in seen if isinstance(event, ToolStarted))
    finished = next(event for event in seen if isinstance(event, ToolFinished))
    assert (started.round, started.call.name, finished.value, finished.error) == (1, "add", 2, None)
    assert finished.result == model.results(done)[0]
    assert done.text == "two"


def test_two_calls_with_one_id_are_each_answered(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}), ("c1", "add", {"a": 2}), ("", "add", {"a": 3}), ("", "add", {"a": 4}))
    model.asks(("c1", "add", {"a": 5}))
    model.says()
    done = model.run([add])
    assert model.texts(done) == ["2", "3", "4", "5", "6"]
    asked = [call.id for message in done.messages for call in message.tool_calls]
    assert [each.call_id for each in model.results(done)] == asked
    assert len(set(asked)) == 5
    assert all(asked)


def test_the_bound_of_rounds_ends_a_run_that_can_be_gone_on_with(model: Any) -> None:
    for count in range(3):
        model.asks((f"c{count}", "add", {"a": count}))
    done = model.run([add], max_rounds=3)
    assert (done.stopped, len(model.provider.asked), done.messages[-1].role) == ("max_rounds", 3, "tool")
    assert model.texts(done) == ["1", "2", "3"]


def test_a_tool_without_a_function_is_left_to_the_caller(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}), ("c2", "ask", {}))
    done = model.run([add, Tool("ask")])
    assert (done.stopped, [call.id for call in done.pending], model.texts(done)) == ("pending", ["c2"], ["2"])
    model.says("fine")
    mine = Message("tool", (ToolResult("c2", (Text("yes"),)),))
    assert model.run([add], [*done.messages, mine]).text == "fine"


@pytest.mark.parametrize("choice", ["required", "add"])
def test_a_tool_that_must_be_called_must_be_called_once(model: Any, choice: str) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.says()
    model.run([add], tool_choice=choice)
    assert "tool_choice" in model.provider.asked[0].json
    assert "tool_choice" not in model.provider.asked[1].json


def test_calls_that_are_announced_but_do_not_come_end_the_run(model: Any) -> None:
    model.says(finish="tool_calls")
    done = model.run([add])
    assert (done.stopped, done.response.finish_reason, model.results(done)) == ("finished", "tool_calls", [])


def test_the_calls_of_a_filtered_answer_are_not_run(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}), finish="content_filter")
    done = model.run([add])
    assert (done.stopped, model.results(done)) == ("finished", [])


def test_a_call_that_was_cut_off_is_never_run(model: Any) -> None:
    """Pain 14."""
    ran = []

    def delete(path: str, all: bool = True) -> None:
        ran.append(path)

    call = {"index": 0, "id": "c1", "function": {"name": "delete", "arguments": '{"path": "/some/a'}}
    model.provider.answer(
        f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'tool_calls': [call]}}]})}\n\n".encode(),
        content_type="text/event-stream",
    )
    with pytest.raises(BrokenReply) as caught:
        model.events([delete])
    assert caught.value.partial is not None
    model.asks(("c1", "delete", '{"path": "/some/a"}'), ("c2", "delete", '{"path": "/so'), finish="length")
    model.says()
    done = model.run([delete])
    assert ran == ["/some/a"]
    assert [each.is_error for each in model.results(done)] == [False, True]


def test_a_call_that_fails_keeps_the_rounds_before_it(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.provider.answer({"error": {"message": "bad key"}}, status=401)
    with pytest.raises(NotLetIn) as caught:
        model.run([add])
    assert caught.value.run is not None
    assert (caught.value.run.stopped, model.texts(caught.value.run)) == ("failed", ["2"])


class Sum(BaseModel):
    value: int
    of: list[int]


def test_the_last_answer_may_be_an_instance(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.says('{"value": 2, "of": [1, 1]}')
    assert model.run([add], response_format=Sum).parsed == Sum(value=2, of=[1, 1])


def test_a_model_as_a_tool_gives_an_instance(model: Any) -> None:
    model.asks(("c1", "Sum", {"value": 2, "of": [1, 1]}))
    model.says()
    seen, done = model.events([Sum], options={"stream": False})
    assert [event.value for event in seen if isinstance(event, ToolFinished)] == [Sum(value=2, of=[1, 1])]
    assert model.texts(done) == ['{"value":2,"of":[1,1]}']


def test_leaving_a_run_early_stops_it(model: Any) -> None:
    """Pain 17."""
    cancelled = []
    started = threading.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    model.asks(("c1", "endless", {}))
    with model.client() as of:
        if model.colour.name == "sync":
            with of.run_stream("hi", "openai/m", tools=[endless], options={"stream": False}) as stream:
                assert any(event.type == "tool_started" for event in stream)
        else:

            async def leave() -> None:
                going = asyncio.create_task(of.arun("hi", "openai/m", tools=[endless]))
                assert await asyncio.to_thread(started.wait, 10)
                going.cancel()
                await going

            with pytest.raises(asyncio.CancelledError):
                asyncio.run(leave())
            assert cancelled == [True]
    assert len(model.provider.asked) == 1


@pytest.mark.parametrize(
    "limits",
    [{"max_rounds": 0}, {"max_rounds": 1.5}, {"tools_at_once": True}, {"tool_timeout": -1}, {"max_rounds": None}],
)
def test_bounds_that_make_no_sense(model: Any, limits: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(limits))} must be more than 0"):
        model.run([add], **limits)


def test_a_prompt_of_ten_megabytes(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.says()
    prompt = "word " * 2_000_000
    assert model.run([add], prompt).messages[0].text == prompt
    assert model.provider.asked[1].json["messages"][0]["content"] == prompt


def test_a_call_is_never_lost_from_the_conversation(model: Any) -> None:
    model.asks(("c1", "add", {"a": 1}))
    model.says()
    done = model.run([add])
    assert done.messages[1].tool_calls == (ToolCall("c1", "add", {"a": 1}, '{"a": 1}'),)
