"""The writing of a plan: each file whole and under its lock, keys in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hamr.config.config_file import ConfigFile
from hamr.imports.found import FoundKey, FoundLogin
from hamr.imports.plan import Plan, Target, login_mark
from hamr.secrets import auth_file
from hamr.secrets.kept_keys import KeptKeys
from hamr.secrets.store import CredentialStore

Names = Mapping[str, tuple[str, ...]]
"""The names under which each provider's credentials may be stored."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where keys go: the store, and where those go that are written as such."""

    store: CredentialStore
    names: Names
    place: str = auth_file.FILE


def write(plan: Plan, target: Target, keys: Keys, environ: Mapping[str, str]) -> None:
    """Write what the plan says; raises ConfigError. The keys come first: without them the rest is of little use."""
    found = [step.key for step in plan.of(target.auth) if step.key is not None]
    apart = [
        key for key in found if keys.place != auth_file.FILE and isinstance(key, FoundKey) and key.literal is not None
    ]
    if rest := [key for key in found if key not in apart]:
        keys.store.change(lambda document: _store(document, rest, keys.names))
    for key in apart:
        KeptKeys(keys.store, keys.names.get(key.provider, (key.provider,))).add(key.literal or "", store=keys.place)
    for file in (target.toml, target.json):
        if steps := plan.of(file.path):
            _write(file, [(step.path, step.value) for step in steps], environ)


def stored(store: CredentialStore, names: Sequence[str]) -> tuple[set[str], set[str]]:
    """What is stored of a provider: keys as they are written, and marks of logins; raises ConfigError."""
    logins = {login_mark(login.tokens) for login in store.logins(names)}
    return {key.value for key in store.keys(names)}, logins


def _write(file: ConfigFile, values: Sequence[tuple[tuple[str, ...], Any]], environ: Mapping[str, str]) -> None:
    with file.changing(environ):
        text = file.text() or ""
        file.stored(text)
        file.write(file.put_all(text, values))


def _store(document: auth_file.Document, found: Sequence[FoundKey | FoundLogin], names: Names) -> None:
    keys: dict[str, list[FoundKey]] = {}
    logins: dict[str, list[FoundLogin]] = {}
    for each in found:
        if isinstance(each, FoundKey):
            keys.setdefault(each.provider, []).append(each)
        else:
            logins.setdefault(each.provider, []).append(each)
    for id, added in keys.items():
        _add_keys(document, names.get(id, (id,)), added)
    for id, new in logins.items():
        _put_logins(document, names.get(id, (id,)), new)


def _add_keys(document: auth_file.Document, names: tuple[str, ...], found: Sequence[FoundKey]) -> None:
    """All at once where there are many: each alone would be looked for among all the others."""
    there = {key.value for key in auth_file.keys(document, names)}
    new = [key for key in dict.fromkeys(each.written for each in found) if key not in there]
    for key in new[:2]:
        auth_file.add_key(document, names, key)
    if more := new[2:]:
        _list_of(document, names, new[1]).extend(more)
    env = {name: value for each in found for name, value in each.env.items()}
    record = document.get(names[0])
    if env and isinstance(record, dict):
        record["env"] = {**env, **record.get("env", {})}


def _list_of(document: auth_file.Document, names: tuple[str, ...], key: str) -> list[str]:
    """The list in which this key stands now."""
    lists = document.get(auth_file.LISTS, {})
    places = [table.get(name) for name in names for table in (lists,)]
    places += [document[name].get("keys") for name in names if isinstance(document.get(name), dict)]
    return next(place for place in places if isinstance(place, list) and key in place)


def _put_logins(document: auth_file.Document, names: tuple[str, ...], found: Sequence[FoundLogin]) -> None:
    """The first in the place of the one that there is; several as accounts, which are tried in turn."""
    now = ""
    if len(found) == 1:
        auth_file.put_tokens(document, names, None, found[0].tokens, now)
        return
    for name in names:
        if isinstance(document.get(name), dict) and document[name].get("type") == "oauth":
            del document[name]
    accounts = document.setdefault(f"{names[0]}{auth_file.ACCOUNTS}", [])
    for each in found:
        tokens = each.tokens
        account = {"access_token": tokens.access, "refresh_token": tokens.refresh or ""}
        accounts.append({**account, **({"account_id": tokens.account} if tokens.account else {})})
