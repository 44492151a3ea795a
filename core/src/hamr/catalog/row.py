"""A row of `models.toml`: one model, its bounds and its prices, each with where that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from hamr import schema
from hamr.errors import ConfigError

DAY = {"pattern": r"\d{4}-\d{2}-\d{2}"}
RATE = {"least": 0}
HINT = "docs/costs.md lists the fields of a row."
DATED = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
"""What providers put behind a model's name for one version of it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens of each bucket of `Usage`; None where it is not known.

    Thinking costs what output costs, and an hour's place in the cache twice what input does, where nothing else is
    said (source: the price pages of the large providers, 2026-11).
    """

    input: float | None = field(default=None, metadata=RATE)
    cache_read: float | None = field(default=None, metadata=RATE)
    cache_write_5m: float | None = field(default=None, metadata=RATE)
    cache_write_1h: float | None = field(default=None, metadata=RATE)
    input_audio: float | None = field(default=None, metadata=RATE)
    output: float | None = field(default=None, metadata=RATE)
    reasoning: float | None = field(default=None, metadata=RATE)
    output_audio: float | None = field(default=None, metadata=RATE)


@dataclass(frozen=True, slots=True)
class Tier(Rates):
    """What the whole call costs where more than `above` tokens go in."""

    above: int = field(default=0, metadata={"least": 0})


@dataclass(frozen=True, slots=True)
class Tiered(Rates):
    """Rates, and others for calls with much input."""

    tier: tuple[Tier, ...] = field(default=(), metadata={"tables": Tier})

    def rates(self, incoming: int) -> Rates:
        """What counts for a call with so many tokens going in."""
        tiers = [tier for tier in self.tier if incoming > tier.above]
        return max(tiers, key=lambda tier: tier.above, default=self)


@dataclass(frozen=True, slots=True)
class Service(Tiered):
    """The rates of a tier of service, and where and when they were read, if elsewhere than the price."""

    source: str = ""
    date: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})


@dataclass(frozen=True, slots=True)
class Price(Tiered):
    """What a model costs from one day to another, both of them included; without them, always.

    `service` has the rates of other tiers of service, such as `flex`, by the provider's word for each.
    """

    service: Mapping[str, Service] = field(default_factory=dict, metadata={"named": Service})
    since: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})
    until: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})
    source: str = ""
    date: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})

    def over(self, below: Price) -> Price:
        """The price, with what another says where this one says nothing.

        Rates for much input and for other tiers of service are those of another only where it is the same price.
        """
        unsaid = [each.name for each in fields(Rates) if getattr(self, each.name) is None]
        if all(getattr(self, name) in (None, getattr(below, name)) for name in ("input", "output")):
            unsaid += [name for name in ("tier", "service") if not getattr(self, name)]
        return replace(self, **{name: getattr(below, name) for name in unsaid})

    def holds(self, day: str) -> bool:
        """Whether it counts on this day, `2026-11-25`."""
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Row:
    """A model. What is not known of it is None; `source` and `date` say where and when it was read."""

    id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    context_window: int | None = field(default=None, metadata={"least": 1})
    max_tokens: int | None = field(default=None, metadata={"least": 1})
    input: tuple[str, ...] = ()
    reasoning: bool | None = None
    tools: bool | None = None
    availability: str | None = field(default=None, metadata={"one_of": ("serverless", "dedicated", "unknown")})
    released: str | None = field(default=None, metadata=DAY)
    shutdown: str | None = field(default=None, metadata=DAY)
    deprecated: bool | None = None
    deprecation_note: str | None = None
    superseded_by: str | None = None
    open_weight: bool | None = None
    strengths: tuple[str, ...] = ()
    equivalence_group: str | None = None
    price: tuple[Price, ...] = field(default=(), metadata={"tables": Price})
    source: str = ""
    date: str = field(default="", metadata={"pattern": r"|\d{4}-\d{2}-\d{2}"})

    def over(self, below: Row) -> Row:
        """The row, with what another says of the same model where this one says nothing.

        A price that is taken over keeps its own source and date.
        """
        unsaid = [each.name for each in fields(self) if getattr(self, each.name) in (None, (), "")]
        said: dict[str, Any] = {name: getattr(below, name) for name in unsaid}
        if not self.price:
            said["price"] = below.sourced_prices()
        elif len(self.price) == len(below.price) == 1:
            said["price"] = (self.price[0].over(below.price[0]),)
        return replace(self, **said)

    def end(self, day: str) -> str | None:
        """For people, that it has ended by this day or will end; None where nothing says so."""
        told = []
        if self.shutdown is not None:
            told.append(f"it {'ended' if self.shutdown <= day else 'ends'} on {self.shutdown}")
        elif self.deprecated:
            told.append("it is deprecated")
        if told and self.superseded_by:
            told.append(f"{self.superseded_by} takes its place")
        return "; ".join([*told, *([self.deprecation_note] if told and self.deprecation_note else [])]) or None

    def sourced_prices(self) -> tuple[Price, ...]:
        """The prices, each with its source and date: those of the row where it has none."""
        told = (each if each.source else replace(each, source=self.source, date=self.date) for each in self.price)
        return tuple(told)

    def price_on(self, day: str) -> Price | None:
        """The price that counts on this day: where several do, the one that began last."""
        return max((each for each in self.price if each.holds(day)), key=lambda each: each.since, default=None)


class Rows:
    """The rows of one file, `place`; each is checked when it is asked for. `kind` says what sort of file it is."""

    def __init__(self, tables: Mapping[str, Any], place: str, kind: str = "") -> None:
        self._tables, self.place, self.kind = tables, place, kind
        self._by_name: dict[str, Mapping[str, Any]] = {}
        models = tables.get("model", [])
        if not isinstance(models, list) or not all(isinstance(each, Mapping) for each in models):
            raise ConfigError(f"{place}: model must be a list of tables", hint=HINT)
        for field_name in ("aliases", "id"):  # an id counts before an alias, and of two rows the first
            for each in reversed(models):
                self._by_name.update((name, each) for name in _names(each.get(field_name)))

    def find(self, name: str) -> Row | None:
        """The model of this name, or of that name without the date behind it; raises ConfigError for a row awry."""
        raw = self._by_name.get(name) or self._by_name.get(DATED.sub("", name))
        return None if raw is None else self._checked(raw)

    def first(self, names: Iterable[str]) -> Row | None:
        """The model of the first of these names that is here; raises ConfigError for a row awry."""
        return next((row for name in names if (row := self.find(name)) is not None), None)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Row]:
        return (self._checked(raw) for raw in self._tables.get("model", ()))

    def _checked(self, raw: Mapping[str, Any]) -> Row:
        general = {name: self._tables[name] for name in ("source", "date") if name in self._tables}
        return schema.read(Row, {**general, **raw}, f"{self.place}, the model {raw.get('id')!r}", HINT)


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [each for each in value or () if isinstance(each, str)]
