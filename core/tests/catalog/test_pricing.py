"""Tokens to dollars (pains 39 and 40, M-50 to M-52)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.catalog.lists import lists
from hamr.catalog.pricing import Pricing
from hamr.catalog.row import Rows
from hamr.errors import ConfigError
from hamr.types import Cost, Usage
from hamr.types.usage import BUCKETS

DAY = "2026-11-25"
FULL = {
    "input": 3, "cache_read": 0.3, "cache_write_5m": 3.75, "cache_write_1h": 6, "input_audio": 40,
    "output": 15, "reasoning": 20, "output_audio": 80,
}  # fmt: skip


def used(**tokens: Any) -> Usage:
    return Usage(**tokens)


def cost(usage: Usage, *prices: dict[str, Any], day: str = DAY, tier: str | None = None) -> Cost:
    rows = Rows({"source": "a page", "model": [{"id": "m", "price": list(prices)}]}, "here")
    found = Pricing("m", [rows]).cost(usage, "", tier, day)
    assert found is not None
    return found


def test_every_bucket_has_its_price_and_is_charged_once() -> None:
    """Pain 39."""
    usage = Usage(
        input=1_000, cache_read=2_000, cache_write_5m=3_000, cache_write_1h=4_000, input_audio=5_000,
        output=6_000, reasoning=7_000, output_audio=8_000,
    )  # fmt: skip
    told = cost(usage, FULL)
    assert told.usd == Decimal("0.003") + Decimal("0.0006") + Decimal("0.01125") + Decimal("0.024") + Decimal(
        "0.2"
    ) + Decimal("0.09") + Decimal("0.14") + Decimal("0.64")
    assert told.reason == "by the price list (a page)"


@settings(deadline=None)
@given(st.tuples(*(st.integers(0, 10**9) for _ in BUCKETS)))
def test_the_cost_is_exact_and_the_sum_of_its_buckets(counts: tuple[int, ...]) -> None:
    whole = cost(used(**dict(zip(BUCKETS, counts, strict=True))), FULL).usd
    parts = [cost(used(**{name: count}), FULL).usd for name, count in zip(BUCKETS, counts, strict=True)]
    assert whole == sum(part for part in parts if part is not None)
    assert None not in parts


@pytest.mark.parametrize("bucket", [name for name in BUCKETS if name not in ("reasoning", "cache_write_1h")])
def test_a_bucket_without_a_price_makes_the_cost_unknown_and_never_zero(bucket: str) -> None:
    """Pain 40."""
    price = {name: value for name, value in FULL.items() if name != bucket}
    told = cost(used(**{bucket: 1}), price)
    assert told.usd is None
    assert told.reason == f"no price of m is known for {bucket.replace('_', ' ')}"
    assert cost(Usage(reasoning=1), price).usd is not None, "one that was not used needs none"


def test_thinking_costs_what_output_costs() -> None:
    assert cost(Usage(reasoning=1_000_000), {"input": 1, "output": 2}).usd == 2


def test_an_hour_in_the_cache_costs_twice_the_input_where_writing_is_charged() -> None:
    """H-161."""
    assert cost(Usage(cache_write_1h=1_000_000), {"input": 3, "output": 1, "cache_write_5m": 3.75}).usd == 6
    assert cost(Usage(cache_write_1h=1), {"input": 3, "output": 1}).usd is None


def test_above_a_length_the_whole_call_costs_more() -> None:
    price = {
        "input": 1, "output": 2, "cache_read": 0.1,
        "tier": [{"above": 200_000, "input": 2, "output": 4, "cache_read": 0.2}, {"above": 500_000, "input": 9}],
    }  # fmt: skip
    assert cost(Usage(input=200_000), price).usd == Decimal("0.2")
    assert cost(Usage(input=100_001, cache_read=100_000, output=10), price).usd == Decimal("0.220042")
    assert cost(Usage(input=500_001), price).usd == Decimal("4.500009")
    assert cost(Usage(input=500_001, output=1), price).usd is None


def test_the_price_is_that_of_the_day() -> None:
    old, new = {"input": 1, "until": "2026-08-31"}, {"input": 2, "since": "2026-09-01"}
    million = Usage(input=1_000_000)
    assert cost(million, old, new, day="2026-08-31").usd == 1
    assert cost(million, old, new, day="2026-09-01").usd == 2
    gone = cost(million, old)
    assert (gone.usd, gone.reason) == (None, "no price of m is known for 2026-11-25")


def test_another_tier_of_service_has_no_known_price() -> None:
    assert cost(Usage(input=1), {"input": 1}, tier="default").usd is not None
    assert cost(Usage(input=1), {"input": 1}, tier="flex").reason == "no price is known for the service tier flex"


SERVED = {
    "input": 2, "output": 8,
    "service": {
        "flex": {"input": 1, "output": 4, "tier": [{"above": 200_000, "input": 3, "output": 6}]},
        "priority": {"input": 4},
    },
}  # fmt: skip


def test_a_tier_of_service_has_rates_of_its_own() -> None:
    million = Usage(input=100_000, output=100_000)
    assert cost(million, SERVED, tier="flex").usd == Decimal("0.5")
    assert cost(million, SERVED, tier="Flex").usd == Decimal("0.5")
    assert cost(million, SERVED, tier="on_demand").usd == 1
    assert cost(Usage(input=200_001, output=1_000_000), SERVED, tier="flex").usd == Decimal("6.600003")
    assert cost(million, SERVED, tier="priority").reason == "no price of m is known for output"
    assert cost(million, SERVED, tier="batch").reason == "no price is known for the service tier batch"


def merged(own: dict[str, Any], below: dict[str, Any], tier: str | None = None) -> Decimal | None:
    both = [Rows({"model": [{"id": "m", "price": [each]}]}, "here") for each in (own, below)]
    found = Pricing("m", both).cost(Usage(input=10**6, output=10**6), "", tier, DAY)
    assert found is not None
    return found.usd


def test_what_belongs_to_a_price_is_taken_over_with_the_same_price_alone() -> None:
    below = {**SERVED, "tier": [{"above": 9, "input": 20, "output": 80}]}
    assert merged({"input": 2}, below) == 100
    assert merged({"input": 2}, below, "flex") == 9
    assert merged({"input": 3}, below) == 11, "a contract of one's own has other rates for much input, or none"
    assert merged({"input": 3}, below, "flex") is None


def test_what_is_billed_is_charged_for_where_that_is_less_than_was_read() -> None:
    assert cost(
        Usage(input=500, output=20, billed=Usage(input=3, output=20)), {"input": 1, "output": 2}
    ).usd == Decimal("0.000043")


def test_a_cost_by_an_estimate_says_so() -> None:
    told = cost(Usage(input=1, estimated=True), {"input": 1})
    assert told.reason == "by the price list (a page), its tokens by an estimate"


def test_a_model_that_is_in_no_list_is_not_guessed() -> None:
    """Pain 40."""
    rows = Rows({"model": [{"id": "gpt-9", "price": [{"input": 1}]}]}, "here")
    assert Pricing("gpt-9-mini", [rows]).cost(Usage(input=1), "", None, DAY) is None


def test_a_row_without_a_price_says_nothing() -> None:
    assert Pricing("m", [Rows({"model": [{"id": "m"}]}, "here")]).cost(Usage(input=1), "", None, DAY) is None


@pytest.mark.parametrize("name", ["m", "m-2026-09-01", "m-20260901", "m@20260901", "m-latest", "em"])
def test_a_version_of_a_model_has_its_price(name: str) -> None:
    rows = Rows({"model": [{"id": "m", "aliases": ["em"], "price": [{"input": 1}]}]}, "here")
    assert Pricing(name, [rows]).row() is not None


def test_the_model_that_served_counts_before_the_one_that_was_asked() -> None:
    rows = Rows({"model": [{"id": "auto", "name": "A"}, {"id": "big", "name": "B"}]}, "here")
    for served, name in (("big", "B"), ("unheard-of", "A"), ("", "A")):
        row = Pricing("auto", [rows]).row(served)
        assert row is not None
        assert row.name == name


def test_an_id_counts_before_an_alias() -> None:
    rows = Rows({"model": [{"id": "a", "aliases": ["b"]}, {"id": "b"}]}, "here")
    row = rows.find("b")
    assert row is not None
    assert row.id == "b"


def test_the_user_s_own_list_counts_before_the_package_s() -> None:
    """M-51."""
    own = {"model": [{"id": "acme/m", "price": [{"input": 7}]}, {"id": "other/m", "price": [{"input": 9}]}]}
    packaged = {"model": [{"id": "m", "price": [{"input": 1}]}, {"id": "n", "price": [{"input": 1}]}]}
    found = lists("acme", own, "/models.toml", packaged)
    for model, dollars in (("m", 7), ("n", 1)):
        told = Pricing(model, found).cost(Usage(input=1_000_000), "", None, DAY)
        assert told is not None
        assert told.usd == dollars


def test_a_row_awry_is_told_with_its_place_and_costs_no_answer() -> None:
    rows = Rows({"model": [{"id": "m", "price": [{"inptu": 1}]}]}, "/models.toml")
    with pytest.raises(ConfigError, match=r"/models.toml, the model 'm': price\[0\].inptu: unknown field .*input"):
        rows.find("m")
    told = Pricing("m", [rows]).cost(Usage(input=1), "", None, DAY)
    assert told is not None
    assert told.usd is None
    assert "inptu" in told.reason
    with pytest.raises(ConfigError, match="model must be a list of tables"):
        Rows({"model": "m"}, "here")


def test_what_stands_at_the_head_of_a_list_holds_for_each_row() -> None:
    rows = Rows({"source": "A", "date": "2026-07-02", "model": [{"id": "m"}, {"id": "n", "source": "B"}]}, "here")
    assert [(row.source, row.date) for row in rows] == [("A", "2026-07-02"), ("B", "2026-07-02")]


@pytest.mark.parametrize("rate", [-1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    """It would make room in a budget."""
    assert "price[0].input must be at least 0" in cost(Usage(input=1), {"input": rate}).reason


def test_a_row_is_put_together_once_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows({"model": [{"id": "m", "price": [{"input": 1}]}]}, "here")
    asked: list[list[str]] = []

    def first(names: Iterable[str]) -> Any:
        asked.append(list(names))
        return Rows.first(rows, names)

    monkeypatch.setattr(rows, "first", first)
    pricing = Pricing("m", [rows])
    for served in ("", "", "m-2026-01-01", "m-2026-01-01"):
        told = pricing.cost(Usage(input=10**6), served, None, DAY)
        assert told is not None
        assert told.usd == 1
    assert asked == [["m"], ["m-2026-01-01", "m"]]
    for number in range(1000):
        pricing.cost(Usage(input=1), f"other-{number}", None, DAY)
    pricing.cost(Usage(input=1), "", None, DAY)
    assert asked[-1] == ["m"], "not all of the names are kept for ever"
