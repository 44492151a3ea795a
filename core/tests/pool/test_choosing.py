"""Who is next, by the state alone."""

from __future__ import annotations

import pytest

from hamr.calls.breaker import WELL, ConsecutiveBreaker, Health, WindowBreaker
from hamr.errors import (
    BadRequest,
    BrokenReply,
    BudgetSpent,
    CallError,
    ConfigError,
    HamrError,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
    Unsupported,
)
from hamr.pool.choosing import Mode, pick
from hamr.pool.outcome import failed, next_after, shorten, succeeded
from hamr.pool.state import Member, Rest, Room, State
from hamr.types import Headroom, Standing

A1, A2, A3 = (Member("a", "m", key) for key in ("1", "2", "3"))
B1 = Member("b", "n", "1")
NOW = 1000.0
WINDOW = WindowBreaker()


def picks(state: State, mode: Mode, count: int) -> list[str]:
    found = [pick([[A1, A2, A3]], state, NOW, mode).member for _ in range(count)]
    return [member.key for member in found if member is not None]


def test_keys_take_turns() -> None:
    """M-73, R-103."""
    assert picks(State(), "round-robin", 5) == ["1", "2", "3", "1", "2"]


def test_sequential_stays_on_one_key_until_it_rests() -> None:
    """R-103."""
    state = State()
    assert picks(state, "sequential", 2) == ["1", "1"]
    failed(A1, RateLimited("x", retry_after=30), state, NOW, WINDOW)
    assert picks(state, "sequential", 2) == ["2", "2"]
    assert pick([[A1, A2, A3]], state, NOW + 31, "sequential").member == A2


def test_the_next_candidate_comes_when_all_keys_of_the_first_rest() -> None:
    """M-73, R-98, R-100."""
    state = State()
    for member in (A1, A2, A3):
        failed(member, RateLimited("x"), state, NOW, WINDOW)
    choice = pick([[A1, A2, A3], [B1]], state, NOW, "round-robin")
    assert choice.member == B1
    assert [each.member for each in choice.passed] == [A1, A2, A3]
    assert "RateLimited; it rests for 60 s" in choice.passed[0].why


def test_a_rate_limit_is_heeded_and_says_when_it_ends() -> None:
    """R-91: the key rests with this model alone, for what the provider asks and a second at least."""
    state = State()
    failed(A1, RateLimited("x", retry_after=0.2), state, NOW, WINDOW)
    choice = pick([[A1]], state, NOW, "round-robin")
    assert (choice.member, choice.until) == (None, NOW + 1.0)
    other = Member("a", "other", "1")
    assert pick([[other]], state, NOW, "round-robin").member == other
    assert pick([[A1]], state, NOW + 1.1, "round-robin").member == A1
    assert state.health == {}


@pytest.mark.parametrize(
    ("error", "seconds", "all_models"),
    [
        (NoAnswer("x"), 30, True),
        (Overloaded("x"), 15, True),
        (NotLetIn("x", status=401), 600, True),
        (NotLetIn("x", status=403), 600, False),
        (QuotaSpent("x"), 900, True),
        (QuotaSpent("x", retry_after=5.0), 5, True),
        (BrokenReply("x"), 30, False),
        (RateLimited("x"), 60, False),
    ],
)
def test_what_rests_and_for_how_long(error: CallError, seconds: float, all_models: bool) -> None:
    """M-61."""
    state = State()
    failed(A1, error, state, NOW, WINDOW)
    ((scope, rest),) = state.rests.items()
    assert (rest.until, scope) == (NOW + seconds, ("a", "1", "" if all_models else "m"))
    succeeded(A1, state, NOW, WINDOW)
    assert state.rests == {}


def test_the_users_own_limit_makes_no_key_rest() -> None:
    state = State()
    failed(A1, RateLimited("x", code="own_limit", retry_after=9), state, NOW, WINDOW)
    assert state.rests == {}


def test_what_rests_for_a_fault_is_tried_before_its_time_where_nothing_else_is_there() -> None:
    """Pain 29: a key is not left for dead after its account was topped up."""
    state = State()
    failed(A1, QuotaSpent("x"), state, NOW, WINDOW)
    failed(A2, NotLetIn("x", status=401), state, NOW, WINDOW)
    choice = pick([[A1, A2]], state, NOW + 1, "round-robin")
    assert choice.member == A2
    assert pick([[A1, A2]], state, NOW + 1, "round-robin", {A2}).member == A1
    assert pick([[A1, A2]], state, NOW + 1, "round-robin", {A1, A2}).member is None


def test_what_headers_say_is_used_up_rests_until_it_is_whole_again() -> None:
    state = State(rooms={(("a", "1", "m"), "requests"): Room(0, NOW + 20), (("a", "2", "m"), "tokens"): Room(5, NOW)})
    choice = pick([[A1, A2]], state, NOW, "round-robin")
    assert (choice.member, choice.passed[0].why) == (A2, "no requests left, as its last answer said; it rests for 20 s")


