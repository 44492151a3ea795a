"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hamr import (
    Hamr,
    HamrError,
    Settings,
    Timeouts,
)
from hamr_sim.lease import Lease
from hamr_testkit.canary import CANARY, seen
from hamr_testkit.colours import Colour
from hamr_testkit.simulated import STEADY, SimulatorTests

QUICK = Settings(retries=0, timeouts=Timeouts(connect=0.3, read=0.3, total=0.5), max_bytes=20_000)
SIGNING = {"AWS_ACCESS_KEY_ID": f"AKID{CANARY}", "AWS_SECRET_ACCESS_KEY": CANARY, "AWS_SESSION_TOKEN": f"t-{CANARY}"}
LETTING_IN: list[dict[str, str]] = [{"AWS_BEARER_TOKEN_BEDROCK": CANARY}, SIGNING]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    lease = Lease()
    yield lease.origin()
    lease.release()


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Hamr]:
    """A client whose Bedrock is the simulator."""
    environ = {**SIGNING, "AWS_REGION": "us-east-1", "BEDROCK_BASE_URL": address, **STEADY}
    with Hamr(environ=environ, settings=Settings(retries=0)) as made:
        yield made


class TestSimulated(SimulatorTests):
    provider = "bedrock"


def test_models_and_tokens(client: Hamr, colour: Colour) -> None:
    assert {model.id for model in colour.models(client, "bedrock").models} >= {"echo", "tools"}
    assert colour.count_tokens(client, "one two three", "bedrock/anthropic.echo") == 3


FAULTS = ("401", "404", "429", "500", "cut", "error", "malformed", "hang", "html", "context", "slow", "endless")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("slot", LETTING_IN, ids=["bearer", "signed"])
def test_no_failure_shows_a_key(
    address: str, colour: Colour, caplog: pytest.LogCaptureFixture, slot: dict[str, str], fault: str
) -> None:
    """Pain 36."""
    caplog.set_level("DEBUG")
    environ: dict[str, Any] = {**slot, "AWS_REGION": "us-east-1", "BEDROCK_BASE_URL": address, **STEADY}
    with Hamr(environ=environ, settings=QUICK) as made:
        with pytest.raises(HamrError) as caught:
            colour.events(made, "hello", f"bedrock/{fault}")
        pipeline = made.pipeline(f"bedrock/{fault}")
        assert CANARY not in f"{pipeline.route!r} {pipeline.auth!r} {vars(pipeline.auth)}"
    assert CANARY not in seen(caught.value)
    assert CANARY not in caplog.text
