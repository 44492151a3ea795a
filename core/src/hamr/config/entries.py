"""The reading of a file's tables into a layer: what is wrong is told, and the rest counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from hamr import schema
from hamr.config.catalog_entry import CatalogEntry, Suppressed
from hamr.config.entry import ModelEntry, ProviderEntry
from hamr.config.layer import ANYONE, Alias, Layer, Problem
from hamr.config.translate import provider_tables, snaked
from hamr.errors import ConfigError

FALLBACK = "fallback"
"""The setting that holds who serves where a provider cannot, by the provider's id."""
MOST = 100
"""How many things that do not count are told of one file."""
APART = frozenset({"compat", "headers", "api", "base_url", "cost", "pricing", "cost_per_1k_in", "cost_per_1k_out"})
"""Fields of a model that are for the wire, or for its prices in the one spelling."""
IDLE = {
    "completion_endpoint": "hamr asks for chats alone, and never for the completion of a text",
    "tool_call_parser": "calls are read as the wire says; a server that parses them has its own setting for that",
    "local_runtime": "hamr starts no server",
    "capabilities": "what a model can do is said in rules of capabilities (docs/capabilities.md)",
}
"""Fields that other programs go by and hamr does not, and why."""
REMARKS = ("tier", "source_url", "last_verified", "notes")
EMPTY = "it has none of base_url, headers, compat, models and what else describes a provider"


