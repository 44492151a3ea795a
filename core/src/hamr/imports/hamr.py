"""The files of Hamr, the program whose name and `models.json` hamr shares (inventory H-90 to H-98)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hamr.imports import pi
from hamr.imports.found import Found
from hamr.imports.source import Source, above, home
from hamr.imports.source_file import table
from hamr.secrets.store import agent_folder

KNOWN = {"active", "providers", "provider"}
COMPATIBILITY = {"anthropic": "anthropic-compatible", "openai": "openai-compatible"}


def config(found: Found, place: str, held: Any) -> None:
    """`config.toml`, or a project's `.hamr.toml`: providers, and which model is active."""
    said = table(held)
    for id, entry in table(said.get("providers")).items():
        if isinstance(entry, Mapping):
            found.provider(id, pi.taken(found, id, dict(entry), f"{place}: providers.{id}"), place)
        else:
            found.leave(place, f"providers.{id}", "it is no table")
    active = table(said.get("active"))
    provider, model, thinking = (active.get(name) for name in ("provider", "model", "thinking"))
    if isinstance(provider, str) and provider:
        found.default("default_provider", provider)
    if isinstance(model, str) and model:
        found.default("default_model", f"{provider}/{model}" if provider else model)
    if isinstance(thinking, str) and thinking not in ("off", "auto"):
        found.default("model_defaults", {"*": {"thinking": thinking}})
    _legacy(found, place, table(said.get("provider")))
    for name in said.keys() - KNOWN:
        found.leave(place, f"[{name}]", "it is a matter of Hamr's own, and none of providers")


def _legacy(found: Found, place: str, entry: Mapping[str, Any]) -> None:
    """The older `[provider]`, which counts after the others (inventory H-94)."""
    if not entry:
        return
    kind = str(entry.get("kind", "provider"))
    rest = {name: value for name, value in entry.items() if name not in ("kind", "model")}
    if kind in COMPATIBILITY and "base_url" in rest:
        rest.setdefault("compatibility", COMPATIBILITY[kind])
    found.provider(kind, pi.taken(found, kind, rest, f"{place}: provider"), place)
    if isinstance(model := entry.get("model"), str) and model:
        found.default("default_provider", kind)
        found.default("default_model", f"{kind}/{model}")


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    agent = home(environ, ".hamr", "agent")
    own = agent_folder(environ)
    # Where hamr itself keeps them there is nothing to take over.
    theirs = [] if own is not None and os.path.realpath(own) == os.path.realpath(agent) else list(pi.READERS)
    base = environ.get("XDG_CONFIG_HOME") or home(environ, ".config")
    settings = [] if theirs else ["settings.json"]
    return [
        *above(folder, ".hamr.toml"),
        os.path.join(base, "hamr", "config.toml"),
        *(os.path.join(agent, name) for name in [*theirs, *settings]),
    ]


SOURCE = Source("hamr", "Hamr", {"config.toml": config, ".hamr.toml": config, **pi.READERS}, _places)
