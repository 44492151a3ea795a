"""What fresh lists have against the list that came with a provider's package. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

from hamr.catalog.row import Price, Rates, Row, Rows

FIELDS = (
    "name",
    "context_window",
    "max_tokens",
    "input",
    "reasoning",
    "tools",
    "availability",
    "released",
    "shutdown",
    "deprecated",
    "deprecation_note",
    "superseded_by",
    "open_weight",
    "strengths",
    "equivalence_group",
)
RATES = tuple(each.name for each in fields(Rates))

Facts = dict[str, Any]
"""What is said of a model: its fields by name, and its prices as `price.input` and so on."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that another value is said of; `old` is None where nothing was known."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """The models that are `new`, with what is said of them, that are `gone`, and that have `changed`, by their ids."""

    new: dict[str, Facts]
    gone: tuple[str, ...]
    changed: dict[str, tuple[Change, ...]]

    @property
    def words(self) -> str:
        """How many there are of each, for people."""
        return f"{len(self.new):,} new, {len(self.gone):,} gone, {len(self.changed):,} changed"


def difference(shipped: Rows, fresh: Sequence[Rows], day: str) -> Difference:
    """What the `fresh` lists say, the first of which counts, that the `shipped` one does not, by the prices of a day.

    What they are silent of is no change. Raises ConfigError for a row awry.
    """
    known, said = {row.id: row for row in shipped}, merged(fresh)
    other_names = {alias for row in said.values() for alias in row.aliases}
    changed = {id: tuple(_changes(known[id], row, day)) for id, row in said.items() if id in known}
    return Difference(
        new={id: facts(row, day) for id, row in said.items() if id not in known},
        gone=tuple(id for id, row in known.items() if not said.keys() & {id, *row.aliases} and id not in other_names),
        changed={id: changes for id, changes in changed.items() if changes},
    )


def merged(lists: Iterable[Rows]) -> dict[str, Row]:
    """The models of several lists by their ids, the first of which counts."""
    found: dict[str, list[Row]] = {}
    for rows in lists:
        for row in rows:
            found.setdefault(row.id, []).append(row)
    return {id: reduce(lambda row, below: row.over(below), several) for id, several in found.items()}


def facts(row: Row, day: str) -> Facts:
    """What is said of a model, by the prices of that day."""
    said = {name: getattr(row, name) for name in FIELDS}
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
    price = row.price_on(day)
    found |= dict(rates(price)) if price is not None else {}
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def rates(price: Price) -> Iterator[tuple[str, float]]:
    """What a price says of each bucket, with much input and in other tiers of service too."""
    services = [(f"price.service[{name}]", service) for name, service in sorted(price.service.items())]
    for place, tiered in (("price", price), *services):
        tiers = [(f"{place}.tier[{tier.above}]", tier) for tier in sorted(tiered.tier, key=lambda tier: tier.above)]
        for where, several in ((place, tiered), *tiers):
            for name in RATES:
                if (rate := getattr(several, name)) is not None:
                    yield f"{where}.{name}", rate


def _changes(old: Row, new: Row, day: str) -> Iterator[Change]:
    before = facts(old, day)
    for name, value in facts(new, day).items():
        if _ordered(was := before.get(name)) != _ordered(value):
            yield Change(name, was, value)


def _ordered(value: Any) -> Any:
    """What a model reads is the same in any order."""
    return sorted(value) if isinstance(value, list) else value
