"""What becomes of a reply: its events folded as they come, or its whole body read at once. Flows, like the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from hamr.calls.fold import CONTENT, Fold
from hamr.calls.overflow import no_room
from hamr.effects import Calm, Do, Emit, Flow, Now, OpenReply, Read
from hamr.errors import BrokenReply, CallError
from hamr.gates import Came
from hamr.specs import ToolWire
from hamr.types import (
    Adaptation,
    Call,
    Cost,
    Embeddings,
    Event,
    Failed,
    Finished,
    Head,
    Notice,
    Response,
    Route,
    Timings,
    Usage,
    Warned,
)

if TYPE_CHECKING:
    from hamr.gates import Asking, Charge

Value = TypeVar("Value")

TIERS = ("service_tier", "serviceTier")
"""What a tier of service is called."""

REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid")
"""Where providers say what they call a call; the last is AWS's."""


@dataclass(slots=True)
class Sending:
    """One call on its way, over all its attempts; `begun` and `ended` are readings of the driver's clock.

    `admitted` is False where a gate did not let the last attempt through; `asked` is what has to pass the gates;
    `opened` are the calls of the last attempt, as the auth has let them in; `overflowed` says that more went in than
    there is room for.
    """

    route: Route
    call: Call
    begun: float
    ended: float = 0.0
    attempts: int = 0
    admitted: bool = True
    asked: Asking | None = None
    overflowed: bool = False
    warnings: list[str] = field(default_factory=list)
    head: Head | None = None
    opened: list[Call] = field(default_factory=list)

    @property
    def secrets(self) -> set[str]:
        """What let those calls in: the values of their secret headers, without a word such as Bearer."""
        return {call.headers[name].rpartition(" ")[2] for call in self.opened for name in call.secret}

    @property
    def adaptations(self) -> tuple[Adaptation, ...]:
        """What was changed, by the wire and then by the transport."""
        return self.call.adaptations if self.head is None else self.call.adaptations + self.head.adaptations

    @property
    def request_id(self) -> str | None:
        """What the provider calls this call."""
        headers = self.head.headers if self.head else {}
        return next((headers[name] for name in REQUEST_IDS if headers.get(name)), None)

    def timings(self, first: float | None = None) -> Timings:
        """How long it took; `first` is when the first content came."""
        return Timings(None if first is None else first - self.begun, self.ended - self.begun, self.attempts)


class Ending(Protocol):
    """What becomes of the replies to one call, of which only the last attempt's counts."""

    @property
    def notice(self) -> Notice | None:
        """What a user is told who waits for long."""

    @property
    def shown(self) -> bool:
        """Whether the caller has seen something of the answer: then the call is not sent again."""

    def begin(self) -> None:
        """Forget the attempt before: it has given nothing to the caller."""

    def read(self, reply: OpenReply, max_bytes: int) -> Flow[None]:
        """Read a reply to its end; raises CallError."""

    def came(self) -> Came:
        """What it has come to, for who keeps account of it."""

    def use(self, usage: Usage) -> None:
        """What it took by an estimate, for the provider has not said it."""

    def charge(self, cost: Cost) -> None:
        """What that costs by the price list, which counts where the provider does not say."""

    def partial(self, sending: Sending) -> Response | None:
        """What had come when it failed."""


class Folding:
    """The events of a reply, emitted as they come and folded into a response."""

    def __init__(self, wire: ToolWire, notice: Notice | None = None, charge: Charge | None = None) -> None:
        self._wire = wire
        self.notice = notice
        self._charge = charge
        self._fold = Fold()
        self._held: list[Event] = []
        self._first: float | None = None

    @property
    def shown(self) -> bool:
        """Whether the caller has seen something of the answer."""
        return self._fold.has_content

    def begin(self) -> None:
        """Forget the attempt before."""
        self._fold, self._held = Fold(), []

    def read(self, reply: OpenReply, max_bytes: int) -> Flow[None]:
        """Decode, emit and fold; a reply that breaks after its last event is complete all the same."""
        decoder, read, size = self._wire.decoder(), Read(reply), 0
        fold = self._fold
        while True:
            try:
                data: bytes = yield read
            except CallError:
                if fold.finished is None:
                    raise
                break
            if not data:
                break
            size += len(data)
            if size > max_bytes:
                raise too_large(max_bytes)
            events = decoder.feed(data)
            if events and self._first is not None and type(events[-1]) is not Failed:
                fold.add(events)
                yield Emit(events)
            elif events:
                yield from self._take(events)
        yield from self._take(decoder.finish())

    def _take(self, events: Sequence[Event]) -> Flow[None]:
        """Fold the events and emit them; raises the error where the last one is Failed.

        Until the first content they are held back, for until then the call may be sent again.
        """
        failure = None
        if events and isinstance(events[-1], Failed):
            failure, events = events[-1].error, events[:-1]
        self._fold.add(events)
        if self._first is None:
            self._held.extend(events)
            events = ()
            if self._fold.finished is not None and self._fold.finished.reason == "length":
                yield from self._has_room()
            if any(isinstance(event, (*CONTENT, Finished)) for event in self._held):
                self._first = yield Now()
                if self.notice is not None and (yield Calm()):
                    self._held.insert(0, Warned(self.notice.text))
                    self._fold.add(self._held[:1])
                events, self._held = self._held, []
        if events:
            yield Emit(events)
        if failure is not None:
            raise failure

    def _has_room(self) -> Flow[None]:
        """Raise TooLong where nothing of an answer came, for the window was full."""
        charge, fold = self._charge, self._fold
        if charge is None or fold.has_content or fold.finished is None:
            return
        window = yield Do(lambda: charge.window(fold.started.model or ""))
        error = no_room(fold.finished.reason, fold.usage, window)
        if error is not None:
            raise error

    def came(self) -> Came:
        """The tokens and the cost so far."""
        fold = self._fold
        return Came(
            fold.usage,
            fold.cost,
            has_content=fold.has_content,
            served=fold.started.model or "",
            characters=fold.characters,
            tier=_tier(fold),
        )

    def use(self, usage: Usage) -> None:
        """What it took by an estimate."""
        self._fold.usage = usage

    def charge(self, cost: Cost) -> None:
        """What that costs by the price list."""
        self._fold.cost = _charged(self._fold.cost, cost)

    def partial(self, sending: Sending) -> Response | None:
        """What had come, where that is more than nothing."""
        return self.response(sending) if self._fold.has_content else None

    def response(self, sending: Sending) -> Response:
        """The response so far."""
        self._fold.warn(sending.warnings)
        response = self._fold.response(
            sending.route.provider.id,
            sending.route.model.id,
            request_id=sending.request_id,
            adaptations=sending.adaptations,
            timings=sending.timings(self._first),
        )
        return replace(response, overflowed=True) if sending.overflowed else response


