"""One call from end to end: encode, let in, send, decode, try again. A flow: no I/O, no clock, no colour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from hamr.calls import attempts
from hamr.calls.endings import Ending, Folding, Pieces, Sending, Value, Whole
from hamr.calls.unwritable import unwritable
from hamr.capabilities.refusable import may_be_refused
from hamr.effects import Flow, Now
from hamr.errors import BrokenReply, ConfigError, NoSuchModel, Unsupported
from hamr.specs import (
    Auth,
    BackgroundWire,
    CompactingWire,
    CountingWire,
    EmbeddingWire,
    ListingWire,
    ToolWire,
    Transport,
)
from hamr.types import Call, Head, Message, Notice, Request, Response, Route, Secret, Settings, Timeouts
from hamr.version import VERSION

if TYPE_CHECKING:
    from hamr.calls.circuit import Circuit
    from hamr.capabilities.matrix import Known
    from hamr.config.generation import Given
    from hamr.gates import Asking, Charge, Gate
    from hamr.substitution import Others
    from hamr.types import EmbeddingRequest, Embeddings, LimitUse, ModelInfo, ModelPage, Standing

USER_AGENT = f"hamr/{VERSION} python/{sys.version_info.major}.{sys.version_info.minor}"
USUAL = Timeouts()
PAGES = 1000
"""A list of models that has more is taken for one that never ends."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A compiled route: what its hooks returned, ready to be used by many calls at once."""

    route: Route
    transport: Transport
    auth: Auth
    wire: ToolWire
    gates: tuple[Gate, ...] = ()
    notice: Notice | None = None
    charge: Charge | None = None
    known: Callable[[], Known] | None = None
    defaults: Mapping[str, Given] = field(default_factory=dict)
    circuit: Circuit | None = None
    others: Callable[[], Others] | None = None

    @property
    def all(self) -> Sequence[Pipeline]:
        """Itself, and those that it hands its calls to."""
        return (self,)

    def secrets(self) -> list[Secret]:
        """The keys of all these, but for those that a command would have to be run for."""
        found = (each.route.secret() for each in self.all if not (each.route.waits or each.route.is_slow()))
        return [secret for secret in found if secret is not None]

    def standing(self, now: float) -> Sequence[Standing]:
        """Who a call may go to at this time of day, where there is a choice; raises HamrError."""
        return ()

    def usage(self) -> Flow[list[LimitUse]]:
        """How much of the user's own limits for its key is used just now; raises HamrError."""
        from hamr.limits.usage import usage

        return usage(self.gates, self.route)

    def flow(self, request: Request, settings: Settings) -> Flow[Response]:
        """Make the call; emits the events of its reply and returns their fold. Raises HamrError."""
        if settings.substitute and self.others is not None:
            from hamr.substitution import substituted

            return (yield from substituted(self, self.others(), request, settings))
        request = self.filled(request)
        call, ending = self.encode(request, settings), Folding(self.wire, self.notice, self.charge)
        sending = yield from self._send(call, ending, settings, (yield Now()), request)
        return ending.response(sending)

    def encode(self, request: Request, settings: Settings) -> Call:
        """The call as it is before it is let in; raises Unsupported or ConfigError."""
        return self._outgoing(self.written(request), request.headers, settings, stream=request.stream)

    def written(self, request: Request, encode: Callable[[Request, Route], Call] | None = None) -> Call:
        """The call as the wire writes it, in the way the model is known to take it; raises as `encode` does.

        `encode` is the wire's own unless another of its ways is meant.
        """
        encode, request = encode or self.wire.encode, self.filled(request)
        try:
            if self.known is None or not may_be_refused(request):
                return encode(request, self.route)
            from hamr.capabilities.fit import fitted

            request, changes = fitted(request, self.known(), self.route.selector, self.route.wire)
            call = encode(request, self.route)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise unwritable(error, request) from None
        return replace(call, adaptations=(*changes, *call.adaptations)) if changes else call

    def filled(self, request: Request) -> Request:
        """The request, with what the user's files say for this model where it says nothing."""
        if not self.defaults:
            return request
        from hamr.config.generation import filled

        return filled(request, self.defaults)

    def embed(self, request: EmbeddingRequest, settings: Settings) -> Flow[Embeddings]:
        """Turn the inputs into vectors, in as many calls as it takes; raises HamrError."""
        from hamr.calls.embedding import batches, joined

        if not isinstance(self.wire, EmbeddingWire):
            raise self._lacking("embeddings")
        begun: float = yield Now()
        parts, gates = [], self._gates(settings)
        for batch in batches(request, self.wire.max_embedding_inputs(self.route)):
            ending = Whole(self._vectors(self.wire, len(batch.inputs)))
            try:
                call = self._outgoing(self.wire.encode_embeddings(batch, self.route), request.headers, settings)
            except (ValueError, TypeError, AttributeError, LookupError) as error:
                raise unwritable(error, batch) from None
            sending = yield from self._send(call, ending, settings, begun, batch, gates)
            parts.append((ending.value, sending))
        return joined(parts)

    def count(self, request: Request, settings: Settings) -> Flow[int]:
        """How many tokens the request has, as the provider counts them; raises HamrError."""
        wire = self.wire
        if not isinstance(wire, CountingWire):
            raise self._lacking("counting of tokens")
        call, route = self.written(request, wire.encode_count), self.route
        return (yield from self._answered(call, lambda head: wire.decode_count(head, route), request.headers, settings))

    def compact(self, request: Request, settings: Settings) -> Flow[tuple[Message, ...]]:
        """A shorter conversation that says the same to this provider; raises HamrError."""
        wire = self.wire
        if not isinstance(wire, CompactingWire):
            raise self._lacking("way to make a conversation shorter")
        self._require("compaction", "way to make a conversation shorter")
        call, route = self.written(request, wire.encode_compact), self.route
        return (
            yield from self._answered(call, lambda head: wire.decode_compact(head, route), request.headers, settings)
        )

    def background_wire(self) -> BackgroundWire:
        """The wire, whose provider goes on with an answer while nobody waits; raises Unsupported where it does not."""
        if not isinstance(self.wire, BackgroundWire):
            raise self._lacking("answers in the background")
        self._require("background_mode", "answers in the background")
        return self.wire

    def deliver(
        self, call: Call, ending: Ending, request: Request, settings: Settings, *, begun: float, again: bool = False
    ) -> Flow[Sending]:
        """Send a call that belongs to this request, and read its reply into `ending`; raises HamrError.

        `again` is for one that asks how far an answer is: it has been let through when it was asked for.
        """
        call = self._outgoing(call, request.headers, settings, stream=request.stream)
        return (yield from self._send(call, ending, settings, begun, None if again else request))

    def list_models(self, settings: Settings) -> Flow[tuple[ModelInfo, ...]]:
        """The models that the provider lists, on however many pages, each id once; raises HamrError."""
        if not isinstance(self.wire, ListingWire):
            raise self._lacking("list of models")
        begun: float = yield Now()
        found: dict[str, ModelInfo] = {}
        page: str | None = None
        for _ in range(PAGES):
            listed = yield from self._page(self.wire, page, settings, begun)
            known, page = len(found), listed.next
            found.update((info.id, info) for info in listed.models)
            if page is None or len(found) == known:  # a server that knows no pages gives the first one again
                return tuple(found.values())
        raise BrokenReply(f"the list of models has more than {PAGES} pages", provider=self.route.provider.id)

    def ask(self, call: Call, decode: Callable[[Head], Value], settings: Settings) -> Flow[Value]:
        """Send a call of the provider's own, and decode its whole reply; raises HamrError."""
        return (yield from self._answered(call, decode, {}, settings))

    def follow(self, call: Call, take: Callable[[bytes], None], settings: Settings) -> Flow[Head]:
        """Send a call of the provider's own, and hand on its reply as it comes; `take` gets an empty piece at the end.

        Returns the head of the reply. Raises HamrError, and what `take` raises.
        """
        begun: float = yield Now()
        call = self._outgoing(call, {}, settings, stream=True)
        sending = yield from self._send(call, Pieces(take), settings, begun)
        return sending.head or Head(0)

    def _answered(
        self, call: Call, decode: Callable[[Head], Value], own: Mapping[str, str], settings: Settings
    ) -> Flow[Value]:
        begun: float = yield Now()
        ending = Whole(decode)
        yield from self._send(self._outgoing(call, own, settings), ending, settings, begun)
        return ending.value

    def _page(self, wire: ListingWire, page: str | None, settings: Settings, begun: float) -> Flow[ModelPage]:
        call = self._outgoing(wire.encode_models(self.route, page), {}, settings)
        ending = Whole(lambda head: wire.decode_models(head, self.route))
        try:
            yield from self._send(call, ending, settings, begun)
        except NoSuchModel as error:  # a 404; it was no model that was asked for
            error.hint = "There may be no list of models here: check the base URL, or name a model yourself."
            raise
        return ending.value

    def _vectors(self, wire: EmbeddingWire, wanted: int) -> Callable[[Head], Embeddings]:
        def decode(head: Head) -> Embeddings:
            found = wire.decode_embeddings(head, self.route)
            if len(found.vectors) != wanted:
                raise BrokenReply(f"{wanted} inputs were sent, and {len(found.vectors)} vectors came")
            return found

        return decode

    def _lacking(self, ability: str) -> Unsupported:
        return Unsupported(
            f"{self.route.provider.id}: the wire {self.route.wire!r} has no {ability}", hint="Ask another provider."
        )

    def _require(self, capability: str, ability: str) -> None:
        """Raise Unsupported where the model is known not to have it."""
        if self.known is not None and getattr((known := self.known()).capabilities, capability) is False:
            raise Unsupported(
                f"{self.route.selector} has no {ability}, says {known.places}",
                hint="Ask another model, or say otherwise in a rule of your own (docs/capabilities.md).",
            )

    def _outgoing(self, call: Call, own: Mapping[str, str], settings: Settings, *, stream: bool = False) -> Call:
        """The call with the headers of hamr, the provider and the request, and with its timeouts."""
        headers = {"user-agent": USER_AGENT, **call.headers}
        for given in (self.route.provider.headers, own):
            for name, value in given.items():
                if not (name.isascii() and value.isascii() and value.isprintable()):
                    raise ConfigError(f"the header {name.lower()!r} holds characters that cannot be sent")
                headers[name.lower()] = value
        silence, timeouts = self.route.model.stream_timeout, settings.timeouts
        if not stream or silence is not None:
            timeouts = _timeouts(timeouts, silence, stream=stream)
        # Written out, for `replace` takes twice as long and every call comes by here.
        return Call(call.url, call.method, headers, call.body, call.secret, call.adaptations, timeouts)

    def _send(
        self,
        call: Call,
        ending: Ending,
        settings: Settings,
        begun: float,
        asked: Asking | None = None,
        gates: Sequence[Gate] | None = None,
    ) -> Flow[Sending]:
        """As `attempts.send`; the gates are the pipeline's own unless others are given."""
        gates = self._gates(settings) if gates is None else gates
        return attempts.send(self, Sending(self.route, call, begun, asked=asked), ending, settings, gates)

    def _gates(self, settings: Settings) -> Sequence[Gate]:
        """What a call has to pass: first of all its own bound, where it has one."""
        if settings.max_cost is None:
            return self.gates
        from hamr.spend.ceiling import Ceiling

        return (Ceiling(settings.max_cost, self.charge), *self.gates)


@lru_cache(maxsize=64)
def _timeouts(timeouts: Timeouts, silence: float | None, *, stream: bool) -> Timeouts:
    """The timeouts for a whole reply, which may be thought over in silence for all the time there is, or for a stream.

    The longest silence in a stream is the model's own, where the user says no other than hamr's.
    """
    if not stream:
        return replace(timeouts, read=timeouts.total)
    return timeouts if silence is None or timeouts.read != USUAL.read else replace(timeouts, read=silence)
