"""Tables of several layers to one, each field keeping which of them it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

HEADERS = {"anthropic-messages": "x-api-key", "gemini": "x-goog-api-key"}
"""Where a key goes on the wires that do not take it as a bearer's token."""

OF_BASE_URL = frozenset({"base_url_env", "host", "regions"})
"""The fields by which the environment says where a provider is."""
OF_MODELS = {"chat": "model_env", "embeddings": "embed_model_env"}
"""Those by which it says which model is the default."""

USUAL = "openai-completions"
"""The wire of a provider that names none: it is what nearly all servers speak (inventory N-121)."""

Placed = tuple[str, Mapping[str, Any]]
"""The tables of one layer, and the layer's place."""


def merged(id: str, layers: Iterable[Placed]) -> tuple[dict[str, Any], dict[str, str]]:
    """The provider's tables, and the place of each field; a later layer wins, field by field.

    Lists are replaced whole, but for the rules of models: those of a later layer are asked before the others.
    """
    tables: dict[str, Any] = {"id": id}
    places: dict[str, str] = {}
    for place, layer in layers:
        for name, value in layer.items():
            if name == "model":
                tables[name] = _rules(value, tables.get(name, ()))
            else:
                tables[name] = _over(tables.get(name), value)
            places[name] = place
            if name == "auth" and "key" in value:
                places["auth.key"] = place
    tables.setdefault("name", id)
    tables.setdefault("wire", USUAL)
    auth = tables.get("auth", {})
    if ("key" in auth or "env" in auth) and auth.get("style", "none") == "none":
        tables["auth"] = {**auth, "style": "header" if tables.get("wire") in HEADERS else "bearer"}
    if tables.get("auth", {}).get("style") == "header" and "header" not in tables["auth"]:
        tables["auth"] = {**tables["auth"], "header": HEADERS.get(tables.get("wire", ""), "authorization")}
    for mode in tables.get("modes", {}).values():
        mode.setdefault("wire", tables.get("wire"))
    return tables, places


def over_environment(tables: dict[str, Any], said: Iterable[Mapping[str, Any]]) -> None:
    """Take the variables away that would count before what was `said` in code, where that is above the environment."""
    for each in said:
        if "base_url" in each:
            for name in OF_BASE_URL - each.keys():
                tables.pop(name, None)
        for role, name in OF_MODELS.items():
            if role in each.get("models", {}):
                tables.pop(name, None)
        for name in each.get("parameters", {}):
            tables["parameters"][name] = {**tables["parameters"][name], "env": ()}
        if "key" in each.get("auth", {}):
            own = {"use_store": False, "env": (), "lent": (), "stored_as": (), **each["auth"]}
            tables["auth"] = {**tables["auth"], **own}


def _rules(value: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The new rules, each over the one that its model had, and the others behind them: the first that fits counts."""
    found = []
    for rule in value:
        names = _patterns(rule)
        old = next((each for each in before if all(_fits(name, each) for name in names)), {})
        found.append({**_over(old, rule), "match": names})
    return [*found, *before]


def _patterns(rule: Mapping[str, Any]) -> Sequence[str]:
    match: str | Sequence[str] = rule["match"]
    return (match,) if isinstance(match, str) else match


def _fits(name: str, rule: Mapping[str, Any]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _patterns(rule))


def _over(before: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    found = dict(before) if isinstance(before, Mapping) else {}
    for name, each in value.items():
        found[name] = _over(found.get(name), each)
    return found
