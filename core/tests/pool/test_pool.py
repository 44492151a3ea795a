"""Calls that go to several keys, in both colours, with what they leave behind."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.cli import document
from hamr.drive import run
from hamr.errors import (
    BrokenReply,
    HamrError,
    NoAnswer,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
)
from hamr.pool.store import FILE, change
from hamr.state.sqlite import SqliteStore
from hamr.types import Call, Settings, TextDelta, Timeouts, Warned
from hamr_testkit.canary import KEYS, TAILS
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import HI, Answer, ScriptedReply, ScriptedTransport, refusal

MODEL = "local/m"

Made = Callable[..., Hamr]


def test_keys_take_turns(client: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    """R-38, R-103."""
    scripted.play(HI, HI, HI, HI)
    answers = [colour.call(client, "hi", MODEL) for _ in range(4)]
    assert scripted.tails == [*TAILS, TAILS[0]]
    assert [answer.choice.key for answer in answers if answer.choice] == [*TAILS, TAILS[0]]
    assert answers[0].choice is not None
    assert answers[0].choice.passed_over == ()
    assert answers[0].timings.attempts == 1


def test_turns_go_on_in_the_next_process(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    for tail in TAILS:
        other = made(environ)
        scripted.play(HI)
        colour.call(other, "hi", MODEL)
        assert scripted.tails == [tail]


def test_a_mode_that_drains_stays_on_one_key(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    """R-38."""
    environ["ROTATION_MODE"] = "drain"
    client = made(environ)
    scripted.play(HI, HI, refusal(429), HI, HI)
    for _ in range(4):
        colour.call(client, "hi", MODEL)
    assert scripted.tails == [TAILS[0], TAILS[0], TAILS[0], TAILS[1], TAILS[1]]


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (refusal(401), "NotLetIn (401)"),
        (refusal(402), "QuotaSpent (402)"),
        (refusal(403), "NotLetIn (403)"),
        (refusal(429), "RateLimited (429)"),
        (refusal(429, retry_after="7"), "RateLimited (429)"),
        (refusal(500), "Overloaded (500)"),
        (refusal(529), "Overloaded (529)"),
        (NoAnswer("timed out"), "NoAnswer"),
        (Answer((NoAnswer("broke"),)), "NoAnswer"),
    ],
)
def test_the_next_key_makes_good_for_a_failure_at_once(
    client: Hamr, colour: Colour, failure: Answer | Exception, why: str, scripted: ScriptedTransport, clock: Clock
) -> None:
    """R-90 to R-95."""
    scripted.play(failure, HI)
    answer = colour.call(client, "hi", MODEL)
    assert clock.slept == []
    assert (answer.text, scripted.tails, answer.timings.attempts) == ("Hi", TAILS[:2], 2)
    assert answer.choice is not None
    assert [(each.selector, each.key) for each in answer.choice.passed_over] == [(MODEL, TAILS[0])]
    assert answer.choice.passed_over[0].why.startswith(why)
    assert f"{MODEL} with the key {TAILS[0]} failed ({why}" in answer.warnings[0]


def test_what_failed_is_among_the_events_before_the_answer(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    scripted.play(refusal(503), HI)
    events = colour.events(client, "hi", MODEL)
    assert [type(event) for event in events if isinstance(event, Warned | TextDelta)] == [Warned, TextDelta]


def test_nothing_is_sent_again_after_the_first_content(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    """H-162: what was given to the caller stands."""
    piece = b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'
    scripted.play(Answer((piece, NoAnswer("broke"))), HI)
    with pytest.raises(HamrError) as caught:
        colour.events(client, "hi", MODEL)
    assert isinstance(caught.value, NoAnswer | BrokenReply)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hi"
    assert scripted.tails == TAILS[:1]


def test_what_the_content_filter_refuses_is_carried_to_no_other_key(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    body = json.dumps({"error": {"message": "no", "code": "content_filter"}}).encode()
    scripted.play(Answer((body,), 400), HI)
    with pytest.raises(Refused):
        colour.call(client, "hi", MODEL)
    assert len(scripted.calls) == 1


def test_a_wrong_request_is_not_carried_to_the_other_keys_of_the_same_model(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    """C-61."""
    scripted.play(refusal(400), HI)
    with pytest.raises(HamrError, match="400"):
        colour.call(client, "hi", MODEL)
    assert len(scripted.calls) == 1


def test_one_budget_of_attempts_holds_for_the_whole_call(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    """Pain 28: each key once, and `retries` more attempts."""
    scripted.play(*[refusal(503)] * 9)
    with pytest.raises(Overloaded) as caught:
        colour.call(client, "hi", MODEL)
    assert len(scripted.calls) == len(KEYS) + 1
    assert caught.value.attempts == len(scripted.calls)
    assert "Passed over: local/m (…aaaa): Overloaded (503)" in caught.value.hint


def test_a_call_waits_for_the_first_key_that_is_free_again(
    client: Hamr, colour: Colour, scripted: ScriptedTransport, clock: Clock
) -> None:
    """Pain 27."""
    client.settings = Settings(retries=1, retry_wait=5)
    scripted.play(*[refusal(429, retry_after=str(each)) for each in (30, 1, 20)], HI)
    answer = colour.call(client, "hi", MODEL)
    assert clock.passed == pytest.approx(1, abs=0.1)
    assert scripted.tails == [*TAILS, TAILS[1]]
    assert "again in 1.0 s" in answer.warnings[-1]


def test_keys_that_all_rest_are_not_called(client: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    """R-98, R-99."""
    scripted.play(*[refusal(429, retry_after="40")] * 3)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            colour.call(client, "hi", MODEL)
    assert len(scripted.calls) == len(KEYS)
    assert caught.value.retry_after == pytest.approx(40, abs=2)


def test_a_date_is_waited_for_too(
    environ: dict[str, str], client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    """C-62."""
    day = "Wed, 21 Oct 2026 07:28:"
    scripted.play(refusal(429, retry_after=f"{day}45 GMT", date=f"{day}05 GMT"), HI)
    colour.call(client, "hi", MODEL)
    nowhere: Any = None
    store = SqliteStore(f"{environ['HAMR_STATE_DIR']}/{FILE}")
    state = run(change(store, lambda state: state), nowhere)
    store.close()
    (rest,) = state.rests.values()
    assert rest.until - time.time() == pytest.approx(40, abs=2)


def test_rests_outlive_the_process(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    """Pain 29, R-42."""
    first = made(environ)
    scripted.play(refusal(401), HI)
    colour.call(first, "hi", MODEL)
    first.close()
    again = made(environ)
    scripted.play(HI, HI)
    colour.call(again, "hi", MODEL)
    answer = colour.call(again, "hi", MODEL)
    assert scripted.tails == [TAILS[2], TAILS[1]]
    assert answer.choice is not None
    assert answer.choice.passed_over[0].key == TAILS[0]
    assert answer.choice.passed_over[0].why.startswith("NotLetIn (401); it rests for ")


def test_a_start_that_believes_nothing_tries_every_key(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    """R-42: 0 hours."""
    first = made(environ)
    scripted.play(refusal(429, retry_after="600"), HI)
    colour.call(first, "hi", MODEL)
    first.close()
    again = made({**environ, "ROUTER_STATE_TTL_HOURS": "0"})
    scripted.play(HI, HI, HI)
    for _ in KEYS:
        colour.call(again, "hi", MODEL)
    assert sorted(scripted.tails) == TAILS


def test_keys_that_were_all_refused_are_tried_again(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    """Pain 29: a key works again as soon as its account does."""
    first = made(environ)
    scripted.play(*[refusal(402)] * 3)
    with pytest.raises(QuotaSpent):
        colour.call(first, "hi", MODEL)
    again = made(environ)
    scripted.play(HI)
    assert colour.call(again, "hi", MODEL).text == "Hi"
    assert len(scripted.calls) == 1


def test_a_file_that_is_corrupt_is_set_aside_and_told(
    environ: dict[str, str], tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    told: list[str] = []
    client = made(environ, told)
    scripted.play(HI)
    assert colour.call(client, "hi", MODEL).text == "Hi"
    assert any("corrupt" in each for each in told)
    assert list(tmp_path.glob(f"{FILE}.corrupt-*"))


def test_a_folder_that_cannot_be_written_is_told_of_and_done_without(
    environ: dict[str, str], colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    environ["HAMR_POOL_STATE_FILE"] = "/dev/null/pool.sqlite"
    told: list[str] = []
    client = made(environ, told)
    scripted.play(HI, HI)
    colour.call(client, "hi", MODEL)
    colour.call(client, "hi", MODEL)
    assert scripted.tails == TAILS[:2]
    assert "for this process alone" in told[0]
    assert len(told) == 1


def test_what_headers_say_is_used_up_is_not_called(client: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    told = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s"}
    scripted.play(Answer(HI.pieces, 200, told), HI, HI, HI)
    for _ in range(4):
        colour.call(client, "hi", MODEL)
    assert scripted.tails == [TAILS[0], TAILS[1], TAILS[2], TAILS[1]]


def test_the_whole_call_keeps_its_time(client: Hamr, colour: Colour, scripted: ScriptedTransport) -> None:
    client.settings = Settings(Timeouts(total=0.2), retries=5, retry_wait=5)
    scripted.play(*[refusal(429, retry_after="1")] * 3)
    with pytest.raises(RateLimited):
        colour.call(client, "hi", MODEL)


def test_no_key_is_seen_anywhere(
    environ: dict[str, str], tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    told: list[str] = []
    client = made(environ, told)
    scripted.play(refusal(401, f"the key {KEYS[0]} is wrong"), HI, *[refusal(401, KEYS[1])] * 9)
    answer = colour.call(client, "hi", MODEL)
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hi", MODEL)
    client.close()
    seen = "".join([repr(answer), json.dumps(document.response(answer)), str(caught.value), repr(caught.value), *told])
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert TAILS[0] in seen
    assert not any(key in seen or key.encode() in kept for key in KEYS)


def test_json_says_who_served_and_who_was_passed_over(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    scripted.play(refusal(429, "slow down"), HI)
    told = document.response(colour.call(client, "hi", MODEL))["choice"]
    why = "RateLimited (429): slow down"
    assert told["passed_over"] == ({"selector": MODEL, "key": TAILS[0], "why": why},)
    assert (told["selector"], told["key"]) == (MODEL, TAILS[1])


def test_one_key_makes_no_pool(
    environ: dict[str, str], tmp_path: Path, colour: Colour, made: Made, scripted: ScriptedTransport
) -> None:
    environ["LOCAL_API_KEYS"] = f"{KEYS[0]}, {KEYS[0]}"
    client = made(environ)
    scripted.play(HI)
    answer = colour.call(client, "hi", MODEL)
    assert (answer.choice, scripted.tails) == (None, TAILS[:1])
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("headers", [{}, {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "30s"}])
def test_an_answer_is_not_lost_for_a_file_that_is_locked(
    environ: dict[str, str],
    colour: Colour,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    made: Made,
    scripted: ScriptedTransport,
) -> None:
    monkeypatch.setattr("hamr.storage.database.LOCKED", 0.05)
    told: list[str] = []
    client = made(environ, told)
    other = sqlite3.connect(f"{environ['HAMR_STATE_DIR']}/{FILE}", isolation_level=None, check_same_thread=False)

    class Locking(ScriptedTransport):
        def open(self, call: Call) -> ScriptedReply:
            other.execute("BEGIN IMMEDIATE")
            return super().open(call)

    scripted.__class__ = Locking
    scripted.play(Answer(HI.pieces, 200, headers))
    assert colour.call(client, "hi", MODEL).text == "Hi"
    other.close()
    assert any("could not be kept: another program keeps" in each for each in told)


def test_no_key_of_the_pool_reaches_the_model_by_way_of_a_tool_that_failed(
    client: Hamr, colour: Colour, scripted: ScriptedTransport
) -> None:
    def broken() -> str:
        """Fails."""
        raise RuntimeError(f"{KEYS[0]} and {KEYS[2]} were refused")

    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "broken", "arguments": "{}"}}
    chunk = {"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    asked = Answer((f"data: {json.dumps(chunk)}\n\n".encode(), b"data: [DONE]\n\n"))
    scripted.play(asked, HI)
    if colour.name == "sync":
        client.run("hi", MODEL, tools=[broken])
    else:
        asyncio.run(client.arun("hi", MODEL, tools=[broken]))
    assert b"were refused" in scripted.calls[1].body
    assert b"canary" not in scripted.calls[1].body
