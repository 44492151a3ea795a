"""Calls that may go to several candidates: the loop around the attempts. A flow, like the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.drive import run
from hamr.effects import Emit, Flow, Now, Sleep, Tell, Via, WallClock
from hamr.errors import CallError, ConfigError, HamrError, RateLimited
from hamr.key_ids import key_id
from hamr.pool import outcome, store
from hamr.pool.candidate import Candidate, Heeded
from hamr.pool.choosing import Pick, pick
from hamr.pool.full import Full, alike, patience
from hamr.pool.policy import Policy
from hamr.pool.size import fitting
from hamr.pool.state import Member, Room, State
from hamr.retry import backoff
from hamr.secrets.redact import redacted
from hamr.types import Adaptation, Choice, Embeddings, PassedOver, Response, Secret, Settings, Standing, Timings, Warned

if TYPE_CHECKING:
    from hamr.gates import Asking
    from hamr.pipeline import Pipeline
    from hamr.secrets.keys import Key
    from hamr.specs import StateStore
    from hamr.state.substitutes import Chosen
    from hamr.types import LimitUse

Value = TypeVar("Value")
Attempt = Callable[["Pipeline", Settings], Flow[Value]]

SHOWN = 300
"""Characters of a failure that are told."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What stands behind a member."""

    candidate: Candidate
    key: Key | None

    @property
    def selector(self) -> str:
        """Its `provider/model`."""
        return self.candidate.pipeline.route.selector

    @property
    def tail(self) -> str | None:
        """The end of its key, or the name of its login, where there are several."""
        return self.key.tail if self.key else None

    @property
    def words(self) -> str:
        """The same for people."""
        if self.key is None:
            return self.selector
        return f"{self.selector} with the {'key' if self.key.tokens is None else 'login'} {self.tail}"


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
            id = yield from key_id(where, _written(key))
            members[Member(route.provider.id, route.model.id, id)] = Seat(candidate, key)
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
        going = Going.begun_at((yield Now()), self, settings)
        candidates, going.left_out = fitting(self.candidates, asked, self.pools.environ)
        while True:
            now: float = yield WallClock()
            choice, seats = yield from self.pools.next(candidates, going.tried, now)
            going.passed |= {each.member: each.why for each in choice.passed}
            going.seats = {member: seat for each in seats for member, seat in each.items()}
            member = going.full.next(choice.member, going.seats)
            if member is None or going.is_spent:
                yield from going.wait(choice, now)
                continue
            value = yield from self._attempted(attempt, member, going)
            if value is not None:
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
            value: Value = yield from attempt(replace(pipeline, auth=heeded, gates=gates), settings)
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
        yield from pools.noted(member, None, now)
        return value


