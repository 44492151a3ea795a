"""The openly licensed lists of models that rows are made from, read from local copies."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hamr.catalog import models_dev as its

Row = dict[str, Any]

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
