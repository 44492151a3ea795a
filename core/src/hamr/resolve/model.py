"""A name to a model, and the interface of the provider that it is spoken to by."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from hamr.errors import ConfigError
from hamr.types import Model, Provider

Role = Literal["chat", "embeddings"]
"""What a model is wanted for; a provider may have a default for each."""


def model_of(provider: Provider, name: str | None, role: Role = "chat") -> Model:
    """The model of this name, or the provider's default for the role, with what is special about it.

    The empty name is no model, for what is asked without one. Raises ConfigError where no name is given and the
    provider has no default.
    """
    if name is None and not (name := provider.models.get(role)):
        wanted = "default model" if role == "chat" else f"default model for {role}"
        raise ConfigError(
            f"{provider.id} has no {wanted}",
            hint=f"Name one: {provider.id}/<model>, as `hamr models -p {provider.id}` lists them.",
        )
    rule = next((rule for rule in provider.rules if rule.fits(name)), None)
    if rule is None:
        return Model(name)
    return Model(
        name,
        rule.wire,
        rule.compat,
        rule.limits,
        rule.local,
        rule.header_values,
        stream_timeout=rule.stream_timeout,
    )


def in_mode(provider: Provider, name: str | None, mode: str | None) -> Provider:
    """The provider's interface of this name, or without one that of the model's rule, of the base URL, or else its own.

    The name of a wire too means the first that speaks it. Raises ConfigError for a mode that the provider has not.
    """
    if mode is None:
        rule = next((rule for rule in provider.rules if name is not None and rule.fits(name)), None)
        mode = (rule.mode if rule else None) or _by_path(provider)
    if mode is None or mode == provider.mode:
        return provider
    if mode not in provider.modes:
        if mode == provider.wire:
            return provider
        mode = next((name for name, each in provider.modes.items() if each.wire == mode), mode)
    if (other := provider.modes.get(mode)) is None:
        known = ", ".join((provider.mode, *provider.modes))
        raise ConfigError(f"{provider.id} has no api mode {mode!r}", hint=f"It has {known}.")
    own = bool(other.path) and provider.base_url.endswith(str(other.path))  # the user's own, which is that mode's
    url = provider.base_url if own else other.base_url or provider.base_url
    auth = other.auth or provider.auth
    return replace(
        provider, wire=other.wire, base_url=url, auth=auth, compat=other.compat, rules=other.rules, mode=mode
    )


def _by_path(provider: Provider) -> str | None:
    """The mode whose path the base URL ends with."""
    ends = ((name, other.path) for name, other in provider.modes.items())
    return next((name for name, path in ends if path and provider.base_url.endswith(path)), None)
