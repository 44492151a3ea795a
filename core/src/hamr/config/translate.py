"""An entry of a user's file to tables in the shape of a manifest, with the fields that it names and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hamr import schema
from hamr.config.cost import per_million
from hamr.config.entry import APIS, ModelEntry, ProviderEntry

KEYLESS = "not-needed"
"""What stands for a key where a server wants none (inventory H-9)."""
STYLES = {"aws_sigv4": "sigv4", "azure_openai": "azure"}
"""Styles of auth by the names that other programs have for them (inventory N-123)."""
AGENT = ("command", "args", "env", "cwd", "mcp_servers")
LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh", "max")


def provider_tables(entry: ProviderEntry) -> dict[str, Any]:
    """The manifest's fields that the entry says something about."""
    tables: dict[str, Any] = {}
    _put(tables, "name", entry.name or entry.display_name)
    _put(tables, "base_url", entry.base_url)
    _put(tables, "base_url_env", _several(entry.base_url_env))
    _put(tables, "wire", wire_of(entry))
    if tables.get("wire") == "acp":
        tables["transport"] = "acp"
    _put(tables, "auth", _auth(entry))
    _put(tables, "header_values", {**entry.headers, **entry.extra_headers, **entry.custom_headers})
    _put(tables, "compat", _compat(entry))
    _put(tables, "limits", _limits(entry))
    _put(tables, "catalog", _coarse(entry))
    _put(tables, "retry", _said({"count": entry.retry_count, "delay_ms": entry.retry_delay_ms}))
    if entry.healthcheck is not None:
        tables["health"] = _said(asdict(entry.healthcheck))
    _put(tables, "icon", entry.icon)
    _put(tables, "features", entry.features)
    if entry.region_env and entry.regions:
        tables["regions"] = {"variable": entry.region_env, "urls": dict(entry.regions)}
    if entry.cloud is not None:
        tables["local"] = not entry.cloud
    if entry.parameters:
        tables["parameters"] = {name: {"default": value} for name, value in entry.parameters.items()}
    if default := entry.default_model or next((model.id for model in entry.models if model.id), None):
        tables["models"] = {"chat": default}
    _models(tables, entry)
    return tables


def wire_of(entry: ProviderEntry) -> str | None:
    """The wire that an entry names, in whichever of the four ways."""
    named = entry.wire or entry.api or entry.protocol or entry.compatibility
    return APIS[named] if named else None


def model_rule(id: str, entry: ModelEntry, mode: str | None = None) -> dict[str, Any] | None:
    """What is special about one model as a rule of a manifest; None where nothing is."""
    compat = snaked(entry.compat)
    if entry.thinking_level_map:
        told = entry.thinking_level_map
        compat["thinking_levels"] = [level for level in LEVELS if told.get(level, level) is not None]
        compat["effort_names"] = {level: name for level, name in told.items() if isinstance(name, str)}
    rule: dict[str, Any] = {}
    _put(rule, "compat", compat)
    _put(rule, "mode", mode)
    _put(rule, "header_values", dict(entry.headers))
    _put(rule, "stream_timeout", entry.stream_timeout)
    if entry.api and mode is None:
        rule["wire"] = APIS[entry.api]
    # A star, or what else patterns are made of, stands in no name of a model.
    return {"match": [id.lower()], **rule} if rule and not re.search(r"[*?\[\]]", id) else None


def snaked(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with the names of its fields in snake_case."""
    return {schema.snake(name): value for name, value in table.items()}


def _models(tables: dict[str, Any], entry: ProviderEntry) -> None:
    """The rules of the models, and a mode for each that lives at another URL."""
    rules, modes = [], {}
    for id, model in [*((model.id, model) for model in entry.models), *entry.model_overrides.items()]:
        if id is None:
            continue
        mode = None
        if model.base_url is not None:
            mode = id
            wire = APIS[model.api] if model.api else tables.get("wire")
            modes[id] = {"base_url": model.base_url, **({"wire": wire} if wire else {})}
        if (rule := model_rule(id, model, mode)) is not None:
            rules.append(rule)
    _put(tables, "model", rules)
    _put(tables, "modes", modes)


def _auth(entry: ProviderEntry) -> dict[str, Any]:
    auth: dict[str, Any] = {}
    _put(auth, "env", _several(entry.auth_env) + _several(entry.api_key_env))
    if entry.api_key is not None:
        auth["key"] = entry.api_key
        auth["optional"] = entry.api_key == KEYLESS
    style = STYLES.get(entry.auth_style or "", entry.auth_style)
    if isinstance(entry.auth_header, str):
        auth["header"], style = entry.auth_header, style or "header"
    elif entry.auth_header:
        style = style or "bearer"
    _put(auth, "style", style)
    return auth


def _compat(entry: ProviderEntry) -> dict[str, Any]:
    compat = snaked(entry.compat)
    _put(compat, "chat_path", entry.chat_endpoint)
    if wire_of(entry) == "acp":
        for name in AGENT:
            _put(compat, name, getattr(entry, name))
    return compat


def _coarse(entry: ProviderEntry) -> dict[str, Any]:
    """What models cost of which no list has a price, for a million tokens, and how long they take (N-123, N-201)."""
    said = {"coarse_input": per_million(entry.cost_per_1k_in), "coarse_output": per_million(entry.cost_per_1k_out)}
    return _said({**said, "latency_p50_ms": entry.latency_p50_ms})


def _limits(entry: ProviderEntry) -> dict[str, Any]:
    return _said({"rpm": entry.rpm, **({} if entry.rate_limits is None else entry.rate_limits.said)})


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None}


def _several(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _put(table: dict[str, Any], name: str, value: Any) -> None:
    if value is not None and value not in ((), [], {}):
        table[name] = value
