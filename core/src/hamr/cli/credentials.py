"""What is stored, as rows that show no more of a key than its tail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamr.secrets import references
from hamr.types import Secret

if TYPE_CHECKING:
    from hamr.secrets.auth_file import StoredKey, StoredLogin
    from hamr.secrets.store import CredentialStore


@dataclass(frozen=True, slots=True)
class Credential:
    """One stored key or login.

    `type` is api_key or oauth; `place` is where it stands in the file; `counts` is whether calls are made with it, for
    usable keys take turns, and so do logins, which may have a `name`.
    A key that is written as such has a `tail`, others name `variables` or are the output of a
    `command`; `store` is where it is kept: file, keyring, or that of a plugin. `status` is usable (nothing is asked for
    that), unusable (a variable is not set) or ended (a login that nothing refreshes).
    """

    provider: str
    type: str
    place: str
    counts: bool
    status: str
    tail: str | None = None
    variables: tuple[str, ...] = ()
    command: bool = False
    account: str | None = None
    expires: float | None = None
    store: str = "file"
    name: str | None = None

    @property
    def told(self) -> str:
        """What it is, for people."""
        if self.command:
            return "the output of a command"
        if self.variables:
            return f"from {', '.join(self.variables)}"
        if self.type == "oauth":
            name = f" {self.name}" if self.name else ""
            return f"login{name}{f' of {self.account}' if self.account else ''}"
        if self.store == "file":
            return f"key {self.tail}"
        from hamr.secrets.kept_keys import place_of

        return f"key {self.tail} in {place_of(self.store)}"

    @property
    def state(self) -> str:
        """Whether it can be used, for people."""
        return self.status if self.counts or self.status != "usable" else "not used"


def credentials(store: CredentialStore, names: Mapping[str, tuple[str, ...]], now: float) -> list[Credential]:
    """All that is stored, provider by provider; `names` are those under which each provider's may be.

    Raises ConfigError. No command is run (inventory H-65).
    """
    owners = {name: id for id, known in names.items() for name in known}
    ids = dict.fromkeys(owners.get(id, id) for id in store.ids())
    return [row for id in ids for row in _rows(store, id, names.get(id, (id,)), now)]


def _rows(store: CredentialStore, id: str, names: tuple[str, ...], now: float) -> Iterator[Credential]:
    import os

    for login in store.logins(names):
        yield _login(id, login, now)
    for key in store.keys(names):
        yield _key(id, key, os.environ, counts=key.is_set(os.environ))


def _login(id: str, login: StoredLogin, now: float) -> Credential:
    tokens = login.tokens
    lasts = tokens.refresh is not None or tokens.is_usable(now)
    return Credential(
        id,
        "oauth",
        login.place,
        lasts,
        "usable" if lasts else "ended",
        tail=Secret(tokens.access, "").tail,
        account=Secret(tokens.account, "").tail if tokens.account else None,
        expires=tokens.expires,
        name=login.name or None,
    )


def _key(id: str, key: StoredKey, environ: Mapping[str, str], *, counts: bool) -> Credential:
    status = "usable" if key.is_set(environ) else "unusable"
    if key.is_apart:
        return Credential(id, "api_key", key.place, counts, status, tail=key.tail or "…", store=key.store)
    if references.command(key.value) is not None:
        return Credential(id, "api_key", key.place, counts, status, command=True)
    if variables := tuple(references.variables(key.value)):
        return Credential(id, "api_key", key.place, counts, status, variables=variables)
    tail = Secret(references.filled(key.value, {}, key.place), "").tail
    return Credential(id, "api_key", key.place, counts, status, tail=tail)
