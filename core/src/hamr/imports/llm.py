"""The files of Simon Willison's llm: keys, models of OpenAI-compatible servers, aliases, the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hamr.imports import names
from hamr.imports.found import Found
from hamr.imports.host_name import host_name
from hamr.imports.source import Source, home
from hamr.imports.source_file import table

ROWS = {"model_id", "model_name", "aliases", "api_base", "api_key_name", "headers", "vision", "reasoning"}
ROWS |= {"supports_tools", "supports_schema", "can_stream", "audio"}
"""Fields of a model; the last four say what hamr finds out by itself."""
HOW = "hamr auth add {id}"


def models(found: Found, place: str, held: Any) -> None:
    """`extra-openai-models.yaml`: models by their servers. Source: llm 0.31, docs/other-models.md, November 2026."""
    for number, row in enumerate(held if isinstance(held, list) else []):
        where = f"{place}: [{number}]"
        said = table(row)
        id, name = said.get("model_id"), said.get("model_name")
        if not isinstance(id, str) or not isinstance(name, str):
            found.leave(where, "the row", "it has no model_id and model_name")
            continue
        _model(found, where, said, id, name)
    if held and not isinstance(held, list):
        found.leave(place, "the file", "it is no list of models")


def _model(found: Found, place: str, said: Mapping[str, Any], id: str, name: str) -> None:
    base = said.get("api_base")
    if not isinstance(base, str) or not base:
        provider = "openai"
    else:
        provider = host_name(base)
        entry = found.providers.setdefault(provider, {"base_url": base, "api": "openai-completions"})
        if isinstance(headers := said.get("headers"), Mapping):
            entry.setdefault("headers", {str(header): str(value) for header, value in headers.items()})
        _key_name(found, place, provider, said)
        row: dict[str, Any] = {"id": name}
        row |= {"input": ["text", "image"]} if said.get("vision") else {}
        row |= {"reasoning": True} if said.get("reasoning") else {}
        if all(each["id"] != name for each in entry.setdefault("models", [])):
            entry["models"].append(row)
    listed = said.get("aliases")
    for alias in [id, *(listed if isinstance(listed, list) else [])]:
        found.aliases.setdefault(str(alias), f"{provider}/{name}")
    for field in said.keys() - ROWS:
        found.leave(place, f"{id}: {field}", "hamr has no such setting for a model")


def _key_name(found: Found, place: str, provider: str, said: Mapping[str, Any]) -> None:
    """The key by its name in `keys.json`, which is read after this; a server without one gets OpenAI's from llm."""
    name = said.get("api_key_name")
    if isinstance(name, str) and name:
        found.providers[provider].setdefault("auth_style", "bearer")
        found.uses.setdefault(name, []).append(provider)
    else:
        why = f"llm sends it the key called openai; if it is to have one: {HOW.format(id=provider)}"
        found.leave(place, f"the key of {provider}", why)


def keys(found: Found, place: str, held: Any) -> None:
    """`keys.json`: keys by name."""
    for name, key in table(held).items():
        if name.startswith("//"):
            continue
        if not isinstance(key, str):
            found.leave(place, str(name), "it is no text")
            continue
        for provider in dict.fromkeys(found.uses.get(name) or [names.LLM.get(name, name)]):
            found.key(provider, key, f"{place}: {name}")


def aliases(found: Found, place: str, held: Any) -> None:
    """`aliases.json`: names for models, some of which are those of the other file."""
    for alias, model in table(held).items():
        if not isinstance(model, str):
            found.leave(place, str(alias), "it is no text")
        elif alias != model:
            found.aliases.setdefault(alias, model)


def default(found: Found, place: str, held: Any) -> None:
    """`default_model.txt`."""
    if held:
        found.default("default_model", found.aliases.get(held, held))


def options(found: Found, place: str, held: Any) -> None:
    """`model_options.json`: options by model."""
    for model, said in table(held).items():
        meant = found.aliases.get(model, model)
        if isinstance(said, Mapping) and isinstance(meant, str):
            found.default("model_defaults", {meant.partition("/")[2] or meant: dict(said)})


READERS = {
    "extra-openai-models.yaml": models,
    "keys.json": keys,
    "aliases.json": aliases,
    "default_model.txt": default,
    "model_options.json": options,
}
"""In the order in which one needs another."""


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    base = environ.get("LLM_USER_PATH", "").strip()
    folders = [os.path.expanduser(base)] if base else [
        os.path.join(environ.get("XDG_CONFIG_HOME") or home(environ, ".config"), "io.datasette.llm"),
        home(environ, "Library", "Application Support", "io.datasette.llm"),
    ]  # fmt: skip
    return [os.path.join(each, name) for each in folders for name in READERS]


SOURCE = Source("llm", "llm", READERS, _places)
