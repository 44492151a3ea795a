"""The keys of one provider as its user changes them: in the file, or in another store with a name in the file.

What is in another store is written there before the file names it, and taken out after the file has ceased to: a
process that ends in between leaves a key too many, and none too few.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hamr.errors import ConfigError, HamrError
from hamr.secrets import auth_file, references
from hamr.secrets.auth_file import FILE, KEYRING, ApartEntry, NewKey, StoredKey
from hamr.types import Secret

if TYPE_CHECKING:
    from hamr.secrets.auth_file import Document
    from hamr.secrets.store import CredentialStore

STORES = (FILE, KEYRING)
"""The places that are built in."""


@dataclass(slots=True)
class KeptKeys:
    """The keys of the provider that has these names; `left` tells what could not be taken out of other stores."""

    store: CredentialStore
    names: Sequence[str]
    left: list[str] = field(default_factory=list)

    def add(self, key: str, *, store: str = FILE, alone: bool = False) -> bool:
        """Keep a key behind those that are there, or `alone` in their place; False where it is kept so already.

        One that is in another store moves to this one. Raises HamrError.
        """
        there = self.store.keys(self.names)
        same = [each for each in there if self._is(each, key)]
        if any(each.store == store for each in same) and (not alone or len(there) == 1):
            return False

        def edit(document: Document, value: NewKey) -> bool:
            if alone or not same:
                return auth_file.add_key(document, self.names, value, alone=alone)
            return auth_file.replace_key(document, self.names, same[0], value)

        return bool(self._put(key, edit, store))

    def rotate(self, old: StoredKey, key: str, *, store: str = FILE) -> None:
        """Put a key in the place of `old`, which stays until the new one is kept; raises HamrError."""
        if any(self._is(each, key) for each in self.store.keys(self.names)):
            raise ConfigError("that key is stored already", hint="Make a new one at the provider, and give that.")

        def edit(document: Document, value: NewKey) -> bool:
            if not auth_file.replace_key(document, self.names, old, value):
                raise ConfigError(
                    f"{old.place} in {self.store.path} was changed meanwhile", hint="See what is there: hamr auth"
                )
            return True

        self._put(key, edit, store)

    def remove(self, key: StoredKey | None = None) -> int:
        """Take one key away, or all keys and logins; gives how many that was. Raises ConfigError."""
        if key is None:
            return self._changing(lambda document: auth_file.remove(document, self.names))
        return self._changing(lambda document: int(auth_file.remove_key(document, self.names, key)))

    def named(self, id: str | None) -> StoredKey:
        """The key that is meant: by its place in the file, or by how it ends; without an id, the only one.

        Raises ConfigError.
        """
        there = self.store.keys(self.names)
        if not there:
            raise ConfigError(
                f"no key of {self.names[0]} is stored in {self.store.path}",
                hint=f"Add one: hamr auth add {self.names[0]}. One in a variable is changed there.",
            )
        wanted = (id or "").removeprefix("…")
        found = [each for each in there if id is None or wanted == each.place or self._ends(each, wanted)]
        if len(found) == 1:
            return found[0]
        told = ", ".join(f"{each.place} ({tail_of(each)})" for each in there)
        what = f"{len(found)} keys of {self.names[0]} are stored" if id is None or found else f"no stored key is {id!r}"
        raise ConfigError(what, hint=f"Name one by its place or its end, with --id: {told}")

    def _ends(self, key: StoredKey, wanted: str) -> bool:
        return bool(wanted) and tail_of(key) == f"…{wanted}"

    def _is(self, stored: StoredKey, key: str) -> bool:
        """Whether it is this very key; another store is asked only for one that ends so."""
        if not stored.is_apart:
            return stored.value == references.literal(key)
        if stored.tail != Secret(key, "").tail:
            return False
        try:
            return self.store.apart(stored.store).read(stored.value, "") == key
        except ConfigError:  # it is gone from there, and so another one for all that is known
            return False

    def _put(self, key: str, edit: Callable[[Document, NewKey], bool], store: str) -> int:
        if store == FILE:
            return self._changing(lambda document: edit(document, references.literal(key)))
        entry = ApartEntry(store, f"{self.names[0]}:{os.urandom(6).hex()}", Secret(key, "").tail)
        self.store.apart(store).write(entry.name, key)
        try:
            return self._changing(lambda document: edit(document, entry))
        except BaseException:
            self._forget([(store, entry.name)])
            raise

    def _changing(self, edit: Callable[[Document], int]) -> int:
        """Change the file, and take out of other stores what it names no longer."""

        def work(document: Document) -> tuple[int, list[tuple[str, str]]]:
            before = self._apart(document)
            result = edit(document)
            return result, [each for each in before if each not in self._apart(document)]

        result, gone = self.store.change(work)
        self._forget(gone)
        return result

    def _apart(self, document: Document) -> list[tuple[str, str]]:
        """The stores of the keys that the file only names, and the names."""
        return [(key.store, key.value) for key in auth_file.keys(document, self.names) if key.is_apart]

    def _forget(self, gone: Sequence[tuple[str, str]]) -> None:
        for store, name in gone:
            try:
                self.store.apart(store).remove(name)
            except HamrError as error:
                which = f"{name!r} of 'hamr'" if store == KEYRING else repr(name)
                self.left.append(f"{which} may still be in {place_of(store)}: {error.message}")


def place_of(store: str) -> str:
    """What people call a place for keys other than the file."""
    return f"the {store}" if store == KEYRING else f"the store {store}"


def tail_of(key: StoredKey) -> str:
    """How a key ends, for people; of one that is named rather than held, what names it."""
    if key.is_apart:
        return key.tail
    if references.command(key.value) is not None:
        return "a command"
    if names := references.variables(key.value):
        return f"from {', '.join(names)}"
    return Secret(references.filled(key.value, {}, key.place), "").tail
