"""Limits of a user's own where there are several keys: which is called, and which is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from hamr import Hamr
from hamr.drive import run
from hamr.errors import RateLimited
from hamr.gates import Asked, Pass
from hamr.pool.pooled import Pooled
from hamr.types import Message, Request, Text
from hamr_testkit.canary import KEYS, TAILS
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import HI, ScriptedTransport

MODEL = "local/m"
ASKED = Request((Message("user", (Text("hi"),)),), stream=True)

Made = Callable[..., Hamr]


@pytest.fixture(autouse=True)
def _without_network(scripted: ScriptedTransport) -> None:
    """All calls are answered alike."""
    scripted.play_always(HI)


def held_places(client: Hamr) -> list[Pass]:
    """A call with each key that does not end by itself."""
    nowhere: Any = None
    pooled = client.pipeline(MODEL)
    assert isinstance(pooled, Pooled)
    (candidate,) = pooled.pool.candidates
    ways = [candidate.with_key(key) for key in list(candidate.keys())]
    return [run(gate.enter(Asked(way.route, ASKED)), nowhere) for way in ways for gate in way.gates]


def test_a_key_with_room_is_taken_rather_than_waited_for_another(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport, clock: Clock
) -> None:
    """A limit of the user's own, N-162: it is no failure, and makes no key rest."""
    environ |= {"ROTATION_MODE": "drain", "HAMR_RATE_LIMIT_LOCAL_RPM": "1"}
    client = made(environ)
    answers = [colour.call(client, "hi", MODEL) for _ in KEYS]
    assert clock.slept == []
    assert scripted.tails == TAILS
    assert [answer.warnings for answer in answers] == [(), (), ()]
    assert answers[1].choice is not None
    assert "no room within the limit of 1 calls a minute for local" in answers[1].choice.passed_over[0].why
    assert all(each.rests is None for each in client.pipeline(MODEL).standing(time.time()))


def test_where_no_key_has_room_the_first_that_will_is_waited_for(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport, clock: Clock
) -> None:
    environ |= {"HAMR_RATE_LIMIT_LOCAL_CONCURRENCY": "1"}
    client = made(environ)
    held = held_places(client)
    clock.after(3, held[1].close)
    answer = colour.call(client, "hi", MODEL)
    assert 3 <= clock.passed < 10
    assert scripted.tails == [TAILS[1]]
    assert answer.warnings == ()


def test_the_wait_for_room_ends_with_the_time_of_the_call(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport, clock: Clock
) -> None:
    environ |= {"HAMR_RATE_LIMIT_LOCAL_CONCURRENCY": "1"}
    client = made(environ)
    held = held_places(client)
    with pytest.raises(RateLimited) as caught:
        colour.call(client, "hi", MODEL, timeout=20)
    assert 15 < clock.passed <= 20
    assert (caught.value.code, scripted.calls) == ("own_limit", [])
    assert len(held) == len(KEYS)


def test_where_no_key_will_have_room_in_time_the_call_is_refused(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    environ |= {"HAMR_RATE_LIMIT_LOCAL_RPM": "1", "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": "1000"}
    client = made(environ)
    for _ in KEYS:
        colour.call(client, "hi", MODEL)
    with pytest.raises(RateLimited, match="no room within the limit") as caught:
        colour.call(client, "hi", MODEL)
    assert caught.value.code == "own_limit"
    assert 50 < (caught.value.retry_after or 0) < 61
    assert len(scripted.calls) == len(KEYS)
