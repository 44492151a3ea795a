"""The credentials in an `auth.json`, in both of the shapes that it has in the field (inventory H-71, R-8, C-20).

One record a provider: `{"acme": {"type": "api_key", "key": "...", "env": {...}}}`, or `"type": "api_keys"` with a list
of `keys`, or `"type": "oauth"` with `access`, `refresh` and `expires` (milliseconds since 1970). And lists:
`{"providers": {"acme": ["..."]}, "acme_accounts": [{"access_token": ..., "refresh_token": ..., "account_id": ...}]}`.
Everything else in the file stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hamr.secrets import jwt, references
from hamr.types import Tokens

Document = dict[str, Any]

LISTS = "providers"
ACCOUNTS = "_accounts"
KINDS = ("api_key", "api_keys", "oauth")
_OWN = ("type", "access", "refresh", "expires", "accountId", "env")


class Misshapen(ValueError):
    """Something in the file is not of its shape; says where, and shows no value."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is written, which may name it rather than hold it; `place` is where it stands in the file."""

    value: str = field(repr=False)
    place: str
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    def is_set(self, environ: Mapping[str, str]) -> bool:
        """Whether all that it names is there; of a command, that there is one (inventory H-65)."""
        return not references.missing(self.value, {**environ, **self.env})


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """The tokens of one login; `place` is where they stand in the file."""

    tokens: Tokens
    place: str


def ids(document: Document) -> list[str]:
    """The providers of which something is stored, in the file's order."""
    found: dict[str, None] = {}
    for name, value in document.items():
        if name == LISTS and isinstance(value, dict):
            found.update((each, None) for each, keys in value.items() if keys)
        elif name.endswith(ACCOUNTS) and isinstance(value, list):
            found.update({name.removesuffix(ACCOUNTS): None} if value else {})
        elif isinstance(value, dict) and value.get("type") in KINDS:
            found[name] = None
    return list(found)


def keys(document: Document, names: Sequence[str]) -> list[StoredKey]:
    """The keys of the provider that has these names, in the order in which they count, each once; raises Misshapen."""
    found: dict[str, StoredKey] = {}
    for name in names:
        record = _record(document, name)
        if record.get("type") == "api_key":
            places = [(record.get("key", ""), f"{name}.key")]
        else:
            listed = record.get("keys", []) if record.get("type") == "api_keys" else []
            places = _texts(listed, f"{name}.keys")
        places += _texts(_lists(document).get(name, []), f"{LISTS}.{name}")
        env = _env(record, name)
        for value, place in places:
            if not isinstance(value, str):
                raise Misshapen(f"{place} must be a text")
            if value.strip():
                found.setdefault(value.strip(), StoredKey(value.strip(), place, env))
    return list(found.values())


def environ(document: Document, names: Sequence[str]) -> Mapping[str, str]:
    """The variables that the provider's record sets for itself; raises Misshapen."""
    found: dict[str, str] = {}
    for name in names:
        found = {**_env(_record(document, name), name), **found}
    return found


def logins(document: Document, names: Sequence[str]) -> list[StoredLogin]:
    """The logins of the provider that has these names, in the order in which they count; raises Misshapen."""
    return [StoredLogin(_tokens(record, place), place) for record, place in _login_records(document, names)]


def add_key(document: Document, names: Sequence[str], value: str, *, alone: bool = False) -> bool:
    """Put a key behind those that are there, or `alone` in their place; False where it is there already."""
    there = [key.value for key in keys(document, names)]
    if value in there and (not alone or len(there) == 1):
        return False
    env = dict(environ(document, names))
    lists = _lists(document)
    listed = next((name for name in names if name in lists), None)
    if alone:
        remove(document, names)
    if listed is not None:
        document.setdefault(LISTS, {}).setdefault(listed, []).append(value)
        return True
    known = [] if alone else there
    record: dict[str, Any] = (
        {"type": "api_keys", "keys": [*known, value]} if known else {"type": "api_key", "key": value}
    )
    for name in names[1:]:  # its keys stand in the record of its first name now
        document.pop(name, None)
    document[names[0]] = {**record, **({"env": env} if env else {})}
    return True


