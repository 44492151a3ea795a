"""What a reply says that it used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Event, Response, Usage

Decode = Callable[..., list[Event]]
Folded = Callable[[list[Event]], Response]


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        ({"input_tokens": 5, "output_tokens": 2}, Usage(5, output=2)),
        (
            {"input_tokens": 5, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 7, "output_tokens": 2},
            Usage(5, 100, 7, output=2),
        ),
        (
            {
                "input_tokens": 5,
                "cache_creation_input_tokens": 30,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
                "output_tokens": 9,
                "output_tokens_details": {"thinking_tokens": 4},
            },
            Usage(5, 0, 10, 20, output=5, reasoning=4),
        ),
        ({"input_tokens": None, "output_tokens": True, "cache_creation": 5}, Usage()),
    ],
)
def test_usage_in_buckets_that_add_up(raw: dict[str, Any], usage: Usage, decode: Decode, folded: Folded) -> None:
    """Pain 39: what is cached is no part of `input_tokens`, what was thought is part of `output_tokens`."""
    body = {"type": "message", "content": [], "stop_reason": "end_turn", "usage": raw}
    found = folded(decode(json.dumps(body).encode())).usage
    assert found is not None
    assert (found.total, found) == (usage.total, Usage(**{name: getattr(usage, name) for name in BUCKETS}, raw=raw))


BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")


def test_a_later_account_does_not_take_away_what_was_counted(
    decode: Decode, folded: Folded, sse: Callable[..., bytes]
) -> None:
    head = {"id": "m", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1, "service_tier": "standard"}}
    usage = {"input_tokens": 0, "cache_read_input_tokens": None, "output_tokens": 6}
    events = decode(
        sse(
            {"type": "message_start", "message": head},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
            {"type": "message_stop"},
        )
    )
    found = folded(events).usage
    assert found is not None
    assert (found.input, found.output, found.raw["service_tier"]) == (10, 6, "standard")


def test_what_a_summary_used_is_added(decode: Decode, folded: Folded) -> None:
    """Pain 39: it is billed, and stands beside the account."""
    iterations = [
        {"type": "compaction", "input_tokens": 100, "cache_read_input_tokens": 7, "output_tokens": 20},
        {"type": "message", "input_tokens": 5, "output_tokens": 2},
        {"type": "advisor_message", "input_tokens": 50, "output_tokens": 50},
        "odd",
    ]
    raw = {"input_tokens": 5, "output_tokens": 2, "iterations": iterations}
    body = {"type": "message", "content": [], "stop_reason": "end_turn", "usage": raw}
    assert folded(decode(json.dumps(body).encode())).usage == Usage(105, 7, output=22, raw=raw)
