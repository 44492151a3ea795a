"""The data of models.dev as rows, and what fresh lists have against a package's."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from hamr.catalog import given, models_dev
from hamr.catalog.difference import Change, difference
from hamr.catalog.origins import facts
from hamr.catalog.pricing import Pricing
from hamr.catalog.row import Rows
from hamr.errors import ConfigError
from hamr.types import Usage

DAY = "2026-11-25"


def row(**said: Any) -> Any:
    [made] = models_dev.rows({"acme": {"models": {"m": {"id": "m", **said}}}}, "acme")
    [checked] = Rows({"model": [made]}, "here")
    return checked


def test_a_full_row() -> None:
    made = row(
        name="M", reasoning=True, tool_call=False, release_date="2026-01-02", limit={"context": 1000, "output": 100},
        modalities={"input": ["text", "image"]},
        cost={
            "input": 1, "output": 2, "cache_read": 0.1, "cache_write": 1.25, "reasoning": 3, "input_audio": 4,
            "output_audio": 5,
            "tiers": [
                {"tier": {"type": "context", "size": 500}, "input": 9, "output": 10},
                {"tier": {"type": "context", "size": 200}, "input": 3, "output": 4, "cache_read": 0.3},
            ],
        },
    )  # fmt: skip
    assert (made.context_window, made.max_tokens, made.input) == (1000, 100, ("text", "image"))
    assert (made.reasoning, made.tools, made.released) == (True, False, "2026-01-02")
    [price] = made.price
    assert (price.cache_write_5m, price.input_audio, price.output_audio, price.reasoning) == (1.25, 4, 5, 3)
    assert [(tier.above, tier.input, tier.output) for tier in price.tier] == [(200, 3, 4), (500, 9, 10)]


def test_an_older_way_to_say_a_tier() -> None:
    [price] = row(cost={"input": 1, "output": 2, "context_over_200k": {"input": 2, "output": 4}}).price
    assert [(tier.above, tier.input) for tier in price.tier] == [(200_000, 2)]


@pytest.mark.parametrize("cost", [{"input": 0, "output": 0}, {}, None, {"input": "1"}, {"input": -1}, {"input": True}])
def test_zero_and_nonsense_are_no_price(cost: Any) -> None:
    """Pain 40."""
    assert row(cost=cost).price == ()


@pytest.mark.parametrize("field", ["limit", "modalities", "name", "release_date", "reasoning", "tool_call", "cost"])
@pytest.mark.parametrize("value", [None, 3, "x", [], {}, {"context": "many", "input": [3], "tiers": [1]}])
def test_a_field_awry_is_left_out(field: str, value: Any) -> None:
    """Pain 18."""
    assert row(**{field: value}).id == "m"


def test_data_is_read_packed_and_plain_and_says_of_what_day_it_is() -> None:
    data = {"x-ai": {"models": {"m": {"id": "m", "last_updated": "2026-03-04"}, "n": {"last_updated": "2026-02"}}}}
    plain = json.dumps(data).encode()
    for found in (
        given.rows(plain, {"x": "x-ai"}, "file", DAY),
        given.rows(gzip.compress(plain), {"x": "x-ai"}, "file", DAY),
    ):
        assert found == {"x": [{"id": "m", "source": "file", "date": "2026-03-04"},
                               {"id": "n", "source": "file", "date": "2026-03-04"}]}  # fmt: skip


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "MOST", 1000)
    with pytest.raises(ConfigError, match="unpacks to more than 1,000 bytes"):
        given.rows(gzip.compress(b" " * 1001), {}, "file", DAY)


def lists(**kinds: dict[str, Any]) -> list[Rows]:
    return [
        Rows({"model": [{"id": "m", "source": kind, **row}]}, f"the {kind} file", kind) for kind, row in kinds.items()
    ]


def test_order_is_no_change_and_silence_neither() -> None:
    shipped = Rows({"model": [{"id": "m", "input": ["text", "image"], "tools": True, "max_tokens": 5}]}, "shipped")
    fresh = lists(listed={"input": ["image", "text"], "max_tokens": 6})
    found = difference(shipped, fresh, DAY)
    assert (found.new, found.gone, found.changed) == ({}, (), {"m": (Change("max_tokens", 5, 6),)})


def test_another_name_of_a_model_is_no_other_model() -> None:
    shipped = Rows({"model": [{"id": "m-1", "aliases": ["m"]}]}, "shipped")
    assert difference(shipped, lists(listed={}), DAY).gone == ()
    assert difference(shipped, lists(listed={"aliases": ["m-1"]}), DAY).gone == ()


def test_the_difference_is_by_the_prices_of_the_day() -> None:
    prices = [{"input": 1, "until": "2026-11-24"}, {"input": 2, "since": "2026-11-25"}]
    shipped = Rows({"model": [{"id": "m", "price": prices}]}, "shipped")
    fresh = lists(listed={"price": [{"input": 2, "tier": [{"above": 9, "input": 3}]}]})
    assert difference(shipped, fresh, DAY).changed == {"m": (Change("price.tier[9].input", None, 3),)}
    assert difference(shipped, fresh, "2026-11-01").changed["m"][0] == Change("price.input", 1, 2)


def test_facts_are_those_that_count_for_a_call() -> None:
    """What is shown of a price is what a call is charged."""
    several = lists(
        own={"price": [{"output": 7}]},
        listed={"context_window": 5, "price": [{"input": 3, "output": 4, "tier": [{"above": 9, "input": 30}]}]},
        shipped={"price": [{"input": 1, "output": 2, "cache_read": 0.5}], "tools": False},
    )
    told = {fact.field: (fact.value, fact.kind) for fact in facts(several, "m")}
    assert told == {
        "id": ("m", "own"), "context_window": (5, "listed"), "tools": (False, "shipped"),
        "price.output": (7, "own"), "price.input": (3, "listed"), "price.cache_read": (0.5, "shipped"),
    }  # fmt: skip
    cost = Pricing("m", several).cost(Usage(input=10**6, output=10**6, cache_read=10**6), "", None, DAY)
    assert cost is not None
    assert cost.usd == 7 + 3 + 0.5


def test_a_tier_of_service_says_where_it_is_from() -> None:
    service = {"flex": {"input": 1, "source": "elsewhere", "date": "2026-01-01"}, "batch": {"input": 2}}
    several = lists(own={"context_window": 3}, shipped={"price": [{"input": 4, "service": service}]})
    told = {fact.field: (fact.value, fact.kind, fact.source) for fact in facts(several, "m")}
    assert told["price.service[flex].input"] == (1, "shipped", "elsewhere")
    assert told["price.service[batch].input"] == (2, "shipped", "shipped")


def test_prices_of_several_spans_are_all_told() -> None:
    spans = [{"input": 1, "until": "2026-12-31"}, {"input": 2, "since": "2027-01-01"}]
    several = lists(own={"price": spans}, shipped={"price": [{"input": 9, "output": 9}]})
    told = {fact.field: fact.value for fact in facts(several, "m") if fact.field.startswith("price")}
    assert told == {"price[..2026-12-31].input": 1, "price[2027-01-01..].input": 2}
