"""What price lists know of the models that providers have."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hamr.base_url import is_own
from hamr.cli import output
from hamr.errors import HamrError
from hamr.prices import price_lists
from hamr.resolve.model import model_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.catalog.row import Rates, Row, Rows
    from hamr.providers import Providers
    from hamr.types import ModelInfo, Provider

UNKNOWN = "-"
SAME = ("context_window", "max_tokens", "input", "reasoning", "tools")
"""What a row of a list and a row of a provider say by the same name."""


class PriceLists:
    """The lists of each provider, read when they are first asked for; one that is none is told once and passed over."""

    def __init__(self, providers: Providers, environ: Mapping[str, str]) -> None:
        self._providers, self._environ = providers, environ
        self._lists: dict[str, list[Rows]] = {}
        self._known: dict[str, Provider] = {}
        self._day = datetime.now(UTC).date().isoformat()

    def filled(self, model: ModelInfo) -> ModelInfo:
        """The model, with what a list says of it where its provider says nothing.

        What the user has written counts before what the provider says, but for how much fits (inventory H-120).
        """
        from hamr.catalog.merged import LIVE, merged, written

        if (row := self._row(model)) is None:
            return model
        known: dict[str, Any] = {name: getattr(row, name) or None for name in SAME if getattr(model, name) is None}
        named = [(rows, its) for rows in self._lists[model.provider] if (its := rows.find(model.id)) is not None]
        if (own := merged(written(named))) is not None:
            said = {name: getattr(own, name) for name in ("name", *SAME) if name not in LIVE}
            known |= {name: value for name, value in said.items() if value not in (None, ())}
        return replace(model, **known)

    def price(self, model: ModelInfo) -> str:
        """Dollars for a million tokens in and out, for people."""
        row = self._row(model)
        price = row.price_on(self._day) if row is not None else None
        if price is None:
            return "free" if self._is_local(model) else UNKNOWN
        more = " and more" if price.tier else ""
        return f"{_dollars(price.input)} / {_dollars(price.output)}{more}"

    def document(self, model: ModelInfo) -> dict[str, Any] | None:
        """What a list says of it, for programs; the price is that of today."""
        if (row := self._row(model)) is None:
            return None
        price = row.price_on(self._day)
        facts = {name: getattr(row, name) for name in SAME}
        dates = {"released": row.released, "shutdown": row.shutdown, "source": row.source, "date": row.date}
        return {**facts, **dates, "price": None if price is None else _rates(price)}

    def stale(self) -> list[str]:
        """What to tell of lists that were fetched long ago, of the providers that have been looked at."""
        import time

        from hamr.catalog.overlay import Overlays
        from hamr.plugins.manifest_index import catalog_folder

        overlays, now = Overlays(catalog_folder(self._environ)), time.time()
        old = [each for id in self._lists for each in overlays.of(id) if each.is_stale(now)]
        return [f"{each.source} is {each.age(now)}; to fetch it anew: hamr catalog refresh" for each in old]

    def _row(self, model: ModelInfo) -> Row | None:
        id = model.provider
        try:
            if id not in self._lists:
                self._lists[id] = price_lists(id, self._providers, self._environ)
            return _find(self._lists[id], model.id)
        except HamrError as error:  # told, and the rest of the table is there all the same
            output.note(f"not read: {error.message}")
            self._lists[id] = []
            return None

    def _is_local(self, model: ModelInfo) -> bool:
        id = model.provider
        if id not in self._known:
            self._known[id] = self._providers.provider(id, self._environ)
        provider = self._known[id]
        own = model_of(provider, model.id).local
        return (provider.local if own is None else own) and is_own(provider.base_url)


def _find(lists: list[Rows], id: str) -> Row | None:
    if not lists:
        return None
    from hamr.catalog.pricing import Pricing

    return Pricing(id, lists).row()


def _dollars(rate: float | None) -> str:
    return "?" if rate is None else f"${rate:,.12f}".rstrip("0").rstrip(".")


def _rates(price: Rates) -> dict[str, Any]:
    """The buckets that have a price, with much input and in other tiers of service too."""
    return _tiered(asdict(price))


def _tiered(table: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in table.items() if value not in (None, "", (), {})}
    said["tier"] = [{name: value for name, value in tier.items() if value is not None} for tier in said.get("tier", ())]
    if service := said.get("service"):
        said["service"] = {name: _tiered(each) for name, each in service.items()}
    return said
