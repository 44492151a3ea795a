"""JSON Schemas as this wire's servers read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.gemini.openapi_schema import to_openapi

if TYPE_CHECKING:
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.told import Told


def written_schema(schema: Any, place: str, compat: Compat, told: Told) -> Any:
    """The schema itself where it is taken as it is, else one that says the same."""
    if not compat.supports_json_schema:
        return to_openapi(schema, place, told)
    if not _has_const(schema):
        return schema
    changed = _without_const(schema)
    if changed is not schema:
        # It is passed over without a word (@ai-sdk/google 4.0.121, convert-json-schema-to-openapi-schema, 2026-11).
        told("changed", f"{place}.const", "this wire does not heed it; sent as an enum of one")
    return changed


def _has_const(value: Any) -> bool:
    """Whether the word stands anywhere in it."""
    if type(value) is dict:
        if "const" in value:
            return True
        value = value.values()
    elif type(value) is not list:
        return isinstance(value, dict | list)  # of a kind that is looked at the long way
    return any((type(each) is dict or type(each) is list) and _has_const(each) for each in value)


def _without_const(value: Any) -> Any:
    """With an enum of one for each `const`; the value itself where there is none."""
    if isinstance(value, dict):
        made = {name: each if name in _DATA else _without_const(each) for name, each in value.items()}
        if isinstance(value.get("const"), str | int | float) and not isinstance(value["const"], bool):
            del made["const"]
            return {**made, "enum": [value["const"]]}
        return made if any(made[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        listed = [_without_const(each) for each in value]
        return listed if any(new is not old for new, old in zip(listed, value, strict=True)) else value
    return value


_DATA = frozenset({"default", "enum", "examples"})
"""Here stand values, not schemas."""
