"""Where the tokens of one login are kept: a TokenStore in the user's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.secrets import auth_file
from hamr.secrets.store import FILE

if TYPE_CHECKING:
    from hamr.secrets.auth_file import StoredLogin
    from hamr.secrets.store import CredentialStore
    from hamr.types import Tokens


class TokenPlace:
    """The login that has this mark, else the one of this name, else the first of the provider's logins.

    All who mean the same login mean the same `refresh_lock`, however they name it.
    """

    def __init__(
        self, store: CredentialStore, names: tuple[str, ...], login: str = "", mark: str | None = None
    ) -> None:
        self._store, self._names, self._mark = store, names, mark
        self.name = store.path
        self.folder = store.folder
        self.lock = FILE
        self.login = login

    @property
    def refresh_lock(self) -> str:
        """A name that gives no account away."""
        found, first = self._found(), self._names[0]
        if found is None or (not found.name and found.mark == found.place):
            return f"refresh-{first}"
        from hashlib import blake2b

        return f"refresh-{first}-{found.name or blake2b(found.mark.encode(), digest_size=6).hexdigest()}"

    def read(self) -> Tokens | None:
        """The tokens as they are kept now; raises ConfigError."""
        found = self._found()
        return None if found is None else found.tokens

    def replace(self, old: Tokens | None, new: Tokens) -> bool:
        """Keep `new` in the place of `old`, by who holds the lock; raises ConfigError."""
        from datetime import UTC, datetime

        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        names, name = self._names, self.login
        return self._store.rewrite(lambda document: auth_file.put_tokens(document, names, old, new, now, name=name))

    def _found(self) -> StoredLogin | None:
        found = self._store.logins(self._names)
        if self._mark is not None:
            return next((each for each in found if each.mark == self._mark), None)
        return next((each for each in found if not self.login or each.name == self.login), None)
