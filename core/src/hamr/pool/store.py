"""What a pool knows, in a SQLite file that all processes of the machine share and that outlives them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hamr import key_ids
from hamr.database import MEMORY, Database
from hamr.key_ids import KeyIds
from hamr.locks import state_folder
from hamr.pool.breaker import Health
from hamr.pool.state import Rest, Room, Scope, State

if TYPE_CHECKING:
    from sqlite3 import Connection

Result = TypeVar("Result")

FILE = "pool.sqlite"
PATH_VARIABLE = "HAMR_POOL_STATE_FILE"
SCHEMA = f"""{key_ids.SCHEMA};
CREATE TABLE rests (provider TEXT, key TEXT, model TEXT, until REAL, why TEXT, probe INTEGER,
    PRIMARY KEY (provider, key, model)) WITHOUT ROWID;
CREATE TABLE health (provider TEXT PRIMARY KEY, outcomes TEXT, openings INTEGER, until REAL) WITHOUT ROWID;
CREATE TABLE turns (provider TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE TABLE rooms (provider TEXT, key TEXT, model TEXT, kind TEXT, remaining INTEGER, resets REAL, most INTEGER,
    PRIMARY KEY (provider, key, model, kind)) WITHOUT ROWID
"""
LEARN = "INSERT OR REPLACE INTO rooms VALUES (?, ?, ?, ?, ?, ?, ?)"
KEPT = 7 * 86400.0
"""Seconds for which what is over is kept."""


class PoolStore:
    """The state of all pools of this user."""

    def __init__(self, path: str) -> None:
        self.database = Database(path, SCHEMA)
        self.key_ids = KeyIds(self.database)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> PoolStore:
        """The file that the environment names, or the one in the state folder."""
        given = environ.get(PATH_VARIABLE, "").strip()
        return cls(os.path.abspath(given) if given else str(state_folder(environ) / FILE))

    def change(self, work: Callable[[State], Result]) -> Result:
        """Do this with the state and keep what it has changed; raises what `Database.write` raises."""

        def transact(db: Connection) -> Result:
            before, state = _read(db), _read(db)
            result = work(state)
            _write(db, before, state)
            return result

        return self.database.write(transact)

    def learn(self, scope: Scope, found: Mapping[str, Room]) -> None:
        """Keep what is left of limits, at once or with the next write of this process; raises Unwritable."""

        def work(db: Connection) -> None:
            for kind, room in found.items():
                db.execute(LEARN, (*scope, kind, room.remaining, room.resets, room.limit))

        self.database.owe(work)

    def forget(self, before: float) -> None:
        """Take away what was over at that time."""

        def work(db: Connection) -> None:
            db.execute("DELETE FROM rests WHERE until < ?", (before,))
            db.execute("DELETE FROM rooms WHERE resets < ?", (before,))

        self.database.owe(work)

    def forget_others(self) -> None:
        """Know only what this process learns from now on."""
        self.close()
        self.database = Database(MEMORY, SCHEMA)
        self.key_ids = KeyIds(self.database)

    def close(self) -> None:
        """Let go of the file; it is opened anew where it is needed."""
        self.database.close()


def _read(db: Connection) -> State:
    return State(
        {
            (provider, key, model): Rest(until, why, bool(probe))
            for provider, key, model, until, why, probe in db.execute("SELECT * FROM rests")
        },
        {provider: Health(*rest) for provider, *rest in db.execute("SELECT * FROM health")},
        dict(db.execute("SELECT * FROM turns")),
        {
            ((provider, key, model), kind): Room(remaining, resets, most)
            for provider, key, model, kind, remaining, resets, most in db.execute("SELECT * FROM rooms")
        },
    )


def _write(db: Connection, before: State, after: State) -> None:
    """Write what differs."""
    for scope in before.rests.keys() - after.rests.keys():
        db.execute("DELETE FROM rests WHERE provider = ? AND key = ? AND model = ?", scope)
    for scope, rest in after.rests.items():
        if before.rests.get(scope) != rest:
            row = (*scope, rest.until, rest.why, rest.probe)
            db.execute("INSERT OR REPLACE INTO rests VALUES (?, ?, ?, ?, ?, ?)", row)
    for provider, health in after.health.items():
        if before.health.get(provider) != health:
            found = (provider, health.outcomes, health.openings, health.until)
            db.execute("INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?)", found)
    for provider, key in after.turns.items():
        if before.turns.get(provider) != key:
            db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?)", (provider, key))
    for (scope, kind), room in after.rooms.items():
        if before.rooms.get((scope, kind)) != room:
            db.execute(LEARN, (*scope, kind, room.remaining, room.resets, room.limit))
