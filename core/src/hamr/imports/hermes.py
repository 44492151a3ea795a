"""hermes-router's files: `auth.json` with lists of keys, and variables in `.env` (inventory R-8, R-30 to R-53)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from hamr.imports.found import Found, FoundLogin
from hamr.imports.source import Source, home
from hamr.imports.source_file import table
from hamr.secrets import auth_file

PROVIDERS = (
    "gemini",
    "openrouter",
    "sambanova",
    "github_models",
    "cerebras",
    "groq",
    "mistral",
    "cohere",
    "zai",
    "naga",
    "nvidia",
    "huggingface",
    "kimi",
    "openai",
    "anthropic",
    "codex",
    "local",
)
"""Its providers, which are called the same here (inventory R-14)."""
KEYS = {f"{id.upper()}_API_KEY": id for id in PROVIDERS} | {
    "GITHUB_MODELS_TOKEN": "github_models",
    "GLM_API_KEY": "zai",
}
"""Variables of keys, which may stand in the plural, and with a number behind them (inventory R-50)."""
SAME = re.compile(r"ROTATION_MODE|BREAKER_\w+|OPENROUTER_(SITE_URL|APP_NAME)|\w+_EMBED_MODEL")
"""Variables that hamr reads by the same name."""
LOGINS = {"codex_accounts": "codex"}
"""Lists of logins, and the provider of each (inventory R-8)."""
BASES = {"LOCAL_BASE_URL": "local", "KIMI_BASE_URL": "kimi"}


def auth(found: Found, place: str, held: Any) -> None:
    """`auth.json`."""
    said = table(held)
    for id, keys in table(said.get("providers")).items():
        for key in keys if isinstance(keys, list) else []:
            if isinstance(key, str):
                found.key(id, key, f"{place}: {id}")
            else:
                found.leave(place, f"providers.{id}", "there is something other than a text among the keys")
        if not isinstance(keys, list):
            found.leave(place, f"providers.{id}", "it is no list of keys")
    for name, id in LOGINS.items():
        try:
            logins = auth_file.logins({name: said.get(name, [])}, (id,))
        except auth_file.Misshapen:
            found.leave(place, name, "they are no list of logins")
        else:
            found.logins += [FoundLogin(id, login.tokens, f"{place}: {login.place}") for login in logins]
    for name in said.keys() - {"providers", *LOGINS}:
        why = "keys of the router's own clients" if name == "proxy_keys" else "hamr has nothing of the kind"
        found.leave(place, str(name), why)


def variables(found: Found, place: str, held: Any) -> None:
    """`.env`."""
    gone = []
    for name, value in held.items():
        if not value:
            continue
        stem = re.sub(r"(S|_\d+)$", "", name)
        if stem in KEYS:
            for key in value.split(","):
                found.key(KEYS[stem], key, f"{place}: {name}")
        elif name in BASES:
            found.providers.setdefault(BASES[name], {})["base_url"] = value
        elif (id := name.removesuffix("_MODEL").lower()) in PROVIDERS and name.endswith("_MODEL"):
            _models(found, place, id, value)
        elif SAME.fullmatch(name):
            found.leave(place, name, "hamr reads this variable by the same name: set it in the environment")
        else:
            gone.append(name)
    if gone:
        found.leave(place, ", ".join(gone), "they are the router's own, and none of its providers'")


def _models(found: Found, place: str, id: str, value: str) -> None:
    """The first is the one that is asked; the others were asked where it failed (inventory R-45)."""
    first, *others = [each.strip() for each in value.split(",")]
    found.providers.setdefault(id, {})["default_model"] = first
    if others:
        several = ",".join(f"{id}/{each}" for each in (first, *others))
        found.leave(place, f"{id.upper()}_MODEL", f"one model is the default; for all of them: hamr -m {several}")


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    named = environ.get("ROUTER_AUTH_FILE", "").strip()
    folders = [home(environ, "hermes-router"), home(environ, ".hermes-router")]
    if os.path.exists(os.path.join(folder, "router.py")):  # its own checkout; any other .env is somebody else's
        folders.insert(0, folder)
    files = [os.path.join(each, name) for each in folders for name in ("auth.json", ".env")]
    return [os.path.expanduser(named), *files] if named else files


SOURCE = Source("hermes", "hermes-router", {"auth.json": auth, ".env": variables, "*.env": variables}, _places)
