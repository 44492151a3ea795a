"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from hamr import (
    CallError,
    Hamr,
    HamrError,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    RateLimited,
    Settings,
    TextDelta,
    Timeouts,
    Tool,
    TooLong,
)
from hamr_sim.lease import Lease
from hamr_testkit.colours import Colour

QUICK = Settings(retries=0, timeouts=Timeouts(connect=0.3, read=0.3, total=0.5), max_bytes=20_000)
CANARY = "canary-0123456789abcdef"
SIGNING = {"AWS_ACCESS_KEY_ID": f"AKID{CANARY}", "AWS_SECRET_ACCESS_KEY": CANARY, "AWS_SESSION_TOKEN": f"t-{CANARY}"}
LETTING_IN: list[dict[str, str]] = [{"AWS_BEARER_TOKEN_BEDROCK": CANARY}, SIGNING]
WEATHER = Tool(
    "weather", "Tells it.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    lease = Lease()
    yield lease.origin()
    lease.release()


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Hamr]:
    """A client whose Bedrock is the simulator."""
    environ = {**SIGNING, "AWS_REGION": "us-east-1", "BEDROCK_BASE_URL": address}
    with Hamr(environ=environ, settings=Settings(retries=0)) as made:
        yield made


def test_text(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hello there", "bedrock/echo")
    assert (response.text, response.finish_reason) == ("[sim] hello there", "stop")
    assert response.usage is not None
    assert (response.usage.input, response.usage.output) == (2, 3)


def test_a_stream(client: Hamr, colour: Colour) -> None:
    events = colour.events(client, "hello there", "bedrock/echo")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["[sim]", " hello", " there"]
    assert events[-1].type == "finished"


@pytest.mark.parametrize("stream", [True, False])
def test_thinking(client: Hamr, colour: Colour, stream: bool) -> None:
    if stream:
        events = colour.events(client, "hello", "bedrock/thinking")
        assert any(event.type == "thinking_delta" for event in events)
    else:
        response = colour.call(client, "hello", "bedrock/thinking")
        assert response.thinking
        assert response.text == "[sim] hello"


def test_tools(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "How is it?", "bedrock/tools", tools=[WEATHER])
    assert (response.finish_reason, response.tool_calls[0].name) == ("tool_calls", "weather")
    assert response.tool_calls[0].problem is None
    events = colour.events(client, "How is it?", "bedrock/tools", tools=[WEATHER])
    assert [event.call.name for event in events if event.type == "tool_call_end"] == ["weather"]


def test_a_run_of_tools(client: Hamr) -> None:
    def weather(city: str) -> str:
        """Tell the weather."""
        return f"sunny in {city}"

    assert "sunny in" in client.run("How is it?", "bedrock/tools", tools=[weather]).text


def test_an_answer_of_a_shape(client: Hamr, colour: Colour) -> None:
    schema = {"type": "object", "properties": {"sky": {"type": "string"}}, "required": ["sky"]}
    assert colour.call(client, "hello", "bedrock/structured", response_format=schema).text.startswith('{"sky"')


def test_models_and_tokens(client: Hamr, colour: Colour) -> None:
    assert {model.id for model in colour.models(client, "bedrock").models} >= {"echo", "tools"}
    assert colour.count_tokens(client, "one two three", "bedrock/anthropic.echo") == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [("401", NotLetIn), ("404", NoSuchModel), ("429", RateLimited), ("500", Overloaded), ("context", TooLong)],
)
def test_failures(client: Hamr, colour: Colour, fault: str, error: type[CallError]) -> None:
    with pytest.raises(error):
        colour.call(client, "hello", f"bedrock/{fault}")
    with pytest.raises(error):
        colour.events(client, "hello", f"bedrock/{fault}")


@pytest.mark.parametrize("fault", ["cut", "drop", "malformed", "error", "html"])
def test_replies_that_break(client: Hamr, colour: Colour, fault: str) -> None:
    with pytest.raises(CallError):
        colour.events(client, "hello there you", f"bedrock/{fault}")
    with pytest.raises(CallError):
        colour.call(client, "hello there you", f"bedrock/{fault}")


def seen(error: BaseException) -> str:
    """All that a person or a log could see of an error and of what led to it."""
    told = "".join(traceback.format_exception(error))
    chain: BaseException | None = error
    while chain is not None:
        told += f"{chain} {chain!r} {chain.args} {vars(chain)}"
        chain = chain.__cause__ or chain.__context__
    return told


FAULTS = ("401", "404", "429", "500", "cut", "error", "malformed", "hang", "html", "context", "slow", "endless")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("slot", LETTING_IN, ids=["bearer", "signed"])
def test_no_failure_shows_a_key(
    address: str, colour: Colour, caplog: pytest.LogCaptureFixture, slot: dict[str, str], fault: str
) -> None:
    """Pain 36."""
    caplog.set_level("DEBUG")
    environ: dict[str, Any] = {**slot, "AWS_REGION": "us-east-1", "BEDROCK_BASE_URL": address}
    with Hamr(environ=environ, settings=QUICK) as hamr:
        with pytest.raises(HamrError) as caught:
            colour.events(hamr, "hello", f"bedrock/{fault}")
        pipeline = hamr.pipeline(f"bedrock/{fault}")
        assert CANARY not in f"{pipeline.route!r} {pipeline.auth!r} {vars(pipeline.auth)}"
    assert CANARY not in seen(caught.value)
    assert CANARY not in caplog.text
