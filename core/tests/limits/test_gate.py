"""Limits on a call: who waits, who is refused, and what is settled; in both colours."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hamr.admission import Admission, Given
from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.drive import run
from hamr.effects import Do, Now, Sleep, Tell
from hamr.errors import BrokenReply, NoAnswer, RateLimited
from hamr.gates import Asked
from hamr.limits.gate import STEP
from hamr.limits.limiter import FILE
from hamr.streams import AsyncStream, Stream
from hamr.types import (
    Event,
    Failed,
    Message,
    Request,
    Settings,
    Text,
    Timeouts,
)
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.plain_wire import PlainDecoder, PlainWire
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

CANARY = "sk-canary-0123456789abcdef"
ASKED = Request((Message("user", (Text("h" * 40),)),), max_tokens=100, stream=True)
"""14 tokens go in by the estimate, and 100 may come out."""
QUICK = Settings(retries=1, retry_wait=0.01)
NO_PRICES: Any = None
"""Limits are not about money."""
DONE = Answer((b"done",))


class BrokenDecoder(PlainDecoder):
    def finish(self) -> Sequence[Event]:
        return [Failed(BrokenReply("ended early"))]


def pipeline(
    folder: Path, transport: ScriptedTransport, wait: str = "1", wire: PlainWire | None = None, **limits: int
) -> Pipeline:
    """Calls under these limits, which wait for as many milliseconds."""
    asked = route("lines", key=CANARY)
    environ = {"HAMR_STATE_DIR": str(folder), "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": wait}
    admission = Admission(environ, Given({"test": limits}))
    return Pipeline(asked, transport, HeaderAuth(asked.secret), wire or PlainWire(), admission.gates(asked, NO_PRICES))


def charged(folder: Path, kind: str) -> int:
    database = sqlite3.connect(folder / FILE)
    found = database.execute("SELECT SUM(amount) FROM slots WHERE bucket LIKE ?", (f"%|{kind}",)).fetchone()[0]
    database.close()
    return int(found or 0)


def leases(folder: Path) -> int:
    database = sqlite3.connect(folder / FILE)
    found: int = database.execute("SELECT COUNT(*) FROM leases").fetchone()[0]
    database.close()
    return found


def test_a_call_beyond_the_limit_is_refused_and_says_which_limit(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE, DONE)
    calling = pipeline(tmp_path, transport, rpm=1)
    colour.run(calling.flow(ASKED, QUICK), transport)
    with pytest.raises(RateLimited, match=r"test/a-model.*1 calls a minute for test") as caught:
        colour.run(calling.flow(ASKED, QUICK), transport)
    assert len(transport.calls) == 1
    assert caught.value.retry_after is not None
    assert 50 < caught.value.retry_after <= 60.25
    assert caught.value.code == "own_limit"
    assert "HAMR_RATE_LIMIT_TEST_RPM" in caught.value.hint


def test_a_call_waits_until_another_has_ended(colour: Colour, tmp_path: Path, clock: Clock) -> None:
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, wait="10000", concurrency=1)
    other = ScriptedTransport(DONE)
    held = Stream(pipeline(tmp_path, other, concurrency=1).flow(ASKED, QUICK), other)
    next(held)
    clock.after(3, held.close)
    colour.run(calling.flow(ASKED, QUICK), transport)
    assert 3 <= clock.passed <= 3 + STEP


def test_the_user_is_told_of_a_wait_that_is_felt(tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE, DONE)
    calling = pipeline(tmp_path, transport, wait="0", rpm=1)
    run(calling.flow(ASKED, QUICK), transport)
    flow = calling.gates[0].enter(Asked(calling.route, ASKED))
    effect, told = next(flow), list[str]()
    while not isinstance(effect, Sleep):
        answer = None
        match effect:
            case Now():
                answer = 0.0
            case Do(work):
                answer = work()
            case Tell(text):
                told.append(text)
        effect = flow.send(answer)
    flow.close()
    assert told == ["test/a-model: waiting 60 s (1 calls a minute for test)"]
    assert effect.seconds == STEP


def test_a_wait_beyond_the_time_of_the_whole_call_is_not_begun(colour: Colour, tmp_path: Path, clock: Clock) -> None:
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, wait="0", rpm=1)
    colour.run(calling.flow(ASKED, QUICK), transport)
    with pytest.raises(RateLimited):
        colour.run(calling.flow(ASKED, Settings(timeouts=Timeouts(total=30.0))), transport)
    assert clock.slept == []


def test_the_provider_s_own_account_takes_the_place_of_the_estimate(colour: Colour, tmp_path: Path) -> None:
    """Pain 30."""
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, tpm=10_000, input_tpm=10_000, output_tpm=10_000)
    colour.run(calling.flow(ASKED, QUICK), transport)
    assert [charged(tmp_path, kind) for kind in ("tpm", "input_tpm", "output_tpm")] == [5, 3, 2]


def test_what_is_given_up_half_way_is_charged_as_it_was_thought(tmp_path: Path) -> None:
    """Pain 17."""
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, tpm=10_000, concurrency=1)
    with Stream(calling.flow(ASKED, QUICK), transport) as stream:
        next(stream)
        assert leases(tmp_path) == 1
    assert charged(tmp_path, "tpm") == 114
    assert leases(tmp_path) == 0


def test_a_task_that_is_cancelled_gives_its_place_back(tmp_path: Path) -> None:
    async def leave() -> None:
        transport = ScriptedTransport(DONE)
        async with AsyncStream(pipeline(tmp_path, transport, concurrency=1).flow(ASKED, QUICK), transport) as stream:
            await anext(stream)
            assert leases(tmp_path) == 1
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leave())
    assert leases(tmp_path) == 0


def test_each_attempt_is_a_call_and_one_without_an_answer_takes_no_tokens(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(Answer(status=503), NoAnswer("refused"))
    calling = pipeline(tmp_path, transport, rpm=10, tpm=10_000, concurrency=1)
    with pytest.raises(NoAnswer):
        colour.run(calling.flow(ASKED, QUICK), transport)
    assert (charged(tmp_path, "rpm"), charged(tmp_path, "tpm"), leases(tmp_path)) == (2, 0, 0)


def test_an_answer_that_breaks_off_keeps_the_estimate(colour: Colour, tmp_path: Path) -> None:
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path, transport, wire=PlainWire(BrokenDecoder), tpm=10_000)
    with pytest.raises(BrokenReply):
        colour.run(calling.flow(ASKED, QUICK), transport)
    assert charged(tmp_path, "tpm") == 114


def test_a_refusal_by_our_own_limit_is_not_tried_again(colour: Colour, tmp_path: Path, clock: Clock) -> None:
    transport = ScriptedTransport(Answer(status=503))
    calling = pipeline(tmp_path, transport, rpm=1)
    with pytest.raises(RateLimited):
        colour.run(calling.flow(ASKED, Settings(retries=5, retry_wait=0.01)), transport)
    assert len(clock.slept) == 1, "it waits once, after the 503"
    assert len(transport.calls) == 1


def test_two_keys_have_two_limits_and_neither_is_in_the_file(colour: Colour, tmp_path: Path) -> None:
    """Pain 36."""
    transport = ScriptedTransport(DONE, DONE)
    for key in (CANARY, f"{CANARY}-2"):
        asked = route("lines", key=key)
        admission = Admission({"HAMR_STATE_DIR": str(tmp_path)}, Given({"test": {"rpm": 1, "concurrency": 1}}))
        (gate,) = admission.gates(asked, NO_PRICES)
        colour.run(
            Pipeline(asked, transport, HeaderAuth(asked.secret), PlainWire(), (gate,)).flow(ASKED, QUICK), transport
        )
    assert len(transport.calls) == 2
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"test|" in kept
    assert CANARY[3:].encode() not in kept


def test_limits_that_cannot_be_kept_for_all_are_kept_for_this_process(
    colour: Colour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    transport = ScriptedTransport(DONE)
    calling = pipeline(tmp_path / "file", transport, rpm=1)
    colour.run(calling.flow(ASKED, QUICK), transport)
    assert "limits are kept for this process alone from now on" in capsys.readouterr().err
    with pytest.raises(RateLimited):
        colour.run(calling.flow(ASKED, QUICK), transport)


def test_a_corrupt_file_is_told(colour: Colour, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE).write_bytes(b"nonsense" * 1_000)
    transport = ScriptedTransport(DONE)
    colour.run(pipeline(tmp_path, transport, rpm=1).flow(ASKED, QUICK), transport)
    told = capsys.readouterr().err
    assert f"{FILE} is corrupt" in told
    assert "begun anew" in told


def test_a_file_that_is_being_written_is_waited_for(colour: Colour, tmp_path: Path, clock: Clock) -> None:
    transport = ScriptedTransport(DONE, DONE)
    calling = pipeline(tmp_path, transport, rpm=10)
    colour.run(calling.flow(ASKED, QUICK), transport)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    clock.after(0.2, lambda: other.execute("ROLLBACK"))
    colour.run(calling.flow(ASKED, QUICK), transport)
    other.close()
    assert charged(tmp_path, "rpm") == 2
    assert clock.passed >= 0.2


def test_limits_may_be_kept_for_one_process_only(colour: Colour, tmp_path: Path) -> None:
    """N-166."""
    asked, transport = route("lines"), ScriptedTransport(DONE)
    environ = {
        "HAMR_STATE_DIR": str(tmp_path),
        "HAMR_LLM_RATE_LIMIT_DURABLE": "0",
        "HAMR_RATE_LIMIT_TEST": "1",
        "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": "1",
    }
    calling = Pipeline(
        asked, transport, HeaderAuth(asked.secret), PlainWire(), Admission(environ).gates(asked, NO_PRICES)
    )
    colour.run(calling.flow(ASKED, QUICK), transport)
    with pytest.raises(RateLimited):
        colour.run(calling.flow(ASKED, QUICK), transport)
    assert list(tmp_path.iterdir()) == []
