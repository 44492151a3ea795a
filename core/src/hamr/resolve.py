"""A selector to a provider and a model."""

from __future__ import annotations

from collections.abc import Mapping

from hamr.errors import ConfigError
from hamr.types import Model, Provider

MODEL_VARIABLE = "HAMR_LLM_MODEL"
PROVIDER_VARIABLE = "HAMR_LLM_PROVIDER"


def split(selector: str | None, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """The provider's id and the model's name, which is None where the provider's default is meant.

    `provider/model` splits at the first slash, for names of models hold slashes too. Without a selector
    HAMR_LLM_PROVIDER and HAMR_LLM_MODEL say both. Raises ConfigError where nothing does.
    """
    if selector is None:
        provider, model = environ.get(PROVIDER_VARIABLE, ""), environ.get(MODEL_VARIABLE, "")
        selector = f"{provider}/{model}" if provider and model else provider or model
    provider, _, model = selector.strip().partition("/")
    if not provider:
        raise ConfigError(
            "no model was named",
            hint=f"Name one as provider/model (-m on the command line), or set {MODEL_VARIABLE}=provider/model. "
            "`hamr providers` lists what is installed.",
        )
    return provider, model or None


def model_of(provider: Provider, name: str | None) -> Model:
    """The model of this name, or the provider's default, with what is special about it.

    Raises ConfigError where no name is given and the provider has no default.
    """
    name = name or provider.models.get("chat")
    if not name:
        raise ConfigError(
            f"{provider.id} has no default model", hint=f"Name one: {provider.id}/<model>, as the provider spells it."
        )
    rule = next((rule for rule in provider.rules if rule.fits(name)), None)
    return Model(name, rule.wire, rule.compat) if rule else Model(name)
