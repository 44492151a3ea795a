"""Hiveloom's one variable, wherever it is set, and the `models.yaml` of its later version (V-3 to V-11, V-44)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from hamr.imports import names
from hamr.imports.found import Found
from hamr.imports.source import Source, home
from hamr.imports.source_file import table

VARIABLES = ("HIVELOOM_OPENAI_BASE_URL", "HIVELOOM_OPENAI_COMPAT_BASE_URL")
URLS = {
    "https://api.openai.com/v1": "openai",
    "https://openrouter.ai/api/v1": "openrouter",
    "https://api.groq.com/openai/v1": "groq",
    "https://api.together.xyz/v1": "together",
    "https://api.deepseek.com/v1": "deepseek",
    "https://api.mistral.ai/v1": "mistral",
    "http://127.0.0.1:11434/v1": "ollama",
    "http://localhost:11434/v1": "ollama",
}
"""Base URLs that are those of providers here. Source: Hiveloom, "Use a different model provider", July 2026."""
_SET = re.compile(rf"""(?:Environment=|\s|^)["']?({"|".join(VARIABLES)})=([^"'\s]+)""", re.MULTILINE)
COSTS = {
    "input_cost_per_mtok": "input",
    "output_cost_per_mtok": "output",
    "cache_read_cost_per_mtok": "cache_read",
    "cache_write_cost_per_mtok": "cache_write",
}


def unit(found: Found, place: str, held: Any) -> None:
    """A drop-in of systemd with `Environment=`."""
    said = dict(_SET.findall(str(held)))
    if not said:
        found.leave(place, "Environment", f"it sets neither {' nor '.join(VARIABLES)}")
    _base_url(found, place, said)


def variables(found: Found, place: str, held: Any) -> None:
    """`.env`."""
    _base_url(found, place, held)


def models(found: Found, place: str, held: Any) -> None:
    """`models.yaml`: providers added and changed."""
    for id, entry in table(table(held).get("providers")).items():
        if not isinstance(entry, Mapping):
            found.leave(place, f"providers.{id}", "it is no table")
            continue
        known = names.HIVELOOM.get(str(id), str(id))
        found.provider(known, _entry(entry), place)


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in entry.items():
        if name == "api" and value == "openai_compat":
            made["api"] = "openai-completions"
        elif name == "api_key_env" and value:
            made["auth_env"] = value
        elif name == "open_catalog":
            continue  # any name of a model is taken here
        elif name != "models":
            made[str(name)] = value
    listed = entry["models"] if isinstance(entry.get("models"), list) else []
    rows = {str(row["id"]): _row(row) for row in listed if table(row).get("id")}
    if rows and "base_url" in entry:
        made["models"] = [{"id": name, **row} for name, row in rows.items()]
    elif rows:  # its own list stays, and with it the default
        made["model_overrides"] = rows
    return made


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    cost = {COSTS[name]: value for name, value in row.items() if name in COSTS}
    rest = {str(name): value for name, value in row.items() if name not in COSTS and name != "id"}
    return {**rest, **({"cost": cost} if cost else {})}


def _base_url(found: Found, place: str, said: Mapping[str, str]) -> None:
    """All models but Claude's were asked there (inventory V-3, V-11), with the key that is called openai (V-6)."""
    name = next((name for name in VARIABLES if said.get(name, "").strip()), None)
    if name is None:
        return
    url = said[name].strip().rstrip("/")
    id = URLS.get(url, "hiveloom")
    if id == "hiveloom":
        found.provider(id, {"name": "Hiveloom's", "base_url": url, "auth_style": "bearer"}, place)
    rules = [{"pattern": "claude-*", "provider": "anthropic"}, {"pattern": "*", "provider": id}]
    found.default("inference_rules", rules)
    found.leave(place, "the credential openai", f"it is in Hiveloom's vault, encrypted: hamr auth add {id}")


def _environment(found: Found, environ: Mapping[str, str]) -> None:
    if any(environ.get(name, "").strip() for name in VARIABLES):
        found.files.append("the environment")
        _base_url(found, "the environment", environ)


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    base = environ.get("HIVELOOM_HOME", "").strip() or home(environ, ".hiveloom")
    drop_ins = "/etc/systemd/system/hiveloom.service.d"
    units = sorted(os.listdir(drop_ins)) if os.path.isdir(drop_ins) else []
    units = [os.path.join(drop_ins, name) for name in units if name.endswith(".conf")]
    return [os.path.join(base, "models.yaml"), *units]


SOURCE = Source(
    "hiveloom",
    "Hiveloom",
    {"models.yaml": models, "models.yml": models, "*.conf": unit, ".env": variables, "*.env": variables},
    _places,
    _environment,
)
