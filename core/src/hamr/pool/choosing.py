"""Which member of a pool is next. Pure: the time is given.

Candidates come in the order in which they were named, the keys of each in turn (inventory R-100, R-103).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from hamr.calls.breaker import WELL
from hamr.pool.state import KEEPS_FAILING, Member, State

Mode = Literal["round-robin", "sequential"]


@dataclass(frozen=True, slots=True)
class Passed:
    """A member that was not used, and why."""

    member: Member
    why: str


@dataclass(frozen=True, slots=True)
class Pick:
    """The member that is next, None where there is none; `until` is when one that was not used may be tried again."""

    member: Member | None
    passed: tuple[Passed, ...] = ()
    until: float = 0.0


def pick(
    candidates: Sequence[Sequence[Member]], state: State, now: float, mode: Mode, tried: Collection[Member] = ()
) -> Pick:
    """The next member that was not `tried`; its turn is noted in the state.

    One whose rest allows it is tried before its time where there is no other. An open breaker is heeded unless
    all are open (inventory R-98, R-101).
    """
    order = [member for members in candidates for member in _in_turn(members, state, mode)]
    is_open = {member.provider: state.is_open(member.provider, now) for member in order}
    heeded = not all(is_open.values())
    passed: list[Passed] = []
    resting: list[tuple[float, Member]] = []
    for member in order:
        if member in tried:
            continue
        if heeded and is_open[member.provider]:
            passed.append(Passed(member, KEEPS_FAILING))
        elif (rest := state.rest(member, now)) is not None:
            passed.append(Passed(member, f"{rest.why}; it rests for {rest.until - now:.0f} s"))
            if rest.probe:
                resting.append((rest.until, member))
        else:
            return _taken(member, state, now, passed)
    if resting:
        soonest = min(resting, key=lambda each: each[0])[1]
        return _taken(soonest, state, now, [each for each in passed if each.member != soonest])
    return Pick(None, tuple(passed), _free(order, state, now))


def _taken(member: Member, state: State, now: float, passed: Sequence[Passed]) -> Pick:
    state.turns[member.provider] = member.key
    health = state.health.get(member.provider, WELL)
    if health.openings:
        state.health[member.provider] = health.probing(now)
    return Pick(member, tuple(passed))


def _in_turn(members: Sequence[Member], state: State, mode: Mode) -> Sequence[Member]:
    """The keys behind the last one that was used, or from it on where it is to be used up first."""
    if not members:
        return members
    last = state.turns.get(members[0].provider)
    at = next((index for index, member in enumerate(members) if member.key == last), None)
    if at is None:
        return members
    at += mode == "round-robin"
    return [*members[at:], *members[:at]]


def _free(members: Sequence[Member], state: State, now: float) -> float:
    """When the first of them may be tried."""
    rests = [state.rest(member, now) for member in members]
    return min((now if rest is None or rest.probe else rest.until for rest in rests), default=now)
