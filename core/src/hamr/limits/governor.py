"""As many calls at once as a provider bears, as a gate; what was found is kept with limits (inventory N-169)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from hamr.effects import Flow, Now, Sleep, Tell, WallClock
from hamr.errors import Overloaded, RateLimited, StateLost
from hamr.key_ids import key_id, secret_of
from hamr.limits import aimd
from hamr.limits.configured import variable
from hamr.limits.gate import STEP, WORTH_TELLING, Queued, Scope
from hamr.types import Claim, Grant, LimitUse, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.gates import Asked, Came
    from hamr.limits.aimd import Level
    from hamr.specs import StateStore
    from hamr.state.shared import Shared

TABLE = "levels"
OWN = "own_limit"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store says: a grant, or in how many seconds to ask again and the place in the queue."""

    store: StateStore
    grant: Grant | None
    seconds: float = 0.0
    ticket: int | None = None


class Governor:
    """The gate of one scope that has a `max_concurrency`; `patience` is the longest wait in seconds."""

    def __init__(
        self, shared: Shared, patience: float, scope: Scope, chance: Callable[[], float] = random.random
    ) -> None:
        self.shared, self.scope = shared, scope
        self._patience, self._chance = patience, chance
        self.least, self.most = scope.limits.bounds

    def enter(self, asked: Asked) -> Flow[GovernedPass]:
        """Wait for a place among those that go on; raises RateLimited where it would not come in time."""
        begun: float = yield Now()
        until = begun + min(self._patience, self._patience if asked.patience is None else asked.patience)
        until = until if asked.deadline is None else min(until, asked.deadline)
        place, told, now = Queued(), False, begun
        while True:
            wall: float = yield WallClock()
            answer = yield from self.shared.use(partial(self._claim, asked.route, wall, place, until - now))
            if answer.grant is not None:
                return GovernedPass(self, answer.store, answer.grant, wall)
            if answer.ticket is None and now + answer.seconds > until:
                raise self._refused(asked.route, answer.seconds)
            if not told and now - begun + answer.seconds >= WORTH_TELLING:
                told = True
                yield Tell(f"{asked.route.selector}: waiting {answer.seconds:.0f} s ({self.words})")
            yield Sleep(min(answer.seconds, STEP))
            place, now = Queued(answer.store, answer.ticket), (yield Now())

    @property
    def words(self) -> str:
        """The limit, for people."""
        return f"{self.least:,} to {self.most:,} calls at once for {self.scope.selector}, by trying"

    def standing(self, route: Route, tail: str | None, now: float) -> Flow[LimitUse]:
        """How many may go on at once just now, and how many do; raises StateLost."""

        def asked(store: StateStore) -> Flow[LimitUse]:
            bucket, level = yield from self._level(store, route)
            (used,) = yield from store.used([self._wanted(bucket, level)])
            origin = f"{self.scope.origins.get('max_concurrency', '')}: {self.words}"
            if rest := level.rest(now):
                origin += f"; after a refusal nobody calls for {rest:.0f} s"
            return LimitUse(self.scope.selector, "concurrency", level.calls, used, origin, tail)

        return self.shared.use(asked)

    def ended(self, store: StateStore, bucket: str, begun: float, came: Came, now: float) -> Flow[None]:
        """Keep what the end of a call says of the level."""
        error = came.error
        refused = isinstance(error, Overloaded) or (isinstance(error, RateLimited) and error.code != OWN)
        if not refused and error is not None:
            return
        chance = self._chance()

        def work(rows: dict[str, str]) -> None:
            level = aimd.read(rows.get(bucket), self.least, self.most)
            asked = getattr(error, "retry_after", None)
            after = level.refused(begun, now, asked, chance) if refused else level.answered()
            if (after := after.within(self.least, self.most)) != level:
                rows[bucket] = aimd.written(after)

        yield from store.change(TABLE, work)

    def _claim(self, route: Route, wall: float, place: Queued, patience: float, store: StateStore) -> Flow[Answer]:
        bucket, level = yield from self._level(store, route)
        if rest := level.rest(wall):
            return Answer(store, None, rest)
        ticket = place.ticket if place.store is store else None
        answer = yield from store.claim([self._wanted(bucket, level)], ticket, patience)
        if isinstance(answer, Grant):
            return Answer(store, answer)
        return Answer(store, None, answer.seconds, answer.ticket)

    def _level(self, store: StateStore, route: Route) -> Flow[tuple[str, Level]]:
        bucket = f"{self.scope.selector}|{(yield from key_id(store, secret_of(route)))}|governed"
        kept = yield from store.change(TABLE, lambda rows: rows.get(bucket))
        return bucket, aimd.read(kept, self.least, self.most)

    def _wanted(self, bucket: str, level: Level) -> Claim:
        return Claim(bucket, "concurrency", level.calls, 1, self.scope.selector)

    def _refused(self, route: Route, seconds: float) -> RateLimited:
        return RateLimited(
            f"there is no room among {self.words}, and the wait would be too long: {seconds:.1f} s",
            hint="The provider has refused calls. Wait, or take the limit away "
            f"({variable(self.scope.selector, 'max_concurrency')}, or Hamr(limits=...)).",
            provider=route.provider.id,
            model=route.model.id,
            code=OWN,
            retry_after=seconds,
        )


class GovernedPass:
    """One attempt that goes on, and since when, in seconds since 1970."""

    def __init__(self, governor: Governor, store: StateStore, grant: Grant, begun: float) -> None:
        self._governor, self._store, self._grant, self._begun = governor, store, grant, begun
        self._open = True

    def leave(self, came: Came) -> Flow[None]:
        """Give back the place, and learn from how it ended."""
        self._open = False
        (claim,) = self._grant.claims
        now: float = yield WallClock()
        try:
            yield from self._store.settle(self._grant, {})
            yield from self._governor.ended(self._store, claim.bucket, self._begun, came, now)
        except StateLost as error:  # the lease comes back by itself
            yield from self._governor.shared.lost(self._store, error)

    def close(self) -> None:
        """Give back the place; a call that was given up says nothing."""
        if self._open:
            self._open = False
            self._store.release(self._grant)