class Whole(Generic[Value]):
    """A body that is read as one; `value` is what `decode` makes of it."""

    shown = False
    notice: Notice | None = None

    def __init__(self, decode: Callable[[Head], Value]) -> None:
        self._decode = decode
        self.value: Value

    def begin(self) -> None:
        """There is nothing to forget: a body counts once it is whole."""

    def read(self, reply: OpenReply, max_bytes: int) -> Flow[None]:
        """Gather the body, and decode it."""
        pieces: list[bytes] = []
        read, size = Read(reply), 0
        while data := (yield read):
            size += len(data)
            if size > max_bytes:
                raise too_large(max_bytes)
            pieces.append(data)
        self.value = self._decode(replace(reply.head, body=b"".join(pieces)))

    def came(self) -> Came:
        """What the body says it took, where it says so."""
        value = getattr(self, "value", None)
        if not isinstance(value, Embeddings):
            return Came()
        return Came(value.usage, value.cost, has_content=True, served=value.model)

    def use(self, usage: Usage) -> None:
        """What it took by an estimate."""
        if isinstance(self.value, Embeddings):
            self.value = replace(self.value, usage=usage)

    def charge(self, cost: Cost) -> None:
        """What that costs by the price list."""
        if isinstance(self.value, Embeddings):
            self.value = replace(self.value, cost=_charged(self.value.cost, cost))

    def partial(self, sending: Sending) -> Response | None:
        """Nothing: half a body says nothing."""
        return None


class Pieces:
    """A body that is handed on as it comes; an empty piece is its end."""

    notice: Notice | None = None

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self.shown = False

    def begin(self) -> None:
        """There is nothing to forget: once a piece has been handed on, the call is not sent again."""

    def read(self, reply: OpenReply, max_bytes: int) -> Flow[None]:
        """Hand on each piece; what takes it may raise CallError. It is kept nowhere, so nothing bounds it."""
        read = Read(reply)
        while data := (yield read):
            self.shown = True
            self._take(data)
        self._take(b"")

    def came(self) -> Came:
        """Whether there was anything; what it took is not known."""
        return Came(None, None, has_content=self.shown)

    def use(self, usage: Usage) -> None:
        """Nothing: nobody keeps account of it."""

    def charge(self, cost: Cost) -> None:
        """Nothing: as it is not known what it took, nobody can say what that costs."""

    def partial(self, sending: Sending) -> Response | None:
        """Nothing: what came has been handed on."""
        return None


def _tier(fold: Fold) -> str | None:
    """The tier of service that the provider says it served in: by that it charges, whatever was asked for.

    It stands at the end of a reply (OpenAI, Bedrock) or in its account of tokens (Anthropic, Google), and `auto` says
    nothing (recorded replies and API references, 2026-11).
    """
    tables = [*((fold.finished.extra or {}).values() if fold.finished else ()), fold.usage.raw if fold.usage else {}]
    for table in tables:
        for name in TIERS:
            said = table.get(name) if isinstance(table, Mapping) else None
            said = said.get("type") if isinstance(said, Mapping) else said
            if isinstance(said, str) and said and said.lower() != "auto":
                return said.lower()
    return None


def _charged(told: Cost, listed: Cost) -> Cost:
    """What the provider says counts; what the list says is kept beside it."""
    return listed if told.usd is None else replace(told, listed=listed.usd)


def failed_head(reply: OpenReply, most: int) -> Flow[Head]:
    """The head with as much of the body as an error needs; a body that breaks off is still an answer."""
    pieces: list[bytes] = []
    read, size = Read(reply), 0
    try:
        while size < most and (data := (yield read)):
            pieces.append(data)
            size += len(data)
    except CallError:
        pieces.append(b"")
    return replace(reply.head, body=b"".join(pieces))


def too_large(max_bytes: int) -> BrokenReply:
    """The error for a reply over its bound."""
    return BrokenReply(f"the reply is larger than {max_bytes:,} bytes", hint="Raise Settings.max_bytes.")
