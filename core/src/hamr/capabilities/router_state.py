"""hermes-router's state file: what its probes have found out about models (inventory R-42, R-115). Pure.

`{"last_updated_ts": 1795600000, "providers": {"groq": {"model": "...", "supports_tools": true, "reasoning": false}}}`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tables(held: Any, now: float, believed: float) -> dict[str, Any]:
    """The same as tables of capabilities; empty where it is older than so many seconds, or no such file."""
    if not isinstance(held, Mapping) or not isinstance(held.get("providers"), Mapping):
        return {}
    at = held.get("last_updated_ts")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 <= now - at < believed:
        return {}
    rules = {str(id): _rule(each) for id, each in held["providers"].items()}
    return {"provider": {id: [rule] for id, rule in rules.items() if rule is not None}}


def _rule(said: Any) -> dict[str, Any] | None:
    """What was found out about one provider's model; what it could not find out is left open."""
    if not isinstance(said, Mapping) or not isinstance(model := said.get("model"), str) or not model:
        return None
    found: dict[str, Any] = {}
    if isinstance(tools := said.get("supports_tools"), bool):
        found["native_tools"] = tools
    if isinstance(reasoning := said.get("reasoning"), bool):
        found["thinking_modes"] = ["effort"] if reasoning else []
    return {"model_match": model.lower(), "extends": True, **found} if found else None