@dataclass(slots=True)
class Going:
    """One call on its way through a pool; `begun` is a reading of the driver's clock."""

    pool: Pool
    settings: Settings
    begun: float
    full: Full
    started: float = 0.0
    sent: int = 0
    more: int = 0
    waits: int = 0
    tried: set[Member] = field(default_factory=set)
    passed: dict[Member, str] = field(default_factory=dict)
    seats: Mapping[Member, Seat] = field(default_factory=dict)
    known: dict[Member, Seat] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    left_out: Sequence[PassedOver] = ()
    last: HamrError | None = None
    passing: CallError | None = None

    @property
    def is_spent(self) -> bool:
        """Whether all attempts that may follow a wait have been made."""
        return self.waits > 0 and self.more >= self.settings.retries

    @classmethod
    def begun_at(cls, now: float, pool: Pool, settings: Settings) -> Going:
        """A call that begins now."""
        total = settings.timeouts.total
        full = Full(pool.pools.patience, float("inf") if total is None else now + total)
        return cls(pool, settings, now, full)

    def has_alike(self, member: Member) -> bool:
        """Whether its model has other keys too."""
        return any(each != member and alike(each, member) for each in self.seats)

    def pass_on(self, member: Member, error: HamrError) -> None:
        """Note that nothing was sent, and why."""
        self.passed[member] = _why(error)
        self.more -= self.waits > 0

    def begin(self, member: Member, now: float) -> Settings:
        """The settings of the next attempt, which is not sent again by itself; raises what failed where time is up."""
        self.started = now
        self.known[member] = self.seats[member]
        self.more += self.waits > 0
        total = self.settings.timeouts.total
        if total is None:
            return replace(self.settings, retries=0)
        left = self.begun + total - now
        if left <= 0 and self.last is not None:
            raise self._told(self.last)
        return replace(self.settings, retries=0, timeouts=replace(self.settings.timeouts, total=max(left, 0.0)))

    def conceal(self, error: HamrError) -> None:
        """Take every key of the pool out of an error: a provider may name another one of the same account."""
        if isinstance(error, CallError):
            for seat in self.seats.values():
                redacted(error, seat.key.known if seat.key else None)

    def fail(self, member: Member, error: HamrError) -> None:
        """Note a failure; raises it where no other may make good for it."""
        self.sent += getattr(error, "attempts", 0)
        after = outcome.next_after(error)
        self.last = error
        if isinstance(error, CallError) and error.repeatable:
            self.passing = error
        if after == "raise":
            raise self._told(error)
        why = _why(error)
        self.tried.add(member)
        if after == "candidate":
            self.tried.update(each for each in self.seats if alike(each, member))
            self.full.waits.clear()
        self.passed[member] = why
        self.warnings.append(f"{self.seats[member].words} failed ({why}); the pool goes on")

    def wait(self, choice: Pick, now: float) -> Flow[None]:
        """Wait until one of the members may be tried again; raises the last failure where that is not to be."""
        error = self.last or self._resting(choice, now)
        if self.last is not None and self.passing is None:
            raise self._told(error)
        soonest = max(choice.until - now, backoff(self.waits + 1, self.settings) if self.last else 0.0)
        begun: float = yield Now()
        total = self.settings.timeouts.total
        too_late = total is not None and begun + soonest >= self.begun + total
        if self.more >= self.settings.retries or soonest > self.settings.retry_wait or too_late:
            raise self._told(error)
        self.waits += 1
        self.tried.clear()
        self.warnings.append(f"all candidates have failed or rest; again in {soonest:.1f} s")
        yield Emit([Warned(self.warnings[-1])])
        yield Sleep(soonest)

    def finished(self, value: Value, member: Member, now: float) -> Value:
        """The value, with all that went before it."""
        self.passed.pop(member, None)
        if not isinstance(value, Response | Embeddings):
            return value
        seat = self.known[member]
        timings = value.timings
        first = None if timings.first is None else timings.first + self.started - self.begun
        more: dict[str, Any] = {
            "warnings": (*self.warnings, *value.warnings),
            "adaptations": (*value.adaptations, *self._changed(seat)),
            "timings": Timings(first, now - self.begun, self.sent + timings.attempts),
        }
        if isinstance(value, Response):
            more["choice"] = Choice(seat.selector, seat.tail, self._passed())
        return replace(value, **more)

    def _changed(self, seat: Seat) -> tuple[Adaptation, ...]:
        wanted = self.pool.candidates[0]
        if seat.candidate is wanted:
            return ()
        selector = wanted.pipeline.route.selector
        whys = [each.why for each in self._passed() if each.selector == selector]
        why = f"{selector} was passed over ({'; '.join(dict.fromkeys(whys))})"
        return (Adaptation("changed", "model", f"{seat.selector} served: {why}"),)

    def _passed(self) -> tuple[PassedOver, ...]:
        seats = {**self.known, **self.seats}
        found = [(seats[member], why) for member, why in self.passed.items() if member in seats]
        return (*self.left_out, *(PassedOver(seat.selector, seat.tail, why) for seat, why in found))

    def _resting(self, choice: Pick, now: float) -> HamrError:
        if not self.seats:
            return ConfigError("the pool has no candidates", hint="Name them as provider/model.")
        first = self.pool.candidates[0].pipeline.route
        return RateLimited(
            "all candidates rest",
            hint="Wait, or add another key or candidate.",
            provider=first.provider.id,
            model=first.model.id,
            retry_after=max(0.0, choice.until - now),
        )

    def _told(self, error: HamrError) -> HamrError:
        """The error with all attempts, and who else was passed over."""
        if isinstance(error, CallError) and self.sent:
            error.attempts = self.sent
        others = [f"{each.selector}{f' ({each.key})' if each.key else ''}: {each.why}" for each in self._passed()]
        if others and "Passed over: " not in error.hint:
            error.hint = "\n".join([error.hint, f"Passed over: {'; '.join(others)}"]).strip()
        return error


def _why(error: HamrError) -> str:
    return f"{outcome.told(error)}: {error.message.splitlines()[0][:SHOWN]}"


def _written(key: Key | None) -> Secret | None:
    return key.written if key else None
