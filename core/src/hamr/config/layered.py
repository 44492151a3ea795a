"""What layers of configuration say together of providers and models; a later one counts before an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hamr.config.layer import ANYONE, Alias, Layer, Problem

if TYPE_CHECKING:
    from hamr.config.generation import Given, RoleTable

USUAL = "default"
"""In `[tier_defaults]`, the tier of models of which nothing else is said."""


class Layered:
    """The questions that are asked of all layers; which these are is for others to say."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What there is, the first counting least."""
        raise NotImplementedError

    @property
    def problems(self) -> list[Problem]:
        """What in these files does not count."""
        return [problem for layer in self.layers for problem in layer.problems]

    @property
    def ids(self) -> list[str]:
        """The providers that the files name, each once."""
        return list(dict.fromkeys(id for layer in self.layers for id in layer.providers))

    @property
    def aliases(self) -> dict[str, Alias]:
        """Other names of models."""
        return {name: alias for layer in self.layers for name, alias in layer.aliases.items()}

    def alias(self, name: str) -> tuple[Alias, str] | None:
        """What the last file that has this alias says of it, with its place."""
        layers = (layer for layer in reversed(self.layers) if name in layer.aliases)
        return next(((layer.aliases[name], f"{layer.place}: aliases.{name}") for layer in layers), None)

    @cached_property
    def names_models(self) -> bool:
        """Whether the files give names to models."""
        return any(layer.aliases for layer in self.layers)

    @cached_property
    def roles(self) -> dict[str, tuple[RoleTable, str]]:
        """Models by what they are for, with the place that says so; a later file's field counts."""
        found: dict[str, tuple[RoleTable, str]] = {}
        for roles, place in self.said("model_roles"):
            for name, role in roles.items():
                below = found.get(name)
                found[name] = (role if below is None else role.over(below[0]), place)
        return found

    @cached_property
    def fallbacks(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Who serves where a provider cannot, by the provider's id, with the place that says so."""
        said = self.said("fallback")
        return {id: (each, f"{place}: providers.{id}.fallback") for found, place in said for id, each in found.items()}

    @cached_property
    def tier_models(self) -> dict[str, tuple[str, str]]:
        """The selector that a tier stands for, with its place."""
        said = self.said("tier_defaults")
        return {name: (text, place) for tiers, place in said for name, text in tiers.items() if name != USUAL}

    def tier(self, provider: str, model: str) -> tuple[str, str] | None:
        """Of which tier a model is, and the place that says so."""
        if (own := self.row_field(provider, model, "tier")) is not None:
            return own
        names = model.lower(), f"{provider}/{model}".lower()
        for rules, _ in reversed(self.said("tier_rules")):
            if (rule := next((each for each in rules if any(map(each.fits, names))), None)) is not None:
                return rule.provider, rule.told()
        said = self.said("tier_defaults")
        usual = [(tiers[USUAL], f"{place}: tier_defaults") for tiers, place in said if USUAL in tiers]
        return usual[-1] if usual else None

    def tables(self, id: str) -> list[tuple[str, Mapping[str, Any]]]:
        """What each file says of a provider, with its place."""
        found = []
        for layer in self.layers:
            if id in layer.providers:
                found.append((layer.place, layer.providers[id]))
            found += _ruled(layer, {row.get("id", ""): row for row in layer.models.get(id, ())})
        for layer in self.layers:
            if ANYONE in layer.patches:  # a patch counts before the rows of later files, too
                from hamr.config.catalog_entry import about

                found += _ruled(layer, about(layer.patches[ANYONE], id))
        return found

    def rows(self, id: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """The rows of a provider's models that each file lists, as a price list has them, the last file first."""
        from hamr.config.rows import price_rows

        found = [(layer.place, price_rows(layer, id)) for layer in reversed(self.layers)]
        return [(place, rows) for place, rows in found if rows]

    def patched(self, id: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """What each file changes in rows of a provider's models, wherever these are, the last file first."""
        from hamr.config.rows import patch_rows

        found = [(layer.place, patch_rows(layer, id)) for layer in reversed(self.layers) if ANYONE in layer.patches]
        return [(place, rows) for place, rows in found if rows]

    def availability(self, provider: str, model: str) -> str | None:
        """What the files say last of how a model of a list can be called."""
        rows = (row for _, rows in self.patched(provider) for row in rows if row["id"] == model)
        return next((str(row["availability"]) for row in rows if "availability" in row), None)

    def suppressed(self, provider: str, model: str) -> str | None:
        """The file that takes a model out of all lists, None where none does."""
        from hamr.resolve.glob import fits

        for layer in reversed(self.layers):
            for each in layer.suppressed:
                if each.provider == provider and fits(each.model.lower(), model.lower()):
                    return layer.place
        return None

    @cached_property
    def changes_lists(self) -> bool:
        """Whether the files change or suppress models of lists at all."""
        return any(layer.suppressed or ANYONE in layer.patches for layer in self.layers)

    def said(self, name: str) -> list[tuple[Any, str]]:
        """What each file has of a setting that belongs to no provider, with its place, the last file last."""
        return [(layer.settings[name], layer.place) for layer in self.layers if name in layer.settings]

    def model_defaults(self, provider: str, model: str) -> dict[str, Given]:
        """The options of a call that the files give for a model, each with its place."""
        if not (sources := self.said("model_defaults")):
            return {}
        from hamr.config.generation import defaults

        group = self.row_field(provider, model, "logical_model")
        return defaults(sources, provider, model, group[0] if group else None)

    def row_field(self, provider: str, model: str, name: str) -> tuple[str, str] | None:
        """The same of a field that is a text."""
        found = self.row_value(provider, model, name)
        return None if found is None else (str(found[0]), found[1])

    def row_value(self, provider: str, model: str, name: str) -> tuple[Any, str] | None:
        """What rows of the files say of a model in this field, with its place; those that patch rows count first."""
        for layer in reversed(self.layers):
            for patch in (f"{provider}/{model}", model):
                if (said := layer.patches.get(ANYONE, {}).get(patch, {}).get(name)) is not None:
                    return said, layer.place
        rows = ((row, layer.place) for layer in reversed(self.layers) for row in layer.models.get(provider, ()))
        found = (each for each in rows if each[0].get("id") == model and each[0].get(name) is not None)
        return next(((row[name], place) for row, place in found), None)

    def setting(self, name: str) -> tuple[str, str] | None:
        """A setting that belongs to no provider, with its place."""
        found = self.said(name)
        return found[-1] if found else None


def _ruled(layer: Layer, rows: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """What rows of a provider's models say of how these are asked, as a table of the provider."""
    if not any("rate_limits" in row or "stream_timeout" in row for row in rows.values()):
        return []
    from hamr.config.rows import model_rules

    rules = model_rules(rows)
    return [(layer.place, {"model": rules})] if rules else []
