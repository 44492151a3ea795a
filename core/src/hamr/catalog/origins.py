"""All that is known of a model, each field with the list that says it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hamr.catalog.difference import FIELDS, rates
from hamr.catalog.row import Price, Row, Rows


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known, the `kind` and the `place` of the list that says so, and where and when that was read."""

    field: str
    value: Any
    kind: str
    place: str
    source: str
    date: str


def facts(lists: Sequence[Rows], id: str) -> list[Fact]:
    """What the lists know of a model, the first of which counts; empty where none has it. Raises ConfigError."""
    named = [(rows, row) for rows in lists if (row := rows.find(id)) is not None]
    return [*_plain(named), *_prices(named)]


def _plain(named: Sequence[tuple[Rows, Row]]) -> Iterator[Fact]:
    for name in ("id", "aliases", *FIELDS):
        for rows, row in named:
            value = getattr(row, name)
            if value not in (None, (), ""):
                told = list(value) if isinstance(value, tuple) else value
                yield Fact(name, told, rows.kind, rows.place, row.source, row.date)
                break


def _prices(named: Sequence[tuple[Rows, Row]]) -> Iterator[Fact]:
    """Every price; where lists have one each, a rate that the first one is silent of is the next one's (`Row.over`)."""
    priced = [(rows, row) for rows, row in named if row.price]
    if not priced:
        return
    (rows, row), *below = priced
    said: set[str] = set()
    for price in row.sourced_prices():
        for name, rate in rates(price):
            said.add(name)
            yield Fact(_dated(name, price), rate, rows.kind, rows.place, price.source, price.date)
    single = [(rows, lower) for rows, lower in below if len(row.price) == len(lower.price) == 1]
    for rows, lower in single:
        for other in lower.sourced_prices():
            for name, rate in rates(other):
                if name not in said and ".tier[" not in name:
                    said.add(name)
                    yield Fact(_dated(name, row.price[0]), rate, rows.kind, rows.place, other.source, other.date)


def _dated(name: str, price: Price) -> str:
    """`price.input`, of a span of days `price[2026-01-01..].input`."""
    span = f"[{price.since}..{price.until}]" if price.since or price.until else ""
    return f"price{span}{name.removeprefix('price')}"
