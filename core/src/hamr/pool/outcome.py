"""What the end of a call says of the member that made it. Pure: the time is given.

The numbers are those of inventory R-90 to R-97, but for keys that are refused or used up, which R-92 knows no time for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from hamr.calls.breaker import WELL, Breaker
from hamr.errors import (
    BadRequest,
    BrokenReply,
    BudgetSpent,
    CallError,
    ConfigError,
    HamrError,
    NoAnswer,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    TooLong,
)
from hamr.pool.state import Member, Rest, State
from hamr.types import Response, Text

if TYPE_CHECKING:
    from hamr.errors import Action

UNREACHABLE, FAILED, EMPTY = 30.0, 15.0, 30.0
LIMITED, SHORTEST = 60.0, 1.0
REFUSED = 600.0
"""Seconds until a key that was refused is tried again: somebody may have mended it."""
SPENT = 900.0
"""Seconds until a key whose credit is used up is tried again: somebody may have paid."""
FORBIDDEN = 403
OWN_LIMIT = "own_limit"

Next = Literal["key", "candidate", "raise"]
"""What a failed call does: the next key, the next candidate, or nothing more."""
NEXT: Mapping[Action, Next] = {"retry": "key", "rotate-key": "key", "fail-over": "candidate", "fix": "raise"}
"""What a program may do about an error, and what a pool does."""


def succeeded(member: Member, state: State, now: float, breaker: Breaker) -> None:
    """Note that a call went well: nothing rests any more of what served it."""
    for scope in member.scopes:
        state.rests.pop(scope, None)
    state.health[member.provider] = breaker.after(state.health.get(member.provider, WELL), now, ok=True)


def failed(member: Member, error: HamrError, state: State, now: float, breaker: Breaker) -> None:
    """Note what a failed call says; a rate limit says nothing of a provider's health (inventory C-60)."""
    model, key = member.scopes
    why = told(error)
    match error:
        case NoAnswer():
            state.rests[key] = Rest(now + UNREACHABLE, why)
        case Overloaded():
            state.rests[key] = Rest(now + FAILED, why)
        case RateLimited(code=code) if code == OWN_LIMIT:
            return  # the user's own limit keeps its own account
        case RateLimited(retry_after=wait):
            state.rests[model] = Rest(now + max(SHORTEST, LIMITED if wait is None else wait), why, probe=False)
        case QuotaSpent(retry_after=wait):
            state.rests[key] = Rest(now + (wait or SPENT), why)
        case NotLetIn(status=status):
            state.rests[model if status == FORBIDDEN else key] = Rest(now + REFUSED, why)
        case BrokenReply(partial=None):
            state.rests[model] = Rest(now + EMPTY, why)
    health = state.health.get(member.provider, WELL)
    if isinstance(error, NoAnswer | Overloaded):
        state.health[member.provider] = breaker.after(health, now, ok=False)
    elif isinstance(error, BrokenReply) and error.partial is None:
        state.health[member.provider] = breaker.after_nothing(health, now)


def has_nothing(value: object) -> bool:
    """Whether an answer is whole and has nothing in it (inventory R-97)."""
    if not isinstance(value, Response) or value.finish_reason != "stop":
        return False
    return all(isinstance(part, Text) and not part.text.strip() for part in value.message.parts)


def nothing() -> BrokenReply:
    """What such an answer counts as."""
    return BrokenReply("the answer has nothing in it")


def shorten(member: Member, state: State, now: float, longest: float) -> None:
    """Let nothing rest for longer than so many seconds: its account may have been mended meanwhile."""
    for scope in member.scopes:
        rest = state.rests.get(scope)
        if rest is not None and rest.until > now + longest:
            state.rests[scope] = replace(rest, until=now + longest)


def next_after(error: HamrError) -> Next:
    """Where a call goes on that failed, as the error's `action` says: nowhere, once the caller has some of its answer.

    A request that one candidate finds wrong, or that may cost too much there, may suit the next (inventory C-61), and
    another key where this one cannot be read or its reply breaks; what a content filter refused is carried no further.
    """
    if isinstance(error, CallError) and error.partial is not None:
        return "raise"
    match error:
        case BadRequest() | TooLong():
            return "candidate"
        case BudgetSpent(code="max_cost"):
            return "candidate"
        case BrokenReply() | ConfigError():
            return "key"
    return NEXT[error.action]


def told(error: HamrError) -> str:
    """The failure in a few words, without what a provider wrote: it is kept in a file."""
    status = getattr(error, "status", None)
    return type(error).__name__ + (f" ({status})" if status else "")
