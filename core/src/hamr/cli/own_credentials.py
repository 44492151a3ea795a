"""What the commands on keys and logins do with those that are stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hamr.cli import output
from hamr.variables import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hamr.providers import Providers
    from hamr.secrets.kept_keys import KeptKeys
    from hamr.secrets.store import CredentialStore
    from hamr.types import Provider

STORE_VARIABLE = TABLE["credential_store"].names[0]


def store_key(provider: Provider, key: str, *, alone: bool, in_keyring: bool) -> dict[str, Any]:
    """Store a key, and tell what has changed; raises HamrError."""
    kept = kept_keys(provider)
    changed = kept.add(key, in_keyring=in_keyring, alone=alone)
    return told_of(kept, ("replaced" if alone else "added") if changed else "unchanged", key, in_keyring=in_keyring)


def kept_keys(provider: Provider) -> KeptKeys:
    """The stored keys of a provider, to change them; raises ConfigError where it can have none."""
    from hamr.errors import ConfigError
    from hamr.secrets.kept_keys import KeptKeys

    if provider.auth.style in ("none", "oauth"):
        how = f"Log in: hamr login {provider.id}" if provider.auth.style == "oauth" else "It needs none."
        raise ConfigError(f"{provider.id} takes no key", hint=how)
    if not provider.stored_names:
        raise ConfigError(
            f"{provider.id} comes from a project that is not trusted", hint="Look at its hamr.toml, then: hamr trust"
        )
    return KeptKeys(own_store(), provider.stored_names)


def told_of(kept: KeptKeys, change: str, key: str | None, *, in_keyring: bool = False) -> dict[str, Any]:
    """What has changed, for programs; what could not be taken out of the keyring is told."""
    from hamr.types import Secret

    for line in kept.left:
        output.note(line)
    return {
        "provider": kept.names[0],
        "change": change,
        "keys": len(kept.store.keys(kept.names)),
        "logins": len(kept.store.logins(kept.names)),
        "tail": Secret(key, "").tail if key is not None else None,
        "place": kept.store.path,
        "store": "keyring" if in_keyring else "file",
    }


def where(told: dict[str, Any]) -> str:
    """Where a key is kept, for people."""
    return f"the keyring; {told['place']} names it" if told["store"] == "keyring" else str(told["place"])


def to_keyring(*, asked: bool | None = None) -> bool:
    """Whether a key goes into the keyring: as asked, as HAMR_CREDENTIAL_STORE says, or `credentials.store`.

    Raises ConfigError.
    """
    from hamr.errors import ConfigError
    from hamr.secrets.kept_keys import STORES

    if asked is not None:
        return asked
    found = providers().configuration.setting("credentials.store")
    said = os.environ.get(STORE_VARIABLE, "").strip().lower() or (found[0] if found else STORES[0])
    if said not in STORES:
        raise ConfigError(f"{STORE_VARIABLE}: {said!r} is no place for keys", hint=f"There are {', '.join(STORES)}.")
    return said == "keyring"


def removed(id: str, *, as_json: bool, key_id: str | None = None) -> None:
    """Remove what is stored of a provider, installed or not, or one key of it, and tell so; raises ConfigError."""
    from hamr.secrets.kept_keys import KeptKeys

    store = own_store()
    names = names_of_all()
    kept = KeptKeys(store, names.get(id, (id,)))
    count = kept.remove(None if key_id is None else kept.named(key_id))
    if not count and id not in names:
        known_provider(id)  # which says what may be meant
    told = told_of(kept, "removed" if count else "unchanged", None)
    if as_json:
        output.write_json(told)
    elif count:
        what = "what was stored" if key_id is None else f"the key {key_id}"
        output.write(f"removed {what} of {id} in {store.path}\n")
    else:
        output.write(f"nothing of {id} is stored in {store.path}\n")


def own_store() -> CredentialStore:
    """The user's own store; raises ConfigError where there is no place for one."""
    from hamr.errors import ConfigError
    from hamr.secrets.store import CredentialStore

    store = CredentialStore.of(os.environ)
    if store is None:
        raise ConfigError("there is no place for credentials", hint="Set HAMR_AGENT_DIR to a folder of your own.")
    return store


def known_provider(id: str) -> Provider:
    """The provider of this id, installed or configured; raises ConfigError where there is none."""
    return providers().provider(id, os.environ)


def names_of_all() -> Mapping[str, tuple[str, ...]]:
    """The names under which each provider's credentials may be stored; one that is broken has its own."""
    there = providers()
    return {id: _names(there, id) for id in there.ids}


def providers() -> Providers:
    """All that is installed and configured here."""
    from hamr.choices import Choices
    from hamr.discover import Plugins
    from hamr.providers import Providers

    return Providers(Plugins(Choices.read(os.environ)), os.environ, ".")


def _names(there: Providers, id: str) -> tuple[str, ...]:
    from hamr.errors import HamrError

    try:
        return (id, *there.manifest(id).auth.stored_as)
    except HamrError:  # `hamr providers` tells what is wrong with it
        return (id,)


def faults(store: CredentialStore, names: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What is wrong with what is stored of a provider, of which there is no row then."""
    from hamr.errors import ConfigError

    there = set(store.ids())
    for known in names.values():
        if there.isdisjoint(known):
            try:
                store.keys(known)
                store.logins(known)
            except ConfigError as error:
                yield error.message
