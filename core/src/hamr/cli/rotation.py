"""Putting a new key in the place of a stored one, which stays until the new one is kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.cli import output, own_credentials
from hamr.errors import ConfigError, HamrError, NotLetIn, Unsupported

if TYPE_CHECKING:
    from hamr.secrets.auth_file import StoredKey
    from hamr.secrets.kept_keys import KeptKeys
    from hamr.types import Provider, Secret


@dataclass(frozen=True, slots=True)
class Rotation:
    """One key of a provider that is to be replaced; `id` is its place or its end, None for the only one."""

    provider: Provider
    kept: KeptKeys
    old: StoredKey

    @classmethod
    def of(cls, id: str, key_id: str | None) -> Rotation:
        """That of this provider; raises ConfigError where it is not clear which key is meant."""
        provider = own_credentials.known_provider(id)
        kept = own_credentials.kept_keys(provider)
        return cls(provider, kept, kept.named(key_id))

    def run(self, enter: Callable[[], str], *, in_keyring: bool | None, verify: bool) -> dict[str, Any]:
        """Take the new key and keep it; gives what has changed. Raises HamrError, and then nothing has."""
        from hamr.secrets.kept_keys import tail_of

        place = self.old.store if in_keyring is None else own_credentials.place_for_keys(in_keyring=in_keyring)
        old = self._secret()
        key = enter()
        if verify:
            self._verify(key)
        self.kept.rotate(self.old, key, store=place)
        if old is not None:
            forget(self.provider.id, old)
        told = own_credentials.told_of(self.kept, "rotated", key, place=place)
        return {**told, "old": tail_of(self.old), "verified": verify}

    def _secret(self) -> Secret | None:
        """The old key as the pool knows it; None where it names a variable that is not set."""
        from hamr.types import Secret

        if self.old.is_elsewhere:
            return Secret(self.old.written, self.old.place)
        return self.kept.store.revealed(self.old, os.environ) if self.old.is_set(os.environ) else None

    def _verify(self, key: str) -> None:
        """Ask the provider for its models with the key; raises HamrError where it does not give them."""
        from hamr.client import Hamr

        id, stays = self.provider.id, "the old key stays"
        try:
            with Hamr(keys={id: key}) as client:
                client.models(id)
        except NotLetIn as error:
            raise HamrError(f"{id} does not let the new key in; {stays}", hint=error.message) from error
        except (Unsupported, ConfigError) as error:
            raise ConfigError(
                f"{id} has no list of models to try the new key on; {stays}", hint="Leave --verify out."
            ) from error
        except HamrError as error:
            hint = f"{error.message}\nTry again, or leave --verify out."
            raise HamrError(f"whether {id} lets the new key in cannot be told; {stays}", hint=hint) from error


def forget(id: str, secret: Secret) -> None:
    """Let pools forget what they know of a key or a login; that they cannot is told, and no failure."""
    from hamr.drive import run
    from hamr.pool.pool import Pools
    from hamr.stores import Stores
    from hamr.transports.http import HttpTransport

    there = own_credentials.providers()
    try:
        pools = Pools(os.environ, Stores(there.plugins, os.environ, there.setting).chosen)
        try:
            run(pools.forget(id, secret), HttpTransport(), lambda text, _: output.note(text))
        finally:
            pools.close()
    except HamrError as error:
        output.note(f"what is known of the old key could not be forgotten: {error.message}")
