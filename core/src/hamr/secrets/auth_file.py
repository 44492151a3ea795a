"""The credentials in an `auth.json`, in both of the shapes that it has in the field (inventory H-71, R-8, C-20).

One record a provider: `{"acme": {"type": "api_key", "key": "...", "env": {...}}}`, or `"type": "api_keys"` with a list
of `keys`, or `"type": "oauth"` with `access`, `refresh` and `expires` (milliseconds since 1970). In the place of a key
there may be the name of one that is kept elsewhere, as in the system's keyring:
`{"keyring": "acme:1f3a...", "tail": "...wxyz"}`. Further logins have names, and records of their own: `"acme:work"`.
And lists:
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
NAMED = ":"
BESIDE_KEYS = "login"
"""The name of a login without one, where the provider's own record holds keys."""
"""Between a provider and the name of one of its logins; no provider's id has it."""
FILE, KEYRING, TAIL = "file", "keyring", "tail"
"""Where a key may be: in the file itself, in the system's keyring, or in a store of a plugin, by its name."""
_OWN = ("type", "access", "refresh", "expires", "accountId", "env")


class Misshapen(ValueError):
    """Something in the file is not of its shape; says where, and shows no value."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is written, which may name it rather than hold it; `place` is where it stands in the file.

    Where another `store` than the file keeps it, the value is its name there, and `tail` how it ends, if that is said.
    """

    value: str = field(repr=False)
    place: str
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    store: str = FILE
    tail: str = ""

    @property
    def is_apart(self) -> bool:
        """Whether the file only names it."""
        return self.store != FILE

    @property
    def record(self) -> str | dict[str, str]:
        """What stands in the file."""
        return ApartEntry(self.store, self.value, self.tail).record() if self.is_apart else self.value

    @property
    def is_elsewhere(self) -> bool:
        """Whether a command or another store has to be asked for it."""
        return self.is_apart or references.command(self.value) is not None

    @property
    def written(self) -> str:
        """What tells it from others, and ends as the key does where that is known."""
        return f"{self.store} {self.value} {self.tail}" if self.is_apart else self.value

    def is_set(self, environ: Mapping[str, str]) -> bool:
        """Whether all that it names is there; of a command or another store, that it is named (inventory H-65)."""
        return self.is_apart or not references.missing(self.value, {**environ, **self.env})


@dataclass(frozen=True, slots=True)
class ApartEntry:
    """The name of a key in the store that keeps it, and how the key ends."""

    store: str
    name: str
    tail: str

    def record(self) -> dict[str, str]:
        """The same as it is written."""
        return {self.store: self.name, TAIL: self.tail}


NewKey = str | ApartEntry
"""A key as it is to be written."""


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """The tokens of one login; `place` is where they stand in the file, `name` what its user calls it, if anything."""

    tokens: Tokens
    place: str
    name: str = ""

    @property
    def mark(self) -> str:
        """What tells it from the provider's others through all refreshes: where it is, or in a list whose it is."""
        in_list = self.place.endswith("]")
        return f" {self.tokens.account}" if in_list and self.tokens.account else self.place

    @property
    def written(self) -> str:
        """What stands for it where no token may: another account at the same place is another login."""
        return f"login {self.mark} {self.tokens.account or ''}"


def ids(document: Document) -> list[str]:
    """The providers of which something is stored, in the file's order."""
    found: dict[str, None] = {}
    for name, value in document.items():
        if name == LISTS and isinstance(value, dict):
            found.update((each, None) for each, keys in value.items() if keys)
        elif name.endswith(ACCOUNTS) and isinstance(value, list):
            found.update({name.removesuffix(ACCOUNTS): None} if value else {})
        elif isinstance(value, dict) and value.get("type") in KINDS:
            found[name.partition(NAMED)[0] if value["type"] == "oauth" else name] = None
    return list(found)


def keys(document: Document, names: Sequence[str]) -> list[StoredKey]:
    """The keys of the provider that has these names, in the order in which they count, each once; raises Misshapen."""
    found: dict[str, StoredKey] = {}
    for entry in _entries(document, names):
        if (key := entry.key) is not None:
            found.setdefault(key.written, key)
    return list(found.values())


