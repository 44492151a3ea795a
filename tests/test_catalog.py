"""How the price lists are made, from two made-up lists of models."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr.catalog.pricing import Pricing
from hamr.catalog.row import Row, Rows
from hamr.types import Usage

BUILD = Path(__file__).parents[1] / "catalog" / "build.py"
OLDER: dict[str, Any] = {
    "groq": {
        "models": {
            "both": {
                "id": "both", "name": "Both", "release_date": "2026-01-02", "last_updated": "2026-03-04",
                "limit": {"context": 1000, "output": 100}, "modalities": {"input": ["text", "pdf"]},
                "reasoning": False, "tool_call": False,
                "cost": {"input": 1, "output": 2, "cache_read": 0.25, "reasoning": 3},
            },
            "dearer": {"id": "dearer", "cost": {"input": 1, "output": 2, "cache_read": 0.1}},
            "slip": {"id": "slip", "cost": {"input": 1, "output": 2, "cache_read": 1.5}},
            "old": {
                "id": "old", "release_date": "2025-06",
                "cost": {
                    "input": 0.00000125, "output": 1.5, "cache_write": 1.5625,
                    "tiers": [{"tier": {"type": "context", "size": 200000}, "input": 3, "output": 4}],
                },
            },
            "plan": {"id": "plan", "cost": {"input": 0, "output": 0}},
            "trial": {"id": "trial", "limit": {"context": 10}, "cost": {"input": 5, "output": 5}},
        }
    }
}  # fmt: skip
COSTS: dict[str, dict[str, Any]] = {
    "both": {"input": 1, "output": 2, "cacheWrite": 1.25},
    "dearer": {"input": 2, "output": 4},
    "new": {"input": 3, "output": 15, "tiers": [{"inputTokensAbove": 500, "input": 6, "output": 30}]},
    "trial": {},
}
NEWER: dict[str, Any] = {
    "openai-completions": {
        f"chat:{id}": {
            "id": id, "name": id.title(), "reasoning": True, "input": ["text"], "contextWindow": 2000, "maxTokens": 0,
            "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, **cost}, "type": "chat",
        }
        for id, cost in COSTS.items()
    },
    "images": {"image:x": {"id": "x", "type": "image", "cost": {}}},
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("lists")
    data = folder / "pi" / "dist" / "providers" / "data"
    data.mkdir(parents=True)
    (folder / "api.json").write_text(json.dumps(OLDER))
    (data / "groq.json").write_text(json.dumps(NEWER))
    (data / ".manifest.json").write_text('{"generatedAt": "2026-11-10T12:00:00Z"}')
    ran = subprocess.run(
        [sys.executable, BUILD, "--models-dev", folder / "api.json", "--pi-ai", folder / "pi", "--out", folder, "groq"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout == "groq: 7 models, 6 with a price\n"
    return Rows(tomllib.loads((folder / "groq.toml").read_text()), "groq")


def row(made: Rows, id: str) -> Row:
    found = made.find(id)
    assert found is not None
    return found


def test_of_two_lists_the_newer_one_counts_and_the_older_one_says_the_rest(made: Rows) -> None:
    both = row(made, "both")
    assert (both.name, both.context_window, both.max_tokens, both.reasoning) == ("Both", 2000, 100, True)
    assert (both.input, both.tools, both.released) == (("text", "pdf"), False, "2026-01-02")
    (price,) = both.price
    assert (price.input, price.output, price.cache_read, price.cache_write_5m, price.reasoning) == (1, 2, 0.25, 1.25, 3)
    assert (both.source, both.date) == ("pi-ai", "2026-11-10")


def test_a_price_that_has_changed_takes_nothing_from_the_older_list(made: Rows) -> None:
    (price,) = row(made, "dearer").price
    assert (price.input, price.output, price.cache_read) == (2, 4, None)


def test_what_one_list_alone_has_is_of_that_list(made: Rows) -> None:
    assert (row(made, "old").source, row(made, "old").date) == ("models.dev", "2026-03-04")
    assert row(made, "old").released is None
    assert (row(made, "new").source, row(made, "new").tools) == ("pi-ai", True)
    assert made.find("x") is None


def test_nothing_is_free_because_a_list_says_zero(made: Rows) -> None:
    """Pain 40."""
    assert row(made, "plan").price == ()
    assert row(made, "trial").price[0].input == 5
    assert row(made, "trial").source == "models.dev", "whose price it is"


def test_a_cache_that_would_cost_more_than_none_is_a_slip_of_the_list(made: Rows) -> None:
    assert row(made, "slip").price[0].cache_read is None


def test_prices_are_exact_and_tiers_are_kept(made: Rows) -> None:
    def cost(model: str, tokens: int) -> Decimal | None:
        told = Pricing(model, [made]).cost(Usage(input=tokens), "", None, "2026-11-25")
        return None if told is None else told.usd

    assert cost("old", 100_000) == Decimal("0.000000125")
    assert cost("old", 300_000) == Decimal("0.9")
    assert cost("new", 500) == Decimal("0.0015")
    assert cost("new", 501) == Decimal("0.003006")


THIRD: dict[str, Any] = {
    "xai/same": {
        "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_token_flex": 5e-07,
        "output_cost_per_token_flex": 1e-06, "cache_read_input_token_cost_flex": 5e-08,
        "input_cost_per_token_priority": 3e-06,
        "input_cost_per_token_batches": 4e-07, "output_cost_per_token_batches": 9e-07,
    },
    "xai/other": {"input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06, "input_cost_per_token_flex": 1e-06,
                  "output_cost_per_token_flex": 1e-06},
    "xai/long": {
        "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_token_flex": 5e-07,
        "output_cost_per_token_flex": 1e-06, "input_cost_per_token_above_128k_tokens_flex": 1e-06,
        "output_cost_per_token_above_128k_tokens_flex": 2e-06, "input_cost_per_token_batches": 5e-07,
        "output_cost_per_token_batches": 1e-06,
    },
    "same": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_token_flex": 9},
}  # fmt: skip


@pytest.fixture(scope="module")
def serviced(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("services")
    data = folder / "pi" / "dist" / "providers" / "data"
    data.mkdir(parents=True)
    tiers = [{"tier": {"type": "context", "size": 128_000}, "input": 2, "output": 4}]
    costs = {"same": {}, "other": {}, "long": {"tiers": tiers}}
    models = {id: {"id": id, "cost": {"input": 1, "output": 2, **more}, "last_updated": "2026-01-01"}
              for id, more in costs.items()}  # fmt: skip
    (folder / "api.json").write_text(json.dumps({"xai": {"models": models}}))
    (folder / "third.json").write_text(json.dumps(THIRD))
    (data / "xai.json").write_text("{}")
    (data / ".manifest.json").write_text('{"generatedAt": "2026-11-10T12:00:00Z"}')
    command: list[str | Path] = [sys.executable, BUILD, "--models-dev", folder / "api.json", "--pi-ai", folder / "pi"]
    subprocess.run(
        [*command, "--out", folder, "--litellm", folder / "third.json", "xai"], capture_output=True, check=True
    )
    text = (folder / "xai.toml").read_text()
    assert "Berri AI" in text
    return Rows(tomllib.loads(text), "xai")


def test_tiers_of_service_are_those_of_a_list_that_has_the_same_price(serviced: Rows) -> None:
    (price,) = row(serviced, "same").price
    assert set(price.service) == {"flex", "batch"}, "what says nothing of output is left out"
    flex = price.service["flex"]
    assert (flex.input, flex.output, flex.cache_read) == (0.5, 1, 0.05)
    assert (flex.source, flex.date) == ("litellm", "2026-11-25")
    told = Pricing("same", [serviced]).cost(Usage(input=1), "", "flex", "2026-11-25")
    assert told is not None
    assert told.reason == "by the price list (litellm of 2026-11-25)"
    assert row(serviced, "other").price[0].service == {}


def test_a_tier_of_service_that_is_silent_of_much_input_is_left_out(serviced: Rows) -> None:
    (price,) = row(serviced, "long").price
    assert set(price.service) == {"flex"}
    assert [(tier.above, tier.input, tier.output) for tier in price.service["flex"].tier] == [(128_000, 1, 2)]
