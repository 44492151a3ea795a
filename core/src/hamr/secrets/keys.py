"""Where a provider's key is looked for."""

from __future__ import annotations

from collections.abc import Mapping

from hamr.errors import ConfigError
from hamr.types import Provider, Secret


def find(provider: Provider, environ: Mapping[str, str], given: Mapping[str, str]) -> Secret | None:
    """The key: given in code first, then the provider's variables in order.

    None where the provider needs none. Raises ConfigError, naming every place that was looked in, where it does.
    """
    if provider.auth.style == "none":
        return None
    places = _places(provider, environ, given)
    for value, place in places:
        if value.strip():
            return Secret(_sendable(value.strip(), place), place)
    if provider.auth.optional:
        return None
    looked = ", ".join(place for _, place in places)
    first = provider.auth.env[0] if provider.auth.env else None
    how = f"Set it: export {first}=..." if first else "Give it in code."
    where = f" Get one at {provider.key_url}" if provider.key_url else ""
    raise ConfigError(f"no key for {provider.id}; looked in {looked}", hint=how + where)


def variable(provider: Provider, environ: Mapping[str, str], name: str) -> Secret | None:
    """What a variable holds that the provider's auth names, None where it is not set; raises ConfigError for others."""
    if name not in (*provider.auth.env, *provider.auth.more_env):
        raise ConfigError(f"{provider.id}: its manifest does not say that its auth reads {name}")
    place = f"the environment variable {name}"
    value = environ.get(name, "").strip()
    return Secret(_sendable(value, place), place) if value else None


def is_callable(provider: Provider, environ: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether a call may get in: there is a key, none is needed, or it comes from elsewhere than a variable."""
    auth = provider.auth
    if "{" in provider.base_url:  # a parameter of it is not set
        return False
    if auth.style == "none" or auth.optional or not auth.env:
        return True
    return any(value.strip() for value, _ in _places(provider, environ, given))


def _places(provider: Provider, environ: Mapping[str, str], given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each place for the key: what stands there, and what people call the place."""
    places = [(given.get(provider.id, ""), f"Hamr(keys={{{provider.id!r}: ...}})")]
    return places + [(environ.get(name, ""), f"the environment variable {name}") for name in provider.auth.env]


def _sendable(value: str, place: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(
            f"the key in {place} holds a line break or another character that no key has",
            hint="Copy it again, on one line and without quotes.",
        )
    return value
