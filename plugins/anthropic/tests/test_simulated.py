"""The plugin against a real server that speaks the wire."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from hamr import Hamr, HamrError, Settings, Timeouts
from hamr_sim.lease import Lease
from hamr_testkit.canary import CANARY, seen
from hamr_testkit.colours import Colour
from hamr_testkit.simulated import STEADY, SimulatorTests

QUICK = Settings(timeouts=Timeouts(connect=0.3, read=0.3, total=0.5), retries=1, retry_wait=0.01, max_bytes=20_000)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    lease = Lease()
    yield lease.origin()
    lease.release()


@pytest.fixture
def client(origin: str) -> Iterator[Hamr]:
    with Hamr(environ={"ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": f"{origin}/anthropic", **STEADY}) as client:
        yield client


class TestSimulated(SimulatorTests):
    provider = "anthropic"
    level = "low"
    served = "sim-echo"


def test_thinking_has_its_tokens(colour: Colour, client: Hamr) -> None:
    usage = colour.call(client, "hello there", "anthropic/thinking", thinking="low").usage
    assert usage is not None
    assert usage.reasoning > 0


def test_counting_and_listing(colour: Colour, client: Hamr) -> None:
    assert colour.count_tokens(client, "hello there", "anthropic/echo") == 2
    found = {info.id: info for info in colour.models(client, "anthropic").models}
    assert found["thinking"].reasoning is True
    assert found["echo"].input == ("text", "image")


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
    shown = seen(caught.value) + caplog.text
    shown += "".join(capfd.readouterr())
    assert CANARY not in shown.replace(f"hi {CANARY}", "hi")