def environ(document: Document, names: Sequence[str]) -> Mapping[str, str]:
    """The variables that the provider's record sets for itself; raises Misshapen."""
    found: dict[str, str] = {}
    for name in names:
        found = {**_env(_record(document, name), name), **found}
    return found


def logins(document: Document, names: Sequence[str]) -> list[StoredLogin]:
    """The logins of the provider that has these names, in the order in which they count; raises Misshapen."""
    return [StoredLogin(_tokens(*each[:2]), *each[1:]) for each in _login_records(document, names)]


def add_key(document: Document, names: Sequence[str], value: NewKey, *, alone: bool = False) -> bool:
    """Put a key behind those that are there, or `alone` in their place; False where it is there already."""
    there = keys(document, names)
    record = value.record() if isinstance(value, ApartEntry) else value
    if any(key.record == record for key in there) and (not alone or len(there) == 1):
        return False
    env = dict(environ(document, names))
    lists = _lists(document)
    listed = next((name for name in names if name in lists), None)
    if alone:
        _remove_keys(document, names)
    if _record(document, names[0]).get("type") == "oauth":  # one may log in there as well
        document[f"{names[0]}{NAMED}{BESIDE_KEYS}"] = {**document.pop(names[0])}
    if listed is not None and isinstance(record, str):  # no other program knows what else could stand there
        document.setdefault(LISTS, {}).setdefault(listed, []).append(record)
        return True
    known = [] if alone else [key.record for key in there if not key.place.startswith(f"{LISTS}.")]
    made = {"type": "api_keys", "keys": [*known, record]} if known else {"type": "api_key", "key": record}
    for name in names[1:]:  # its keys stand in the record of its first name now
        document.pop(name, None)
    document[names[0]] = {**made, **({"env": env} if env else {})}
    return True


def replace_key(document: Document, names: Sequence[str], old: StoredKey, value: NewKey) -> bool:
    """Put a key in the place of `old`, wherever that stands now; False, and nothing is changed, where it is gone."""
    record = value.record() if isinstance(value, ApartEntry) else value
    entries = [entry for entry in _entries(document, names) if entry.key and entry.key.written == old.written]
    in_list = isinstance(record, dict) and any(entry.place.startswith(f"{LISTS}.") for entry in entries)
    is_known = in_list or any(entry.value == record for entry in _entries(document, names))
    for entry in entries[::-1]:
        if is_known or entry is not entries[0]:
            entry.remove()
        else:
            entry.holder[entry.at] = record
    return add_key(document, names, value) if in_list else bool(entries)


def remove_key(document: Document, names: Sequence[str], key: StoredKey) -> bool:
    """Take one key away, wherever it stands; False where it is not there."""
    entries = [entry for entry in _entries(document, names) if entry.key and entry.key.written == key.written]
    for entry in entries[::-1]:
        entry.remove()
    if entries and not keys(document, names) and not logins(document, names):
        remove(document, names)
    return bool(entries)


def put_tokens(
    document: Document, names: Sequence[str], old: Tokens | None, new: Tokens, now: str, *, name: str = ""
) -> bool:
    """Put tokens where `old` stands, or in the place of the first login of this name where `old` is None.

    False, and nothing is changed, where `old` is there no longer. `now` is the time as ISO 8601 has it.
    """
    for record, _, named in _login_records(document, names):
        if named == name if old is None else _tokens(record, "").is_same(old):
            written = _account(new, now) if "access_token" in record else _written(new)
            if old is None:  # what else is there is of somebody else's login, for all that is known
                kept = {"env": record["env"]} if "env" in record else {}
                record.clear()
                record.update(kept)
            record.update(written)
            return True
    if old is not None:
        return False
    if name:
        document[f"{names[0]}{NAMED}{name}"] = _written(new)
        return True
    env = dict(environ(document, names))
    if keys(document, names[:1]):  # they stay where other programs look for them
        document[f"{names[0]}{NAMED}{BESIDE_KEYS}"] = _written(new)
    else:
        document[names[0]] = {**_written(new), **({"env": env} if env else {})}
    return True


