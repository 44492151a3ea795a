"""What stands for a key in a file: a salted hash, which can be matched with that of no other file."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.database import Database
    from hamr.types import Route, Secret

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
        """Sixteen characters for a key, or for whose login it is; raises what `Database.write` raises."""
        if secret is None:
            return NONE
        if self._salt is None or self._salt[0] != self._database.openings:
            salt = self._database.write(lambda db: db.execute("SELECT value FROM salt").fetchone()[0])
            self._salt = self._database.openings, salt
        return blake2b((secret.identity or secret.reveal()).encode(), key=self._salt[1], digest_size=8).hexdigest()


def secret_of(route: Route) -> Secret | None:
    """The key of a route; None as well where it is missing or comes from a login: who lets calls in will say so."""
    try:
        return route.secret()
    except ConfigError:
        return None
