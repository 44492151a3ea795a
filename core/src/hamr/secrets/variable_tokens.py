"""A token in a variable, in place of a login that nobody has made: a TokenStore."""

from __future__ import annotations

from collections.abc import Callable

from hamr.errors import ConfigError
from hamr.types import Secret, Tokens, TokenStore


class VariableTokens:
    """The tokens of the login, where there is one, else that of the variable; what is got with it is kept in memory.

    With `is_refresh` the variable holds a refresh token. A new login is kept as ever.
    """

    def __init__(
        self, inner: TokenStore | None, id: str, secret: Callable[[], Secret | None], *, is_refresh: bool
    ) -> None:
        self._inner, self._secret, self._is_refresh = inner, secret, is_refresh
        self.folder = inner.folder if inner is not None else ""
        self.lock = inner.lock if inner is not None else f"tokens-{id}"
        self.login = inner.login if inner is not None else ""
        self._id = id
        self._got: tuple[str, Tokens] | None = None

    @property
    def name(self) -> str:
        """What people call the place."""
        return self._inner.name if self._inner is not None else "the environment"

    @property
    def refresh_lock(self) -> str:
        """The lock of these tokens."""
        if self._inner is not None and self._inner.read() is not None:
            return self._inner.refresh_lock
        return f"refresh-{self._id}-variable"

    def read(self) -> Tokens | None:
        """The tokens as they are now; raises ConfigError."""
        stored = self._inner.read() if self._inner is not None else None
        if stored is not None or (secret := self._secret()) is None:
            return stored
        value = secret.reveal()
        if self._got is not None and self._got[0] == value:
            return self._got[1]
        return Tokens("", value, 0.0) if self._is_refresh else Tokens(value)

    def replace(self, old: Tokens | None, new: Tokens) -> bool:
        """Keep `new` in the place of `old`; raises ConfigError."""
        if self._inner is not None and (old is None or self._inner.read() is not None):
            return self._inner.replace(old, new)
        if old is None:
            raise ConfigError("there is no place for logins", hint="Set HAMR_AGENT_DIR to a folder of your own.")
        secret = self._secret()
        if secret is None:
            return False
        self._got = secret.reveal(), new
        return True
