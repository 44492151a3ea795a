"""The front door as programs use it, against the simulator: threads, event loops, early leaving, the default client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import hamr
from hamr import BrokenReply, ConfigError, Hamr, NoAnswer, Overloaded, Settings, Timeouts
from hamr.spend import report
from hamr.spend.spending import ledger
from hamr_testkit.colours import Colour


def test_whole_and_streamed_say_the_same(colour: Colour) -> None:
    with Hamr() as client:
        whole = colour.call(client, "one two three", "sim/echo")
        events = colour.events(client, "one two three", "sim/echo")
    assert whole.text == "[sim] one two three"
    assert "".join(event.text for event in events if event.type == "text_delta") == whole.text
    assert events[0].type == "started"
    assert events[-1].type == "finished"


def test_the_functions_of_the_module() -> None:
    assert hamr.call("hi", "sim/echo").text == "[sim] hi"
    with hamr.stream("hi", "sim/echo") as stream:
        assert "".join(stream.texts()) == "[sim] hi"
        assert stream.response.text == "[sim] hi"

    async def both() -> tuple[str, str]:
        response = await hamr.acall("hi", "sim/echo")
        texts = [event.text async for event in hamr.astream("hi", "sim/echo") if event.type == "text_delta"]
        return response.text, "".join(texts)

    assert asyncio.run(both()) == ("[sim] hi", "[sim] hi")


def test_the_functions_of_the_module_that_run_tools() -> None:
    def add(a: int) -> int:
        return a + 1

    assert "add answered" in hamr.run("add", "sim/tools", tools=[add]).text
    assert "add answered" in asyncio.run(hamr.arun("add", "sim/tools", tools=[add])).text
    with hamr.run_stream("add", "sim/tools", tools=[add]) as stream:
        assert "add answered" in "".join(stream.texts())

    async def streamed() -> str:
        async with hamr.arun_stream("add", "sim/tools", tools=[add]) as stream:
            return "".join([text async for text in stream.texts()])

    assert "add answered" in asyncio.run(streamed())


def test_the_function_of_the_module_that_previews() -> None:
    call = hamr.preview("hi", "groq/m", stream=True)
    assert (call.method, call.url.rpartition("/v1")[2]) == ("POST", "/chat/completions")
    assert call.headers["authorization"] == "Bearer $GROQ_API_KEY"


def test_many_threads_share_a_client() -> None:
    with Hamr() as client, ThreadPoolExecutor(32) as pool:
        texts = list(pool.map(lambda n: client.call(f"number {n}", "sim/echo").text, range(128)))
    assert texts == [f"[sim] number {n}" for n in range(128)]


def test_many_tasks_share_a_client() -> None:
    async def all_at_once() -> list[str]:
        async with Hamr() as client:
            responses = await asyncio.gather(*[client.acall(f"number {n}", "sim/echo") for n in range(64)])
        return [response.text for response in responses]

    assert asyncio.run(all_at_once()) == [f"[sim] number {n}" for n in range(64)]


def test_twenty_event_loops_in_a_row_leave_nothing_behind() -> None:
    """Pain 33."""
    program = """
import asyncio, gc, hamr
async def call():
    async with hamr.astream("hi", "sim/echo") as stream:
        return [event async for event in stream]
for _ in range(20):
    assert asyncio.run(hamr.acall("hi", "sim/echo")).text == "[sim] hi"
    assert asyncio.run(call())
