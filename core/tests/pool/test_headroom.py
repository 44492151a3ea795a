"""What headers say is left of a limit."""

from __future__ import annotations

import pytest

from hamr.pool.headroom import rooms
from hamr.pool.state import Room

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("reset", "at"),
    [
        ("6m0s", NOW + 360),
        ("1.5s", NOW + 1.5),
        ("20ms", NOW + 0.02),
        ("12", NOW + 12),
        ("1800000060", NOW + 60),
        ("2027-01-15T08:01:00Z", NOW + 60),
        ("Fri, 15 Jan 2027 08:01:00 GMT", NOW + 60),
    ],
)
def test_a_reset_is_read_in_all_its_forms(reset: str, at: float) -> None:
    found = rooms({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}, NOW)
    assert found["requests"].remaining == 0
    assert found["requests"].resets == pytest.approx(at)


def test_anthropics_names_are_known() -> None:
    headers = {
        "anthropic-ratelimit-input-tokens-remaining": "7",
        "anthropic-ratelimit-input-tokens-limit": "100",
        "anthropic-ratelimit-input-tokens-reset": "2027-01-15T08:01:00Z",
    }
    assert rooms(headers, NOW) == {"input-tokens": Room(7, NOW + 60, 100)}


@pytest.mark.parametrize("reset", ["", "soon", "-5", "nan", "6m0", "1e999"])
def test_a_limit_that_does_not_say_when_it_ends_is_left_out(reset: str) -> None:
    assert rooms({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}, NOW) == {}
    assert rooms({"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "5"}, NOW) == {}
