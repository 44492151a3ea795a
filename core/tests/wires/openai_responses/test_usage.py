"""Tokens, as disjoint buckets, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hamr.types import Event, Response, Usage
from hamr.wires.openai_responses.compat import Compat
from hamr.wires.openai_responses.usage import read_usage


@pytest.mark.parametrize(
    ("raw", "flags", "expected"),
    [
        ({"input_tokens": 10, "output_tokens": 5}, {}, Usage(input=10, output=5)),
        (
            {
                "input_tokens": 10,
                "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3, "audio_tokens": 1},
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 2},
            },
            {},
            Usage(input=2, cache_read=4, cache_write_5m=3, input_audio=1, output=3, reasoning=2),
        ),
        (
            {"input_tokens": 10, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 2}},
            {"reasoning_outside_output": True},
            Usage(input=10, output=5, reasoning=2),
        ),
        # A part is never more than its whole, and nonsense counts as nothing.
        ({"input_tokens": 1, "input_tokens_details": {"cached_tokens": 4}}, {}, Usage(cache_read=1)),
        ({"input_tokens": "7", "output_tokens": -1, "output_tokens_details": None}, {}, Usage()),
        ({"input_tokens": True, "output_tokens": 2.0}, {}, Usage(output=2)),
    ],
)
def test_tokens(raw: dict[str, Any], flags: dict[str, Any], expected: Usage) -> None:
    found = read_usage(raw, Compat.read(flags, "test"))
    buckets = [name for name in Usage.__dataclass_fields__ if name != "raw"]
    assert [getattr(found, name) for name in buckets] == [getattr(expected, name) for name in buckets]
    assert found.raw is raw


def test_what_it_cost(decode: Callable[..., list[Event]], folded: Callable[..., Response]) -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "cost": 25, "is_byok": True, "cost_details": {"upstream": 10}}
    body = json.dumps({"id": "r", "status": "completed", "output": [], "usage": usage}).encode()
    flags = {
        "usage_cost_field": "cost",
        "usage_cost_divisor": 100,
        "usage_upstream_cost_field": "cost_details.upstream",
    }
    assert folded(decode(body)).cost.usd is None
    assert folded(decode(body, **flags)).cost.usd == Decimal("10.25")