def put_tokens(document: Document, names: Sequence[str], old: Tokens | None, new: Tokens, now: str) -> bool:
    """Put tokens where `old` stands, or in the place of the first login where `old` is None.

    False, and nothing is changed, where `old` is there no longer. `now` is the time as ISO 8601 has it.
    """
    for record, _ in _login_records(document, names):
        known = _tokens(record, "")
        if old is None or known.is_same(old):
            written = _account(new, now) if "access_token" in record else _written(new)
            if old is None:  # what else is there is of somebody else's login, for all that is known
                kept = {"env": record["env"]} if "env" in record else {}
                record.clear()
                record.update(kept)
            record.update(written)
            return True
    if old is not None:
        return False
    env = dict(environ(document, names))
    document[names[0]] = {**_written(new), **({"env": env} if env else {})}
    return True


def remove(document: Document, names: Sequence[str]) -> int:
    """Take away all that is stored of the provider; gives how many keys and logins that was."""
    gone = len(logins(document, names)) + len(keys(document, names))
    lists = _lists(document)
    for name in names:
        document.pop(name, None)
        document.pop(f"{name}{ACCOUNTS}", None)
        lists.pop(name, None)
    return gone


def _record(document: Document, name: str) -> dict[str, Any]:
    record = document.get(name)
    if record is None or name == LISTS:
        return {}
    if not isinstance(record, dict):
        raise Misshapen(f"{name} must be a table")
    if record.get("type") not in KINDS:
        raise Misshapen(f"{name}.type must be one of {', '.join(KINDS)}")
    return record


def _lists(document: Document) -> dict[str, Any]:
    lists = document.get(LISTS, {})
    if not isinstance(lists, dict):
        raise Misshapen(f"{LISTS} must be a table")
    return lists


def _texts(value: Any, place: str) -> list[tuple[Any, str]]:
    if not isinstance(value, list):
        raise Misshapen(f"{place} must be a list of texts")
    return [(each, f"{place}[{index}]") for index, each in enumerate(value)]


def _env(record: Mapping[str, Any], name: str) -> dict[str, str]:
    env = record.get("env", {})
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise Misshapen(f"{name}.env must be a table of texts")
    return env


def _login_records(document: Document, names: Sequence[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """The tables that hold tokens, as they stand in the document, and where that is."""
    for name in names:
        record = _record(document, name)
        if record.get("type") == "oauth":
            yield record, name
        place = f"{name}{ACCOUNTS}"
        accounts = document.get(place, [])
        if not isinstance(accounts, list) or not all(isinstance(each, dict) for each in accounts):
            raise Misshapen(f"{place} must be a list of tables")
        yield from ((each, f"{place}[{index}]") for index, each in enumerate(accounts))


def _tokens(record: Mapping[str, Any], place: str) -> Tokens:
    if "access_token" in record:
        access = _text(record, "access_token", place)
        refresh, account = _text_or_none(record, "refresh_token", place), _text_or_none(record, "account_id", place)
        return Tokens(access, refresh, jwt.expiry(access), account)
    expires = record.get("expires")
    if expires is not None and (isinstance(expires, bool) or not isinstance(expires, int | float)):
        raise Misshapen(f"{place}.expires must be a number")
    return Tokens(
        _text(record, "access", place),
        _text_or_none(record, "refresh", place),
        None if expires is None else expires / 1000,
        _text_or_none(record, "accountId", place),
        {name: value for name, value in record.items() if name not in _OWN},
    )


def _text(record: Mapping[str, Any], name: str, place: str) -> str:
    if not isinstance(value := record.get(name), str) or not value:
        raise Misshapen(f"{place}.{name} must be a text")
    return value


def _text_or_none(record: Mapping[str, Any], name: str, place: str) -> str | None:
    return None if record.get(name) in (None, "") else _text(record, name, place)


def _written(tokens: Tokens) -> dict[str, Any]:
    written = {"type": "oauth", "access": tokens.access, "refresh": tokens.refresh, "accountId": tokens.account}
    expires = None if tokens.expires is None else round(tokens.expires * 1000)
    return {name: value for name, value in {**written, "expires": expires, **tokens.extra}.items() if value is not None}


def _account(tokens: Tokens, now: str) -> dict[str, Any]:
    account = {"account_id": tokens.account} if tokens.account else {}
    return {**account, "access_token": tokens.access, "refresh_token": tokens.refresh or "", "last_refresh": now}
