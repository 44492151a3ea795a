"""How many calls at once a provider bears, found by trying (N-169)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.admission import Admission, Given
from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.drive import run
from hamr.errors import NoAnswer, Overloaded, RateLimited
from hamr.limits import aimd
from hamr.limits.aimd import Level
from hamr.limits.governor import Governor
from hamr.streams import Stream
from hamr.types import LimitUse, Message, Request, Settings, Text
from hamr_testkit.canary import KEYS
from hamr_testkit.colours import Colour
from hamr_testkit.plain_wire import PlainWire
from hamr_testkit.routes import route
from hamr_testkit.scripted import HI, SCRIPTED, Answer, ScriptedTransport, refusal

ASKED = Request((Message("user", (Text("hi"),)),), stream=True)
ONCE = Settings(retries=0)
DONE = Answer((b"done",))
NO_PRICES: Any = None


def test_up_to_the_first_refusal_each_answer_adds_one_and_then_a_whole_round_does() -> None:
    level = Level(1.0)
    for expected in (2, 3, 4):
        level = level.answered()
        assert level.calls == expected
    level = level.refused(10.0, 10.0, None, 0.5)
    assert level.calls == 2
    answers = 0
    while level.calls == 2:
        level, answers = level.answered(), answers + 1
    assert answers == 3, "2 + 1/2 + 1/2.5 + 1/2.9"


@pytest.mark.parametrize(("refusals", "span"), [(0, 1), (1, 2), (5, 32), (6, 60), (1000, 60)])
def test_after_a_refusal_nobody_calls_for_a_part_of_a_span_that_doubles(refusals: int, span: float) -> None:
    level = Level(8.0, refusals=refusals)
    assert level.refused(100.0, 100.0, None, 0.0).rest(100.0) == 0
    assert level.refused(100.0, 100.0, None, 1.0).rest(100.0) == span


def test_what_the_provider_asks_for_counts_before_chance() -> None:
    assert Level(8.0).refused(100.0, 100.0, 7.0, 1.0).rest(100.0) == 7
    assert Level(8.0).refused(100.0, 100.0, 0.0, 1.0).rest(100.0) == 0
    longer = Level(8.0, until=120.0).refused(100.0, 100.0, 7.0, 1.0)
    assert longer.rest(100.0) == 20, "nobody calls sooner than another refusal has said"


def test_calls_of_one_round_halve_it_once() -> None:
    level = Level(8.0)
    for _ in range(5):
        level = level.refused(100.0, 101.0, 0.0, 0.0)
    assert (level.calls, level.refusals) == (4, 1)
    assert level.refused(102.0, 103.0, 0.0, 0.0).calls == 2
    assert level.answered().refusals == 0


@pytest.mark.parametrize("text", [None, "", "x", "7", "[1]", '["a", 1, 2, 3]'])
def test_a_row_that_is_none_is_the_least(text: str | None) -> None:
    assert aimd.read(text, 2, 9) == Level(2.0)


def test_a_level_is_kept_and_is_within_its_bounds() -> None:
    level = Level(5.5, 20.0, 3, 10.0)
    assert aimd.read(aimd.written(level), 1, 9) == level
    assert aimd.read(aimd.written(level), 1, 4).level == 4
    assert aimd.read(aimd.written(level), 7, 9).level == 7


def pipeline(folder: Path, transport: ScriptedTransport, wait: str = "1", **limits: int) -> Pipeline:
    asked = route("lines", key="sk-canary-0123456789abcdef")
    environ = {"HAMR_STATE_DIR": str(folder), "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": wait}
    gates = Admission(environ, Given({"test": limits})).gates(asked, NO_PRICES)
    return Pipeline(asked, transport, HeaderAuth(asked.secret), PlainWire(), gates)


def standing(calling: Pipeline) -> LimitUse:
    (found,) = run(calling.usage(), calling.transport)
    return found


def test_answers_let_more_go_on_at_once_and_a_refusal_fewer(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(*[DONE] * 9, Overloaded("busy", retry_after=0.0), NoAnswer("cut"))
    calling = pipeline(tmp_path, transport, max_concurrency=8, min_concurrency=2)
    assert (standing(calling).limit, standing(calling).used) == (2, 0)
    for _ in range(9):
        colour.run(calling.flow(ASKED, ONCE), transport)
    assert standing(calling).limit == 8, "and no more"
    with pytest.raises(Overloaded):
        colour.run(calling.flow(ASKED, ONCE), transport)
    assert standing(calling).limit == 4
    with pytest.raises(NoAnswer):
        colour.run(calling.flow(ASKED, ONCE), transport)
    assert standing(calling).limit == 4, "no network says nothing of what the provider bears"
    other = pipeline(tmp_path, transport, max_concurrency=8)
    assert standing(other).limit == 4, "another process knows it too"


def test_who_finds_no_place_is_refused_or_waits(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE, DONE)
    calling = pipeline(tmp_path, transport, max_concurrency=4)
    other = ScriptedTransport(DONE)
    with Stream(pipeline(tmp_path, other, max_concurrency=4).flow(ASKED, ONCE), other) as held:
        next(held)
        assert standing(calling).used == 1
        with pytest.raises(RateLimited, match="no room among 1 to 4 calls at once for test, by trying") as caught:
            colour.run(calling.flow(ASKED, ONCE), transport)
    assert caught.value.code == "own_limit"
    assert "HAMR_RATE_LIMIT_TEST_MAX_CONCURRENCY" in caught.value.hint
    assert not transport.calls
    colour.run(calling.flow(ASKED, ONCE), transport)


def test_after_a_refusal_nobody_calls_until_the_provider_allows_it(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(RateLimited("slow down", retry_after=40.0), DONE)
    calling = pipeline(tmp_path, transport, max_concurrency=4)
    with pytest.raises(RateLimited, match="slow down"):
        colour.run(calling.flow(ASKED, ONCE), transport)
    with pytest.raises(RateLimited, match=r"the wait would be too long: (40\.0|39\.9) s"):
        colour.run(calling.flow(ASKED, ONCE), transport)
    assert len(transport.calls) == 1
    assert "after a refusal nobody calls for 40 s" in standing(calling).origin


def test_a_wait_of_the_provider_s_is_waited_for(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(RateLimited("slow down", retry_after=0.3), DONE)
    calling = pipeline(tmp_path, transport, wait="5000", max_concurrency=4)
    with pytest.raises(RateLimited):
        colour.run(calling.flow(ASKED, ONCE), transport)
    begun = time.monotonic()
    colour.run(calling.flow(ASKED, ONCE), transport)
    assert time.monotonic() - begun > 0.2


def test_chance_is_drawn_where_the_provider_asks_for_nothing(tmp_path: Path) -> None:
    transport = ScriptedTransport(Overloaded("busy"))
    calling = pipeline(tmp_path, transport, max_concurrency=4)
    (gate,) = calling.gates
    assert isinstance(gate, Governor)
    drawn = Governor(gate.shared, 1.0, gate.scope, lambda: 0.5)
    with pytest.raises(Overloaded):
        Colour("sync").run(replace(calling, gates=(drawn,)).flow(ASKED, ONCE), transport)
    assert "nobody calls for 0 s" in standing(calling).origin


def test_keys_have_each_a_level_of_their_own(scripted: ScriptedTransport, colour: Colour, tmp_path: Path) -> None:
    """A key whose calls are refused leaves the other as it is, which is taken at once."""
    environ = {**SCRIPTED, "HAMR_STATE_DIR": str(tmp_path), "LOCAL_API_KEYS": ",".join(KEYS[:2])}
    environ["HAMR_RATE_LIMIT_LOCAL_MAX_CONCURRENCY"] = "8"
    with Hamr(environ=environ, folder=None) as client:
        scripted.play(refusal(429, retry_after="50"), HI, HI)
        colour.call(client, "hi", "local/m")
        calling = client.pipeline("local/m")
        levels = {each.key: each.limit for each in run(calling.usage(), calling.transport)}
    assert sorted(levels.values()) == [1, 2]
    assert len(levels) == 2


def test_explain_shows_it(tmp_path: Path) -> None:
    from hamr.cli.explanation import _limits

    transport = ScriptedTransport()
    calling = pipeline(tmp_path, transport, max_concurrency=4, rpm=3)
    assert _limits(calling) == "3 calls a minute for test; 1 to 4 calls at once for test, by trying"
    assert [each.words for each in run(calling.usage(), transport)] == [
        "0 of 3 calls a minute used for test", "0 of 1 calls at once used for test",
    ]  # fmt: skip
