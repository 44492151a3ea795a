"""One call on its way through a pool: who was tried, who was passed over, and when it is to be given up. A flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.calls.retry import backoff, retries
from hamr.effects import Emit, Flow, Now, Sleep
from hamr.errors import CallError, ConfigError, HamrError, RateLimited
from hamr.pool import outcome
from hamr.pool.full import Full, alike
from hamr.secrets.redact import redacted
from hamr.types import Adaptation, Choice, Embeddings, PassedOver, Response, Settings, Timings, Warned

if TYPE_CHECKING:
    from hamr.pool.candidate import Candidate, Seat
    from hamr.pool.choosing import Pick
    from hamr.pool.state import Member

Value = TypeVar("Value")

SHOWN = 300
"""Characters of a failure that are told."""


@dataclass(slots=True)
class Going:
    """One call on its way through a pool; `first` is who was asked for, `begun` a reading of the driver's clock."""

    first: Candidate
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
    empty: tuple[Any, Member] | None = None
    """An answer with nothing in it, for want of another."""
    last: HamrError | None = None
    passing: CallError | None = None

    @property
    def is_spent(self) -> bool:
        """Whether all attempts that may follow a wait have been made."""
        return self.waits > 0 and self.more >= retries(self.settings)

    @classmethod
    def begun_at(cls, now: float, first: Candidate, settings: Settings, patience: Callable[[], float]) -> Going:
        """A call that begins now; `patience` gives the longest wait for a limit of the user's own."""
        total = settings.timeouts.total
        full = Full(patience, float("inf") if total is None else now + total)
        return cls(first, settings, now, full)

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

    def pass_over_nothing(self, value: Any, member: Member) -> Flow[None]:
        """Note an answer with nothing in it; the call goes on once, for it may be all that there is to say."""
        self.empty = value, member
        self.fail(member, outcome.nothing())
        yield Emit([Warned(self.warnings[-1])])

    def resigned(self, value: Value, member: Member, now: float) -> Value:
        """The answer with nothing in it, as no other has come."""
        self.sent -= 1  # it is counted as the answer's own
        return self.finished(value, member, now)

    def wait(self, choice: Pick, now: float) -> Flow[None]:
        """Wait until one of the members may be tried again; raises the last failure where that is not to be."""
        error = self.last or self._resting(choice, now)
        if self.last is not None and self.passing is None:
            raise self._told(error)
        soonest = max(choice.until - now, backoff(self.waits + 1, self.settings) if self.last else 0.0)
        begun: float = yield Now()
        total = self.settings.timeouts.total
        too_late = total is not None and begun + soonest >= self.begun + total
        if self.more >= retries(self.settings) or soonest > self.settings.retry_wait or too_late:
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
        if seat.candidate is self.first:
            return ()
        selector = self.first.pipeline.route.selector
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
        first = self.first.pipeline.route
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
