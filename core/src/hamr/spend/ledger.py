"""The book of calls: one row each, in a SQLite file that every process of the machine shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hamr import key_ids
from hamr.key_ids import KeyIds
from hamr.spend.budget import PERIODS, Budget, Scope, start
from hamr.spend.money import whole
from hamr.storage.database import Database
from hamr.storage.holder import Holder
from hamr.types.usage import BUCKETS

if TYPE_CHECKING:
    from sqlite3 import Connection

    from hamr.spend.reckoning import Sum
    from hamr.types import Secret

SCHEMA = f"""{key_ids.SCHEMA};
CREATE TABLE calls (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, project TEXT NOT NULL, key TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, {", ".join(f"{bucket} INTEGER NOT NULL" for bucket in BUCKETS)},
    usd INTEGER, charged INTEGER NOT NULL, estimated INTEGER NOT NULL, reason TEXT NOT NULL, holder TEXT
);
CREATE INDEX calls_by_time ON calls (at);
CREATE INDEX calls_under_way ON calls (holder) WHERE holder IS NOT NULL;
CREATE TABLE tags (call INTEGER, tag TEXT, PRIMARY KEY (call, tag)) WITHOUT ROWID;
CREATE TABLE keys (id TEXT PRIMARY KEY, tail TEXT NOT NULL, origin TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE totals (scope TEXT, per TEXT, start TEXT, spent INTEGER NOT NULL, PRIMARY KEY (scope, per, start))
    WITHOUT ROWID
"""
COLUMNS = (
    "id",
    "at",
    "project",
    "key",
    "provider",
    "model",
    *BUCKETS,
    "usd",
    "charged",
    "estimated",
    "reason",
    "holder",
)
WRITE = f"INSERT OR REPLACE INTO calls ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  # our own names
SPENT = "SELECT spent FROM totals WHERE scope = ? AND per = ? AND start = ?"
ADD = "UPDATE totals SET spent = spent + ? WHERE scope = ? AND per = ? AND start = ?"
MATCHES = {
    "all": ":name = ''",
    "project": "project = :name",
    "tag": "EXISTS (SELECT 1 FROM tags WHERE call = calls.id AND tag = :name)",
    "key": "key = :name",
    "provider": "provider = :name",
}
"""Whether a call counts for a scope."""


DIED = "its process died before it had ended"


@dataclass(frozen=True, slots=True)
class Account:
    """Who a call is charged to; `scopes` are all that it counts for."""

    project: str
    tags: tuple[str, ...]
    key: str
    provider: str
    model: str
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Full:
    """There is no room for a call in this budget: so much of it is spent, and so much held for calls under way."""

    budget: Budget
    spent: int
    held: int


class Ledger:
    """The book at `path`; a method raises what `Database.write` raises. `clock` tells the time of day."""

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self.database = Database(path, SCHEMA)
        self.clock = clock
        self._keys = KeyIds(self.database)
        self._known_keys: set[str] = set()
        self._holder = Holder(os.path.dirname(path))

    def key_id(self, secret: Secret | None) -> str:
        """What stands for a key; its last characters and where it came from are kept beside it."""
        id = self._keys.id(secret)
        if secret is not None and id not in self._known_keys:
            row = (id, secret.tail, secret.origin)
            self.database.write(lambda db: db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?)", row))
            self._known_keys.add(id)
        return id

    def reserve(self, account: Account, most: Sum, budgets: Sequence[Budget]) -> int | Full:
        """Put a call in the book with the most that it may come to; gives its number, or the budget that it exceeds."""

        def work(db: Connection) -> int | Full:
            today = _day(self.clock())
            for budget in budgets:
                spent = self._spent(db, budget.scope, budget.per, today)
                if spent + most.charged > whole(budget.usd):
                    held = self._held(db, budget)
                    return Full(budget, spent - held, held)
            return self._enter(db, int.from_bytes(os.urandom(7), "big"), account, most, holder=self._holder.name())

        return self.database.write(work)

    def settle(self, number: int | None, account: Account, came: Sum | None) -> None:
        """Put what a call came to in place of what was reserved; None takes it out of the book."""
        self.database.write(lambda db: self._settle(db, number, account, came))

    def settle_later(self, number: int | None, account: Account, came: Sum | None) -> None:
        """The same at once if it can be, else with the next transaction of this process."""
        self.database.owe(lambda db: self._settle(db, number, account, came))

    def spent(self, budget: Budget) -> int:
        """What of a budget is spent or held in its period, in parts of a dollar."""
        return self.database.write(lambda db: self._spent(db, budget.scope, budget.per, _day(self.clock())))

    def _settle(self, db: Connection, number: int | None, account: Account, came: Sum | None) -> None:
        if number is not None:
            self._leave(db, number, account.scopes)
        if came is not None:
            self._enter(db, number or int.from_bytes(os.urandom(7), "big"), account, came)

    def _enter(self, db: Connection, number: int, account: Account, came: Sum, *, holder: str | None = None) -> int:
        now = self.clock()
        counts = [getattr(came.usage, bucket) for bucket in BUCKETS]
        who = (account.project, account.key, account.provider, account.model)
        estimated = came.usage.estimated
        db.execute(WRITE, (number, int(now), *who, *counts, came.usd, came.charged, estimated, came.reason, holder))
        db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in account.tags])
        self._count(db, account.scopes, _day(now), came.charged)
        return number

    def _leave(self, db: Connection, number: int, scopes: Iterable[Scope]) -> None:
        """Take a call out again, from the day that it was put in."""
        found = db.execute("SELECT at, charged FROM calls WHERE id = ?", (number,)).fetchone()
        if found is not None:
            db.execute("DELETE FROM calls WHERE id = ?", (number,))
            db.execute("DELETE FROM tags WHERE call = ?", (number,))
            self._count(db, scopes, _day(found[0]), -found[1])

    def _count(self, db: Connection, scopes: Iterable[Scope], day: date, charged: int) -> None:
        """Add to the totals that are kept: those of the budgets that there have been."""
        if charged:
            db.executemany(ADD, [(charged, scope, per, start(per, day)) for scope in scopes for per in PERIODS])

    def _spent(self, db: Connection, scope: Scope, per: str, today: date) -> int:
        """The total of a scope in its period; added up from all calls where none is kept yet."""
        begin = start(per, today)
        if (found := db.execute(SPENT, (scope, per, begin)).fetchone()) is None:
            kind, _, name = scope.partition(":")
            query = f"SELECT COALESCE(SUM(charged), 0) FROM calls WHERE {MATCHES[kind]} AND at >= :since"  # noqa: S608  # our own words
            found = db.execute(query, {"name": name, "since": second(begin)}).fetchone()
            db.execute("INSERT INTO totals VALUES (?, ?, ?, ?)", (scope, per, begin, found[0]))
        return int(found[0])

    def _held(self, db: Connection, budget: Budget) -> int:
        """What living processes hold for calls under way; of one that has died it stays spent."""
        kind, _, name = budget.scope.partition(":")
        query = f"SELECT holder, SUM(charged) FROM calls WHERE holder IS NOT NULL AND {MATCHES[kind]} GROUP BY holder"  # noqa: S608  # our own words
        held = 0
        for holder, charged in db.execute(query, {"name": name}).fetchall():
            if self._holder.is_dead(holder):
                db.execute("UPDATE calls SET holder = NULL, reason = ? WHERE holder = ?", (DIED, holder))
            else:
                held += charged
        return held


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def second(day: str) -> int:
    """The first second of a day, that of all time for none."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) if day else 0