class Reading:
    """One file as it is read."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._providers: dict[str, Mapping[str, Any]] = {}
        self._models: dict[str, list[Mapping[str, Any]]] = {}
        self._patches: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self._aliases: dict[str, Alias] = {}
        self._settings: dict[str, Any] = {}
        self._suppressed: list[Suppressed] = []
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._untold = 0

    def layer(self) -> Layer:
        """What was read."""
        more = [Problem(self.place, "", f"{self._untold:,} more things in it do not count")] if self._untold else []
        return Layer(
            self.place,
            self._providers,
            {id: tuple(rows) for id, rows in self._models.items()},
            self._patches,
            suppressed=tuple(self._suppressed),
            aliases=self._aliases,
            settings=self._settings,
            problems=(*self._problems, *more),
            notes=tuple(self._notes[:MOST]),
        )

    def problem(self, path: str, reason: str) -> None:
        """Tell of something that does not count."""
        if self._is_full:
            self._untold += 1
        else:
            self._problems.append(Problem(self.place, path, reason))

    def note(self, path: str, reason: str) -> None:
        """Tell of something that is right as it stands, and that hamr has no use for."""
        self._notes.append(Problem(self.place, path, reason))

    def _idle(self, path: str, entry: Any) -> None:
        for name, reason in IDLE.items():
            if getattr(entry, name, None) not in (None, (), {}):
                self.note(f"{path}.{name}", reason)
        for name in REMARKS if getattr(entry, "rate_limits", None) is not None else ():
            if getattr(entry.rate_limits, name):
                self.note(f"{path}.rate_limits.{name}", "it is kept as a remark; limits go by their numbers alone")

    @property
    def _is_full(self) -> bool:
        return len(self._problems) >= MOST

    def set(self, name: str, value: Any) -> None:
        """A setting that belongs to no provider."""
        self._settings[name] = value

    def add(self, name: str, more: tuple[Any, ...]) -> None:
        """More of a setting that is a list of things."""
        self._settings[name] = (*self._settings.get(name, ()), *more)

    def providers(self, tables: Any, path: str) -> None:
        """Every provider of the table, each by itself."""
        if not isinstance(tables, Mapping):
            self.problem(path, "it must be a table")
            return
        for id, table in tables.items():
            self._provider(str(id), table, f"{path}.{id}")

    def aliases(self, tables: Any, path: str) -> None:
        """Every alias of the table: a text, or a table with `id` and `provider`."""
        if not isinstance(tables, Mapping):
            self.problem(path, "it must be a table")
            return
        for name, table in tables.items():
            given = {"id": table} if isinstance(table, str) else table
            if (alias := self._read(Alias, given, f"{path}.{name}")) is not None:
                self._aliases[str(name)] = alias

    def models(self, tables: Any, path: str) -> None:
        """Every model of the table, each by itself, under the name of its provider."""
        for name, entry in self._catalog(tables, path):
            if entry.provider is None:
                self.problem(f"{path}.{name}", "it must name its provider")
                continue
            row = {**entry.row(), "id": entry.wire_model or entry.id or name}
            if entry.wire_model:  # it goes by its own name here, and by that at its provider
                meant = Alias(entry.wire_model, entry.provider)
                self._aliases.update({entry.id or name: meant, f"{entry.provider}/{entry.id or name}": meant})
            self._models.setdefault(entry.provider, []).append(row)

    def patches(self, tables: Any, path: str) -> None:
        """What is changed in rows of models, by `provider/model` or by the model's name."""
        changes = {}
        for name, entry in self._catalog(tables, path):
            changes[name] = entry.row()
            if entry.wire_model:
                self.note(f"{path}.{name}.wire_model", "what a model is called at its provider stands in [models]")
        if changes:
            self._patches[ANYONE] = {**self._patches.get(ANYONE, {}), **changes}

    def suppress(self, routes: Any, path: str) -> None:
        """The models that no list shows, as `provider:model`."""
        routes = [routes] if isinstance(routes, str) else routes
        if not isinstance(routes, list) or not all(isinstance(each, str) for each in routes):
            self.problem(path, "it must be a list of texts")
            return
        for at, each in enumerate(routes):
            if (route := Suppressed.of(each)) is None:
                self.problem(f"{path}[{at}]", "it must be provider:model")
            else:
                self._suppressed.append(route)

    def _catalog(self, tables: Any, path: str) -> Iterator[tuple[str, CatalogEntry]]:
        if not isinstance(tables, Mapping):
            self.problem(path, "it must be a table")
            return
        for name, table in tables.items():
            if (entry := self._read(CatalogEntry, table, f"{path}.{name}")) is not None:
                self._idle(f"{path}.{name}", entry)
                yield str(name), entry

    def _provider(self, id: str, table: Any, path: str) -> None:
        entry = self._entry(table, path)
        if entry is None:
            return
        self._idle(path, entry)
        for at, model in enumerate(entry.models):
            self._idle(f"{path}.models.{model.id or at}", model)
        for key, changed in entry.model_overrides.items():
            self._idle(f"{path}.model_overrides.{key}", changed)
        if bool(entry.region_env) != bool(entry.regions):
            self.note(path, "region_env and regions count together alone")
        tables = provider_tables(entry)
        if fallback := ((entry.fallback,) if isinstance(entry.fallback, str) else entry.fallback):
            self._settings.setdefault(FALLBACK, {})[id] = tuple(fallback)
        if not tables and entry.enabled and not entry.model_overrides:
            if not fallback:
                self.problem(path, EMPTY)
            return
        if not entry.enabled:
            tables = {"enabled": False}
        self._providers[id] = tables
        if entry.models:
            self._models.setdefault(id, []).extend(_row(model) for model in entry.models)
        if entry.model_overrides:
            self._patches[id] = {name: _row(model) for name, model in entry.model_overrides.items()}
        for name, model in [*((model.id, model) for model in entry.models), *entry.model_overrides.items()]:
            if model.default_thinking:
                self._thinking(f"{id}/{name}", model.default_thinking, path)

    def _entry(self, table: Any, path: str) -> ProviderEntry | None:
        """The provider with those of its models that are described well: one that is not costs no more than itself."""
        models = table.get("models") if isinstance(table, Mapping) else None
        if not isinstance(models, list):
            entry: ProviderEntry | None = self._read(ProviderEntry, table, path)
            return entry
        entry = self._read(ProviderEntry, {name: value for name, value in table.items() if name != "models"}, path)
        read = (self._read(ModelEntry, each, f"{path}.models[{place}]") for place, each in enumerate(models))
        return None if entry is None else replace(entry, models=tuple(each for each in read if each is not None))

    def _thinking(self, model: str, level: str, path: str) -> None:
        """How much a model thinks where a call does not say it (inventory H-93)."""
        from hamr.config.generation import LEVELS, Defaults

        if level not in LEVELS:
            self.problem(path, f"default_thinking of {model} must be one of {', '.join(LEVELS)}")
        else:
            self.add("model_defaults", (Defaults(model, {"thinking": level}),))

    def _read(self, cls: type[Any], table: Any, path: str) -> Any:
        """The table as this dataclass; without the fields that nobody knows, which are told of."""
        if not isinstance(table, Mapping):
            self.problem(path, "it must be a table")
            return None
        known = cls.__dataclass_fields__
        unknown = [name for name in table if name not in known and _snake(name) not in known]
        for name in unknown:
            guess = "" if self._is_full else _guess(str(name), known)
            self.problem(f"{path}.{name}", f"unknown field{guess}; it is passed over")
        rest = {name: value for name, value in table.items() if name in known or _snake(name) in known}
        try:
            return schema.read(cls, rest, path)
        except ConfigError as error:
            self.problem(path, error.message.removeprefix(f"{path}: "))
            return None


def _snake(name: Any) -> str:
    return next(iter(snaked({str(name): 0})))


def _guess(name: str, known: Mapping[str, Any]) -> str:
    guess = schema.guess(name, known)
    return guess if "did you mean" in guess else ""


def _row(entry: ModelEntry) -> dict[str, Any]:
    """What the file says of the model itself, without what is for the wire."""
    told = {name: value for name, value in asdict(entry).items() if value not in (None, (), [], {})}
    rest = {name: value for name, value in told.items() if name not in APART}
    return {**rest, "cost": prices} if (prices := entry.prices) else rest
