"""The sliding window by itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.state import window
from hamr.types import Claim


def claim(amount: int = 1, limit: int = 3) -> Claim:
    return Claim("b", "rpm", limit, amount, "acme")


def test_what_fits_does_not_wait() -> None:
    assert window.wait([], claim(), 1_000.0) == 0.0
    assert window.wait([(window.slot(990.0), 2)], claim(), 1_000.0) == 0.0


def test_a_full_window_waits_until_enough_of_it_is_past() -> None:
    slots = [(window.slot(950.0), 1), (window.slot(960.0), 2)]
    assert window.wait(slots, claim(), 1_000.0) == 10.25  # a slot counts until its end
    assert window.wait(slots, claim(2), 1_000.0) == 20.25


def test_what_is_older_than_the_window_does_not_count() -> None:
    assert window.wait([(window.slot(939.0), 3)], claim(), 1_000.0) == 0.0
    assert window.wait([(window.slot(940.0), 3)], claim(), 1_000.0) == 0.25


def test_a_claim_larger_than_the_limit_is_charged_the_whole_of_it() -> None:
    """N-165."""
    assert claim(50).charged == 3
    assert window.wait([], claim(50), 1_000.0) == 0.0
    assert window.wait([(window.slot(1_000.0), 1)], claim(50), 1_000.0) == 60.25


def test_who_waits_ahead_is_served_first() -> None:
    assert window.wait([], claim(1), 1_000.0, ahead=2) == 0.0
    assert window.wait([(window.slot(990.0), 1)], claim(1), 1_000.0, ahead=2) == 50.25
    assert window.wait([], claim(1), 1_000.0, ahead=3) is None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(1, 4)), min_size=1, max_size=200),
    st.integers(1, 12),
)
def test_no_minute_ever_holds_more_than_the_limit(steps: list[tuple[float, int]], limit: int) -> None:
    now, slots, admitted = 1_000.0, dict[int, int](), list[tuple[float, int]]()
    for pause, amount in steps:
        now += pause
        wanted = claim(amount, limit)
        wait = window.wait(sorted(slots.items()), wanted, now)
        assert wait is not None
        now += wait
        assert window.wait(sorted(slots.items()), wanted, now) == 0.0, "there is room after the wait that was told"
        slots[window.slot(now)] = slots.get(window.slot(now), 0) + wanted.charged
        admitted.append((now, wanted.charged))
    for end, _ in admitted:
        assert sum(amount for at, amount in admitted if end - window.WINDOW < at <= end) <= limit
