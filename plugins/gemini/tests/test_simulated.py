"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from hamr import Hamr
from hamr_sim.lease import Lease
from hamr_testkit.canary import CANARY
from hamr_testkit.simulated import STEADY, SimulatorTests

if TYPE_CHECKING:
    from hamr_testkit.colours import Colour


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    """A client whose Gemini is the simulator."""
    lease = Lease()
    with Hamr(environ={"GEMINI_API_KEY": CANARY, "GEMINI_BASE_URL": lease.origin(), **STEADY}) as made:
        yield made
    lease.release()


class TestSimulated(SimulatorTests):
    provider = "gemini"
    level = "low"
    served = "sim-echo"


def test_vectors_counts_and_models(colour: Colour, client: Hamr) -> None:
    found = colour.embed(client, ["a", "b"], "gemini/embed")
    assert len(found.vectors) == 2
    assert colour.count_tokens(client, "one two", "gemini/echo") == 2
    listing = colour.models(client, "gemini")
    assert not listing.failures
    assert "gemini/echo" in {model.selector for model in listing.models}
