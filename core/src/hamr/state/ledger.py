"""What of each limit is used, in the tables of a SQLite file that every process of the machine shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hamr.state import window
from hamr.storage.database import MEMORY, Database
from hamr.storage.holder import Holder
from hamr.types import Claim, Grant, NoRoom

if TYPE_CHECKING:
    from sqlite3 import Connection

SCHEMA = """
CREATE TABLE slots (bucket TEXT, at INTEGER, amount INTEGER, PRIMARY KEY (bucket, at)) WITHOUT ROWID;
CREATE TABLE leases (bucket TEXT, id INTEGER, holder TEXT, PRIMARY KEY (bucket, id)) WITHOUT ROWID;
CREATE TABLE waiters (bucket TEXT, ticket INTEGER, amount INTEGER, seen REAL, PRIMARY KEY (bucket, ticket))
    WITHOUT ROWID
"""
USED = "SELECT COALESCE(SUM(amount), 0), COALESCE(MAX(at), 0) FROM slots WHERE bucket = ? AND at >= ?"
ADD = "INSERT INTO slots VALUES (?, ?, ?) ON CONFLICT (bucket, at) DO UPDATE SET amount = amount + excluded.amount"
GIVE_BACK = "UPDATE slots SET amount = MAX(0, amount - ?) WHERE bucket = ? AND at = ?"
AHEAD = "SELECT COALESCE(SUM(amount), 0) FROM waiters WHERE bucket = ? AND ticket < ? AND seen BETWEEN ? AND ?"
HELD = "SELECT COUNT(*) FROM leases WHERE bucket = ?"
NEXT = "SELECT COALESCE(MAX(ticket), 0) + 1 FROM waiters"

LAST = 2**62
"""The place in the queue of one who has none yet."""
GONE = 2.0
"""Seconds after which one who has not asked again waits no longer."""
POLL = 0.1
"""Seconds after which to ask again, where it is not known how long it will be."""


class Ledger:
    """Reservations in a file; a method raises what `Database.write` raises. `clock` tells the time of day.

    Time of day, for it is what processes have in common. Where it is set back, what was sent counts a minute longer.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self.database = database
        self._clock = clock
        self._holder = Holder(None if database.path == MEMORY else os.path.dirname(database.path))

    def claim(
        self, claims: Sequence[Claim], ticket: int | None = None, patience: float = float("inf")
    ) -> Grant | NoRoom:
        """Reserve all of these, or none and take a place in the queue; none where it would be over `patience`."""

        def work(db: Connection) -> Grant | NoRoom:
            now = self._clock()
            full = [(wait, each) for each in claims if (wait := self._wait(db, each, ticket or LAST, now)) != 0]
            if ticket is not None:
                db.execute("DELETE FROM waiters WHERE ticket = ?", (ticket,))
            if not full:
                return self._grant(db, claims, window.slot(now))
            longest, claim = max(full, key=lambda each: each[0] or 0.0)
            seconds = longest or POLL
            place = self._place(db, full, ticket, now) if seconds <= patience else None
            return NoRoom(seconds, claim, place)

        return self.database.write(work)

    def used(self, claims: Sequence[Claim]) -> list[int]:
        """How much of each bucket is used just now; a call of a process that has died counts for none."""

        def work(db: Connection) -> list[int]:
            oldest = window.oldest(self._clock())
            return [
                len(self._living(db, claim.bucket))
                if claim.kind == "concurrency"
                else int(db.execute(USED, (claim.bucket, oldest)).fetchone()[0])
                for claim in claims
            ]

        return self.database.write(work)

    def settle(self, grant: Grant, used: Mapping[str, int]) -> None:
        """Put what a bucket was really used for in place of what was reserved, and give back the lease.

        Where another process is writing just now it is done with the next transaction of this one.
        """

        def work(db: Connection) -> None:
            now = window.slot(self._clock())
            for claim in grant.claims:
                more = used.get(claim.bucket, claim.charged) - claim.charged
                if claim.kind == "concurrency":
                    db.execute("DELETE FROM leases WHERE bucket = ? AND id = ?", (claim.bucket, grant.lease))
                elif more > 0:  # what came beyond the estimate came just now
                    db.execute(ADD, (claim.bucket, now, more))
                elif more < 0:
                    db.execute(GIVE_BACK, (-more, claim.bucket, grant.at))

        self.database.owe(work)

    def _wait(self, db: Connection, claim: Claim, ticket: int, now: float) -> float | None:
        """Seconds until there is room, None where nobody can say."""
        ahead = db.execute(AHEAD, (claim.bucket, ticket, now - GONE, now + GONE)).fetchone()[0]
        if claim.kind == "concurrency":
            return 0.0 if self._held(db, claim) + ahead < claim.limit else None
        used, newest = db.execute(USED, (claim.bucket, window.oldest(now))).fetchone()
        if newest > window.slot(now):
            self._turn_back(db, claim.bucket, window.slot(now))
        if used + ahead + claim.charged <= claim.limit:
            return 0.0
        slots = db.execute("SELECT at, amount FROM slots WHERE bucket = ? ORDER BY at", (claim.bucket,)).fetchall()
        return window.wait(slots, claim, now, ahead)

    def _turn_back(self, db: Connection, bucket: str, at: int) -> None:
        """The clock was set back: what seems to come from the future counts from now on, and no longer than that."""
        future = db.execute("SELECT SUM(amount) FROM slots WHERE bucket = ? AND at > ?", (bucket, at)).fetchone()[0]
        db.execute("DELETE FROM slots WHERE bucket = ? AND at > ?", (bucket, at))
        db.execute(ADD, (bucket, at, future))

    def _place(self, db: Connection, full: Sequence[tuple[object, Claim]], ticket: int | None, now: float) -> int:
        """Stand in the queue of each limit that has no room; what others may use is left to them."""
        db.execute("DELETE FROM waiters WHERE seen NOT BETWEEN ? AND ?", (now - GONE, now + GONE))
        place: int = ticket or db.execute(NEXT).fetchone()[0]
        for _, claim in full:
            db.execute("INSERT OR REPLACE INTO waiters VALUES (?, ?, ?, ?)", (claim.bucket, place, claim.charged, now))
        return place

    def _grant(self, db: Connection, claims: Sequence[Claim], at: int) -> Grant:
        grant = Grant(claims, at, int.from_bytes(os.urandom(6), "big"))
        for claim in claims:
            if claim.kind == "concurrency":
                db.execute("INSERT INTO leases VALUES (?, ?, ?)", (claim.bucket, grant.lease, self._holder.name()))
            else:
                db.execute("DELETE FROM slots WHERE bucket = ? AND at < ?", (claim.bucket, at - window.WIDTH))
                db.execute(ADD, (claim.bucket, at, claim.charged))
        return grant

    def _living(self, db: Connection, bucket: str) -> list[str]:
        """Whose calls go on, once for each."""
        held = [holder for (holder,) in db.execute("SELECT holder FROM leases WHERE bucket = ?", (bucket,))]
        dead = {holder for holder in set(held) if self._holder.is_dead(holder)}
        return [holder for holder in held if holder not in dead]

    def _held(self, db: Connection, claim: Claim) -> int:
        """How many calls go on, less those whose process has died: they are looked for where it matters."""
        held: int = db.execute(HELD, (claim.bucket,)).fetchone()[0]
        if held < claim.limit:
            return held
        holders = db.execute("SELECT DISTINCT holder FROM leases WHERE bucket = ?", (claim.bucket,)).fetchall()
        for (holder,) in holders:
            if self._holder.is_dead(holder):
                db.execute("DELETE FROM leases WHERE holder = ?", (holder,))
        return int(db.execute(HELD, (claim.bucket,)).fetchone()[0])
