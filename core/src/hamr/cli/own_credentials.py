"""What the commands on keys and logins do with those that are stored."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from hamr.cli import output
from hamr.variables import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hamr.providers import Providers
    from hamr.secrets.kept_keys import KeptKeys
    from hamr.secrets.store import CredentialStore
    from hamr.specs import KeyStore
    from hamr.types import Provider

STORE_VARIABLE = TABLE["credential_store"].names[0]


def store_key(provider: Provider, key: str, *, alone: bool, place: str) -> dict[str, Any]:
    """Store a key, and tell what has changed; raises HamrError."""
    kept = kept_keys(provider)
    changed = kept.add(key, store=place, alone=alone)
    return told_of(kept, ("replaced" if alone else "added") if changed else "unchanged", key, place=place)


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


def told_of(kept: KeptKeys, change: str, key: str | None, *, place: str = "file") -> dict[str, Any]:
    """What has changed, for programs; what could not be taken out of another store is told."""
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
        "store": place,
    }


def where(told: dict[str, Any]) -> str:
    """Where a key is kept, for people."""
    from hamr.secrets.auth_file import FILE
    from hamr.secrets.kept_keys import place_of

    return str(told["place"]) if told["store"] == FILE else f"{place_of(told['store'])}; {told['place']} names it"


def place_for_keys(*, in_keyring: bool | None = None) -> str:
    """Where a key goes: as asked, as HAMR_CREDENTIAL_STORE says, or `credentials.store`; raises ConfigError."""
    from hamr.errors import ConfigError
    from hamr.key_stores import KeyStores, usual_dist

    if in_keyring is not None:
        return "keyring" if in_keyring else "file"
    there = providers()
    found = there.configuration.setting("credentials.store")
    said = os.environ.get(STORE_VARIABLE, "").strip().lower()
    origin, said = (STORE_VARIABLE, said) if said else found[::-1] if found else ("", "file")
    known = KeyStores(there.plugins, os.environ).names
    if said not in known:
        more = f" One of a plugin: pip install {usual_dist(said)}" if re.fullmatch(r"[a-z][a-z0-9_-]*", said) else ""
        raise ConfigError(f"{origin}: {said!r} is no place for keys", hint=f"There are {', '.join(known)}.{more}")
    return said


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

    store = CredentialStore.of(os.environ, _opened)
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
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins
    from hamr.providers import Providers

    return Providers(Plugins(Choices.read(os.environ)), os.environ, ".")


def _opened(name: str, folder: str) -> KeyStore:
    """The store of a plugin for keys that the file only names."""
    from hamr.key_stores import KeyStores

    return KeyStores(providers().plugins, os.environ).opened(name, folder)


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
