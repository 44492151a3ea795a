"""One call from end to end, over a wire of this test's own: each line of a reply is a word, an error, or the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.errors import BadRequest, BrokenReply, CallError, ConfigError, NoAnswer, NotLetIn, Overloaded, RateLimited
from hamr.types import (
    Adaptation,
    AuthSpec,
    Call,
    Event,
    Failed,
    Finished,
    Head,
    Message,
    Request,
    Response,
    Route,
    Secret,
    Settings,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Timeouts,
    Warned,
)
from hamr_testkit.colours import Colour
from hamr_testkit.routes import route
from hamr_testkit.scripted import Answer, ScriptedTransport

CANARY = "sk-canary-0123456789abcdef"
ASKED = Request((Message("user", (Text("hi"),)),), stream=True)
QUICK = Settings(retries=2, retry_wait=0.01)


class LineDecoder:
    """`word`, `!busy`, `!broken` or `.` a line; the end without `.` is too early."""

    def __init__(self) -> None:
        self.rest = b""
        self.done = False

    def feed(self, data: bytes) -> Sequence[Event]:
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [event for line in lines for event in self._line(line.decode())]

    def _line(self, line: str) -> Sequence[Event]:
        if line == "?":
            return [Started(id="r1", model="served"), TextStart(0)]
        if line == ".":
            self.done = True
            return [TextEnd(0), Finished("stop")]
        if line.startswith("!"):
            self.done = True
            return [Failed(Overloaded(f"busy, key {CANARY}") if line == "!busy" else BrokenReply("nonsense"))]
        return [TextDelta(0, line)]

    def finish(self) -> Sequence[Event]:
        return [] if self.done else [Failed(BrokenReply("ended early"))]


@dataclass
class LineWire:
    decoders: list[LineDecoder] = field(default_factory=list)

    def encode(self, request: Request, route: Route) -> Call:
        body = request.messages[0].text.encode()
        adapted = (Adaptation("dropped", "seed", "this wire has none"),)
        return Call(
            f"{route.provider.base_url}/ask", headers={"content-type": "text/plain"}, body=body, adaptations=adapted
        )

    def decoder(self) -> LineDecoder:
        self.decoders.append(LineDecoder())
        return self.decoders[-1]

    def error(self, head: Head) -> CallError:
        text = head.body.decode()
        facts: Any = {"status": head.status, "body": text}
        if head.status == 429:
            return RateLimited(text, **facts, retry_after=float(head.headers.get("retry-after", "0")))
        if head.status == 401:
            return NotLetIn(text, **facts)
        return Overloaded(text, **facts) if head.status >= 500 else BadRequest(text, **facts)


def lines(*words: str) -> Answer:
    return Answer(tuple(f"{word}\n".encode() for word in words), headers={"x-request-id": "req-1"})


def run(
    colour: Colour, transport: ScriptedTransport, settings: Settings = QUICK, request: Request = ASKED
) -> tuple[list[Event], Response]:
    asked = route("lines", key=CANARY)
    pipeline = Pipeline(asked, transport, HeaderAuth(asked.secret), LineWire())
    return colour.run(pipeline.flow(request, settings), transport)


def test_a_call_gives_its_events_and_their_fold(colour: Colour) -> None:
    transport = ScriptedTransport(lines("?", "one ", "two", "."))
    events, response = run(colour, transport)
    assert [event.type for event in events] == [
        "started", "text_start", "text_delta", "text_delta", "text_end", "finished",
    ]  # fmt: skip
    assert (response.text, response.finish_reason, response.model) == ("one two", "stop", "served")
    assert (response.provider, response.id, response.request_id) == ("test", "r1", "req-1")
    assert response.adaptations[0].field == "seed"
    assert response.timings.attempts == 1
    assert response.timings.total is not None
    assert transport.replies[0].closed == 1


def test_the_key_goes_in_its_header_and_the_user_agent_says_hamr(colour: Colour) -> None:
    transport = ScriptedTransport(lines("?", "."))
    run(colour, transport)
    call = transport.calls[0]
    assert call.headers["authorization"] == f"Bearer {CANARY}"
    assert call.headers["user-agent"].startswith("hamr/")
    assert CANARY not in repr(call)


def test_a_failing_status_is_tried_again_with_what_the_server_asks(colour: Colour) -> None:
    """Pain 27: Retry-After is honoured."""
    busy = Answer((b"slow down",), 429, {"retry-after": "0.01"})
    transport = ScriptedTransport(busy, busy, lines("?", "done", "."))
    events, response = run(colour, transport)
    assert [event.type for event in events[:2]] == ["warning", "warning"]
    assert response.text == "done"
    assert response.timings.attempts == 3
    assert len(response.warnings) == 2
    assert [reply.closed for reply in transport.replies] == [1, 1, 1]


def test_attempts_are_bounded_in_count(colour: Colour) -> None:
    """Pain 28: one budget a request."""
    transport = ScriptedTransport(*[NoAnswer("refused")] * 5)
    with pytest.raises(NoAnswer) as caught:
        run(colour, transport)
    assert len(transport.calls) == 3
    assert caught.value.attempts == 3
    assert (caught.value.provider, caught.value.model) == ("test", "a-model")


def test_attempts_are_bounded_in_time(colour: Colour) -> None:
    transport = ScriptedTransport(*[Overloaded("busy", retry_after=5.0)] * 5)
    patient = Settings(retries=5, timeouts=Timeouts(total=1.0))
    with pytest.raises(Overloaded):
        run(colour, transport, patient)
    assert len(transport.calls) == 1


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for(colour: Colour) -> None:
    transport = ScriptedTransport(RateLimited("tomorrow", retry_after=86_400.0))
    with pytest.raises(RateLimited) as caught:
        run(colour, transport)
    assert caught.value.retry_after == 86_400.0


def test_an_error_in_the_stream_before_the_first_content_is_tried_again(colour: Colour) -> None:
    """Pain 15: events that are no content are held back until then, so nothing is told twice."""
    transport = ScriptedTransport(lines("?", "!busy"), lines("?", "fine", "."))
    events, response = run(colour, transport)
    assert response.text == "fine"
    assert [event.type for event in events].count("started") == 1


def test_nothing_is_tried_again_after_the_first_content(colour: Colour) -> None:
    transport = ScriptedTransport(lines("?", "half", "!busy"), lines("?", "never", "."))
    with pytest.raises(Overloaded) as caught:
        run(colour, transport)
    assert len(transport.calls) == 1
    assert caught.value.partial is not None
    assert caught.value.partial.text == "half"
    assert caught.value.partial.finish_reason is None


def test_an_early_end_is_an_error_that_keeps_what_had_come(colour: Colour) -> None:
    """Pain 14."""
    transport = ScriptedTransport(lines("?", "one ", "two"))
    with pytest.raises(BrokenReply) as caught:
        run(colour, transport)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "one two"


def test_a_reply_that_breaks_after_its_last_event_is_complete(colour: Colour) -> None:
    answer = Answer((b"?\nall\n.\n", BrokenReply("cut")))
    _, response = run(colour, ScriptedTransport(answer))
    assert response.text == "all"


def test_a_reply_larger_than_allowed_is_an_error(colour: Colour) -> None:
    endless = Answer((b"?\n", *[b"word\n"] * 1000))
    with pytest.raises(BrokenReply, match="larger than 500 bytes"):
        run(colour, ScriptedTransport(endless), Settings(max_bytes=500))


def test_what_is_wrong_with_the_request_is_not_tried_again(colour: Colour) -> None:
    transport = ScriptedTransport(Answer((b"no such field",), 400))
    with pytest.raises(BadRequest, match="no such field"):
        run(colour, transport)
    assert len(transport.calls) == 1


@pytest.mark.parametrize("status", [401, 400, 500, 429])
def test_a_key_that_the_provider_echoes_is_not_shown(colour: Colour, status: int) -> None:
    """Pain 36."""
    answer = Answer((f"bad key {CANARY}".encode(),), status)
    with pytest.raises(CallError) as caught:
        run(colour, ScriptedTransport(*[answer] * 3))
    error = caught.value
    assert CANARY not in "".join(map(str, (error, repr(error), error.args, error.body, vars(error))))
    assert "***" in str(error)


def test_no_part_of_a_key_that_has_several_is_shown(colour: Colour) -> None:
    there = route("lines")
    provider = replace(there.provider, auth=AuthSpec("own", more_env=("A_ID", "A_SECRET")))
    parts = {"A_ID": Secret(f"{CANARY}-id", "A_ID"), "A_SECRET": Secret(f"{CANARY}-secret", "A_SECRET")}
    asked = replace(there, provider=provider, variable=parts.get)
    transport = ScriptedTransport(Answer((f"{CANARY}-id did not sign with {CANARY}-secret".encode(),), 403))
    pipeline = Pipeline(asked, transport, HeaderAuth(asked.secret), LineWire())
    with pytest.raises(CallError, match=r"\*\*\* did not sign with \*\*\*") as caught:
        colour.run(pipeline.flow(ASKED, QUICK), transport)
    assert CANARY not in f"{caught.value!r} {vars(caught.value)}"


def test_a_key_echoed_in_the_stream_is_not_shown(colour: Colour) -> None:
    """Pain 36."""
    with pytest.raises(Overloaded) as caught:
        run(colour, ScriptedTransport(lines("?", "x", "!busy")))
    assert CANARY not in str(caught.value)


def test_a_header_with_a_line_break_is_refused(colour: Colour) -> None:
    transport = ScriptedTransport(lines("?", "."))
    with pytest.raises(ConfigError, match="x-note"):
        run(colour, transport, request=Request(ASKED.messages, headers={"X-Note": "a\r\nhost: b"}))
    assert not transport.calls


def test_a_whole_reply_may_take_all_the_time_there_is(colour: Colour) -> None:
    transport = ScriptedTransport(lines("?", "."), lines("?", "."))
    run(colour, transport, request=Request(ASKED.messages, stream=False))
    run(colour, transport, request=ASKED)
    assert [call.timeouts.read for call in transport.calls] == [600.0, 120.0]


def test_leaving_a_stream_early_closes_its_reply() -> None:
    """Pain 17."""
    from hamr.streams import Stream

    transport = ScriptedTransport(lines("?", "one", "two", "."))
    asked = route("lines")
    with Stream(
        Pipeline(asked, transport, HeaderAuth(asked.secret), LineWire()).flow(ASKED, QUICK), transport
    ) as stream:
        next(stream)
    assert transport.replies[0].closed == 1


def test_leaving_an_async_stream_early_closes_its_reply() -> None:
    """Pain 17."""
    import asyncio

    from hamr.streams import AsyncStream

    transport = ScriptedTransport(lines("?", "one", "two", "."))
    asked = route("lines")
    flow = Pipeline(asked, transport, HeaderAuth(asked.secret), LineWire()).flow(ASKED, QUICK)

    async def leave() -> None:
        async with AsyncStream(flow, transport) as stream:
            await anext(stream)

    asyncio.run(leave())
    assert transport.replies[0].closed == 1


def test_warnings_of_earlier_attempts_come_first(colour: Colour) -> None:
    events, response = run(colour, ScriptedTransport(NoAnswer("refused"), lines("?", "ok", ".")))
    assert isinstance(events[0], Warned)
    assert "NoAnswer: refused" in response.warnings[0]
