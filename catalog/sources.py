"""The openly licensed lists of models that rows are made from, read from local copies."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

MODELS_DEV = "models.dev"
PI_AI = "pi-ai"
BUCKETS = {
    "input": "input",
    "cache_read": "cache_read",
    "cache_write": "cache_write_5m",
    "input_audio": "input_audio",
    "output": "output",
    "reasoning": "reasoning",
    "output_audio": "output_audio",
}
PI_BUCKETS = {"input": "input", "cacheRead": "cache_read", "cacheWrite": "cache_write_5m", "output": "output"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def models_dev(file: Path, provider: str) -> dict[str, Row]:
    """The models of one provider in a copy of models.dev's `api.json`, gzipped or not, by their ids."""
    data = file.read_bytes()
    tables = json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
    return {id: _models_dev(each) for id, each in tables.get(provider, {}).get("models", {}).items()}


def pi_ai(folder: Path, provider: str) -> dict[str, Row]:
    """The models that chat of one provider in the package pi-ai, unpacked, by their ids."""
    file = folder / "dist" / "providers" / "data" / f"{provider}.json"
    return {each["id"]: _pi_ai(each) for each in _chatting(json.loads(file.read_bytes()))}


def pi_ai_date(folder: Path) -> str:
    """The day that the package's lists were made."""
    manifest = json.loads((folder / "dist" / "providers" / "data" / ".manifest.json").read_bytes())
    return str(manifest["generatedAt"])[:10]


def models_dev_date(file: Path) -> str:
    """The last day that a model was changed on: no list says when it was made."""
    data = file.read_bytes()
    tables = json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
    days = [each.get("last_updated", "") for provider in tables.values() for each in provider["models"].values()]
    return str(max(day for day in days if DAY.fullmatch(day)))


def _models_dev(each: Mapping[str, Any]) -> Row:
    limit, modalities, cost = (each.get(name) or {} for name in ("limit", "modalities", "cost"))
    released = each.get("release_date") or ""
    return {
        "id": each["id"],
        "name": each.get("name"),
        "context_window": limit.get("context") or None,
        "max_tokens": limit.get("output") or None,
        "input": modalities.get("input") or [],
        "reasoning": each.get("reasoning"),
        "tools": each.get("tool_call"),
        "released": released if DAY.fullmatch(released) else None,
        "price": _price(cost, BUCKETS, [(tier["tier"]["size"], tier) for tier in cost.get("tiers") or ()]),
    }


def _pi_ai(each: Mapping[str, Any]) -> Row:
    cost = {name: value for name, value in each["cost"].items() if value}  # 0 stands for what is not known, too
    tiers = [(tier["inputTokensAbove"], tier) for tier in each["cost"].get("tiers") or ()]
    return {
        "id": each["id"],
        "name": each.get("name"),
        "context_window": each.get("contextWindow") or None,
        "max_tokens": each.get("maxTokens") or None,
        "input": each.get("input") or [],
        "reasoning": each.get("reasoning"),
        "tools": True,  # the package lists no model that calls none
        "price": _price(cost, PI_BUCKETS, tiers),
    }


def _price(cost: Mapping[str, Any], names: Mapping[str, str], tiers: list[tuple[int, Mapping[str, Any]]]) -> Row:
    """The rates by bucket; empty where nothing is charged for: that is a plan or a trial, and no price."""
    rates = _rates(cost, names)
    if not rates.get("input") and not rates.get("output"):
        return {}
    above = [{"above": size, **_rates(tier, names)} for size, tier in sorted(tiers, key=lambda each: each[0])]
    return {**rates, "tier": above} if above else rates


def _rates(cost: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    rates = {bucket: cost[name] for name, bucket in names.items() if isinstance(cost.get(name), int | float)}
    if rates.get("cache_read", 0) > rates.get("input", 0):
        del rates["cache_read"]  # a slip of the list: nobody asks for more where less is done
    return rates


def _chatting(tables: Mapping[str, Mapping[str, Row]]) -> Iterator[Row]:
    return (each for rows in tables.values() for each in rows.values() if each.get("type") == "chat")
