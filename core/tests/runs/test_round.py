"""The tools of a round: at once, bounded, answered whatever becomes of them."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from typing import Any

import pytest

from hamr import (
    Image,
    Text,
    Tool,
    ToolFinished,
)
from hamr_testkit.colours import Colour

CANARY = "sk-canary-0123456789abcdef"
WHERE = contextvars.ContextVar("WHERE", default="nowhere")


def add(a: int, b: int = 1) -> int:
    """The sum."""
    return a + b


async def slow_add(a: int, seconds: float = 0.0) -> int:
    await asyncio.sleep(seconds)
    return a


def fails(what: str) -> None:
    raise ValueError(f"no such {what}, key {CANARY}")


def test_calls_of_one_round_run_at_once_and_are_answered_in_their_order(model: Any) -> None:
    third, second = threading.Event(), threading.Event()

    def ends_last() -> bool:
        return second.wait(10)

    async def ends_second() -> bool:
        found = await asyncio.to_thread(third.wait, 10)
        second.set()
        return found

    def ends_first() -> str:
        third.set()
        return "first"

    model.asks(("c1", "ends_last", {}), ("c2", "ends_second", {}), ("c3", "ends_first", {}))
    model.says()
    seen, done = model.events([ends_last, ends_second, ends_first], options={"stream": False})
    assert model.texts(done) == ["true", "true", "first"]
    assert {event.call.id for event in seen if isinstance(event, ToolFinished)} == {"c3", "c2", "c1"}


def test_so_many_tools_run_at_once_and_no_more(model: Any) -> None:
    now = most = 0
    lock, three = threading.Lock(), threading.Barrier(3)

    def busy() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        three.wait(10)  # nobody goes on before two others have come
        with lock:
            now -= 1

    model.asks(*((f"c{n}", "busy", {}) for n in range(9)))
    model.says()
    assert len(model.results(model.run([busy], tools_at_once=3))) == 9
    assert most == 3


def test_a_tool_that_raises_is_told_to_the_model_without_trace_or_key(model: Any) -> None:
    model.asks(("c1", "fails", {"what": "city"}), ("c2", "add", {"a": 1}))
    model.says()
    seen, done = model.events([fails, add], options={"stream": False})
    assert model.texts(done) == ["ValueError: no such city, key ***", "2"]
    assert [each.is_error for each in model.results(done)] == [True, False]
    error = next(event.error for event in seen if isinstance(event, ToolFinished) and event.call.id == "c1")
    assert isinstance(error, ValueError)
    assert CANARY not in model.provider.asked[1].body.decode()


def test_a_tool_that_never_returns_is_given_up(model: Any) -> None:
    never = threading.Event()

    def hang() -> None:
        never.wait()

    async def ahang() -> None:
        await asyncio.sleep(3600)

    model.asks(("c1", "hang", {}), ("c2", "ahang", {}), ("c3", "add", {"a": 1}))
    model.says()
    done = model.run([hang, ahang, add], tool_timeout=0.3)
    late = "gave no result within 0.3 seconds"
    assert model.texts(done) == [f"TimeoutError: hang {late}", f"TimeoutError: ahang {late}", "2"]
    never.set()


def test_a_result_that_comes_too_late_is_no_result_of_a_later_call(model: Any) -> None:
    go_on = threading.Event()

    def late() -> str:
        go_on.wait()
        return "late"

    def release() -> str:
        go_on.set()
        time.sleep(0.2)
        return "released"

    model.asks(("c1", "late", {}))
    model.asks(("c2", "release", {}))
    model.says()
    done = model.run([late, release], tool_timeout=1)
    assert model.texts(done) == ["TimeoutError: late gave no result within 1 seconds", "released"]


def opaque() -> object:
    return object()


def test_what_json_cannot_hold_is_told_to_the_model(model: Any) -> None:
    model.asks(("c1", "opaque", {}))
    model.says()
    done = model.run([opaque])
    assert "TypeError: the tool returned a object, which JSON cannot hold" in model.texts(done)[0]


def test_a_tool_may_give_parts(model: Any) -> None:
    def look() -> list[Any]:
        return ["seen:", Image(data=b"\x89PNG", media_type="image/png")]

    model.asks(("c1", "look", {}))
    model.says()
    done = model.run([look])
    assert model.results(done)[0].parts == (Text("seen:"), Image(data=b"\x89PNG", media_type="image/png"))
    assert "image_url" in model.provider.asked[1].body.decode()


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("add", '{"a": 1', "The call was not run: the arguments are no JSON"),
        ("add", "[1]", "The call was not run: the arguments are JSON, but no object"),
        ("add", {"a": "one"}, "the arguments of add do not fit its schema: a: Input should be a valid integer"),
        ("add", {"a": None}, "a: Input should be a valid integer"),
        ("ad", {"a": 1}, "There is no tool 'ad'. There are: add"),
        ("zzz", {}, "There is no tool 'zzz'. There are: add"),
    ],
)
def test_a_call_that_makes_no_sense_goes_back_to_the_model(model: Any, name: str, arguments: Any, told: str) -> None:
    """Kept as the model wrote it, told in the events, handed back; so is `null` where the schema says never."""
    model.asks(("c1", name, arguments))
    model.says()
    seen, done = model.events([add], options={"stream": False})
    assert told in model.texts(done)[0]
    assert model.results(done)[0].is_error
    assert [event.result for event in seen if isinstance(event, ToolFinished)] == model.results(done)
    written = model.text_of(arguments)
    assert done.messages[1].tool_calls[0].text == written
    sent = model.provider.asked[1].json["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert sent == written or written in json.loads(sent).values()


def test_async_in_disguise(model: Any) -> None:
    class Later:
        async def __call__(self, a: int) -> int:
            return a

    def wrapped(a: int) -> Any:
        return slow_add(a)

    tools = [Later(), wrapped, functools.partial(slow_add, seconds=0.01)]
    model.asks(("c1", "Later", {"a": 1}), ("c2", "wrapped", {"a": 2}), ("c3", "slow_add", {"a": 3}))
    model.says()
    assert model.texts(model.run(tools)) == ["1", "2", "3"]


def test_a_cancelled_tool_is_a_failed_one(model: Any) -> None:
    async def gone() -> None:
        raise asyncio.CancelledError

    def gone_too() -> None:
        raise asyncio.CancelledError

    model.asks(("c1", "gone", {}), ("c2", "gone_too", {}))
    model.says()
    assert model.texts(model.run([gone, gone_too])) == ["RuntimeError: it was cancelled"] * 2


def test_what_is_meant_to_end_the_program_ends_the_run(model: Any) -> None:
    def leave() -> None:
        raise KeyboardInterrupt

    model.asks(("c1", "leave", {}))
    with pytest.raises(KeyboardInterrupt):
        model.run([leave])
    assert len(model.provider.asked) == 1


def test_a_tool_that_calls_sys_exit_has_failed(model: Any) -> None:
    def leave(code: int | None = None) -> None:
        sys.exit(code)

    async def leave_too() -> None:
        await asyncio.sleep(0)
        sys.exit("bye")

    model.asks(("c1", "leave", {}))
    model.asks(("c2", "leave", {"code": 3}), ("c3", "leave_too", {}))
    model.says()
    done = model.run([leave, leave_too])
    told = ["sys.exit()", "sys.exit(3)", "sys.exit('bye')"]
    assert model.texts(done) == [f"RuntimeError: it called {each}" for each in told]


def test_a_signal_whose_handler_exits_ends_the_run(model: Any) -> None:
    """As a service does that is asked to stop: whichever tool happens to run has not failed."""

    def stop(*_: object) -> None:
        sys.exit(0)

    def work() -> str:
        os.kill(os.getpid(), signal.SIGUSR1)
        return "worked"

    async def work_too() -> str:
        return work()

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        for name in ("work", "work_too"):
            model.asks(("c1", name, {}))
            with pytest.raises(SystemExit):
                model.run([work, work_too], tool_timeout=None)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_tools_see_the_callers_context(model: Any) -> None:
    model.asks(("c1", "where", {}))
    model.says()

    def where() -> str:
        return WHERE.get()

    token = WHERE.set("here")
    assert model.texts(model.run([where])) == ["here"]
    WHERE.reset(token)


def test_a_blocking_tool_that_is_alone_and_unbounded_runs_in_the_callers_thread(model: Any) -> None:
    model.colour = Colour("sync")
    database = sqlite3.connect(":memory:")

    def query(sql: str) -> list[Any]:
        return database.execute(sql).fetchall()

    model.asks(("c1", "query", {"sql": "select 1"}))
    model.says()
    assert model.texts(model.run([query], tool_timeout=None)) == ["[[1]]"]
    database.close()


def test_five_thousand_tools(model: Any) -> None:
    def named(number: int) -> Any:
        def tool(a: int) -> int:
            return a + number

        tool.__name__ = f"tool_{number}"
        return tool

    model.asks(("c1", "tool_4999", {"a": 1}), ("c2", "nothing_like_it", {}))
    model.says()
    given = [Tool(f"plain_{n}") for n in range(4_900)] + [named(n) for n in range(4_900, 5_000)]
    done = model.run(given)
    assert model.texts(done)[0] == "5000"
    assert "and 4980 more" in model.texts(done)[1]
    assert len(model.provider.asked[0].json["tools"]) == 5_000


def test_an_interrupt_ends_a_run_that_waits_for_a_tool(model: Any) -> None:
    """Pain 17: whoever presses Ctrl-C is not kept waiting by a tool that blocks."""
    never = threading.Event()

    def hang() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        never.wait(30)

    model.asks(("c1", "hang", {}))
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.run([hang])
    assert time.monotonic() - begun < 20
    never.set()