def remove_login(document: Document, names: Sequence[str], login: StoredLogin) -> bool:
    """Take one login away; False where it is there no longer."""
    for _, place, _ in [each for each in _login_records(document, names) if _tokens(*each[:2]).is_same(login.tokens)]:
        holder, _, index = place.removesuffix("]").partition("[")
        if index:
            del document[holder][int(index)]
        else:
            del document[holder]
        return True
    return False


def _remove_keys(document: Document, names: Sequence[str]) -> None:
    for name in names:
        _lists(document).pop(name, None)
        if _record(document, name).get("type") in ("api_key", "api_keys"):
            del document[name]


def remove(document: Document, names: Sequence[str]) -> int:
    """Take away all that is stored of the provider; gives how many keys and logins that was."""
    gone = len(logins(document, names)) + len(keys(document, names))
    lists = _lists(document)
    for name in names:
        document.pop(name, None)
        document.pop(f"{name}{ACCOUNTS}", None)
        lists.pop(name, None)
        for place in _named(document, name):
            del document[place]
    return gone


@dataclass(frozen=True, slots=True)
class _Entry:
    """One place for a key: the table or list that holds it, and under what."""

    holder: Any
    at: Any
    place: str
    env: Mapping[str, str]

    @property
    def value(self) -> Any:
        """What is written there."""
        return self.holder.get(self.at, "") if isinstance(self.holder, dict) else self.holder[self.at]

    @property
    def key(self) -> StoredKey | None:
        """The key; None where the place is empty. Raises Misshapen."""
        value = self.value
        if isinstance(value, dict):
            store = _store_of(value)
            name, tail = value.get(store), value.get(TAIL, "")
            if not (isinstance(name, str) and name and isinstance(tail, str)):
                raise Misshapen(f"{self.place}.{store} must be a text")
            return StoredKey(name, self.place, self.env, store, tail)
        if not isinstance(value, str):
            raise Misshapen(f"{self.place} must be a text")
        return StoredKey(value.strip(), self.place, self.env) if value.strip() else None

    def remove(self) -> None:
        """Take it away."""
        del self.holder[self.at]


def _store_of(record: Mapping[str, Any]) -> str:
    """The store that a record names, the keyring where it names none; what may be a key is taken for no name."""
    known = [name for name in record if name.isidentifier() and name.islower() and name not in (FILE, TAIL)]
    return known[0] if len(record) == 2 and TAIL in record and known else KEYRING


def _entries(document: Document, names: Sequence[str]) -> list[_Entry]:
    """Every place for a key of this provider, in the order in which they count; raises Misshapen."""
    found: list[_Entry] = []
    for name in names:
        record = _record(document, name)
        env = _env(record, name)
        if record.get("type") == "api_key":
            found.append(_Entry(record, "key", f"{name}.key", env))
        elif record.get("type") == "api_keys":
            found += _listed(record.get("keys", []), f"{name}.keys", env)
        found += _listed(_lists(document).get(name, []), f"{LISTS}.{name}", env)
    return found


def _listed(value: Any, place: str, env: Mapping[str, str]) -> list[_Entry]:
    if not isinstance(value, list):
        raise Misshapen(f"{place} must be a list of texts")
    return [_Entry(value, index, f"{place}[{index}]", env) for index in range(len(value))]


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


def _env(record: Mapping[str, Any], name: str) -> dict[str, str]:
    env = record.get("env", {})
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise Misshapen(f"{name}.env must be a table of texts")
    return env


def _login_records(document: Document, names: Sequence[str]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The tables that hold tokens, as they stand in the document, where that is, and their names."""
    for name in names:
        record = _record(document, name)
        if record.get("type") == "oauth":
            yield record, name, ""
        for place in _named(document, name):
            yield document[place], place, place.removeprefix(f"{name}{NAMED}")
        place = f"{name}{ACCOUNTS}"
        accounts = document.get(place, [])
        if not isinstance(accounts, list) or not all(isinstance(each, dict) for each in accounts):
            raise Misshapen(f"{place} must be a list of tables")
        yield from ((each, f"{place}[{index}]", "") for index, each in enumerate(accounts))


def _named(document: Document, name: str) -> list[str]:
    """Where the named logins of a provider stand."""
    places = [each for each in document if each.startswith(f"{name}{NAMED}")]
    return [each for each in places if isinstance(document[each], dict) and document[each].get("type") == "oauth"]


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
