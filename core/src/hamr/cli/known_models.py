"""The models that installed providers name in their manifests: few, but known without asking anybody."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

from hamr.errors import ConfigError, HamrError

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.client import Hamr
    from hamr.plugins.discover import Plugins

NEAR = 0.75
"""How much alike (0 to 1, of difflib) two names are where one may be meant by the other."""


def pipeline(client: Hamr, selector: str | None, mode: str | None = None) -> Pipeline:
    """The route of `provider/model`; a ConfigError about a provider that is not installed names known models like it.

    So `-m gpt-4o`, which other programs take, is told how to be written.
    """
    try:
        return client.pipeline(selector, mode=mode)
    except ConfigError as error:
        there = client.providers.ids
        if selector and selector.partition("/")[0] not in there and (found := near(client.plugins, selector)):
            how = error.hint.rpartition("? ")[2]  # without the guess at the provider alone
            error.hint = f"Did you mean {' or '.join(found)}? {how}"
        raise


def of(plugins: Plugins, id: str) -> list[str]:
    """`provider/model` for each model that the provider's manifest names; none where it cannot be read."""
    try:
        provider = plugins.manifest(id).provider(os.environ, f"the manifest of {id}")
    except HamrError:  # whoever uses that provider is told
        return []
    return list(dict.fromkeys(f"{id}/{model}" for model in provider.models.values()))


def near(plugins: Plugins, selector: str, ids: list[str] | None = None) -> list[str]:
    """The known `provider/model`s (of these providers, or of all) most like `selector`, the likest first.

    The name of the model counts alone where `selector` names no provider.
    """
    known = [name for id in (plugins.providers if ids is None else ids) for name in of(plugins, id)]
    wanted = selector.lower()
    if "/" in selector:
        return difflib.get_close_matches(wanted, known, n=3, cutoff=NEAR)
    by_model: dict[str, list[str]] = {}
    for name in known:
        by_model.setdefault(name.partition("/")[2].rpartition("/")[2].lower(), []).append(name)
    found = [model for model in by_model if model.startswith(wanted)]
    found = found or difflib.get_close_matches(wanted, list(by_model), n=3, cutoff=NEAR)
    return [name for model in found for name in by_model[model]]
