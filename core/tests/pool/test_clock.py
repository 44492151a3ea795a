"""A clock that is set back lets nobody rest for longer."""

from __future__ import annotations

from hamr.calls.breaker import Health
from hamr.pool.state import SKEW, Member, Rest, Room, State
from hamr.pool.store import read, written

NOW = 1_800_000_000.0
MEMBER = Member("acme", "m", "k")
SCOPE = MEMBER.scopes[0]


def test_what_rests_rests_as_long_as_it_would_have() -> None:
    state = State(
        {SCOPE: Rest(NOW + 60, "RateLimited (429)", probe=False)},
        {"acme": Health("xxxx", 1, NOW + 30)},
        {"acme": "k"},
        {(SCOPE, "requests"): Room(0, NOW + 90)},
    )
    state.at(NOW)
    state.at(NOW - 86_400)
    assert state.rests[SCOPE].until == NOW + 60 - 86_400
    assert state.health["acme"] == Health("xxxx", 1, NOW + 30 - 86_400)
    assert state.rooms[SCOPE, "requests"].resets == NOW + 90 - 86_400
    assert state.turns == {"acme": "k"}
    state.at(NOW - 86_399)
    assert state.rests[SCOPE].until == NOW + 60 - 86_400


def test_clocks_that_differ_a_little_change_nothing() -> None:
    state = State({SCOPE: Rest(NOW + 60, "why")})
    for skew in (0.0, -SKEW, SKEW, 0.0):
        state.at(NOW + skew)
    assert state.rests[SCOPE].until == NOW + 60
    assert state.seen == NOW


def test_it_is_kept_with_the_rest() -> None:
    state = State({SCOPE: Rest(NOW + 60, "why")}, rooms={(SCOPE, "tokens"): Room(3, NOW, None)}, seen=NOW)
    assert read(written(state)) == state


def test_rows_that_are_none_are_passed_over() -> None:
    rows = {
        "nonsense": "1",
        '["rest", "a", "k", "m"]': '["soon", "why", true]',
        '["health", "a"]': "[1]",
        '["turn", 3]': '"k"',
        '["turn", "a"]': '"k"',
        '["later"]': "{}",
    }
    assert read(rows) == State(turns={"a": "k"})
