"""One call from end to end: encode, let in, send, decode, try again. A flow: no I/O, no clock, no colour."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hamr.effects import Close, Emit, Flow, Now, OpenReply, Read, Sleep
from hamr.errors import BrokenReply, CallError, ConfigError, HamrError
from hamr.fold import CONTENT, Fold
from hamr.redirect import following
from hamr.retry import delay
from hamr.secrets.redact import redacted
from hamr.specs import Auth, ToolWire, Transport
from hamr.types import Call, Event, Failed, Finished, Head, Request, Response, Route, Settings, Timings, Warned
from hamr.version import VERSION

USER_AGENT = f"hamr/{VERSION} python/{sys.version_info.major}.{sys.version_info.minor}"
ERROR_BYTES = 1024 * 1024
OK = 2
"""The class of the status codes that mean success."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A compiled route: what its hooks returned, ready to be used by many calls at once."""

    route: Route
    transport: Transport
    auth: Auth
    wire: ToolWire

    def flow(self, request: Request, settings: Settings) -> Flow[Response]:
        """Make the call; emits the events of its reply and returns their fold. Raises HamrError."""
        call = self.encode(request, settings)
        progress = _Progress(begun=(yield Now()))
        if settings.timeouts.total is not None:
            call = replace(call, deadline=progress.begun + settings.timeouts.total)
        while True:
            try:
                yield from self._attempt(call, progress, settings)
            except CallError as error:
                yield from self._again(error, call, progress, settings)
            else:
                return self._response(call, progress, ended=(yield Now()))

    def encode(self, request: Request, settings: Settings) -> Call:
        """The call as it is before it is let in; raises Unsupported or ConfigError."""
        call = self.wire.encode(request, self.route)
        headers = {"user-agent": USER_AGENT, **call.headers}
        headers |= {name.lower(): value for name, value in {**self.route.provider.headers, **request.headers}.items()}
        for name, value in headers.items():
            if not (name.isascii() and value.isascii() and value.isprintable()):
                raise ConfigError(f"the header {name!r} holds characters that cannot be sent")
        timeouts = settings.timeouts
        if not request.stream:
            timeouts = replace(timeouts, read=timeouts.total)  # a whole reply may be thought over in silence
        return replace(call, headers=headers, timeouts=timeouts)

    def _attempt(self, call: Call, progress: _Progress, settings: Settings) -> Flow[None]:
        progress.next_attempt()
        reply: OpenReply = yield from following(self.auth.flow(call))
        progress.head = reply.head
        try:
            if reply.head.status // 100 != OK:
                raise self.wire.error((yield from _whole(reply)))
            yield from self._decode(reply, progress, settings.max_bytes)
        except HamrError:
            yield Close(reply)
            raise
        yield Close(reply)

    def _decode(self, reply: OpenReply, progress: _Progress, max_bytes: int) -> Flow[None]:
        decoder, read, size = self.wire.decoder(), Read(reply), 0
        while data := (yield from _read_on(read, progress)):
            size += len(data)
            if size > max_bytes:
                raise BrokenReply(f"the reply is larger than {max_bytes:,} bytes", hint="Raise Settings.max_bytes.")
            events = decoder.feed(data)
            if events:
                yield from progress.take(events)
        yield from progress.take(decoder.finish())

    def _again(self, error: CallError, call: Call, progress: _Progress, settings: Settings) -> Flow[None]:
        """Wait for the next attempt, or raise the error with all that is known."""
        now: float = yield Now()
        self._explain(error, call, progress, now)
        wait = None if progress.fold.has_content else delay(error, progress.attempts, settings)
        if wait is None or (call.deadline is not None and now + wait >= call.deadline):
            raise error
        warning = f"attempt {progress.attempts} failed ({type(error).__name__}: {error.message}); again in {wait:.1f} s"
        progress.warnings.append(warning)
        yield Emit([Warned(warning)])
        yield Sleep(wait)

    def _explain(self, error: CallError, call: Call, progress: _Progress, now: float) -> None:
        error.provider = error.provider or self.route.provider.id
        error.model = error.model or self.route.model.id
        error.attempts = progress.attempts
        if progress.head is not None:
            error.status = error.status or progress.head.status
            error.request_id = error.request_id or _request_id(progress.head)
        if progress.fold.has_content:
            error.partial = self._response(call, progress, ended=now)
        redacted(error, self.route.secret())

    def _response(self, call: Call, progress: _Progress, ended: float) -> Response:
        begun = progress.begun
        first = progress.first - begun if progress.first is not None else None
        progress.fold.warn(progress.warnings)
        return progress.fold.response(
            self.route.provider.id,
            self.route.model.id,
            request_id=_request_id(progress.head),
            adaptations=call.adaptations,
            timings=Timings(first, ended - begun, progress.attempts),
        )


class _Progress:
    """How far one call has come."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.attempts = 0
        self.warnings: list[str] = []
        self.fold = Fold()
        self.head: Head | None = None
        self.first: float | None = None
        self._held: list[Event] = []

    def next_attempt(self) -> None:
        """Forget the reply of the attempt before: it has given nothing to the caller."""
        self.attempts += 1
        self.fold, self.head, self._held = Fold(), None, []

    def take(self, events: Sequence[Event]) -> Flow[None]:
        """Fold the events and emit them; raises the error where the last one is Failed.

        Until the first content they are held back, for until then the call may be sent again.
        """
        failure = None
        if events and isinstance(events[-1], Failed):
            failure, events = events[-1].error, events[:-1]
        self.fold.add(events)
        if self.first is None:
            self._held.extend(events)
            events = ()
            if any(isinstance(event, (*CONTENT, Finished)) for event in self._held):
                self.first = yield Now()
                events, self._held = self._held, []
        if events:
            yield Emit(events)
        if failure is not None:
            raise failure


def _read_on(read: Read, progress: _Progress) -> Flow[bytes]:
    """The next bytes; a reply that breaks after its last event is complete all the same."""
    try:
        data: bytes = yield read
    except CallError:
        if progress.fold.finished is None:
            raise
        return b""
    return data


def _whole(reply: OpenReply) -> Flow[Head]:
    """The head with as much of the body as an error needs; a body that breaks off is still an answer."""
    pieces: list[bytes] = []
    read = Read(reply)
    try:
        while sum(map(len, pieces)) < ERROR_BYTES and (data := (yield read)):
            pieces.append(data)
    except CallError:
        pieces.append(b"")
    return replace(reply.head, body=b"".join(pieces))


def _request_id(head: Head | None) -> str | None:
    headers = head.headers if head else {}
    return headers.get("x-request-id") or headers.get("request-id")
