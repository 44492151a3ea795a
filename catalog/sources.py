"""The openly licensed lists of models that rows are made from, read from local copies."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hamr.catalog import models_dev as its

Row = dict[str, Any]

LITELLM = "litellm"
MODELS_DEV = "models.dev"
PI_AI = "pi-ai"
PI_BUCKETS = {"input": "input", "cacheRead": "cache_read", "cacheWrite": "cache_write_5m", "output": "output"}


def models_dev(file: Path, provider: str) -> dict[str, Row]:
    """The models of one provider in a copy of models.dev's `api.json`, gzipped or not, by their ids."""
    return {row["id"]: {**row, "price": (row.get("price") or [{}])[0]} for row in its.rows(_tables(file), provider)}


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
    return its.day(_tables(file))


LITELLM_RATES = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "output_cost_per_audio_token": "output_audio",
}
SERVICES = {"flex": "flex", "priority": "priority", "batches": "batch"}
"""Its words for tiers of service, and those of the providers."""
ABOVE = re.compile(r"_above_(\d+)k_tokens")
MILLION = 1_000_000


def litellm(file: Path, prefixes: Sequence[str]) -> dict[str, Row]:
    """Prices by id in the table of the package litellm, of those whose names begin so; with tiers of service."""
    found: dict[str, Row] = {}
    tables: dict[str, Row] = json.loads(file.read_bytes())
    for prefix in reversed(prefixes):  # the first counts
        found |= {name.removeprefix(prefix): _litellm(each) for name, each in tables.items() if name.startswith(prefix)}
    return found


def _litellm(each: Row) -> Row:
    said = {name: _tiered(each, f"_{suffix}") for suffix, name in SERVICES.items()}
    service = {name: rates for name, rates in said.items() if "input" in rates or "output" in rates}
    return {**_tiered(each, ""), "service": service}


def _tiered(each: Row, suffix: str) -> Row:
    """The rates whose names end so, with those above a length of input."""
    rates = {bucket: _per_million(each.get(f"{name}{suffix}")) for name, bucket in LITELLM_RATES.items()}
    tiers: dict[int, Row] = {}
    for key, value in each.items():
        length = ABOVE.search(key)
        if length and key.endswith(f"{length[0]}{suffix}"):
            name = key.removesuffix(f"{length[0]}{suffix}")
            tiers.setdefault(int(length[1]) * 1000, {}).update(_named(name, value))
    found = {bucket: rate for bucket, rate in rates.items() if rate}
    above = [{"above": size, **tiers[size]} for size in sorted(tiers) if tiers[size]]
    return {**found, "tier": above} if above else found


def _named(name: str, rate: Any) -> Row:
    """The rate under its bucket's name, nothing for what hamr has no bucket for."""
    return {LITELLM_RATES[name]: _per_million(rate)} if name in LITELLM_RATES else {}


def _per_million(rate: Any) -> float | None:
    return float(Decimal(str(rate)) * MILLION) if isinstance(rate, int | float) else None


def _tables(file: Path) -> Any:
    data = file.read_bytes()
    return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)


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
        "price": its.price(cost, PI_BUCKETS, tiers),
    }


def _chatting(tables: Mapping[str, Mapping[str, Row]]) -> Iterator[Row]:
    return (each for rows in tables.values() for each in rows.values() if each.get("type") == "chat")
