"""Where a provider's key is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from hamr.errors import ConfigError
from hamr.types import Provider, Secret
from hamr.types.secret import variable_place

if TYPE_CHECKING:
    from hamr.secrets.auth_file import StoredLogin
    from hamr.secrets.store import CredentialStore
    from hamr.types import TokenStore

SCANNED = 9
"""Numbered variables are looked for up to this number, and beyond it as long as there is one more."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Key:
    """One of several keys; `written` is what tells it from the others: a command is not run for that.

    `is_slow` says whether `get` may take seconds just now. One of several logins has its own `tokens`, and a `name`.
    """

    written: Secret
    get: Callable[[], Secret]
    is_slow: Callable[[], bool] = _never
    tokens: TokenStore | None = None
    name: str | None = None

    @property
    def tail(self) -> str:
        """What people call it: the end of the key, or the login's name."""
        return self.name or self.written.tail

    @property
    def known(self) -> Secret:
        """The key itself where it is at hand, else as it is written."""
        try:
            return self.written if self.is_slow() else self.get()
        except ConfigError:  # it is none that could be sent, as whoever calls with it is told
            return self.written


def find(
    provider: Provider, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None = None
) -> Secret | None:
    """The key: given in code first, then stored, then the provider's variables in order (inventory C-21), a file's.

    None where the provider needs none. Raises ConfigError, naming every place that was looked in, where it does.
    """
    if provider.auth.style == "none":
        return None
    if provider.auth.style == "oauth":
        return _login(provider, environ, store)
    looked = []
    for secret, place in _places(provider, environ, given, store):
        if secret is not None and (value := secret.reveal().strip()):
            return Secret(_sendable(value, secret.origin), secret.origin)
        looked.append(place)
    if provider.auth.optional:
        return None
    first = provider.auth.usual_env
    how = f"Set it: export {first}=..." if first else "Give it in code."
    how = f"Store it: hamr auth add {provider.id}. Or set it: export {first}=..." if first and store else how
    where = f" Get one at {provider.key_url}" if provider.key_url else ""
    raise ConfigError(f"no key for {provider.id}; looked in {', '.join(looked)}", hint=how + where)


def as_called(provider: Provider, given: Mapping[str, str], store: CredentialStore | None) -> Provider:
    """A provider that takes keys and logins, as it is called: by a login where one is stored (inventory H-72).

    A key that is given in code counts before it. Raises ConfigError.
    """
    by_login = provider.auth.by_login
    if by_login is provider.auth or given.get(provider.id, "").strip() or store is None:
        return provider
    return replace(provider, auth=by_login) if store.logins(provider.stored_names) else provider


def every(
    provider: Provider, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None = None
) -> list[Key]:
    """All keys of a provider, each once: the stored ones, then those of its first variable that has any (M-22, R-50).

    One that is given in code counts alone. There are none where the key comes from elsewhere: a file's own, or the one
    login that there is. Several logins count like keys.
    """
    if provider.auth.style == "none":
        return []
    if provider.auth.style == "oauth":
        return [] if store is None else _logins(provider, store)
    place = f"Hamr(keys={{{provider.id!r}: ...}})"
    if alone := given.get(provider.id, "").strip():
        return [_plain(Secret(alone, place))]
    found = [] if store is None else list(_stored(provider, environ, store))
    for name in provider.auth.env:
        if spelled := in_variables(name, environ):
            found += [_plain(secret) for secret in spelled]
            break
    once: dict[Secret, Key] = {}
    for key in found:
        once.setdefault(key.written, key)
    return list(once.values())


def are_several(
    provider: Provider, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None = None
) -> bool:
    """Whether there is more than one; a file that cannot be read is told of where a key is needed."""
    try:
        return len(every(provider, environ, given, store)) > 1
    except ConfigError:
        return False


def in_variables(name: str, environ: Mapping[str, str]) -> list[Secret]:
    """The keys in a variable, in its plural with commas between them, and in its numbered ones (inventory R-50)."""
    plural = f"{name}S"
    said = [(name, environ.get(name, "")), *((plural, each) for each in environ.get(plural, "").split(","))]
    number = 1
    while (text := environ.get(numbered := f"{name}_{number}")) is not None or number <= SCANNED:
        said.append((numbered, text or ""))
        number += 1
    # Every call without a key comes by here, so that nothing is made of what is not there.
    return [Secret(key, variable_place(where)) for where, text in said if text and (key := text.strip())]


def value(text: str, environ: Mapping[str, str], what: str) -> Secret:
    """What an expression of the user's stands for; raises ConfigError naming `what`. A command is run each time."""
    from hamr.secrets import references

    if (command := references.command(text)) is None:
        return Secret(_sendable(references.filled(text, environ, what).strip(), what), what)
    from hamr.secrets import shell

    return Secret(_sendable(shell.output(command, what), what), what)


def variable(provider: Provider, environ: Mapping[str, str], name: str) -> Secret | None:
    """What a variable holds that the provider's auth names, None where it is not set; raises ConfigError for others."""
    if name not in (*provider.auth.env, *provider.auth.more_env):
        raise ConfigError(f"{provider.id}: its manifest does not say that its auth reads {name}")
    place = variable_place(name)
    value = environ.get(name, "").strip()
    return Secret(_sendable(value, place), place) if value else None


