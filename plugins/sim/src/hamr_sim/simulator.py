"""Calls in, answers out: reads them with the wire of their path and has a model speak."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from hamr.api import (
    BadRequest,
    Call,
    CallError,
    CountingDialect,
    Dialect,
    EmbeddingDialect,
    EmbeddingRequest,
    Event,
    Failed,
    ListingDialect,
    NoSuchModel,
    Purpose,
    Request,
    Started,
    dialect,
)
from hamr_sim import faults
from hamr_sim.answer import Answer, Step, Wait, of_json
from hamr_sim.attempts import Attempts
from hamr_sim.listing import info, listed
from hamr_sim.manner import FAULTS, Manner, wrong
from hamr_sim.models import EMBED, MODELS, NAMES, SCRIPT
from hamr_sim.places import known, spoken_at
from hamr_sim.script import Script
from hamr_sim.steps import heard, steps
from hamr_sim.turn import Turn
from hamr_sim.vectors import embeddings

JSON = {"content-type": "application/json"}

PLAIN_WIRE = "openai-completions"
"""The wire whose envelope says what is wrong where no other wire is spoken."""


MOST_CHOICES = 128
"""As with OpenAI (its OpenAPI document, `CreateChatCompletionRequest`, 2026-11)."""


class Simulator:
    """Every model of the provider; `pace` is the seconds before each chunk where a request wishes no other."""

    def __init__(self, script: Script | None = None, pace: float = 0.0) -> None:
        self._script, self._pace = script, pace
        self._attempts = Attempts()
        self._ids = itertools.count(1)

    def answer(self, call: Call) -> Answer:
        """The answer to a call, whose `url` is a path."""
        path = call.url.partition("?")[0]
        if call.method == "GET" and path == "/health":
            return of_json({"status": "ok", "server": "hamr-sim"})
        if call.method == "GET" and path == "/v1/models":
            return of_json({"object": "list", "data": [listed(name) for name in NAMES]})
        if call.method == "GET" and path.startswith("/v1/models/"):
            return self._listed(unquote(path.removeprefix("/v1/models/")).removeprefix("sim/"))
        spoken = spoken_at(path)
        if spoken is None:
            return self.refused(404, f"nothing is at {call.method} {path}; known are {', '.join(known())}")
        wire, purpose = spoken
        if call.method != ("GET" if purpose == "models" else "POST"):
            return self.refused(405, f"{path} takes {'GET' if purpose == 'models' else 'POST'}")
        return self._by_purpose(call, wire, purpose)

    def refused(self, status: int, why: str) -> Answer:
        """The answer to a call that no model can be asked about."""
        return _refusal(dialect(PLAIN_WIRE), BadRequest(f"[sim] {why}", status=status))

    def _listed(self, name: str) -> Answer:
        """The row of one model."""
        return of_json(listed(name)) if name in NAMES else _refusal(dialect(PLAIN_WIRE), _unknown(name))

    def _by_purpose(self, call: Call, wire: Dialect, purpose: Purpose) -> Answer:
        if purpose == "embeddings" and isinstance(wire, EmbeddingDialect):
            return self._embedded(call, wire)
        if purpose == "count" and isinstance(wire, CountingDialect):
            return self._counted(call, wire)
        if purpose == "models" and isinstance(wire, ListingDialect):
            return Answer(headers=JSON, body=wire.encode_models([info(name) for name in NAMES]))
        return self._asked(call, wire)

    def _counted(self, call: Call, wire: CountingDialect) -> Answer:
        """As many tokens as there are words, which is how the simulator counts what goes in."""
        try:
            request = wire.parse_count(call)
        except CallError as error:
            return _refusal(dialect(PLAIN_WIRE), error)
        return Answer(headers=JSON, body=wire.encode_count(heard(request)))

    def _asked(self, call: Call, wire: Dialect) -> Answer:
        name = ""
        try:
            request = wire.parse(call)
            name = str(request.options.get("model") or "").removeprefix("sim/")
            if not 1 <= (request.n or 1) <= MOST_CHOICES:
                raise wrong("n", f"it must be 1 to {MOST_CHOICES}")
            turn, manner = self._turn(name, request)
            if not self._attempts.fails(call.body, manner.times):
                manner = replace(manner, fault=None)
            answer = _given(turn, manner, Started(f"sim-{next(self._ids)}", f"sim-{name}"), request, wire)
        except CallError as error:
            answer = _refusal(wire, error)
        return replace(answer, model=name)

    def _embedded(self, call: Call, wire: EmbeddingDialect) -> Answer:
        name = ""
        try:
            request = wire.parse_embeddings(call)
            name = str(request.options.get("model") or "").removeprefix("sim/")
            answer = self._vectors(call, request, name, wire)
        except CallError as error:
            answer = _refusal(dialect(PLAIN_WIRE), error)
        return replace(answer, model=name)

    def _vectors(self, call: Call, request: EmbeddingRequest, name: str, wire: EmbeddingDialect) -> Answer:
        """The vectors, or what goes wrong in their place; raises CallError."""
        if name != EMBED and name not in FAULTS:
            why = f"[sim] the model {name!r} makes no vectors; {EMBED!r} does"
            raise NoSuchModel(why, status=404, code="model_not_found", param="model")
        own = Manner(self._pace) if name == EMBED else replace(Manner(self._pace), **MODELS[name].sim)
        manner = own.with_wishes(request.options.get("sim"))
        if not self._attempts.fails(call.body, manner.times):
            manner = replace(manner, fault=None)
        if error := faults.refusal(manner):
            raise error
        if manner.fault == "html":
            return faults.page(manner)
        if manner.fault == "error":
            return replace(_refusal(dialect(PLAIN_WIRE), faults.failure()), status=200)
        body = wire.encode_vectors(embeddings(request, f"sim-{name}"), request)
        return _in_manner(body, {"content-type": "application/json"}, manner, Wait(manner.pace))

    def _turn(self, name: str, request: Request) -> tuple[Turn, Manner]:
        """What the model of this name says, and how: each may say so, and the request has the last word."""
        plain, wishes = Manner(self._pace), request.options.get("sim")
        if name == SCRIPT and self._script is not None:
            turn = self._script.speak(request)
            return turn, plain.with_wishes(turn.sim).with_wishes(wishes)
        if name == SCRIPT:
            raise BadRequest(
                "[sim] there is no script: set HAMR_SIM_SCRIPT, or start `hamr sim --script FILE`", status=400
            )
        model = MODELS.get(name)
        if model is None:
            raise _unknown(name)
        return model.speak(request), plain.with_wishes(model.sim).with_wishes(wishes)


def _unknown(name: str) -> NoSuchModel:
    why = f"[sim] there is no model {name!r}; there are {', '.join(NAMES)}"
    return NoSuchModel(why, status=404, code="model_not_found", param="model")


def _given(turn: Turn, manner: Manner, started: Started, request: Request, wire: Dialect) -> Answer:
    """The turn, given in this manner; raises CallError where it is an error."""
    if error := turn.error or faults.refusal(manner):
        raise error
    if manner.fault == "html":
        return faults.page(manner)
    spoken = steps(turn, request, started, manner.words)
    return _streamed(spoken, request, wire, manner) if request.stream else _whole(spoken, request, wire, manner)


def _streamed(spoken: Iterator[Sequence[Event]], request: Request, wire: Dialect, manner: Manner) -> Answer:
    encoder = wire.encoder(request)
    if manner.fault == "endless":
        spoken = faults.without_end(spoken)
    pieces = itertools.chain(map(encoder.encode, spoken), (encoder.finish() for _ in range(1)))
    broken = faults.spoiled(filter(None, pieces), manner, lambda: encoder.encode([Failed(faults.failure())]))
    return Answer(headers={"content-type": encoder.content_type}, body=faults.paced(broken, manner.pace))


def _whole(spoken: Iterator[Sequence[Event]], request: Request, wire: Dialect, manner: Manner) -> Answer:
    encoder = wire.encoder(request)
    if manner.fault == "error":
        return replace(_refusal(wire, faults.failure()), status=200)
    events = list(spoken)
    body = b"".join([*map(encoder.encode, events), encoder.finish()])
    return _in_manner(body, {"content-type": encoder.content_type}, manner, Wait(manner.pace * len(events)))


def _in_manner(body: bytes, headers: Mapping[str, str], manner: Manner, pause: Wait) -> Answer:
    """A body in one piece, after a pause, with what goes wrong on the way."""
    if manner.fault == "endless":
        return Answer(headers=headers, body=faults.paced(itertools.repeat(b" " * 64), manner.pace))
    if manner.fault is None:
        return Answer(headers=headers, body=_after(pause, [body]) if manner.pace else body)
    once = replace(manner, after=1 if manner.after is None else min(manner.after, 1))
    return Answer(headers=headers, body=_after(pause, faults.spoiled(faults.halves(body), once, bytes)))


def _after(pause: Wait, steps: Iterator[Step] | list[bytes]) -> Iterator[Step]:
    return itertools.chain([pause], steps)


def _refusal(wire: Dialect, error: CallError) -> Answer:
    """The error in the wire's envelope, with the status that it names itself."""
    head = wire.refusal(error)
    return Answer(error.status or head.status, head.headers, head.body)
