"""Usage and cost, added up."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from hamr.types import Cost, Usage
from hamr.types.usage import BUCKETS


def test_every_bucket_is_added() -> None:
    """Pain 39."""
    counted = {field.name for field in fields(Usage)} - {"estimated", "raw", "billed"}
    assert set(BUCKETS) == counted
    counts: dict[str, Any] = {name: place for place, name in enumerate(BUCKETS)}
    hundreds: dict[str, Any] = dict.fromkeys(BUCKETS, 100)
    first = Usage(**counts, raw={"a": 1})
    both = first + Usage(**hundreds, estimated=True)
    assert [getattr(both, name) for name in BUCKETS] == [100 + place for place in range(len(BUCKETS))]
    assert (both.estimated, both.raw) == (True, {})
    assert both.total == first.total + 800


def test_a_cost_that_is_not_known_is_never_zero() -> None:
    """Pain 40."""
    assert (Cost(Decimal("0.1"), "") + Cost(Decimal("0.2"), "")).usd == Decimal("0.3")
    assert (Cost(Decimal("0.1")) + Cost(None, "no price")) == Cost(None, "no price")
    assert (Cost(None, "no price") + Cost(Decimal("0.1"))) == Cost(None, "no price")


def test_what_is_charged_for_is_added_too() -> None:
    billed = Usage(input=10, output=2, billed=Usage(input=4, output=2)) + Usage(input=1)
    assert billed == Usage(input=11, output=2, billed=Usage(input=5, output=2))
    assert (Usage(input=1) + Usage(input=2)).billed is None