def is_callable(
    provider: Provider, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None = None
) -> bool:
    """Whether a call may get in: there is a key, none is needed, or it comes from elsewhere than a variable.

    It is asked where nobody has named the provider: a variable of everybody's does not count (C-19). No command is run
    to find out (inventory H-65).
    """
    auth = provider.auth
    if "{" in provider.base_url:  # a parameter of it is not set
        return False
    if auth.style == "oauth":
        logins = store.logins(provider.stored_names) if store is not None else []
        return bool(logins) or token_in_variable(provider, environ) is not None
    if auth.style == "none" or auth.optional or not (auth.env or auth.key):
        return True
    if given.get(provider.id, "").strip() or any(
        in_variables(name, environ) for name in auth.env if name not in auth.ambient_env
    ):
        return True
    if auth.key is not None:
        from hamr.secrets import references

        return not references.missing(auth.key, environ)
    return store is not None and bool(store.keys(provider.stored_names))


def is_slow(provider: Provider, given: Mapping[str, str], store: CredentialStore | None) -> bool:
    """Whether `find` may take seconds just now, for a stored key; raises ConfigError."""
    if store is None or provider.auth.style in ("none", "oauth") or given.get(provider.id, "").strip():
        return False
    return store.is_slow(provider.stored_names)


def _places(
    provider: Provider, environ: Mapping[str, str], given: Mapping[str, str], store: CredentialStore | None
) -> Iterator[tuple[Secret | None, str]]:
    """Each place for the key: what stands there, and what people call the place; nothing is looked up early."""
    place = f"Hamr(keys={{{provider.id!r}: ...}})"
    yield Secret(given.get(provider.id, ""), place), place
    if store is not None:
        yield store.key(provider.stored_names, environ), store.path
    for name in provider.auth.env:
        place = variable_place(name)
        spelled = [] if environ.get(name, "").strip() else in_variables(name, environ)
        yield spelled[0] if spelled else Secret(environ.get(name, ""), place), place
    if provider.auth.key is not None:
        place = provider.origins.get("auth.key", "a file")
        yield value(provider.auth.key, environ, f"the key of {provider.id} in {place}"), place


def _plain(secret: Secret) -> Key:
    return Key(secret, lambda: Secret(_sendable(secret.reveal(), secret.origin), secret.origin))


def _stored(provider: Provider, environ: Mapping[str, str], store: CredentialStore) -> Iterator[Key]:
    """The stored keys whose variables are set."""
    for stored in store.keys(provider.stored_names):
        if stored.is_elsewhere:
            written = Secret(stored.written, f"{stored.place} in {store.path}")
            yield Key(written, partial(store.revealed, stored, environ), partial(store.takes_time, stored))
        elif stored.is_set(environ):
            yield _plain(store.revealed(stored, environ))


def _login(provider: Provider, environ: Mapping[str, str], store: CredentialStore | None) -> Secret:
    """The access token of the login; that it may have to be refreshed first is the auth's business."""
    found = store.logins(provider.stored_names) if store is not None else []
    if not found and (told := token_in_variable(provider, environ)) is not None:
        return told
    if not found:
        looked = f"; looked in {store.path}" if store is not None else ""
        option = " --subscription" if provider.auth.has_keys else ""
        raise ConfigError(
            f"nobody is logged in to {provider.id}{looked}", hint=f"Log in: hamr login {provider.id}{option}"
        )
    return _access(provider, found[0], store.path if store else "")


def token_in_variable(provider: Provider, environ: Mapping[str, str]) -> Secret | None:
    """The token that a variable holds in place of a login, where the provider knows such; raises ConfigError."""
    if provider.auth.has_keys:
        return None
    found = (variable(provider, environ, name) for name in provider.auth.env)
    return next((each for each in found if each is not None), None)


def _access(provider: Provider, login: StoredLogin, path: str) -> Secret:
    from hamr.secrets import jwt

    tokens, spec = login.tokens, provider.auth.oauth
    whose = tokens.account or jwt.claim(tokens.access, spec.account_claim if spec else ())
    return Secret(tokens.access, f"{login.place} in {path}", f"{provider.id} {whose or login.place}")


def _logins(provider: Provider, store: CredentialStore) -> list[Key]:
    """Every login where there are several, each with the place of its own tokens."""
    names = provider.stored_names
    found = {login.mark: login for login in reversed(store.logins(names))}
    return [_login_key(provider, login, store) for login in reversed(found.values())] if len(found) > 1 else []


def _login_key(provider: Provider, login: StoredLogin, store: CredentialStore) -> Key:
    names, mark = provider.stored_names, login.mark

    def get() -> Secret:
        now = next((each for each in store.logins(names) if each.mark == mark), login)
        return _access(provider, now, store.path)

    account = Secret(login.tokens.account, "").tail if login.tokens.account else login.place
    written = Secret(login.written, f"{login.place} in {store.path}")
    tokens = store.tokens(names, login.name, mark)
    return Key(written, get, tokens=tokens, name=login.name or account)


def _sendable(value: str, place: str) -> str:
    if value[:1] == value[-1:] and value[:1] in ('"', "'"):  # as Docker's --env-file leaves them
        raise ConfigError(f"the key in {place} stands in quotes", hint="Write it without them.")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(
            f"the key in {place} holds a line break or another character that no key has",
            hint="Copy it again, on one line and without quotes.",
        )
    return value
