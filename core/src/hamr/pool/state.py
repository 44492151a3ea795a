"""What a pool knows of its members. Pure: the time is given, in seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hamr.calls.breaker import WELL, Health
from hamr.types import Headroom, Standing

SKEW = 60.0
"""Seconds by which the clocks of those who share a state may differ."""
KEEPS_FAILING = "its provider keeps failing"

Scope = tuple[str, str, str]
"""A provider, the id of a key, and a model; an empty model is all of them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One key for one model of one provider; `key` is its id, which gives nothing away."""

    provider: str
    model: str
    key: str

    @property
    def scopes(self) -> tuple[Scope, Scope]:
        """What counts for it: the key with this model, and with all."""
        return (self.provider, self.key, self.model), (self.provider, self.key, "")


@dataclass(frozen=True, slots=True)
class Rest:
    """Something is left alone until then, and why; `probe` says that it may be tried where nothing else is there."""

    until: float
    why: str
    probe: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """What a provider's headers say: how much of a limit is left, and when it is whole again.

    `limit` is None where it is not said.
    """

    remaining: int
    resets: float
    limit: int | None = None


@dataclass(slots=True)
class State:
    """What was learned: who rests, how providers fare, which key was used last, and what is left of limits.

    `rooms` has the kind of the limit behind its scope: `requests`, `tokens` or the like. `seen` is about the latest
    time of day at which anybody asked.
    """

    rests: dict[Scope, Rest] = field(default_factory=dict)
    health: dict[str, Health] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    rooms: dict[tuple[Scope, str], Room] = field(default_factory=dict)
    seen: float = 0.0

    def at(self, now: float) -> None:
        """Note the time of day; where the clock was set back, all that is left alone is so no longer than it was."""
        back = self.seen - now
        if back > SKEW:
            self.rests = {scope: replace(rest, until=rest.until - back) for scope, rest in self.rests.items()}
            self.health = {id: replace(each, until=each.until - back) for id, each in self.health.items()}
            self.rooms = {key: replace(room, resets=room.resets - back) for key, room in self.rooms.items()}
        if back > SKEW or back < -SKEW:
            self.seen = now

    def rest(self, member: Member, now: float) -> Rest | None:
        """Why this member is left alone, for as long as anything says so; None where it may be used."""
        found = [rest for scope in member.scopes if (rest := self.rests.get(scope)) is not None and rest.until > now]
        found += [
            Rest(room.resets, f"no {kind} left, as its last answer said", probe=False)
            for (scope, kind), room in self.rooms.items()
            if scope in member.scopes and room.remaining <= 0 and room.resets > now
        ]
        return max(found, key=lambda rest: (not rest.probe, rest.until)) if found else None

    def standing(self, member: Member, selector: str, tail: str | None, now: float) -> Standing:
        """How this member stands: the one of this selector, whose key has this end."""
        rest, health = self.rest(member, now), self.health.get(member.provider, WELL)
        why, seconds = None, None
        if rest is not None:
            seconds = rest.until - now
            why = f"{rest.why}; it rests for {seconds:.0f} s"
        elif health.is_open(now):
            why, seconds = KEEPS_FAILING, health.until - now
        room = tuple(
            Headroom(kind, room.remaining, room.limit, room.resets - now)
            for (scope, kind), room in self.rooms.items()
            if scope in member.scopes and room.resets > now
        )
        return Standing(selector, tail, why, seconds, health.word(now), room)

    def is_open(self, provider: str, now: float) -> bool:
        """Whether the breaker of a provider is open."""
        return self.health.get(provider, WELL).is_open(now)
