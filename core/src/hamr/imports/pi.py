"""pi's files, which are nearly hamr's own: `models.json`, `auth.json`, `settings.json` (inventory H-30 to H-71)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from hamr.config.translate import KEYLESS
from hamr.imports import names
from hamr.imports.found import Found, FoundKey, FoundLogin
from hamr.imports.source import Source, home
from hamr.imports.source_file import table
from hamr.secrets import auth_file, references

_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
DEFAULTS = {"defaultProvider", "defaultModel", "defaultThinkingLevel"}


def models(found: Found, place: str, held: Any) -> None:
    """`models.json`: providers as they stand, their keys to the store."""
    providers = table(held).get("providers", {})
    if not isinstance(providers, Mapping):
        found.leave(place, "providers", "it is no table")
        return
    for name in table(held):
        if name not in ("providers", "$schema"):
            found.leave(place, str(name), "hamr has nothing of the kind")
    for id, entry in providers.items():
        if not isinstance(entry, Mapping):
            found.leave(place, f"providers.{id}", "it is no table")
            continue
        changes = "baseUrl" not in entry or "api" not in entry
        known = names.PI.get(id, id) if changes else str(id)  # one of its own keeps its name
        whole = taken(found, known, dict(entry), f"{place}: providers.{id}")
        found.provider(known, whole, place, in_json=True)


def taken(found: Found, id: str, entry: dict[str, Any], place: str) -> dict[str, Any]:
    """The entry, its key to the store where it holds one, and not the name of one."""
    camel = "apiKey" if "apiKey" in entry or "baseUrl" in entry else "api_key"
    key = entry.get(camel)
    if not isinstance(key, str) or not key.strip():
        return entry
    written = variable(found, key, place)
    entry[camel] = written
    if written == KEYLESS or references.command(written) is not None or references.variables(written):
        return entry
    del entry[camel]
    found.keys.append(FoundKey(id, written, place))
    if not {"authHeader", "auth_header", "authStyle", "auth_style"} & entry.keys():
        api = entry.get("api", entry.get("compatibility", ""))
        style = "header" if str(api).startswith(("anthropic", "google")) else "bearer"
        entry["authStyle" if camel == "apiKey" else "auth_style"] = style
    return entry


def variable(found: Found, key: str, place: str) -> str:
    """A value in which older versions name a variable without a `$` (inventory H-51)."""
    if not _VARIABLE.fullmatch(key):
        return key
    found.notes.append(f"{place}: {key} is taken to be the variable ${key}, as older versions of pi write it")
    return f"${key}"


def auth(found: Found, place: str, held: Any) -> None:
    """`auth.json`: keys and logins by provider."""
    for name, record in table(held).items():
        id = names.PI.get(name, name)
        kind = table(record).get("type")
        if kind == "api_key" and isinstance(record.get("key"), str):
            env = {str(each): str(value) for each, value in table(record.get("env")).items()}
            written = variable(found, record["key"].strip(), f"{place}: {name}")
            found.keys.append(FoundKey(id, written, f"{place}: {name}", env))
            continue
        try:
            logins = auth_file.logins({name: record}, (name,)) if kind == "oauth" else []
        except auth_file.Misshapen:
            logins = []
        for login in logins:
            found.logins.append(FoundLogin(id, login.tokens, f"{place}: {name}"))
        if not logins:
            found.leave(place, str(name), "it is neither a key nor a login")


def settings(found: Found, place: str, held: Any) -> None:
    """`settings.json`: which model is asked where none is named."""
    said = table(held)
    provider, model = said.get("defaultProvider"), said.get("defaultModel")
    if isinstance(provider, str) and provider:
        provider = names.PI.get(provider, provider)
        found.default("default_provider", provider)
    if isinstance(model, str) and model:
        found.default("default_model", f"{provider}/{model}" if provider else model)
    level = said.get("defaultThinkingLevel")
    if isinstance(level, str) and level != "off":
        found.default("model_defaults", {"*": {"thinking": level}})
    others = [str(name) for name in said if name not in DEFAULTS]
    if others:
        found.leave(place, ", ".join(others), "they are no business of hamr's")


READERS = {"models.json": models, "auth.json": auth, "settings.json": settings}


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    named = environ.get("PI_CODING_AGENT_DIR", "").strip()
    agent = os.path.expanduser(named) if named else home(environ, ".pi", "agent")
    return [os.path.join(agent, name) for name in READERS]


SOURCE = Source("pi", "pi", READERS, _places)
