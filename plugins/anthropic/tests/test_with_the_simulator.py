"""The plugin against a real server that speaks the wire."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest

from hamr import BrokenReply, CallError, Hamr, HamrError, Overloaded, RateLimited, Settings, Timeouts, Tool
from hamr.api import Fold, Timings
from hamr_sim.lease import Lease
from hamr_testkit.colours import Colour

CANARY = "sk-ant-canary-0123456789abcdef"
QUICK = Settings(timeouts=Timeouts(connect=0.3, read=0.3, total=0.5), retries=1, retry_wait=0.01, max_bytes=20_000)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    lease = Lease()
    yield lease.origin()
    lease.release()


@pytest.fixture
def hamr(origin: str) -> Iterator[Hamr]:
    with Hamr(environ={"ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": f"{origin}/anthropic"}) as client:
        yield client


def test_text(colour: Colour, hamr: Hamr) -> None:
    response = colour.call(hamr, "hello there", "anthropic/echo")
    assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
    assert (response.usage.input, response.usage.output) == (2, 3)


@pytest.mark.parametrize("model", ["echo", "thinking", "tools"])
def test_a_stream_says_what_a_whole_reply_says(colour: Colour, hamr: Hamr, model: str) -> None:
    options = {"tools": [Tool("weather")]} if model == "tools" else {}
    fold = Fold()
    fold.add(colour.events(hamr, "hello there", f"anthropic/{model}", **options))
    streamed = fold.response("anthropic", model, request_id=None, adaptations=(), timings=Timings())
    whole = colour.call(hamr, "hello there", f"anthropic/{model}", **options)
    assert (streamed.text, streamed.thinking) == (whole.text, whole.thinking)
    assert [call.arguments for call in streamed.tool_calls] == [call.arguments for call in whole.tool_calls]
    assert (streamed.finish_reason, streamed.usage.total) == (whole.finish_reason, whole.usage.total)


def test_thinking(colour: Colour, hamr: Hamr) -> None:
    response = colour.call(hamr, "hello there", "anthropic/thinking", thinking="low")
    assert response.thinking.startswith("[sim]")
    assert response.usage.reasoning > 0


def test_tools_and_their_results(colour: Colour, hamr: Hamr) -> None:
    tool = Tool("weather", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
    response = colour.call(hamr, "weather in Rome", "anthropic/tools", tools=[tool])
    assert response.finish_reason == "tool_calls"
    assert response.tool_calls[0].name == "weather"


def test_counting_and_listing(colour: Colour, hamr: Hamr) -> None:
    assert colour.count_tokens(hamr, "hello there", "anthropic/echo") == 2
    found = {info.id: info for info in colour.models(hamr, "anthropic").models}
    assert found["thinking"].reasoning is True
    assert found["echo"].input == ("text", "image")


@pytest.mark.parametrize(
    ("model", "expected"), [("429", RateLimited), ("500", Overloaded), ("cut", BrokenReply), ("error", CallError)]
)
def test_failures(colour: Colour, origin: str, model: str, expected: type[CallError]) -> None:
    environ = {"ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": f"{origin}/anthropic"}
    with Hamr(environ=environ, settings=QUICK) as client, pytest.raises(expected):
        colour.call(client, "hi", f"anthropic/{model}")


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
@pytest.mark.parametrize("model", ["401", "404", "429", "500", "cut", "error", "malformed", "html", "context"])
def test_nothing_of_the_key_is_seen(
    colour: Colour,
    origin: str,
    model: str,
    variable: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Pain 36: in no message, no trace, no log, no output."""
    caplog.set_level(logging.DEBUG)
    environ = {variable: CANARY, "ANTHROPIC_BASE_URL": f"{origin}/anthropic"}
    with Hamr(environ=environ, settings=QUICK) as client, pytest.raises(HamrError) as caught:
        colour.call(client, f"hi {CANARY}", f"anthropic/{model}")
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + caplog.text
    shown += "".join(capfd.readouterr())
    assert CANARY not in shown.replace(f"hi {CANARY}", "hi")
