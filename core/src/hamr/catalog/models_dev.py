"""The data of models.dev (its `api.json`, under the MIT License) as rows of a price list. Pure.

Fields as they are in its schema of 2026-07: prices are dollars for a million tokens, a tier counts for the whole call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Tables = Mapping[str, Any]

BUCKETS = {
    "input": "input",
    "cache_read": "cache_read",
    "cache_write": "cache_write_5m",
    "input_audio": "input_audio",
    "output": "output",
    "reasoning": "reasoning",
    "output_audio": "output_audio",
}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONG = 200_000
"""Tokens that go in, above which what is `context_over_200k` counts."""


def is_its(tables: Any) -> bool:
    """Whether this is such data: providers, each with its models."""
    return (
        isinstance(tables, dict)
        and bool(tables)
        and all(isinstance(each, dict) and isinstance(each.get("models"), dict) for each in tables.values())
    )


def rows(tables: Tables, provider: str) -> list[Row]:
    """The models of a provider, by its name there; what is not said is left out."""
    models = tables.get(provider, {}).get("models", {})
    return [_row(id, each) for id, each in models.items() if isinstance(each, Mapping)]


def day(tables: Tables) -> str:
    """The last day that a model was changed on, as the data does not say when it was made; empty where none is."""
    models = (each for provider in tables.values() for each in provider["models"].values())
    days = [_text(each.get("last_updated")) for each in models if isinstance(each, Mapping)]
    return max((each for each in days if DAY.fullmatch(each)), default="")


def price(cost: Tables, names: Mapping[str, str], tiers: list[tuple[int, Tables]]) -> Row:
    """The rates by bucket; empty where nothing is charged for: that is a plan or a trial, and no price."""
    found = _rates(cost, names)
    if not found.get("input") and not found.get("output"):
        return {}
    above = [{"above": size, **_rates(tier, names)} for size, tier in sorted(tiers, key=lambda each: each[0])]
    return {**found, "tier": above} if above else found


def _row(id: str, each: Tables) -> Row:
    limit, modalities, cost = (_table(each.get(name)) for name in ("limit", "modalities", "cost"))
    released = _text(each.get("release_date"))
    found = price(cost, BUCKETS, _tiers(cost))
    said = {
        "id": id,
        "name": _text(each.get("name")),
        "context_window": _count(limit.get("context")),
        "max_tokens": _count(limit.get("output")),
        "input": [kind for kind in modalities.get("input") or () if isinstance(kind, str)],
        "reasoning": _truth(each.get("reasoning")),
        "tools": _truth(each.get("tool_call")),
        "released": released if DAY.fullmatch(released) else None,
        "deprecated": True if each.get("status") == "deprecated" else None,
        "open_weight": _truth(each.get("open_weights")),
        "price": [found] if found else None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _tiers(cost: Tables) -> list[tuple[int, Tables]]:
    tiers = [each for each in cost.get("tiers") or () if isinstance(each, Mapping)]
    found = [(_count(_table(each.get("tier")).get("size")), each) for each in tiers]
    said = [(size, each) for size, each in found if size]
    longer = _table(cost.get("context_over_200k"))
    return said or ([(LONG, longer)] if longer else [])


def _rates(cost: Tables, names: Mapping[str, str]) -> Row:
    found = {bucket: cost[name] for name, bucket in names.items() if _is_number(cost.get(name))}
    if found.get("cache_read", 0) > found.get("input", 0):
        del found["cache_read"]  # a slip of the list: nobody asks for more where less is done
    return found


def _table(value: Any) -> Tables:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return int(value) if _is_number(value) and value >= 1 else None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
