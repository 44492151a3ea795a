"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hamr import Hamr
from hamr_sim.lease import Lease
from hamr_testkit.canary import CANARY
from hamr_testkit.colours import Colour
from hamr_testkit.simulated import STEADY, SimulatorTests


@pytest.fixture
def client(nobody: None) -> Iterator[Hamr]:
    """A client whose Vertex AI is the simulator."""
    lease = Lease()
    environ = {
        "VERTEX_AI_ACCESS_TOKEN": CANARY,
        "VERTEX_AI_PROJECT": "mine",
        "VERTEX_AI_BASE_URL": lease.origin(),
        **STEADY,
    }
    with Hamr(environ=environ) as made:
        yield made
    lease.release()


class TestSimulated(SimulatorTests):
    provider = "vertex"
    level = "low"
    served = "sim-echo"


def test_counts(client: Hamr, colour: Colour) -> None:
    assert colour.count_tokens(client, "one two", "vertex/echo") == 2
