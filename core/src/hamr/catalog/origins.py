"""All that is known of a model, each field with the list that says it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from hamr.catalog.difference import FIELDS, rates
from hamr.catalog.merged import in_order
from hamr.catalog.row import Price, Row, Rows, Service


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
        for rows, row in in_order(name, named):
            value = getattr(row, name)
            if value not in (None, (), ""):
                told = list(value) if isinstance(value, tuple) else value
                yield Fact(name, told, rows.kind, rows.place, row.source, row.date)
                break


def _prices(named: Sequence[tuple[Rows, Row]]) -> Iterator[Fact]:
    """Every rate of what counts for a call, with the first list that says so."""
    if not named:
        return
    counting = reduce(lambda row, below: row.over(below), [row for _, row in named])
    said = [(rows, price, dict(rates(price))) for rows, row in named for price in row.sourced_prices()]
    for price in counting.price:
        for name, rate in rates(price):
            rows, its = next((rows, its) for rows, its, told in said if told.get(name) == rate)
            read = _read(name, its)
            yield Fact(_dated(name, price), rate, rows.kind, rows.place, read.source, read.date)


def _read(name: str, price: Price) -> Price | Service:
    """What says where a rate was read: its tier of service, or the price."""
    service = price.service.get(name.removeprefix("price.service[").partition("]")[0])
    return service if service is not None and service.source else price


def _dated(name: str, price: Price) -> str:
    """`price.input`, of a span of days `price[2026-01-01..].input`."""
    span = f"[{price.since}..{price.until}]" if price.since or price.until else ""
    return f"price{span}{name.removeprefix('price')}"
