"""The store that is built in: a SQLite file, which every process of the machine shares."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hamr import key_ids
from hamr.effects import Do, Flow
from hamr.errors import StateLost
from hamr.state import ledger
from hamr.storage.database import MEMORY, Database, Unwritable, written
from hamr.types import Claim, Grant, NoRoom

if TYPE_CHECKING:
    from sqlite3 import Connection

Result = TypeVar("Result")

SCHEMA = f"""{key_ids.SCHEMA};
CREATE TABLE rows (part TEXT, name TEXT, value TEXT, PRIMARY KEY (part, name)) WITHOUT ROWID;
{ledger.SCHEMA}"""
VERSION = 2
READ = "SELECT name, value FROM rows WHERE part = ?"
WRITE = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)"
REMOVE = "DELETE FROM rows WHERE part = ? AND name = ?"


class SqliteStore:
    """A StateStore in the file at `path`, or in this process's memory; `clock` tells the time of day."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(path, SCHEMA, VERSION, short_lived=True)
        self.ledger = ledger.Ledger(self.database, clock)
        self._salt: tuple[int, bytes] | None = None

    @property
    def place(self) -> str:
        """The file."""
        return "the memory of this process" if self.database.path == MEMORY else self.database.path

    def salt(self) -> Flow[bytes]:
        """What ids are made with; it is read once for as long as the file is the same."""
        if self._salt is None or self._salt[0] != self.database.openings:
            found = yield from self._done(lambda: self.database.write(key_ids.read_salt))
            self._salt = self.database.openings, found
        return self._salt[1]

    def claim(
        self, claims: Sequence[Claim], ticket: int | None = None, patience: float = float("inf")
    ) -> Flow[Grant | NoRoom]:
        """Reserve all of these, or none; waits for who is writing."""
        return self._done(partial(self.ledger.claim, claims, ticket, patience))

    def settle(self, grant: Grant, used: Mapping[str, int]) -> Flow[None]:
        """Put what was used in place of what was reserved, now or with the next transaction of this process."""
        yield Do(lambda: self._soon(partial(self.ledger.settle, grant, used)))

    def used(self, claims: Sequence[Claim]) -> Flow[Sequence[int]]:
        """How much of each bucket is used; waits for who is writing."""
        return self._done(partial(self.ledger.used, claims))

    def release(self, grant: Grant) -> None:
        """Give back the lease."""
        try:
            self.ledger.settle(grant, {})
        except Unwritable:  # nobody to tell here: the next call will say so
            return

    def change(self, table: str, work: Callable[[dict[str, str]], Result]) -> Flow[Result]:
        """Read and write a table in one transaction; waits for who is writing."""

        def transact(db: Connection) -> Result:
            before: dict[str, str] = dict(db.execute(READ, (table,)))
            rows = dict(before)
            result = work(rows)
            db.executemany(REMOVE, [(table, name) for name in before.keys() - rows.keys()])
            changed = [(name, value) for name, value in rows.items() if before.get(name) != value]
            db.executemany(WRITE, [(table, *each) for each in changed])
            return result

        return self._done(lambda: self.database.write(transact))

    def put(self, table: str, rows: Mapping[str, str]) -> Flow[None]:
        """Write some rows, now or with the next transaction of this process."""

        def work(db: Connection) -> None:
            db.executemany(WRITE, [(table, name, value) for name, value in rows.items()])

        yield Do(lambda: self._soon(lambda: self.database.owe(work)))

    def close(self) -> None:
        """Let go of the file; it is opened anew where it is needed."""
        self.database.close()

    def _done(self, work: Callable[[], Result]) -> Flow[Result]:
        try:
            return (yield from written(self.database, work))
        except Unwritable as error:
            raise StateLost(str(error)) from error

    def _soon(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Unwritable as error:
            raise StateLost(str(error)) from error
