"""Calls that may go to several candidates: the loop around the attempts. A flow, like the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hamr.drive import run
from hamr.effects import Emit, Flow, Now, Tell, Via, WallClock
from hamr.errors import HamrError
from hamr.key_ids import key_id
from hamr.pool import outcome, store
from hamr.pool.candidate import Candidate, Heeded, Seat
from hamr.pool.choosing import Pick, pick
from hamr.pool.full import patience
from hamr.pool.going import Going
from hamr.pool.policy import Policy
from hamr.pool.size import fitting
from hamr.pool.state import Member, Room, State
from hamr.types import Secret, Settings, Standing, Warned

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.gates import Asking
    from hamr.specs import StateStore
    from hamr.state.substitutes import Chosen
    from hamr.types import LimitUse

Value = TypeVar("Value")
Attempt = Callable[["Pipeline", Settings], Flow[Value]]

Seats = Sequence[Mapping[Member, Seat]]


class Pools:
    """The pools of one client, and what they know in common."""

    def __init__(self, environ: Mapping[str, str], chosen: Chosen | None = None) -> None:
        self.policy = Policy.read(environ)
        self.environ, self.patience = environ, patience(environ)
        self.shared = store.shared(environ, chosen)
        self._swept = False

    def close(self) -> None:
        """Let go of what is kept."""
        self.shared.close()

    def next(self, candidates: Sequence[Candidate], tried: set[Member], now: float) -> Flow[tuple[Pick, Seats]]:
        """Who is next."""
        swept, self._swept = self._swept, True

        def asked(where: StateStore) -> Flow[tuple[Pick, Seats]]:
            seats = yield from _seats(where, candidates)
            members = [list(each) for each in seats]

            def work(state: State) -> Pick:
                state.at(now)
                if not swept:
                    store.forget(state, now - store.KEPT if self.policy.believed else float("inf"))
                return pick(members, state, now, self.policy.mode, tried)

            return (yield from store.change(where, work)), seats

        return self.shared.use(asked)

    def learn(self, member: Member, found: Mapping[str, Room]) -> Flow[None]:
        """Keep what is left of a member's limits, now or with the next write."""
        return self._noted(lambda where: store.learn(where, member.scopes[0], found), "what is left of a limit")

    def noted(self, member: Member, error: HamrError | None, now: float) -> Flow[None]:
        """Keep how a call ended."""

        def work(state: State) -> None:
            if error is None:
                outcome.succeeded(member, state, now, self.policy.breaker)
            else:
                outcome.failed(member, error, state, now, self.policy.breaker)
                outcome.shorten(member, state, now, self.policy.longest)

        return self._noted(lambda where: store.change(where, work), "how a call ended")

    def forget(self, provider: str, secret: Secret) -> Flow[bool]:
        """Forget what is known of one key; gives whether there was something. Raises StateLost."""

        def asked(where: StateStore) -> Flow[bool]:
            id = yield from key_id(where, secret)
            return (yield from store.change(where, lambda state: store.forget_key(state, provider, id)))

        return self.shared.use(asked)

    def known(self, candidates: Sequence[Candidate]) -> Flow[tuple[State, Seats]]:
        """All that is known, and of whom."""

        def asked(where: StateStore) -> Flow[tuple[State, Seats]]:
            seats = yield from _seats(where, candidates)
            return (yield from store.change(where, lambda state: state)), seats

        return self.shared.use(asked)

    def _noted(self, work: Callable[[StateStore], Flow[None]], what: str) -> Flow[None]:
        """An answer that has come, or what it failed with, is not lost for want of a place to keep this."""
        try:
            yield from self.shared.use(work)
        except HamrError as problem:
            yield Tell(f"{what} could not be kept: {problem}")


def _seats(where: StateStore, candidates: Sequence[Candidate]) -> Flow[Seats]:
    """The members of a pool as it is now, candidate by candidate."""
    found = []
    for candidate in candidates:
        route = candidate.pipeline.route
        members = {}
        for key in candidate.keys() or (None,):
            seat = Seat(candidate, key)
            id = yield from key_id(where, seat.secret)
            members[Member(route.provider.id, route.model.id, id)] = seat
        found.append(members)
    return found


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one kind of call, in the order in which they count."""

    pools: Pools
    candidates: tuple[Candidate, ...]

    def standing(self, now: float) -> list[Standing]:
        """The members in the order of their candidates, and why one is left alone; blocks. Raises HamrError."""
        state, seats = run(self.pools.known(self.candidates), self.candidates[0].pipeline.transport)
        return [
            state.standing(member, seat.selector, seat.tail, now) for each in seats for member, seat in each.items()
        ]

    def usage(self) -> Flow[list[LimitUse]]:
        """How much of the user's own limits is used, for each key."""
        from hamr.limits.usage import usage

        found: list[LimitUse] = []
        _, seats = yield from self.pools.known(self.candidates)
        for seat in (seat for each in seats for seat in each.values()):
            pipeline = seat.candidate.with_key(seat.key)
            found += yield from usage(pipeline.gates, pipeline.route, seat.tail)
        return found

    def served(self, attempt: Attempt[Value], settings: Settings, asked: Asking) -> Flow[Value]:
        """Make the call with one member after another until one serves; raises the HamrError of the last.

        Those that `asked` is too large for are left out. Each is tried once, and `settings.retries` more attempts are
        made after a wait, all within `timeouts.total`.
        """
        going = Going.begun_at((yield Now()), self.candidates[0], settings, self.pools.patience)
        candidates, going.left_out = fitting(self.candidates, asked, self.pools.environ)
        while True:
            now: float = yield WallClock()
            choice, seats = yield from self.pools.next(candidates, going.tried, now)
            going.passed |= {each.member: each.why for each in choice.passed}
            going.seats = {member: seat for each in seats for member, seat in each.items()}
            member = going.full.next(choice.member, going.seats)
            if member is None or going.is_spent:
                if going.empty is not None:
                    empty: Value = going.resigned(*going.empty, (yield Now()))
                    return empty
                yield from going.wait(choice, now)
                continue
            value = yield from self._attempted(attempt, member, going)
            if value is None:
                continue
            if going.empty is None and not getattr(asked, "stream", False) and outcome.has_nothing(value):
                yield from going.pass_over_nothing(value, member)
                continue
            return going.finished(value, member, (yield Now()))

    def _attempted(self, attempt: Attempt[Value], member: Member, going: Going) -> Flow[Value | None]:
        """What came of one attempt, None where the call goes on with another."""
        seat, pools = going.seats[member], self.pools
        begun: float = yield Now()
        settings = going.begin(member, begun)
        try:
            pipeline = seat.candidate.with_key(seat.key)
            yield Via(pipeline.transport)
            heeded = Heeded(pipeline.auth, partial(pools.learn, member))
            gates = pipeline.gates
            if gates and going.has_alike(member):
                gates = going.full.gates(member, gates, begun)
            value: Value = yield from attempt(replace(pipeline, auth=heeded, gates=gates, circuit=None), settings)
        except HamrError as error:
            if going.has_alike(member) and going.full.is_passed(member, error, going.tried, (yield Now())):
                going.pass_on(member, error)
                return None
            now: float = yield WallClock()
            yield from pools.noted(member, error, now)
            going.conceal(error)
            going.fail(member, error)
            yield Emit([Warned(going.warnings[-1])])
            return None
        now = yield WallClock()
        yield from pools.noted(member, outcome.nothing() if outcome.has_nothing(value) else None, now)
        return value
