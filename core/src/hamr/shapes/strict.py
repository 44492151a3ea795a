"""Schemas as the strict mode of providers wants them.

Every property required, no other allowed, no default, a `$ref` alone in its object, `anyOf` and not `oneOf`. What
cannot be said so: tables with any keys, values of any kind, tuples. Source: OpenAI documentation, "Structured model
outputs: Supported schemas", November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DROPPED = {"default", "discriminator", "examples", "title"}
_SAYS = {"$ref", "anyOf", "allOf", "const", "enum", "oneOf", "type"}
_REFUSED = {"patternProperties", "prefixItems", "propertyNames", "uniqueItems", "not", "if", "contains"}


def strict(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema in strict form; None where it cannot be put so."""
    try:
        return _strict(schema)
    except _Inexpressible:
        return None


class _Inexpressible(Exception):
    """The strict mode has no words for this."""


def _strict(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, Mapping) or not _SAYS & schema.keys() or _REFUSED & schema.keys():
        raise _Inexpressible
    if "$ref" in schema and "$defs" not in schema:
        return {"$ref": schema["$ref"]}
    made = {key: value for key, value in schema.items() if key not in _DROPPED}
    if "oneOf" in made:
        made["anyOf"] = made.pop("oneOf")
    for key in ("anyOf", "allOf"):
        if key in made:
            made[key] = [_strict(each) for each in made[key]]
    if "$defs" in made:
        made["$defs"] = {name: _strict(each) for name, each in made["$defs"].items()}
    if made.get("type") == "array":
        made["items"] = _strict(made.get("items"))
    if made.get("type") == "object":
        made |= _object(made)
    return made


def _object(schema: Mapping[str, Any]) -> dict[str, Any]:
    if schema.get("additionalProperties", False) is not False or "properties" not in schema:
        raise _Inexpressible
    properties = {name: _strict(each) for name, each in schema["properties"].items()}
    return {"properties": properties, "required": list(properties), "additionalProperties": False}