gc.collect()
"""
    command = [sys.executable, "-W", "error", "-X", "tracemalloc", "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_stream_comes_as_it_is_written(colour: Colour) -> None:
    """Pain 13: events are given on as they come, not in a burst at the end."""
    came: list[float] = []
    options = {"sim": {"pace": 0.1}}
    with Hamr() as client:
        if colour.name == "sync":
            with client.stream(" ".join(["word"] * 12), "sim/echo", options=options) as stream:
                came.extend(time.monotonic() for _ in stream.texts())
        else:

            async def read() -> None:
                async with client.astream(" ".join(["word"] * 12), "sim/echo", options=options) as stream:
                    came.extend([time.monotonic() async for _ in stream.texts()])

            asyncio.run(read())
    assert len(came) >= 12
    assert came[-1] - came[0] > 0.2


def test_a_stream_that_is_cut_keeps_what_had_come(colour: Colour) -> None:
    """Pain 14."""
    with Hamr() as client, pytest.raises(BrokenReply) as caught:
        colour.events(client, "one two three four five six", "sim/cut", options={"sim": {"after": 3}})
    assert caught.value.partial is not None
    assert caught.value.partial.text.startswith("[sim] one")
    assert caught.value.partial.finish_reason is None
    assert (caught.value.provider, caught.value.model) == ("sim", "cut")


def test_an_overloaded_provider_is_asked_again(colour: Colour) -> None:
    with Hamr(settings=Settings(retry_wait=0.01)) as client:
        response = colour.call(client, "hi", "sim/500", options={"sim": {"times": 2}})
        assert response.text == "[sim] hi"
        assert response.timings.attempts == 3
        with pytest.raises(Overloaded):
            colour.call(client, "hi", "sim/500", retries=0)


def test_a_provider_that_hangs_is_left(colour: Colour) -> None:
    with Hamr() as client, pytest.raises(NoAnswer):
        colour.call(client, "hi", "sim/hang", timeout=0.5)


def test_a_slow_drip_ends_with_the_whole_calls_time(colour: Colour) -> None:
    settings = Settings(timeouts=Timeouts(total=0.5))
    with Hamr(settings=settings) as client, pytest.raises(BrokenReply, match=r"longer than 0\.5 s"):
        colour.events(client, "word " * 200, "sim/slow")


def test_an_endless_reply_is_cut_at_its_bound(colour: Colour) -> None:
    with Hamr(settings=Settings(max_bytes=20_000)) as client, pytest.raises(BrokenReply, match="larger than 20,000"):
        colour.events(client, "hi", "sim/endless")


def test_a_default_model_comes_from_the_environment(colour: Colour) -> None:
    with Hamr(environ={"HAMR_LLM_MODEL": "sim/echo"}) as client:
        assert colour.call(client, "hi").provider == "sim"
    with Hamr(environ={"HAMR_LLM_PROVIDER": "sim", "HAMR_LLM_MODEL": "thinking"}) as client:
        assert colour.call(client, "hi").thinking


def test_without_any_the_first_that_can_be_called_is_asked_and_it_is_told(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-10, M-15, N-131."""
    told: list[str] = []
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ("anthropic", "sim"))
    with Hamr(environ={}, tell=lambda text, _: told.append(text)) as client:
        assert [colour.call(client, "hi").provider, colour.call(client, "hi").provider] == ["sim", "sim"]
    assert len(told) == 1
    assert "sim is asked; anthropic: it has no key" in told[0]
    monkeypatch.setattr("hamr.resolver.Resolver.defaults", ("anthropic",))
    with Hamr(environ={}) as client, pytest.raises(ConfigError, match="no model was named"):
        colour.call(client, "hi")


def test_a_level_of_thinking_stands_behind_the_name(colour: Colour) -> None:
    """H-50: the call's own counts before it."""
    with Hamr(environ={}) as client:
        assert b'"reasoning_effort":"high"' in client.preview("hi", "openai/gpt-5.1:high").body
        assert b'"reasoning_effort":"low"' in client.preview("hi", "gpt-5.1:high", thinking="low").body
        assert colour.call(client, "hi", "sim/echo:off").model == "sim-echo"


def test_a_closed_client_may_be_used_again(colour: Colour) -> None:
    client = Hamr()
    for _ in range(2):
        assert colour.call(client, "hi", "sim/echo").text == "[sim] hi"
        client.close()


def test_abandoned_streams_leave_no_thread_behind() -> None:
    """Pain 34."""
    with Hamr() as client:
        client.call("hi", "sim/echo")
        before = threading.active_count()
        for _ in range(50):
            with client.stream("one two three", "sim/echo") as stream:
                next(iter(stream))
        deadline = time.monotonic() + 5
        while threading.active_count() > before + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert threading.active_count() <= before + 2


def test_a_key_in_code_that_is_none_says_nothing() -> None:
    with Hamr(environ={"GROQ_API_KEY": "gsk-set"}, keys={"groq": None}) as client:
        secret = client.pipeline("groq/any").route.secret()
    assert secret is not None
    assert secret.reveal() == "gsk-set"


def test_one_tag_is_a_text(tmp_path: Path) -> None:
    environ = {"HAMR_STATE_DIR": str(tmp_path)}
    with Hamr(environ=environ, tags="nightly, slow", folder=None) as client:
        client.call("hi", "sim/echo")
    lines = report.lines(ledger(environ), ("tag",), report.Asked("", "", {}))
    assert sorted(str(line.by["tag"]) for line in lines) == ["nightly", "slow"]
