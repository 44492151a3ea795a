"""Limits as a gate: reserve before a call is sent, settle when it has ended. Flows, like the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hamr import estimate
from hamr.database import Unwritable, written
from hamr.effects import Do, Flow, Now, Sleep, Tell
from hamr.errors import RateLimited
from hamr.gates import Asked, Came
from hamr.limits.configured import variable
from hamr.limits.sqlite import Grant, Wait
from hamr.limits.window import Claim, Kind
from hamr.types import RateLimits, Route, Usage

if TYPE_CHECKING:
    from hamr.limits.limiter import Limiter

Result = TypeVar("Result")

STEP = 0.5
"""The longest sleep: one who waits must ask again now and then to keep its place."""
WORTH_TELLING = 1.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What limits hold for: a provider, or one of its models, and always one key."""

    selector: str
    limits: RateLimits

    def claims(self, key: str, wanted: dict[Kind, int]) -> list[Claim]:
        """What a call wants of each of these limits."""
        found = [(kind, getattr(self.limits, kind), amount) for kind, amount in wanted.items()]
        return [
            Claim(f"{self.selector}|{key}|{kind}", kind, limit, amount, self.selector)
            for kind, limit, amount in found
            if limit is not None
        ]


class LimitGate:
    """The limits of one route."""

    def __init__(self, limiter: Limiter, scopes: Sequence[Scope]) -> None:
        self._limiter = limiter
        self._scopes = scopes
        self._counts_tokens = any(each.limits.counts_tokens for each in scopes)

    def enter(self, asked: Asked) -> Flow[LimitPass]:
        """Wait for room; raises RateLimited where it would not come in time, naming the limit."""
        wanted = self._wanted(asked)
        begun: float = yield Now()
        until = begun + self._limiter.patience
        if asked.deadline is not None:
            until = min(until, asked.deadline)
        ticket, told, now = None, False, begun
        while True:
            answer = yield from _done(self._limiter, partial(self._claim, asked.route, wanted, ticket, until - now))
            if isinstance(answer, Grant):
                return LimitPass(self._limiter, answer)
            if answer.ticket is None:
                raise _refused(answer, asked.route)
            if not told and now - begun + answer.seconds >= WORTH_TELLING:
                told = True
                yield Tell(f"{asked.route.selector}: waiting {answer.seconds:.0f} s ({answer.claim.words})")
            yield Sleep(min(answer.seconds, STEP))
            ticket, now = answer.ticket, (yield Now())

    def _wanted(self, asked: Asked) -> dict[Kind, int]:
        incoming = outgoing = 0
        if self._counts_tokens:
            incoming, outgoing = estimate.input_tokens(asked.request), estimate.output_tokens(asked.request)
        return {
            "rpm": 1,
            "tpm": incoming + outgoing,
            "input_tpm": incoming,
            "output_tpm": outgoing,
            "concurrency": 1,
        }

    def _claim(self, route: Route, wanted: dict[Kind, int], ticket: int | None, patience: float) -> Grant | Wait:
        key = self._limiter.key_id(route)
        claims = [claim for scope in self._scopes for claim in scope.claims(key, wanted)]
        return self._limiter.ledger.claim(claims, ticket, patience)


class LimitPass:
    """What one attempt has reserved."""

    def __init__(self, limiter: Limiter, grant: Grant) -> None:
        self._limiter, self._ledger = limiter, limiter.ledger
        self._grant = grant
        self._open = True

    def leave(self, came: Came) -> Flow[None]:
        """Settle with the provider's account; a call that failed without an answer used no tokens."""
        usage = came.usage
        if usage is None and came.error is not None and not came.has_content:
            usage = Usage()
        used = {} if usage is None else {claim.bucket: _used(claim, usage) for claim in self._grant.claims}
        self._open = False
        try:
            yield Do(lambda: self._ledger.settle(self._grant, used))
        except Unwritable as error:  # what was reserved goes by with the minute
            yield Tell(f"what a call really used could not be written: {error}")

    def close(self) -> None:
        """Give back the lease; the tokens stay as they were thought."""
        if self._open:
            self._open = False
            try:
                self._ledger.settle(self._grant, {})
            except Unwritable:  # nobody to tell here: the next call will say so
                return


def _used(claim: Claim, usage: Usage) -> int:
    match claim.kind:
        case "tpm":
            return usage.total
        case "input_tpm":
            return usage.input_total
        case "output_tpm":
            return usage.output_total
    return claim.charged


def _done(limiter: Limiter, work: Callable[[], Result]) -> Flow[Result]:
    """Do this in the ledger; where its file cannot be written, in this process's memory from then on."""
    try:
        return (yield from written(limiter.ledger.database, work))
    except Unwritable as error:
        if not limiter.durable:
            raise
        limiter.forget_others()
        yield Tell(f"limits are kept for this process alone from now on: {error}")
    return (yield from written(limiter.ledger.database, work))


def _refused(wait: Wait, route: Route) -> RateLimited:
    claim = wait.claim
    return RateLimited(
        f"there is no room within the limit of {claim.words}, and the wait would be too long: {wait.seconds:.1f} s",
        hint=f"The limit is your own: wait, or raise it ({variable(claim.scope, claim.kind)}, or Hamr(limits=...)); "
        "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS is the longest wait.",
        provider=route.provider.id,
        model=route.model.id,
        code="own_limit",
        retry_after=wait.seconds,
    )
