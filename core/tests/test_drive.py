"""Each effect, in both colours."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hamr.effects import (
    Calm,
    Close,
    Emit,
    Fetch,
    Flow,
    Lock,
    Now,
    Open,
    Read,
    ReadFile,
    Release,
    Remind,
    Sleep,
    Tell,
    Wait,
    WallClock,
)
from hamr.errors import ConfigError, NoAnswer
from hamr.streams import AsyncStream, Stream
from hamr.types import Call, Message, Response, Text, TextDelta
from hamr_testkit.clock import Clock
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import Answer, ScriptedTransport

CALL = Call("http://test/")


def response(text: str = "") -> Response:
    return Response(Message("assistant", (Text(text),)), "stop", "test", "m")


def test_open_read_close(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        reply = yield Open(CALL)
        pieces = []
        while piece := (yield Read(reply)):
            pieces.append(piece)
        yield Close(reply)
        return response(b"".join(pieces).decode())

    transport = ScriptedTransport(Answer((b"a", b"b")))
    assert colour.run(flow(), transport)[1].text == "ab"
    assert transport.replies[0].closed == 1


def test_a_failing_effect_is_raised_in_the_flow(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        try:
            yield Open(CALL)
        except NoAnswer as error:
            return response(error.message)
        return response()

    assert colour.run(flow(), ScriptedTransport(NoAnswer("refused")))[1].text == "refused"


def test_fetch_gives_the_whole_body_and_lets_go(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        head = yield Fetch(CALL)
        return response(head.body.decode())

    transport = ScriptedTransport(Answer((b"a", b"b")))
    assert colour.run(flow(), transport)[1].text == "ab"
    assert transport.replies[0].closed == 1


def test_a_fetch_that_breaks_lets_go(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        yield Fetch(CALL)
        return response()

    transport = ScriptedTransport(Answer((b"a", NoAnswer("cut"))))
    with pytest.raises(NoAnswer):
        colour.run(flow(), transport)
    assert transport.replies[0].closed == 1


def test_sleep_and_now(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        before = yield Now()
        yield Sleep(0.02)
        return response(str((yield Now()) - before))

    assert float(colour.run(flow(), ScriptedTransport())[1].text) >= 0.02


def test_the_time_of_day(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        return response(str((yield WallClock())))

    before = time.time()
    _, found = colour.run(flow(), ScriptedTransport())
    assert before <= float(found.text) <= time.time()


def test_a_file_is_read_and_one_that_is_missing_is_none(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("held")

    def flow(name: str) -> Flow[Response]:
        return response(str((yield ReadFile(str(tmp_path / name)))))

    assert colour.run(flow("there"), ScriptedTransport())[1].text == "b'held'"
    assert colour.run(flow("missing"), ScriptedTransport())[1].text == "None"
    with pytest.raises(ConfigError, match="cannot be read"):
        colour.run(flow("."), ScriptedTransport())


@pytest.mark.parametrize("slow", [False, True])
def test_a_reminder_is_said_unless_it_is_calmed(colour: Colour, slow: bool) -> None:
    """M-45, N-152."""
    found: list[str] = []
    said = threading.Event()

    def tell(text: str, _: str | None) -> None:
        found.append(text)
        said.set()

    def flow() -> Flow[bool]:
        yield Remind(0.01 if slow else 60, "slow")
        if slow:
            yield Wait(lambda: said.wait(10))
        yield Remind(0.01 if slow else 60, "slow again")
        return bool((yield Calm()))

    assert colour.result(flow(), ScriptedTransport(), tell) is slow
    assert found == ["slow"] * slow


def test_a_flow_that_ends_leaves_no_reminder(colour: Colour) -> None:
    found: list[str] = []

    def flow() -> Flow[bool]:
        yield Remind(0.3, "slow")
        return True

    assert colour.result(flow(), ScriptedTransport(), lambda text, _: found.append(text))
    time.sleep(0.4)
    assert found == []


def test_a_flow_that_fails_lets_go_of_its_reply(colour: Colour) -> None:
    def flow() -> Flow[Response]:
        yield Open(CALL)
        raise NoAnswer("gave up")

    transport = ScriptedTransport(Answer())
    with pytest.raises(NoAnswer, match="gave up"):
        colour.run(flow(), transport)
    assert transport.replies[0].closed == 1


def test_tell_says_it_where_it_was_told_to() -> None:
    told = []

    def flow() -> Flow[Response]:
        yield Tell("log in at", "https://login.test")
        return response()

    with Stream(flow(), ScriptedTransport(), lambda text, url: told.append((text, url))) as stream:
        assert stream.response.text == ""
    assert told == [("log in at", "https://login.test")]


def test_tell_goes_to_standard_error_unasked(colour: Colour, capsys: pytest.CaptureFixture[str]) -> None:
    def flow() -> Flow[Response]:
        yield Tell("log in")
        return response()

    colour.run(flow(), ScriptedTransport())
    assert capsys.readouterr() == ("", "log in\n")


def test_a_lock_has_one_holder_across_processes(
    colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path))
    holder = (
        "import sys, time, pathlib; from hamr.storage.locks import FileLock;"
        f"lock = FileLock('token', pathlib.Path({str(tmp_path)!r})); assert lock.acquire();"
        "print('held', flush=True); sys.stdin.read()"
    )

    def flow() -> Flow[Response]:
        yield Lock("token")
        yield Release("token")
        yield Lock("token")
        return response("mine")

    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        letting_go = process.stdin.close
        clock.after(1, letting_go)
        assert colour.run(flow(), ScriptedTransport())[1].text == "mine"
        assert clock.passed >= 1
    assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "locks" / "token.lock").stat().st_mode & 0o777 == 0o600


def test_the_response_is_there_after_the_events_and_reads_on_by_itself() -> None:
    def flow() -> Flow[Response]:
        yield Emit([TextDelta(0, "a"), TextDelta(0, "b")])
        return response("ab")

    with Stream(flow(), ScriptedTransport()) as stream:
        assert next(stream) == TextDelta(0, "a")
        assert stream.response.text == "ab"
    with Stream(flow(), ScriptedTransport()) as stream:
        assert list(stream.texts()) == ["a", "b"]


def test_a_stream_that_was_closed_early_has_no_response() -> None:
    def flow() -> Flow[Response]:
        yield Emit([TextDelta(0, "a")])
        return response("a")

    stream = Stream(flow(), ScriptedTransport())
    next(stream)
    stream.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = stream.response


def test_the_async_stream_gives_its_texts() -> None:
    import asyncio

    def flow() -> Flow[Response]:
        yield Emit([TextDelta(0, "a"), TextDelta(0, "b")])
        return response("ab")

    async def read() -> list[str]:
        async with AsyncStream(flow(), ScriptedTransport()) as stream:
            return [text async for text in stream.texts()]

    assert asyncio.run(read()) == ["a", "b"]
