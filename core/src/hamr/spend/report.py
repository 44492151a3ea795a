"""What stands in the book, added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hamr.spend.budget import Budget, end, start
from hamr.spend.ledger import Ledger, second
from hamr.spend.money import dollars
from hamr.types import Usage
from hamr.types.usage import BUCKETS

if TYPE_CHECKING:
    from sqlite3 import Connection

COLUMNS = {
    "day": "date(at, 'unixepoch')",
    "month": "strftime('%Y-%m', at, 'unixepoch')",
    "project": "project",
    "tag": "COALESCE(tags.tag, '')",
    "key": "calls.key",
    "provider": "provider",
    "model": "provider || '/' || model",
}
"""What lines may be made by."""
SUMS = ", ".join(f"SUM({bucket})" for bucket in BUCKETS)
TOTALS = f"COUNT(*), SUM(usd IS NULL), SUM(estimated), COALESCE(SUM(usd), 0), {SUMS}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calls are meant: from the day `since` to the day `until`, both included, and of these names alone."""

    since: str = ""
    until: str = ""
    only: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What some calls came to. `usd` is without those whose price is not known, of which there are `unpriced`.

    `estimated` counts those whose tokens nobody has counted.
    """

    by: Mapping[str, str]
    calls: int
    unpriced: int
    estimated: int
    usd: Decimal
    usage: Usage


@dataclass(frozen=True, slots=True)
class Key:
    """A key as people know it: its last characters, and where it came from."""

    tail: str
    origin: str


@dataclass(frozen=True, slots=True)
class State:
    """What of a budget is spent or held, from the day `start` to before the day `end`; empty and None for ever."""

    budget: Budget
    spent: Decimal
    start: str
    end: str | None

    @property
    def left(self) -> Decimal:
        """What is left of it, zero where more than all is spent."""
        return max(self.budget.usd - self.spent, Decimal(0))


def lines(ledger: Ledger, by: Sequence[str], asked: Asked) -> list[Line]:
    """A line for each of what the calls are parted `by`, such as each day and model."""
    names = [COLUMNS[each] for each in by]
    # A call with two tags stands in the lines of both.
    source = "calls LEFT JOIN tags ON tags.call = calls.id" if "tag" in by else "calls"
    where, values = _conditions(asked)
    groups = f" GROUP BY {', '.join(names)} ORDER BY {', '.join(names)}" if names else ""
    query = f"SELECT {', '.join([*names, TOTALS])} FROM {source} WHERE {where}{groups}"  # noqa: S608  # our own words

    def work(db: Connection) -> list[Line]:
        return [_line(by, row) for row in db.execute(query, values)]

    return ledger.database.write(work)


def keys(ledger: Ledger) -> dict[str, Key]:
    """The keys that calls were made with, by their ids."""
    rows = ledger.database.write(lambda db: db.execute("SELECT id, tail, origin FROM keys").fetchall())
    return {id: Key(tail, origin) for id, tail, origin in rows}


def state(ledger: Ledger, budget: Budget, today: date, elsewhere: int = 0) -> State:
    """How a budget stands today; `elsewhere` is what is spent on all machines that share it, in parts of a dollar."""
    spent = dollars(max(ledger.spent(budget), elsewhere))
    return State(budget, spent, start(budget.per, today), end(budget.per, today))


def _conditions(asked: Asked) -> tuple[str, list[object]]:
    conditions: list[str] = ["1"]
    values: list[object] = []
    if asked.since:
        conditions.append("at >= ?")
        values.append(second(asked.since))
    if asked.until:
        conditions.append("at < ?")
        values.append(second(asked.until) + 86_400)
    for name, value in (asked.only or {}).items():
        if name == "tag":
            conditions.append("EXISTS (SELECT 1 FROM tags AS t WHERE t.call = calls.id AND t.tag = ?)")
        else:
            conditions.append(f"{COLUMNS[name]} = ?")
        values.append(value)
    return " AND ".join(conditions), values


def _line(by: Sequence[str], row: Sequence[object]) -> Line:
    named = {name: str(value) for name, value in zip(by, row, strict=False)}
    calls, unpriced, estimated, usd, *counts = (int(str(value or 0)) for value in row[len(by) :])
    return Line(named, calls, unpriced, estimated, dollars(usd), made(dict(zip(BUCKETS, counts, strict=True))))


def made(counts: Mapping[str, int]) -> Usage:
    """A usage of these counts."""
    return Usage(**counts)  # type: ignore[arg-type]  # the buckets alone, all of which are counts
