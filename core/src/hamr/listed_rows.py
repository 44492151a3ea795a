"""A provider's own list of models as rows of a price list. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from hamr.wires.model_name import readable

if TYPE_CHECKING:
    from hamr.plugins.asking_table import CatalogTable
    from hamr.types import ModelInfo

SAME = ("context_window", "max_tokens", "input", "reasoning", "tools")
MILLION = 1_000_000
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?")


def rows(models: Iterable[ModelInfo], table: CatalogTable, day: str) -> list[dict[str, Any]]:
    """A row for each model, with what its provider says of it on this day and nothing else."""
    return [_row(model, table, day) for model in models]


def _row(model: ModelInfo, table: CatalogTable, day: str) -> dict[str, Any]:
    ends, rates = DAY.fullmatch(model.shutdown_date or ""), _rates(model.pricing or {}, table)
    said = {
        "id": model.id,
        "name": None if model.name == readable(model.id) else model.name,
        **{name: getattr(model, name) for name in SAME},
        "shutdown": ends and ends[1],
        "price": [rates] if rates else None,
        "source": f"the list of {model.provider}",
        "date": day,
    }
    return {name: value for name, value in said.items() if value not in (None, (), "")}


def _rates(pricing: Mapping[str, Any], table: CatalogTable) -> dict[str, float]:
    """Dollars for a million tokens, where the manifest says what its fields mean; nothing is never a price."""
    found = {bucket: _rate(pricing.get(name), table.per) for bucket, name in table.prices.items()}
    return {bucket: rate for bucket, rate in found.items() if rate}


def _rate(value: Any, per: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        rate = Decimal(str(value)) * MILLION / per
    except InvalidOperation:
        return None
    return float(rate) if rate.is_finite() and rate > 0 else None
