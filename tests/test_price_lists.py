"""The price lists in the packages of providers: every row is one, says where it is from, and costs no slip."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hamr.catalog.row import Rows

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("plugins/*/src/*/models.toml"))

MADE = [file for file in FILES if "Made by catalog/build.py" in file.read_text(encoding="utf-8")]


def provider(file: Path) -> str:
    return file.parts[-4]


@pytest.fixture(scope="module", params=FILES, ids=provider)
def rows(request: pytest.FixtureRequest) -> Rows:
    file: Path = request.param
    return Rows(tomllib.loads(file.read_text(encoding="utf-8")), provider(file))


def test_there_are_some() -> None:
    assert {"anthropic", "gemini", "groq", "openai"} <= set(map(provider, MADE))


def test_every_row_is_one_and_says_where_and_when_it_was_read(rows: Rows) -> None:
    found = list(rows)
    assert found
    for row in found:
        assert row.source, row.id
        assert row.date, row.id


def test_no_model_stands_there_twice(rows: Rows) -> None:
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))


def test_bounds_and_prices_are_above_zero(rows: Rows) -> None:
    """Pain 40: what is not known is left out."""
    for row in rows:
        assert row.context_window is None or row.context_window > 0, row.id
        assert row.max_tokens is None or row.max_tokens > 0, row.id
        for price in row.price:
            services = [each for service in price.service.values() for each in (service, *service.tier)]
            for rates in (price, *price.tier, *services):
                said = [rates.input, rates.cache_read, rates.cache_write_5m, rates.output]
                assert all(rate is None or rate >= 0 for rate in said), row.id
                assert rates.input or rates.output, row.id


def test_what_is_cached_costs_no_more_than_what_is_not(rows: Rows) -> None:
    """Pain 39."""
    odd = [
        row.id
        for row in rows
        for several in row.price
        for price in (several, *several.service.values())
        if price.cache_read is not None and price.input is not None and price.cache_read > price.input
    ]
    assert odd == []


def test_a_tier_of_service_says_of_much_input_what_the_usual_price_does(rows: Rows) -> None:
    """Else a long call would be charged too little."""
    prices = [price for row in rows for price in row.price if price.tier]
    assert all(service.tier for price in prices for service in price.service.values())


@pytest.mark.parametrize("file", MADE, ids=provider)
def test_a_list_that_was_made_has_the_license_that_it_came_under(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "MIT License" in text
    assert "Permission is hereby granted" in text
    assert text.count("Copyright (c)") == (4 if "(the package litellm)" in text else 3)


def test_what_a_tier_of_service_costs_says_whose_list_it_is_from() -> None:
    with_services = {provider(file) for file in MADE if "model.price.service" in file.read_text(encoding="utf-8")}
    assert {"openai", "gemini"} <= with_services
    assert all(
        "(the package litellm)" in file.read_text(encoding="utf-8") for file in MADE if provider(file) in with_services
    )
