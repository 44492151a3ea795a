"""What the calls of a route cost: nothing is read or imported for it before a call has been made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hamr.base_url import is_own
from hamr.errors import ConfigError, HamrError
from hamr.plugins.manifest_index import catalog_folder
from hamr.storage.config_files import config_path
from hamr.types import Cost, Route, Usage
from hamr.variables import TABLE, first

if TYPE_CHECKING:
    from hamr.catalog.pricing import Pricing
    from hamr.catalog.row import Row, Rows
    from hamr.providers import Providers

FILE = "models.toml"
"""The user's own list, and the name of the one in a provider's package."""


class Prices:
    """The price lists that count for a route, read when they are first needed."""

    def __init__(self, route: Route, providers: Providers, environ: Mapping[str, str]) -> None:
        self._route, self._providers, self._environ = route, providers, environ
        self._known: tuple[Pricing | None] | None = None

    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        """What this usage cost on this day (`2026-11-25`) where the model `served` it in this tier of service."""
        try:
            pricing = self._lists()
        except ConfigError as error:  # an answer is not lost for a price list that is none
            return Cost(None, error.message)
        found = None if pricing is None else pricing.cost(usage, served, tier, day)
        return found or self._unlisted(usage)

    def row(self) -> Row | None:
        """What is known of the model; raises ConfigError."""
        pricing = self._lists()
        return None if pricing is None else pricing.row()

    def longest(self) -> int | None:
        """How many tokens an answer may have, where that is known; raises ConfigError."""
        row = self.row()
        return None if row is None else row.max_tokens

    def window(self, served: str = "") -> int | None:
        """How many tokens fit into the model that served, or was asked; None where it is not known."""
        try:
            pricing = self._lists()
            row = None if pricing is None else pricing.row(served)
        except ConfigError:  # what the call cost tells of it
            return None
        return None if row is None else row.context_window

    def end(self, day: str) -> str | None:
        """For people, that the model has ended by this day or will end; None where nothing says so."""
        try:
            row = self.row()
        except ConfigError:  # what the call cost tells of it
            return None
        return None if row is None else row.end(day)

    @property
    def local(self) -> bool:
        """Whether the model runs on a server of the user's own, which costs nothing."""
        route = self._route
        local = route.provider.local if route.model.local is None else route.model.local
        return local and is_own(route.provider.base_url)

    def _unlisted(self, usage: Usage) -> Cost:
        """Of a model that no list has a price of: nothing on a server of one's own, else what a file says coarsely."""
        from decimal import Decimal

        if self.local:
            return Cost(Decimal(0), "a server of one's own costs nothing")
        try:
            rates = self._providers.manifest(self._route.provider.id).catalog
        except HamrError:  # it has been taken away since
            return Cost()
        if rates.coarse_input is None or rates.coarse_output is None:
            return Cost()
        incoming, outgoing = (Decimal(str(rate)) for rate in (rates.coarse_input, rates.coarse_output))
        usage = usage.billed or usage
        usd = (usage.input_total * incoming + usage.output_total * outgoing) / 1_000_000
        return Cost(usd, "by the coarse price of the provider, for no list has one of the model")

    def _lists(self) -> Pricing | None:
        """Looked for once, whether there are any or not: every call comes by here."""
        if self._known is None:
            self._known = (self._found(),)
        return self._known[0]

    def _found(self) -> Pricing | None:
        found = price_lists(self._route.provider.id, self._providers, self._environ)
        if not found:
            return None
        from hamr.catalog.pricing import Pricing

        return Pricing(self._route.model.id, found)


def price_lists(id: str, providers: Providers, environ: Mapping[str, str]) -> list[Rows]:
    """The lists that have models of a provider, the first of which counts; raises ConfigError."""
    pairs = _pairs(id, environ)
    packaged = providers.plugins.models(id) if id in providers.plugins.providers else {}
    place = config_path(environ, FILE)
    own = _read(place) if place is not None and os.path.exists(place) else {}
    configured, patched = providers.configuration.rows(id), providers.configuration.patched(id)
    fetched = _fetched(id, catalog_folder(environ))
    if not packaged and not own and not configured and not fetched and not patched and not pairs:
        return []
    from hamr.catalog.lists import lists, of_files

    return [*of_files(patched), *lists(id, own, place or "", packaged, [*pairs, *configured], fetched)]


def _pairs(id: str, environ: Mapping[str, str]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The rows of a file that has for each model its prices alone; nothing is imported where none is named."""
    if (variable := first(environ, TABLE["prices_file"].names)) is None:
        return []
    from hamr.catalog.price_pairs import rows

    place = os.path.abspath(os.path.expanduser(environ[variable].strip()))
    return [(place, rows(place, id))]


def _fetched(id: str, folder: str | None) -> list[Rows]:
    """What the user has fetched of a provider's models; nothing is imported where that is nothing at all."""
    if folder is None or not os.path.isdir(folder):
        return []
    from hamr.catalog.overlay import Overlays

    return [overlay.list() for overlay in Overlays(folder).of(id)]


def _read(path: str) -> Mapping[str, Any]:
    from hamr.plugins.manifest import read

    return read(path)
