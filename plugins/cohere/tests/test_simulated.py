"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    Hamr,
    NotLetIn,
    Refused,
    Settings,
)
from hamr_sim.lease import Lease
from hamr_testkit.canary import CANARY, seen
from hamr_testkit.simulated import STEADY, SimulatorTests

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour


@pytest.fixture(scope="module")
def client() -> Iterator[Hamr]:
    """A client whose Cohere is the simulator."""
    lease = Lease()
    environ = {"COHERE_BASE_URL": lease.origin(), "COHERE_API_KEY": CANARY, **STEADY}
    with Hamr(environ=environ, settings=Settings(retries=0)) as made:
        yield made
    lease.release()


class TestSimulated(SimulatorTests):
    provider = "cohere"


def test_vectors(client: Hamr, colour: Colour) -> None:
    found = colour.embed(client, ["a"] * 100, "cohere/embed", dimensions=4)
    assert [len(vector) for vector in found.vectors] == [4] * 100
    assert any(each.field == "inputs" for each in found.adaptations)


def test_what_is_blocked(provider: Canned, colour: Colour) -> None:
    provider.answer({"message": "blocked"}, status=498)
    client = Hamr(environ={"COHERE_BASE_URL": provider.url, "COHERE_API_KEY": CANARY}, settings=Settings(retries=0))
    with pytest.raises(Refused):
        colour.call(client, "hello", "cohere/m")


def test_a_key_is_sent_and_shown_nowhere(provider: Canned, colour: Colour) -> None:
    said: dict[str, Any] = {"id": "1", "message": f"invalid api token: {CANARY}"}
    provider.answer(said, status=401)
    client = Hamr(environ={"COHERE_BASE_URL": provider.url, "COHERE_API_KEY": CANARY}, settings=Settings(retries=0))
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hello", "cohere/m")
    assert provider.asked[-1].headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in seen(caught.value)
