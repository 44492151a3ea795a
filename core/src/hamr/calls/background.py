"""An answer that the provider goes on with while nobody waits: handed over, asked for, called off. Flows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from hamr.calls.endings import Folding, too_large
from hamr.effects import Flow, Now, OpenReply, Read, Sleep, Undo
from hamr.errors import BrokenReply, CallError, NoAnswer, Overloaded, RateLimited
from hamr.types import Request, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hamr.calls.pipeline import Pipeline
    from hamr.specs import BackgroundWire, ResumableDecoder, ToolWire
    from hamr.types import Call, Event, Response, Settings

FIRST, GROWTH, LONGEST = 0.5, 1.5, 10.0
"""Seconds between two questions: the first, how they grow, and the most."""
PATIENCE = 60.0
"""Seconds for each call but the first, with what it is sent again."""
LOST = 5
"""So many times in a row it may fail to be asked for."""
BRIEF = 5.0
"""Seconds for calling it off."""
_PASSING = (NoAnswer, BrokenReply, Overloaded, RateLimited)
_ASKED = Request(())


class Background:
    """One answer in the background; `patience` is how many seconds are waited for it, without end where it is None.

    Whoever has asked for it and leaves before it is there calls it off; it goes on without one who has only resumed it.
    """

    def __init__(self, pipeline: Pipeline, settings: Settings, patience: float | None) -> None:
        self._pipeline, self._settings = pipeline, settings
        self._wire: BackgroundWire = pipeline.background_wire()
        self._patience = patience
        self._begun = 0.0
        self._settled = False

    @classmethod
    def of(cls, pipeline: Pipeline, options: Mapping[str, Any], usual: Settings) -> Background:
        """With the options of a call: its seconds for the whole are for the waiting, and not for each question."""
        from hamr.options import patience, settings

        asked = settings({name: value for name, value in options.items() if name == "retries"}, usual)
        return cls(pipeline, asked, patience(options))

    def answer(self, request: Request) -> Flow[Response]:
        """Hand it over, and wait for it; raises HamrError."""
        self._begun = yield Now()
        call = self._pipeline.written(request, self._wire.encode_background)
        if request.stream:
            return (yield from self._stream(request, call))
        ending = Folding(self._pipeline.wire, charge=self._pipeline.charge)
        sending = yield from self._pipeline.deliver(call, ending, request, self._settings, begun=self._begun)
        first = ending.response(sending)
        if self._wire.is_pending(first):
            if (id := first.id) is None:
                raise BrokenReply("the provider goes on with the answer, and does not say by which id")
            yield Undo(lambda: self.cancel(id))
            last = yield from self._awaited(first, id)
            yield Undo(None)
        else:
            last = first
        took = replace(last.timings, total=(yield Now()) - self._begun)
        return replace(last, adaptations=first.adaptations, timings=took)

    def resume(self, id: str) -> Flow[Response]:
        """Wait for the one with this id, that has been handed over before; raises HamrError."""
        self._begun = yield Now()
        return (yield from self._awaited((yield from self._asked(id)), id))

    def cancel(self, id: str) -> Flow[Response]:
        """Call it off, and say how far it had come; raises HamrError."""
        brief = _within(self._settings, BRIEF)
        return (yield from self._read(self._wire.encode_cancel(id, self._pipeline.route), brief))

    def _awaited(self, found: Response, id: str) -> Flow[Response]:
        wait, lost = FIRST, 0
        while self._wire.is_pending(found):
            yield from self._still(wait, id)
            yield Sleep(wait)
            wait = min(wait * GROWTH, LONGEST)
            try:
                found, lost = (yield from self._asked(id)), 0
            except CallError as error:
                lost += 1
                if self._settled or not isinstance(error, _PASSING):
                    yield Undo(None)  # it has failed by itself
                    raise
                if lost == LOST:
                    raise
        return found

    def _still(self, wait: float, id: str) -> Flow[None]:
        now: float = yield Now()
        if self._patience is not None and now - self._begun + wait > self._patience:
            raise NoAnswer(f"the answer {id} is not there after {self._patience:g} s")

    def _asked(self, id: str) -> Flow[Response]:
        call = self._wire.encode_retrieval(id, self._pipeline.route, None)
        return (yield from self._read(call, _within(self._settings, PATIENCE)))

    def _read(self, call: Call, settings: Settings) -> Flow[Response]:
        ending, now = Resuming(self._pipeline.wire), (yield Now())
        try:
            sending = yield from self._pipeline.deliver(call, ending, _ASKED, settings, begun=now, again=True)
        except CallError as error:
            self._settled = ending.settled
            if isinstance(error, BrokenReply) and not self._settled:  # what broke is the reply about it
                raise NoAnswer(error.message, status=error.status) from error
            raise
        return ending.response(sending)

    def _stream(self, request: Request, first: Call) -> Flow[Response]:
        """The events as they come; where the stream breaks off, it is taken up again behind the last of them."""
        route, wire = self._pipeline.route, self._wire
        ending = Resuming(self._pipeline.wire, self.cancel)
        call, begun, lost, before = first, self._begun, 0, -1
        settings = replace(self._settings, timeouts=replace(self._settings.timeouts, total=self._patience))
        while True:
            try:
                sending = yield from self._pipeline.deliver(
                    call, ending, request, settings, begun=begun, again=ending.position is not None
                )
                break
            except CallError as error:
                place = ending.position
                lost = lost + 1 if place == before else 1
                if ending.settled or not isinstance(error, _PASSING):
                    yield Undo(None)  # it has failed by itself
                    raise
                if place is None or ending.id is None or lost == LOST:
                    raise
                before = place
                yield from self._still(FIRST, ending.id)
                yield Sleep(FIRST * lost)
                call = wire.encode_retrieval(ending.id, route, place)
        yield Undo(None)
        found = ending.response(sending)
        return replace(found, adaptations=first.adaptations)


class Resuming(Folding):
    """The events of one reply over several streams; `call_off` makes the flow for who leaves before its end."""

    def __init__(self, wire: ToolWire, call_off: Callable[[str], Flow[Response]] | None = None) -> None:
        super().__init__(wire)
        self._call_off = call_off
        self._decoder: ResumableDecoder | None = None
        self.id: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the answer has ended, well or badly, and not just a reply about it."""
        return self.id is not None and self._decoder is not None and self._decoder.over

    @property
    def position(self) -> int | None:
        """The number of the last event."""
        return None if self._decoder is None else self._decoder.position

    @property
    def shown(self) -> bool:
        """Whether the provider has begun: then it is asked for the rest, and not for all once more."""
        return self.settled or self.position is not None or super().shown

    def begin(self) -> None:
        """Forget the attempt before, unless there is something to go on from."""
        if self._decoder is not None and self.position is not None:
            self._decoder.resume()
        else:
            super().begin()
            self._decoder = None

    def read(self, reply: OpenReply, max_bytes: int) -> Flow[None]:
        """Decode, emit and fold; raises BrokenReply where there may be more to come."""
        # That of a wire which goes on in the background can be resumed.
        decoder = self._decoder = self._decoder or cast("ResumableDecoder", self._wire.decoder())
        read, size = Read(reply), 0
        while data := (yield read):
            size += len(data)
            if size > max_bytes:
                raise too_large(max_bytes)
            yield from self._told(decoder.feed(data))
        if decoder.over:
            return
        if decoder.position is not None:
            raise BrokenReply("the stream broke off before the end of the answer")
        yield from self._told(decoder.finish())

    def _told(self, events: Sequence[Event]) -> Flow[None]:
        if self.id is None:
            self.id = id = next((event.id for event in events if isinstance(event, Started)), None)
            if id is not None and (call_off := self._call_off) is not None:
                yield Undo(lambda: call_off(id))
        yield from self._take(events)


def _within(settings: Settings, seconds: float) -> Settings:
    timeouts = settings.timeouts
    read = min(timeouts.read or seconds, seconds)
    return replace(settings, timeouts=replace(timeouts, read=read, total=seconds))
