"""Limits as a gate: reserve before a call is sent, settle when it has ended. Flows, like the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hamr import estimate
from hamr.effects import Flow, Now, Sleep, Tell
from hamr.errors import RateLimited, StateLost
from hamr.gates import Asked, Came
from hamr.key_ids import NONE, key_id, secret_of
from hamr.limits.configured import variable
from hamr.types import Claim, Grant, LimitUse, NoRoom, RateLimits, Route, Usage
from hamr.types.claim import WORDS

if TYPE_CHECKING:
    from hamr.specs import StateStore
    from hamr.state.shared import Shared
    from hamr.types.claim import ClaimKind

STEP = 0.5
"""The longest sleep: one who waits must ask again now and then to keep its place."""
WORTH_TELLING = 1.0


@dataclass(frozen=True, slots=True)
class Queued:
    """A place in the queue of a store; another store knows nothing of it."""

    store: StateStore | None = None
    ticket: int | None = None


@runtime_checkable
class Governed(Protocol):
    """A gate that finds out by itself how many calls at once are borne."""

    @property
    def words(self) -> str:
        """The limit, for people."""

    def standing(self, route: Route, tail: str | None, now: float) -> Flow[LimitUse]:
        """How many may go on at once just now, and how many do; raises StateLost."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What limits hold for: a provider, or one of its models, and always one key."""

    selector: str
    limits: RateLimits
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each kind of limit is set."""

    def claims(self, key: str, wanted: dict[ClaimKind, int]) -> list[Claim]:
        """What a call wants of each of these limits."""
        found = [(kind, getattr(self.limits, kind), amount) for kind, amount in wanted.items()]
        return [
            Claim(f"{self.selector}|{key}|{kind}", kind, limit, amount, self.selector)
            for kind, limit, amount in found
            if limit is not None
        ]


class LimitGate:
    """The limits of one route; `patience` is the longest wait in seconds."""

    def __init__(self, shared: Shared, patience: float, scopes: Sequence[Scope]) -> None:
        self.shared, self.scopes = shared, scopes
        self._patience = patience
        self._counts_tokens = any(each.limits.counts_tokens for each in scopes)

    def enter(self, asked: Asked) -> Flow[LimitPass]:
        """Wait for room; raises RateLimited where it would not come in time, naming the limit."""
        wanted = self._wanted(asked)
        begun: float = yield Now()
        until = begun + self._patience
        if asked.patience is not None:
            until = min(until, begun + asked.patience)
        if asked.deadline is not None:
            until = min(until, asked.deadline)
        place, told, now = Queued(), False, begun
        while True:
            claiming = partial(self._claim, asked.route, wanted, place, until - now)
            store, answer = yield from self.shared.use(claiming)
            if isinstance(answer, Grant):
                return LimitPass(self.shared, store, answer)
            if answer.ticket is None:
                raise _refused(answer, asked.route)
            if not told and now - begun + answer.seconds >= WORTH_TELLING:
                told = True
                yield Tell(f"{asked.route.selector}: waiting {answer.seconds:.0f} s ({answer.claim.words})")
            yield Sleep(min(answer.seconds, STEP))
            place, now = Queued(store, answer.ticket), (yield Now())

    @property
    def words(self) -> list[str]:
        """The limits, for people."""
        return [claim.words for claim in self.claims(NONE)]

    def claims(self, key: str) -> list[Claim]:
        """The limits of a key, of which nothing is wanted."""
        wanted: dict[ClaimKind, int] = dict.fromkeys(WORDS, 0)
        return [claim for scope in self.scopes for claim in scope.claims(key, wanted)]

    def _wanted(self, asked: Asked) -> dict[ClaimKind, int]:
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

    def _claim(
        self, route: Route, wanted: dict[ClaimKind, int], place: Queued, patience: float, store: StateStore
    ) -> Flow[tuple[StateStore, Grant | NoRoom]]:
        key = yield from key_id(store, secret_of(route))
        claims = [claim for scope in self.scopes for claim in scope.claims(key, wanted)]
        answer = yield from store.claim(claims, place.ticket if place.store is store else None, patience)
        return store, answer


class LimitPass:
    """What one attempt has reserved, and where."""

    def __init__(self, shared: Shared, store: StateStore, grant: Grant) -> None:
        self._shared, self._store, self._grant = shared, store, grant
        self._open = True

    def leave(self, came: Came) -> Flow[None]:
        """Settle with the provider's account; a call that failed without an answer used no tokens."""
        usage = came.usage if came.usage is None or not came.usage.estimated else None  # a guess frees no room
        if usage is None and came.error is not None and not came.has_content:
            usage = Usage()
        used = {} if usage is None else {claim.bucket: _used(claim, usage) for claim in self._grant.claims}
        self._open = False
        try:
            yield from self._store.settle(self._grant, used)
        except StateLost as error:  # what was reserved goes by with the minute
            yield from self._shared.lost(self._store, error)

    def close(self) -> None:
        """Give back the lease; the tokens stay as they were thought."""
        if self._open:
            self._open = False
            self._store.release(self._grant)


def _used(claim: Claim, usage: Usage) -> int:
    match claim.kind:
        case "tpm":
            return usage.total
        case "input_tpm":
            return usage.input_total
        case "output_tpm":
            return usage.output_total
    return claim.charged


def _refused(wait: NoRoom, route: Route) -> RateLimited:
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
