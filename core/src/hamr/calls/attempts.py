"""The attempts of one call: let through, sent, read, tried again, paid for. Flows of a pipeline's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import gmtime, strftime
from typing import TYPE_CHECKING

from hamr.calls.endings import Ending, Sending, failed_head
from hamr.calls.overflow import cut
from hamr.calls.redirect import following
from hamr.calls.retry import delay
from hamr.effects import Close, Do, Emit, Flow, Keep, Now, OpenReply, Remind, Sleep, Wait, WallClock
from hamr.errors import CallError, HamrError, NoSuchModel
from hamr.gates import Asked, Came
from hamr.secrets.redact import redacted
from hamr.types import Request, Secret, Settings, Warned

if TYPE_CHECKING:
    from hamr.calls.circuit import Circuit
    from hamr.calls.pipeline import Pipeline
    from hamr.gates import Asking, Gate, Pass

ERROR_BYTES = 1024 * 1024
OK = 2
"""The class of the status codes that mean success."""


def send(
    pipeline: Pipeline, sending: Sending, ending: Ending, settings: Settings, gates: Sequence[Gate]
) -> Flow[Sending]:
    """Send the call until it succeeds; raises HamrError where it does not, or not in time.

    What is `asked` has to pass the gates at each attempt.
    """
    asked = sending.asked
    circuit = pipeline.circuit if asked is not None else None
    if circuit is not None:
        _enter(pipeline, circuit, sending.begun)
    if settings.timeouts.total is not None:
        sending.call = replace(sending.call, deadline=sending.begun + settings.timeouts.total)
    if pipeline.route.is_slow():  # once: after it, whoever needs the key has it at once
        yield Wait(pipeline.route.secret)
    while True:
        try:
            if gates and asked is not None:
                yield from _admitted(pipeline, gates, asked, sending, ending, settings.max_bytes)
            else:
                yield from _attempt(pipeline, sending, ending, settings.max_bytes)
        except CallError as error:
            if not sending.admitted:
                raise
            try:
                yield from _again(pipeline, error, sending, ending, settings)
            except CallError:
                if circuit is not None:
                    circuit.failed(error, sending.ended)
                raise
        else:
            sending.ended = yield Now()
            if circuit is not None:
                circuit.answered(sending.ended, has_content=ending.came().has_content)
            return sending


def _enter(pipeline: Pipeline, circuit: Circuit, now: float) -> None:
    """Let a call through, or raise the error with whose it is."""
    try:
        circuit.enter(now)
    except CallError as error:
        error.provider, error.model = pipeline.route.provider.id, pipeline.route.model.id
        raise


def _admitted(
    pipeline: Pipeline, gates: Sequence[Gate], asked: Asking, sending: Sending, ending: Ending, max_bytes: int
) -> Flow[None]:
    """One attempt, let through by every gate and accounted for to each."""
    passes: list[Pass] = []
    failure: HamrError | None = None
    sending.admitted = False
    try:
        for gate in gates:
            passes.append((yield from gate.enter(Asked(pipeline.route, asked, sending.call.deadline, ending.came))))
            yield Keep(passes[-1])
        sending.admitted = True
        yield from _attempt(pipeline, sending, ending, max_bytes)
    except HamrError as error:
        failure = error
    came = replace(ending.came() if sending.admitted else Came(), error=failure)
    for each in reversed(passes):
        yield from each.leave(came)
    if failure is not None:
        raise failure


def _attempt(pipeline: Pipeline, sending: Sending, ending: Ending, max_bytes: int) -> Flow[None]:
    sending.attempts += 1
    sending.head = None
    ending.begin()
    if ending.notice is not None:
        yield Remind(ending.notice.after, f"{pipeline.route.selector}: {ending.notice.text}")
    sending.opened.clear()
    reply: OpenReply = yield from following(pipeline.auth.flow(sending.call), sending.opened)
    sending.head = reply.head
    try:
        if reply.head.status // 100 != OK:
            raise pipeline.wire.error((yield from failed_head(reply, ERROR_BYTES)))
        yield from ending.read(reply, max_bytes)
    except HamrError:
        yield Close(reply)
        yield from _charge(pipeline, sending, ending, whole=False)
        raise
    yield Close(reply)
    yield from _charge(pipeline, sending, ending, whole=True)


def _charge(pipeline: Pipeline, sending: Sending, ending: Ending, *, whole: bool) -> Flow[None]:
    """Put a price on what came; its tokens are an estimate where the provider has not said them."""
    charge, came = pipeline.charge, ending.came()
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


def _again(pipeline: Pipeline, error: CallError, sending: Sending, ending: Ending, settings: Settings) -> Flow[None]:
    """Wait for the next attempt, or raise the error with all that is known."""
    sending.ended = yield Now()
    _explain(pipeline, error, sending, ending)
    if isinstance(error, NoSuchModel) and pipeline.charge is not None:
        end = pipeline.charge.end(strftime("%Y-%m-%d", gmtime((yield WallClock()))))
        error.hint = error.hint if end is None else f"{end[0].upper()}{end[1:].rstrip('.')}."
    wait = None if ending.shown else delay(error, sending.attempts, settings, sending.route.provider)
    deadline = sending.call.deadline
    if wait is None or (deadline is not None and sending.ended + wait >= deadline):
        raise error
    warning = f"attempt {sending.attempts} failed ({type(error).__name__}: {error.message}); again in {wait:.1f} s"
    sending.warnings.append(warning)
    yield Emit([Warned(warning)])
    yield Sleep(wait)


def _explain(pipeline: Pipeline, error: CallError, sending: Sending, ending: Ending) -> None:
    error.provider = error.provider or pipeline.route.provider.id
    error.model = error.model or pipeline.route.model.id
    error.attempts = sending.attempts
    if sending.head is not None:
        error.status = error.status or sending.head.status
        error.request_id = error.request_id or sending.request_id
    error.partial = ending.partial(sending)
    if not pipeline.route.waits:  # a command is not run for it: the call itself holds what it printed
        redacted(error, pipeline.route.secret())
    for name in pipeline.route.provider.auth.more_env:
        redacted(error, pipeline.route.variable(name))
    for value in sending.secrets:  # what the auth has found for itself
        redacted(error, Secret(value, "the call"))
