"""Tokens to dollars, by the price list; what is not known is never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hamr.catalog.merged import merged
from hamr.catalog.row import Price, Rates, Row, Rows, Service
from hamr.errors import ConfigError
from hamr.types import Cost, Usage
from hamr.types.usage import BUCKETS

MILLION = Decimal(1_000_000)
NAMES = 100
"""Of so many models that have served one that was asked for the rows are kept."""
STANDARD = ("auto", "default", "standard", "standard_only", "on_demand")
"""The tiers of service that price lists are for; the last is Groq's (its API reference, 2026-11)."""


class Pricing:
    """What calls of one model cost; of the price lists the first counts, for whatever it says of the model."""

    def __init__(self, model: str, lists: Sequence[Rows]) -> None:
        self._model, self._lists = model, lists
        self._rows: dict[str | None, Row | None] = {}

    def cost(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost | None:
        """What this usage cost on this day (`2026-11-25`) where the model `served` it in this tier of service.

        None where no list has a price of the model.
        """
        try:
            row = self.row(served)
        except ConfigError as error:  # an answer is not lost for a line in a price list
            return Cost(None, error.message)
        if row is None or (not row.price and _is_standard(tier)):
            return None
        if (price := row.price_on(day)) is None and row.price:
            return Cost(None, f"no price of {row.id} is known for {day}")
        rates = price if _is_standard(tier) or price is None else _service(price, str(tier).lower())
        return cost(usage, rates, row) if rates else _no_tier(tier)

    def row(self, served: str | None = None) -> Row | None:
        """What is known of the model that served, or else of the one that was asked; raises ConfigError.

        It is put together once for each name, for every call comes by here.
        """
        if served not in self._rows:
            if len(self._rows) >= NAMES:  # a provider that gives every answer another name
                self._rows.clear()
            self._rows[served] = self._found(served)
        return self._rows[served]

    def _found(self, served: str | None) -> Row | None:
        names = [name for name in (served, self._model) if name]
        return merged([(rows, row) for rows in self._lists if (row := rows.first(names)) is not None])


def cost(usage: Usage, price: Price | Service, row: Row) -> Cost:
    """What this usage comes to by these rates of a price; unknown where one of its buckets has none."""
    usage = usage.billed or usage
    rates = price.rates(usage.input_total)
    total = Decimal(0)
    for bucket in BUCKETS:
        if not (count := getattr(usage, bucket)):
            continue
        if (rate := _rate(rates, bucket)) is None:
            return Cost(None, f"no price of {row.id} is known for {bucket.replace('_', ' ')}")
        total += count * rate
    read = " of ".join(part for part in (price.source or row.source, price.date or row.date) if part)
    by = f"by the price list ({read})" if read else "by the price list"
    return Cost(total / MILLION, f"{by}, its tokens by an estimate" if usage.estimated else by)


def _service(price: Price, tier: str) -> Service | None:
    """The rates of a tier of service; those that say nothing else were read where the price was."""
    found = price.service.get(tier)
    return found if found is None or found.source else replace(found, source=price.source, date=price.date)


def _is_standard(tier: str | None) -> bool:
    return tier is None or tier.lower() in STANDARD


def _no_tier(tier: str | None) -> Cost:
    return Cost(None, f"no price is known for the service tier {tier}")


def _rate(rates: Rates, bucket: str) -> Decimal | None:
    said: float | None = getattr(rates, bucket)
    if said is None and bucket == "reasoning":
        said = rates.output
    if said is None and bucket == "cache_write_1h" and rates.cache_write_5m is not None and rates.input is not None:
        return 2 * Decimal(str(rates.input))
    return None if said is None else Decimal(str(said))
