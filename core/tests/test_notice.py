"""What is said to whoever waits long for the first words, in both colours (M-45)."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hamr import Hamr
from hamr.api import Call, NoAnswer, Notice, Warned
from hamr.streams import AsyncStream, Stream
from hamr.types import Message, Request, Settings, Text, Timeouts
from hamr_testkit.scripted import Answer, ScriptedReply, ScriptedTransport

if TYPE_CHECKING:
    from hamr_testkit.colours import Colour

ASKED = Request((Message("user", (Text("hello"),)),), stream=True)
REPLY = Answer((b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"))
SETTINGS = Settings(Timeouts(), retries=1, retry_wait=0.01)


class Slow(ScriptedTransport):
    """Answers only once the user has been told that it is slow."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__(*answers)
        self.told = threading.Event()

    def open(self, call: Call) -> ScriptedReply:
        assert self.told.wait(10)
        time.sleep(0.05)
        return super().open(call)

    async def aopen(self, call: Call) -> ScriptedReply:
        return await asyncio.to_thread(self.open, call)


def heard(
    colour: Colour, transport: ScriptedTransport, *, streamed: bool = True
) -> tuple[list[str], list[str], tuple[str, ...]]:
    """What was told, the warnings among the events, and those of the response."""
    told: list[str] = []
    asked = replace(
        Hamr(environ={"LOCAL_MODEL": "m"}).pipeline("local/m"),
        notice=Notice(0.01 if isinstance(transport, Slow) else 60, "slow"),
    )
    flow = asked.flow(ASKED if streamed else replace(ASKED, stream=False), SETTINGS)

    def tell(text: str, _: str | None) -> None:
        told.append(text)
        if isinstance(transport, Slow):
            transport.told.set()

    if colour.name == "sync":
        with Stream(flow, transport, tell) as stream:
            events, response = list(stream), stream.response
    else:

        async def collect() -> tuple[list[object], object]:
            async with AsyncStream(flow, transport, tell) as stream:
                return [event async for event in stream], await stream.response()

        events, response = asyncio.run(collect())  # type: ignore[assignment]  # the same, awaited
    return told, [event.text for event in events if isinstance(event, Warned)], response.warnings


@pytest.mark.parametrize(("kind", "times"), [(ScriptedTransport, 0), (Slow, 1)])
def test_a_silence_is_spoken_of_while_it_lasts_and_kept_with_the_reply(
    colour: Colour, kind: type[ScriptedTransport], times: int
) -> None:
    told, events, warnings = heard(colour, kind(REPLY))
    assert told == ["local/m: slow"] * times
    assert events == ["slow"] * times
    assert warnings == ("slow",) * times


def test_it_is_said_once_however_often_the_call_is_sent(colour: Colour) -> None:
    told, _, warnings = heard(colour, Slow(NoAnswer("away"), REPLY))
    assert told == ["local/m: slow"]
    assert sum(warning == "slow" for warning in warnings) == 1


def test_servers_of_ones_own_are_waited_for_five_seconds() -> None:
    """H-122."""
    for id in ("local", "relay"):
        notice = Hamr(environ={}).pipeline(f"{id}/m").notice
        assert notice is not None
        assert notice.after == 5
    assert Hamr(environ={}).pipeline("groq/m").notice is None
