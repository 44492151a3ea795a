"""What headers say is left of a limit, and how long it takes until there is more."""

from __future__ import annotations

import pytest

from hamr.wires.rate_limits import Left, limits_left, wait_for_limits

NOW = 1_800_000_000.0
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
LATER = "2027-01-15T08:01:00Z"


@pytest.mark.parametrize("kind", ["requests", "tokens", "input-tokens", "output-tokens"])
def test_anthropics_names_are_known(kind: str) -> None:
    headers = {
        f"anthropic-ratelimit-{kind}-remaining": "7",
        f"anthropic-ratelimit-{kind}-limit": "100",
        f"anthropic-ratelimit-{kind}-reset": LATER,
    }
    assert limits_left(headers, NOW) == {kind: Left(7, NOW + 60, 100)}


def test_openrouters_name_has_no_kind_and_counts_milliseconds() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "50", "x-ratelimit-reset": "1800000090000"}
    assert limits_left(headers, NOW) == {"requests": Left(0, NOW + 90, 50)}


def test_mistrals_name_says_when_it_is_whole_again() -> None:
    headers = {"x-ratelimit-remaining-req-minute": "0", "x-ratelimit-limit-req-minute": "60"}
    assert limits_left(headers, NOW) == {"req-minute": Left(0, NOW + 60, 60)}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": LATER}, 60.0),
        ({"anthropic-ratelimit-requests-remaining": "1", "anthropic-ratelimit-requests-reset": LATER}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "0s"}, None),
        (
            {
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "5s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "20s",
            },
            20.0,
        ),
    ],
    ids=["nothing", "used up", "one is left", "a duration", "whole already", "the longer of two"],
)
def test_who_has_used_a_limit_up_waits_until_it_is_whole(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_for_limits({**headers, "date": DATE}) == seconds
    assert wait_for_limits(headers) is None
