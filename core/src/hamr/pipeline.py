"""One call from end to end: encode, let in, send, decode, try again. A flow: no I/O, no clock, no colour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import gmtime, strftime
from typing import TYPE_CHECKING

from hamr.capabilities.refusable import may_be_refused
from hamr.effects import Close, Do, Emit, Flow, Keep, Now, OpenReply, Remind, Sleep, Wait, WallClock
from hamr.endings import Ending, Folding, Pieces, Sending, Value, Whole, failed_head
from hamr.errors import BrokenReply, CallError, ConfigError, HamrError, NoSuchModel, Unsupported
from hamr.gates import Asked, Came
from hamr.overflow import cut
from hamr.redirect import following
from hamr.retry import delay
from hamr.secrets.redact import redacted
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
from hamr.types import Call, Head, Message, Notice, Request, Response, Route, Secret, Settings, Timeouts, Warned
from hamr.unwritable import unwritable
from hamr.version import VERSION

if TYPE_CHECKING:
    from hamr.capabilities.matrix import Known
    from hamr.circuit import Circuit
    from hamr.config.generation import Given
    from hamr.gates import Asking, Charge, Gate, Pass
    from hamr.types import EmbeddingRequest, Embeddings, LimitUse, ModelInfo, ModelPage, Standing

USER_AGENT = f"hamr/{VERSION} python/{sys.version_info.major}.{sys.version_info.minor}"
ERROR_BYTES = 1024 * 1024
OK = 2
"""The class of the status codes that mean success."""
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
        except ValueError as error:
            raise unwritable(error) from None
        return replace(call, adaptations=(*changes, *call.adaptations)) if changes else call

    def filled(self, request: Request) -> Request:
        """The request, with what the user's files say for this model where it says nothing."""
        if not self.defaults:
            return request
        from hamr.config.generation import filled

        return filled(request, self.defaults)

    def embed(self, request: EmbeddingRequest, settings: Settings) -> Flow[Embeddings]:
        """Turn the inputs into vectors, in as many calls as it takes; raises HamrError."""
        from hamr.embedding import batches, joined

        if not isinstance(self.wire, EmbeddingWire):
            raise self._lacking("embeddings")
        begun: float = yield Now()
        parts, gates = [], self._gates(settings)
        for batch in batches(request, self.wire.max_embedding_inputs(self.route)):
            ending = Whole(self._vectors(self.wire, len(batch.inputs)))
            try:
                call = self._outgoing(self.wire.encode_embeddings(batch, self.route), request.headers, settings)
            except ValueError as error:
                raise unwritable(error) from None
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
        timeouts = settings.timeouts if stream else _patient(settings.timeouts)
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
        """Send the call until it succeeds; raises HamrError where it does not, or not in time.

        What is `asked` has to pass the gates at each attempt, which are the pipeline's own unless others are given.
        """
        gates = self._gates(settings) if gates is None else gates
        circuit = self.circuit if asked is not None else None
        if circuit is not None:
            self._enter(circuit, begun)
        if settings.timeouts.total is not None:
            call = replace(call, deadline=begun + settings.timeouts.total)
        if self.route.is_slow():  # once: after it, whoever needs the key has it at once
            yield Wait(self.route.secret)
        sending = Sending(self.route, call, begun, asked=asked)
        while True:
            try:
                if gates and asked is not None:
                    yield from self._admitted(gates, asked, sending, ending, settings.max_bytes)
                else:
                    yield from self._attempt(sending, ending, settings.max_bytes)
            except CallError as error:
                if not sending.admitted:
                    raise
                try:
                    yield from self._again(error, sending, ending, settings)
                except CallError:
                    if circuit is not None:
                        circuit.failed(error, sending.ended)
                    raise
            else:
                sending.ended = yield Now()
                if circuit is not None:
                    circuit.answered(sending.ended, has_content=ending.came().has_content)
                return sending

    def _enter(self, circuit: Circuit, now: float) -> None:
        """Let a call through, or raise the error with whose it is."""
        try:
            circuit.enter(now)
        except CallError as error:
            error.provider, error.model = self.route.provider.id, self.route.model.id
            raise

    def _gates(self, settings: Settings) -> Sequence[Gate]:
        """What a call has to pass: first of all its own bound, where it has one."""
        if settings.max_cost is None:
            return self.gates
        from hamr.spend.ceiling import Ceiling

        return (Ceiling(settings.max_cost, self.charge), *self.gates)

    def _admitted(
        self, gates: Sequence[Gate], asked: Asking, sending: Sending, ending: Ending, max_bytes: int
    ) -> Flow[None]:
        """One attempt, let through by every gate and accounted for to each."""
        passes: list[Pass] = []
        failure: HamrError | None = None
        sending.admitted = False
        try:
            for gate in gates:
                passes.append((yield from gate.enter(Asked(self.route, asked, sending.call.deadline, ending.came))))
                yield Keep(passes[-1])
            sending.admitted = True
            yield from self._attempt(sending, ending, max_bytes)
        except HamrError as error:
            failure = error
        came = replace(ending.came() if sending.admitted else Came(), error=failure)
        for each in reversed(passes):
            yield from each.leave(came)
        if failure is not None:
            raise failure

    def _attempt(self, sending: Sending, ending: Ending, max_bytes: int) -> Flow[None]:
        sending.attempts += 1
        sending.head = None
        ending.begin()
        if ending.notice is not None:
            yield Remind(ending.notice.after, f"{self.route.selector}: {ending.notice.text}")
        sending.opened.clear()
        reply: OpenReply = yield from following(self.auth.flow(sending.call), sending.opened)
        sending.head = reply.head
        try:
            if reply.head.status // 100 != OK:
                raise self.wire.error((yield from failed_head(reply, ERROR_BYTES)))
            yield from ending.read(reply, max_bytes)
        except HamrError:
            yield Close(reply)
            yield from self._charge(sending, ending, whole=False)
            raise
        yield Close(reply)
        yield from self._charge(sending, ending, whole=True)

    def _charge(self, sending: Sending, ending: Ending, *, whole: bool) -> Flow[None]:
        """Put a price on what came; its tokens are an estimate where the provider has not said them."""
        charge, came = self.charge, ending.came()
        usage = came.usage
        if sending.asked is not None and came.has_content and (usage is None or not whole):
            from hamr import estimate

            usage = estimate.used(sending.asked, usage, came.characters() if came.characters else 0, whole=whole)
            ending.use(usage)
        if charge is None or usage is None:
            return
        day = strftime("%Y-%m-%d", gmtime((yield WallClock())))
        tier = came.tier or getattr(sending.asked, "service_tier", None)
        cost, window = yield Do(lambda: (charge(usage, came.served, tier, day), charge.window(came.served)))
        ending.charge(cost)
        if whole and isinstance(sending.asked, Request) and (told := cut(usage, window)) is not None:
            sending.overflowed = True
            sending.warnings.append(told)

    def _again(self, error: CallError, sending: Sending, ending: Ending, settings: Settings) -> Flow[None]:
        """Wait for the next attempt, or raise the error with all that is known."""
        sending.ended = yield Now()
        self._explain(error, sending, ending)
        if isinstance(error, NoSuchModel) and self.charge is not None:
            end = self.charge.end(strftime("%Y-%m-%d", gmtime((yield WallClock()))))
            error.hint = error.hint if end is None else f"{end[0].upper()}{end[1:].rstrip('.')}."
        wait = None if ending.shown else delay(error, sending.attempts, settings)
        deadline = sending.call.deadline
        if wait is None or (deadline is not None and sending.ended + wait >= deadline):
            raise error
        warning = f"attempt {sending.attempts} failed ({type(error).__name__}: {error.message}); again in {wait:.1f} s"
        sending.warnings.append(warning)
        yield Emit([Warned(warning)])
        yield Sleep(wait)

    def _explain(self, error: CallError, sending: Sending, ending: Ending) -> None:
        error.provider = error.provider or self.route.provider.id
        error.model = error.model or self.route.model.id
        error.attempts = sending.attempts
        if sending.head is not None:
            error.status = error.status or sending.head.status
            error.request_id = error.request_id or sending.request_id
        error.partial = ending.partial(sending)
        if not self.route.waits:  # a command is not run for it: the call itself holds what it printed
            redacted(error, self.route.secret())
        for name in self.route.provider.auth.more_env:
            redacted(error, self.route.variable(name))
        for value in sending.secrets:  # what the auth has found for itself
            redacted(error, Secret(value, "the call"))


@lru_cache(maxsize=64)
def _patient(timeouts: Timeouts) -> Timeouts:
    """The timeouts for a whole reply, which may be thought over in silence for all the time there is."""
    return replace(timeouts, read=timeouts.total)
