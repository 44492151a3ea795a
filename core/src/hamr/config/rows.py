"""Models as a file lists them, as rows of a price list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.config.layer import ANYONE, Layer

SAME = {"name": "name", "display_name": "name", "context_window": "context_window", "input": "input"}
SAME |= {"availability": "availability"}
SAME |= {"max_tokens": "max_tokens", "max_output_tokens": "max_tokens"}
SAME |= {"reasoning": "reasoning", "supports_thinking": "reasoning"}
OF_ITS_LIFE = ("shutdown", "deprecated", "deprecation_note", "superseded_by")
SAME |= {name: name for name in (*OF_ITS_LIFE, "open_weight", "strengths", "equivalence_group")}
"""What a file calls a field, and what a row does."""
PATTERN = frozenset("*?[]")
"""What stands in no name of a model, for patterns are made of it."""
COST = {"input": "input", "output": "output", "cache_read": "cache_read", "cache_write": "cache_write_5m"}


def patch_rows(layer: Layer, id: str) -> list[Mapping[str, Any]]:
    """What the layer says of models of a provider before all rows of theirs."""
    from hamr.config.catalog_entry import about

    return [_row(name, patch, layer.place) for name, patch in about(layer.patches.get(ANYONE, {}), id).items()]


RULES = {"rate_limits": "limits", "stream_timeout": "stream_timeout"}
"""What rows say of how single models are asked, and what a rule of a manifest calls it."""


def model_rules(rows: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What rows say of how single models are asked, by their names, as rules of a manifest."""
    said = {name: {rule: row[own] for own, rule in RULES.items() if row.get(own)} for name, row in rows.items()}
    return [{"match": [name.lower()], **rule} for name, rule in said.items() if rule and not PATTERN & set(name)]


def price_rows(layer: Layer, id: str) -> list[Mapping[str, Any]]:
    """The models that the layer lists for a provider, and those that it changes."""
    listed = [_row(row["id"], row, layer.place) for row in layer.models.get(id, ()) if "id" in row]
    return [*listed, *(_row(name, patch, layer.place) for name, patch in layer.patches.get(id, {}).items())]


def _row(id: str, said: Mapping[str, Any], place: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": id, "source": place}
    row |= {SAME[name]: value for name, value in said.items() if name in SAME}
    vision = said.get("supports_vision")
    if isinstance(vision, bool) and not row.get("input"):
        row["input"] = ("text", "image") if vision else ("text",)
    cost = said.get("cost")
    if isinstance(cost, Mapping):
        row["price"] = [{COST[name]: value for name, value in cost.items() if value is not None}]
    return row
