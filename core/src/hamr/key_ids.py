"""What stands for a key in a file: a salted hash, which can be matched with that of no other file."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from hamr.errors import ConfigError
from hamr.types import Secret

if TYPE_CHECKING:
    from sqlite3 import Connection

    from hamr.effects import Flow
    from hamr.specs import StateStore
    from hamr.storage.database import Database
    from hamr.types import Route

SCHEMA = "CREATE TABLE salt (value BLOB); INSERT INTO salt VALUES (randomblob(16))"
"""What the file needs for it."""
NONE = "-"
"""What stands for no key."""


class KeyIds:
    """The ids of keys in one database; the salt is read once for as long as the file is the same."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._salt: tuple[int, bytes] | None = None

    def id(self, secret: Secret | None) -> str:
        """The id of a key, or of whose login it is; raises what `Database.write` raises."""
        if secret is None:
            return NONE
        if self._salt is None or self._salt[0] != self._database.openings:
            salt = self._database.write(read_salt)
            self._salt = self._database.openings, salt
        return salted(secret, self._salt[1])


def read_salt(db: Connection) -> bytes:
    """The salt of a database."""
    salt: bytes = db.execute("SELECT value FROM salt").fetchone()[0]
    return salt


def salted(secret: Secret, salt: bytes) -> str:
    """Sixteen characters for a key, or for whose login it is."""
    return blake2b((secret.identity or secret.reveal()).encode(), key=salt, digest_size=8).hexdigest()


def key_id(store: StateStore, secret: Secret | None) -> Flow[str]:
    """The same with the salt of a store; the store itself sees no key."""
    return NONE if secret is None else salted(secret, (yield from store.salt()))


def secret_of(route: Route) -> Secret | None:
    """The key of a route; None as well where it is missing or comes from a login: who lets calls in will say so.

    Where a command gives it for each call, that stands for it: it is not run for this.
    """
    if route.waits:
        return Secret(route.provider.auth.key or "", "a command")
    try:
        return route.secret()
    except ConfigError:
        return None
