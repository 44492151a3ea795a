"""A selector to a provider and a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from hamr.errors import ConfigError
from hamr.types import Model, Provider

MODEL_VARIABLE = "HAMR_LLM_MODEL"
PROVIDER_VARIABLE = "HAMR_LLM_PROVIDER"
EMBED_VARIABLE = "HAMR_EMBED_MODEL"

Role = Literal["chat", "embeddings"]
"""What a model is wanted for; a provider may have a default for each."""


def split(selector: str | None, environ: Mapping[str, str], role: Role = "chat") -> tuple[str, str | None]:
    """The provider's id and the model's name, which is None where the provider's default is meant.

    `provider/model` splits at the first slash, for names of models hold slashes too. Without a selector
    HAMR_LLM_PROVIDER and HAMR_LLM_MODEL say both; for embeddings HAMR_EMBED_MODEL does, or those two name the
    provider alone. Raises ConfigError where nothing does.
    """
    variable = EMBED_VARIABLE if role == "embeddings" else MODEL_VARIABLE
    if selector is None:
        selector = from_environ(environ, role)
    provider, _, model = selector.strip().partition("/")
    if not provider:
        raise ConfigError(
            "no model was named",
            hint=f"Name one as provider/model (-m on the command line), or set {variable}=provider/model. "
            "`hamr providers` lists what is installed.",
        )
    return provider, model or None


def model_of(provider: Provider, name: str | None, role: Role = "chat") -> Model:
    """The model of this name, or the provider's default for the role, with what is special about it.

    The empty name is no model, for what is asked without one. Raises ConfigError where no name is given and the
    provider has no default.
    """
    if name is None and not (name := provider.models.get(role)):
        wanted = "default model" if role == "chat" else f"default model for {role}"
        raise ConfigError(
            f"{provider.id} has no {wanted}", hint=f"Name one: {provider.id}/<model>, as the provider spells it."
        )
    rule = next((rule for rule in provider.rules if rule.fits(name)), None)
    return Model(name, rule.wire, rule.compat, rule.limits, rule.local, rule.header_values) if rule else Model(name)


def in_mode(provider: Provider, name: str | None, mode: str | None) -> Provider:
    """The provider's interface of this name, or without one that of the model's rule, of the base URL, or else its own.

    Raises ConfigError for a mode that the provider has not.
    """
    if mode is None:
        rule = next((rule for rule in provider.rules if name is not None and rule.fits(name)), None)
        mode = (rule.mode if rule else None) or _by_path(provider)
    if mode is None or mode == provider.mode:
        return provider
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


def from_environ(environ: Mapping[str, str], role: Role = "chat") -> str:
    """The selector that the environment names, empty where it names none."""
    if role == "embeddings" and (named := environ.get(EMBED_VARIABLE, "").strip()):
        return named
    provider, model = environ.get(PROVIDER_VARIABLE, ""), environ.get(MODEL_VARIABLE, "")
    if role == "embeddings":
        return provider or model.partition("/")[0]  # a model that chats does not embed
    return f"{provider}/{model}" if provider and model else provider or model
