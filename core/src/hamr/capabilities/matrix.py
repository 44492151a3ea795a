"""The matrix: rules by provider, those of users before those of plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hamr.capabilities.capability import HINT, UNKNOWN, Capabilities, Rule, rule
from hamr.errors import ConfigError

RULES, DEFAULTS, FAMILIES = "provider", "provider_defaults", "provider_family"


class Known(NamedTuple):
    """What is known of a model, and the rules that say it, each with its place; none where nothing is known.

    `asked_format` is how tools are to be offered by the alias or the role that the model was asked by.
    """

    capabilities: Capabilities
    rules: tuple[tuple[Rule, str], ...]
    asked_format: str | None = None

    def with_format(self, form: str) -> Known:
        """The same of a model that was asked by an alias or a role that says how tools are to be offered."""
        said = Capabilities(preferred_tool_format=form).over(self.capabilities)
        return Known(said, self.rules, form)

    @property
    def places(self) -> str:
        """Who says it, for people."""
        return " and ".join(dict.fromkeys(place for _, place in self.rules)) or "the defaults of its provider"


@dataclass(frozen=True, slots=True)
class Source:
    """What one file says: rules and defaults by provider, and of whom a provider is a sibling."""

    place: str
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Rule] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)


class Matrix:
    """The sources of one client: `own` are the user's, the first counting most; `shipped` gives a provider's.

    `said` gives what counts before all of them for a model of one provider, and not for its siblings.
    """

    def __init__(
        self,
        own: Sequence[Source],
        shipped: Callable[[str], Source],
        said: Callable[[str, str], tuple[Rule, str] | None] = lambda *_: None,
    ) -> None:
        self._own, self._shipped, self._said = own, shipped, said
        self._found: dict[tuple[str, str], Known] = {}

    def of(self, provider: str, model: str) -> Known:
        """What is known of a model; raises ConfigError for a shipped table awry."""
        key = provider, model
        if (known := self._found.get(key)) is None:
            known = self._found[key] = self._looked_up(provider, model)
        return known

    def rules(self, provider: str) -> Iterator[tuple[Rule, str]]:
        """The rules of a provider with their places, in the order in which they are asked."""
        for source in self._sources(provider):
            yield from ((rule, source.place) for rule in source.rules.get(provider, ()))

    def defaults(self, provider: str) -> Capabilities:
        """What holds for all models of a provider of which its rules say nothing else."""
        found: Capabilities = UNKNOWN
        for source in self._sources(provider):
            if (default := source.defaults.get(provider)) is not None:
                found = found.over(default.capabilities())
        return found

    def family(self, provider: str) -> str | None:
        """Of whom a provider is a sibling."""
        return next((found for each in self._sources(provider) if (found := each.families.get(provider))), None)

    def _sources(self, provider: str) -> tuple[Source, ...]:
        return (*self._own, self._shipped(provider))

    def _looked_up(self, provider: str, model: str) -> Known:
        """The provider's rules and then its defaults; the rules of its family, where its own leave something open.

        A family's defaults are its head's alone.
        """
        found, rules, done = self._ruled(provider, model)
        found = found.over(self.defaults(provider))
        seen, at = [provider], provider
        while not done and (above := self.family(at)) is not None and above not in seen:
            inherited, more, done = self._ruled(above, model.removeprefix(f"{above}/"))
            found, rules, at = found.over(inherited.inherited()), [*rules, *more], above
            seen.append(above)
        if (said := self._said(provider, model)) is not None:
            found, rules = said[0].capabilities().over(found), [said, *rules]
        return Known(found, tuple(rules))

    def _ruled(self, provider: str, model: str) -> tuple[Capabilities, list[tuple[Rule, str]], bool]:
        """What the first rule that fits says, with those that it extends, and whether the last of them was found."""
        found: Capabilities = UNKNOWN
        rules: list[tuple[Rule, str]] = []
        for each, place in self.rules(provider):
            if each.holds(model):
                found = found.over(each.capabilities())
                rules.append((each, place))
                if not each.extends:
                    return found, rules, True
        return found, rules, False


def source(tables: Any, place: str, problem: Callable[[str], None]) -> Source:
    """What `provider`, `provider_defaults` and `provider_family` say; what is wrong is told, and the rest counts."""
    rules: dict[str, tuple[Rule, ...]] = {}
    defaults: dict[str, Rule] = {}
    for name, listed in _tables(tables, RULES, place, problem):
        if not isinstance(listed, list):
            problem(f"{place}: {RULES}.{name} must be a list of tables: [[{RULES}.{name}]]")
            continue
        read = (_read(each, f"{place}: {RULES}.{name}[{at}]", problem) for at, each in enumerate(listed))
        rules[name] = tuple(each for each in read if each is not None)
    for name, table in _tables(tables, DEFAULTS, place, problem):
        if (each := _read(table, f"{place}: {DEFAULTS}.{name}", problem)) is not None:
            defaults[name] = each
    families = {name: to for name, to in _tables(tables, FAMILIES, place, problem) if isinstance(to, str)}
    return Source(place, rules, defaults, families)


def packaged(id: str, tables: Mapping[str, Any], place: str) -> Source:
    """A plugin's own table: `rule`, `defaults` and `family`, with `source` and `date` for all; raises ConfigError."""
    if strange := sorted(tables.keys() - {"rule", "defaults", "family", "source", "date"}):
        raise ConfigError(f"{place}: {strange[0]}: unknown field", hint=HINT)
    general = {name: tables[name] for name in ("source", "date") if name in tables}
    rules = tuple(rule({**general, **each}, f"{place}: rule[{at}]") for at, each in enumerate(tables.get("rule", ())))
    defaults = {id: rule({**general, **tables["defaults"]}, f"{place}: defaults")} if "defaults" in tables else {}
    return Source(place, {id: rules}, defaults, {id: tables["family"]} if "family" in tables else {})


def _tables(tables: Any, name: str, place: str, problem: Callable[[str], None]) -> list[tuple[str, Any]]:
    inner = tables.get(name, {}) if isinstance(tables, Mapping) else None
    if not isinstance(inner, Mapping):
        problem(f"{place}: {name} must be a table")
        return []
    return [(str(key), value) for key, value in inner.items()]


def _read(table: Any, place: str, problem: Callable[[str], None]) -> Rule | None:
    if not isinstance(table, Mapping):
        problem(f"{place} must be a table")
        return None
    try:
        return rule(table, place)
    except ConfigError as error:
        problem(error.message)
        return None