def test_an_open_breaker_is_passed_over_unless_all_are_open() -> None:
    """R-101."""
    state = State(health={"a": Health("xxxx", 1, NOW + 60)})
    assert pick([[A1], [B1]], state, NOW, "round-robin").member == B1
    assert pick([[A1]], state, NOW, "round-robin").member == A1


def test_one_call_alone_tries_a_provider_that_may_be_well_again() -> None:
    state = State(health={"a": Health("xxxx", 1, NOW - 1)})
    assert pick([[A1], [B1]], state, NOW, "round-robin").member == A1
    assert pick([[A1], [B1]], state, NOW, "round-robin").member == B1
    succeeded(A1, state, NOW, WINDOW)
    assert state.health["a"] == WELL
    assert pick([[A1], [B1]], state, NOW, "round-robin").member == A1


def test_the_window_breaker_opens_at_half_of_at_least_four() -> None:
    """C-60, R-43."""
    health = WELL
    for ok in (True, True, False):
        health = WINDOW.after(health, NOW, ok=ok)
    assert not health.is_open(NOW)
    health = WINDOW.after(health, NOW, ok=False)
    assert health.is_open(NOW + 59)
    assert not health.is_open(NOW + 60)


def test_the_consecutive_breaker_opens_for_longer_each_time() -> None:
    """C-60, N-168."""
    breaker, health, now = ConsecutiveBreaker(), WELL, NOW
    for _ in range(3):
        health = breaker.after(health, now, ok=False)
    assert not health.is_open(now)
    for seconds in (5, 30, 120, 120):
        health = breaker.after(health, now, ok=False)
        assert health.until == now + seconds
        now = health.until
    assert breaker.after(health, now, ok=True) == WELL


def test_answers_with_nothing_in_them_open_the_consecutive_breaker_sooner_and_for_longer() -> None:
    """N-168; in the other policy the key alone rests (R-97)."""
    breaker, health, now = ConsecutiveBreaker(), WELL, NOW
    for _ in range(2):
        health = breaker.after_nothing(health, now)
    health = breaker.after(health, now, ok=False)  # no answer at all is another illness
    for _ in range(2):
        health = breaker.after_nothing(health, now)
    assert not health.is_open(now)
    for seconds in (30, 60, 120, 240, 240):
        health = breaker.after_nothing(health, now)
        assert health.until == now + seconds
        now = health.until
    assert breaker.after(health, now, ok=True) == WELL
    state = State()
    for _ in range(9):
        failed(A1, BrokenReply("x"), state, NOW, WINDOW)
    assert not state.is_open("a", NOW)


class OutOfTurn(CallError):
    """An error of a plugin's own."""

    action = "rotate-key"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NoAnswer("x"), "key"),
        (Overloaded("x"), "key"),
        (RateLimited("x"), "key"),
        (QuotaSpent("x"), "key"),
        (NotLetIn("x"), "key"),
        (BrokenReply("x"), "key"),
        (ConfigError("x"), "key"),
        (NoSuchModel("x"), "candidate"),
        (BadRequest("x"), "candidate"),  # C-61
        (TooLong("x"), "candidate"),
        (Unsupported("x"), "candidate"),
        (Refused("x"), "raise"),
        (BudgetSpent("x"), "raise"),
        (OutOfTurn("x"), "key"),
    ],
)
def test_where_a_failed_call_goes_on(error: HamrError, expected: str) -> None:
    """R-94, R-96: as its `action` says, whoever has made the error."""
    assert next_after(error) == expected


def test_how_a_member_stands_is_told() -> None:
    """Cool-down, breaker, and what is left of the provider's limits."""
    state = State({A1.scopes[0]: Rest(NOW + 5, "limit")}, {"a": Health("xxxx", 1, NOW + 9)})
    state.rooms = {(A1.scopes[0], "tokens"): Room(7, NOW + 3, 9), (A1.scopes[0], "requests"): Room(0, NOW - 1)}
    room = (Headroom("tokens", 7, 9, 3.0),)
    assert state.standing(A1, "a/m", "…x", NOW) == Standing("a/m", "…x", "limit; it rests for 5 s", 5.0, "open", room)
    later = state.standing(A1, "a/m", "…x", NOW + 7)
    assert (later.rests, later.seconds, later.breaker, later.room) == ("its provider keeps failing", 2.0, "open", ())
    assert state.standing(A1, "a/m", None, NOW + 10) == Standing("a/m", None, None, None, "half-open")


def test_nothing_rests_for_longer_than_it_is_believed() -> None:
    """Pain 29, R-42: who asks for a month is tried again after a day."""
    state = State()
    failed(A1, QuotaSpent("x", retry_after=30 * 86400.0), state, NOW, WINDOW)
    shorten(A1, state, NOW, 86400.0)
    assert [rest.until - NOW for rest in state.rests.values()] == [86400]
    shorten(A1, state, NOW, 90000.0)
    assert [rest.until - NOW for rest in state.rests.values()] == [86400]


def test_a_rest_without_a_probe_counts_before_one_with() -> None:
    scope, alone = A1.scopes
    state = State({scope: Rest(NOW + 5, "limit", probe=False), alone: Rest(NOW + 50, "fault")})
    assert pick([[A1]], state, NOW, "round-robin").member is None
