from __future__ import annotations

from hamr_sim.attempts import Attempts


def test_the_same_request_fails_so_often_and_then_succeeds_once() -> None:
    attempts = Attempts()
    assert [attempts.fails(b"one", 2) for _ in range(6)] == [True, True, False, True, True, False]


def test_other_requests_are_counted_by_themselves() -> None:
    attempts = Attempts()
    assert [attempts.fails(b"one", 1), attempts.fails(b"two", 1), attempts.fails(b"one", 1)] == [True, True, False]


def test_without_a_number_it_always_fails() -> None:
    assert all(Attempts().fails(b"one", None) for _ in range(3))


def test_at_none_of_the_times_it_succeeds() -> None:
    assert not Attempts().fails(b"one", 0)
