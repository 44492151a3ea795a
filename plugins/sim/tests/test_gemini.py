"""The wire gemini from end to end: hamr's client half over HTTP to its server half, in both colours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.request import Request as Asked
from urllib.request import urlopen

import pytest

import hamr
from hamr.api import Thinking
from hamr_sim.server import Server
from hamr_sim.simulator import Simulator

if TYPE_CHECKING:
    from hamr_testkit.colours import Colour

MODE: dict[str, Any] = {"api_mode": "gemini"}


@pytest.fixture
def client() -> Iterator[hamr.Hamr]:
    with hamr.Hamr(environ={}) as made:
        yield made


def test_tokens_and_models(colour: Colour, client: hamr.Hamr) -> None:
    assert colour.count_tokens(client, "one two three", "sim/echo", **MODE) == 3
    found = client.pipeline("sim/echo", mode="gemini")
    listed = colour.result(found.list_models(found.route.settings), found.transport)
    assert {model.id for model in listed} >= {"echo", "thinking"}


@pytest.mark.parametrize(
    ("fault", "error"), [("401", hamr.NotLetIn), ("quota", hamr.QuotaSpent), ("cut", hamr.CallError)]
)
def test_a_fault_may_be_wished_for(fault: str, error: type[hamr.CallError], colour: Colour, client: hamr.Hamr) -> None:
    with pytest.raises(error):
        colour.events(client, "hello", "sim/echo", options={"sim": {"fault": fault}}, retries=0, **MODE)


def test_a_client_that_does_not_ask_for_events_is_sent_a_list() -> None:
    body = {"contents": [{"parts": [{"text": "hello"}]}]}
    with Server(Simulator()).start() as server:
        asked = Asked(  # a server of this test
            f"{server.origin}/v1beta/models/echo:streamGenerateContent", json.dumps(body).encode(), method="POST"
        )
        with urlopen(asked) as reply:  # as above
            assert reply.headers["content-type"] == "application/json"
            chunks = json.load(reply)
    assert (
        "".join(part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"])
        == "[sim] hello"
    )
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"


def test_thinking_goes_back_to_whoever_gave_it(colour: Colour, client: hamr.Hamr) -> None:
    first = colour.call(client, "hello", "sim/thinking", thinking="low", **MODE)
    messages = [hamr.Message("user", (hamr.Text("hello"),)), first.message, hamr.Message("user", (hamr.Text("on"),))]
    assert any(isinstance(part, Thinking) for part in first.message.parts)
    second = colour.call(client, messages, "sim/thinking", **MODE)
    assert not second.adaptations
