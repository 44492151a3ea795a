"""Through the plugin, against the simulator, in both colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from hamr import (
    Hamr,
    NotLetIn,
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
    """A client whose Ollama is the simulator."""
    lease = Lease()
    host = lease.origin().removeprefix("http://")
    with Hamr(environ={"OLLAMA_HOST": host, **STEADY}, settings=Settings(retries=0)) as made:
        yield made
    lease.release()


class TestSimulated(SimulatorTests):
    provider = "ollama"
    level = "medium"
    served = "sim-echo"


def test_no_thinking_where_none_is_wanted(client: Hamr, colour: Colour) -> None:
    response = colour.call(client, "hello", "ollama/thinking", thinking="off")
    assert (response.thinking, response.text) == ("", "[sim] hello")


def test_vectors_and_models(client: Hamr, colour: Colour) -> None:
    found = colour.embed(client, ["a", "b"], "ollama/embed", dimensions=4)
    assert [len(vector) for vector in found.vectors] == [4, 4]
    assert {model.id for model in colour.models(client, "ollama").models} >= {"echo", "tools", "embed"}


def test_the_side_that_is_compatible(client: Hamr, colour: Colour) -> None:
    """C-31."""
    assert colour.call(client, "hello", "ollama/echo", api_mode="openai").text == "[sim] hello"


@pytest.mark.parametrize(("pace", "said"), [(0.0, 0), (0.1, 1)])
def test_a_model_that_keeps_silent_is_spoken_of_once(pace: float, said: int, colour: Colour) -> None:
    """N-152, M-45."""
    lease, told = Lease(), list[tuple[str, str | None]]()
    environ = {"OLLAMA_HOST": lease.origin(), "HAMR_OLLAMA_UNLOAD_GRACE_MS": "60"}
    with Hamr(environ=environ, tell=lambda *said: told.append(said)) as client:
        response = colour.call(client, "hello there", "ollama/echo", options={"sim": {"pace": pace}})
    lease.release()
    words = "no answer for 0.06 s; the model may still be loading"
    assert told == [(f"ollama/echo: {words}", None)] * said
    assert response.warnings == (words,) * said


def test_a_key_is_sent_and_shown_nowhere(provider: Canned, colour: Colour) -> None:
    provider.answer({"error": f"unauthorized: {CANARY}"}, status=401)
    client = Hamr(environ={"OLLAMA_BASE_URL": provider.url, "OLLAMA_API_KEY": CANARY}, settings=Settings(retries=0))
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hello", "ollama/m")
    assert provider.asked[-1].headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in seen(caught.value)
