"""JSON Schemas as the subset of OpenAPI's that older servers take, and back.

What that subset holds: `Schema` in the reference of the Gemini API (ai.google.dev/api/caching#Schema, 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.wires.told import Told

_TAKEN = frozenset(
    {
        *("type", "format", "title", "description", "nullable", "enum", "default", "example", "pattern"),
        *("properties", "required", "propertyOrdering", "minProperties", "maxProperties", "items", "minItems"),
        *("maxItems", "anyOf", "minimum", "maximum", "minLength", "maxLength"),
    }
)
_SNAKE = {
    "any_of": "anyOf",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
    "property_ordering": "propertyOrdering",
}
"""How a client may write the same words, as with all fields of this wire."""
_DEEP = 32
"""A schema that refers to itself is followed so far."""


def to_openapi(schema: Any, place: str, told: Told) -> dict[str, Any]:
    """The schema with its references filled in; keywords that are not taken are dropped, and told once each."""
    return _Writer(schema, place, told).write(schema, 0)


class _Writer:
    def __init__(self, root: Any, place: str, told: Told) -> None:
        self._root, self._place, self._told = root, place, told

    def write(self, schema: Any, depth: int) -> dict[str, Any]:
        if not isinstance(schema, dict):  # `true`, which allows anything
            return {}
        schema = self._resolved(schema, depth)
        written: dict[str, Any] = {}
        for name, value in schema.items():
            if name == "properties" and isinstance(value, dict):
                written[name] = {key: self.write(inner, depth + 1) for key, inner in value.items()}
            elif name == "items":
                written[name] = self.write(value, depth + 1)
            elif name in ("anyOf", "oneOf") and isinstance(value, list):
                self._alternatives(value, written, depth)
            elif name == "type":
                self._type(value, written)
            elif name == "const":
                written["enum"] = [value]
                self._told("changed", f"{self._place}.const", "this provider takes it as an enum")
            elif name in _TAKEN:
                written[name] = value
            elif name not in ("$schema", "$defs", "definitions", "$id"):
                self._told("dropped", f"{self._place}.{name}", "this provider does not take this keyword")
        return written

    def _alternatives(self, values: list[Any], written: dict[str, Any], depth: int) -> None:
        """Null among the alternatives is a word of its own."""
        rest = [each for each in values if not (isinstance(each, dict) and each.get("type") == "null")]
        if len(rest) < len(values):
            written["nullable"] = True
        if len(rest) == 1:
            written.update(self.write(rest[0], depth + 1))
        elif rest:
            written["anyOf"] = [self.write(each, depth + 1) for each in rest]

    def _type(self, value: Any, written: dict[str, Any]) -> None:
        names = [each for each in (value if isinstance(value, list | tuple) else [value]) if isinstance(each, str)]
        kinds = [name for name in names if name != "null"]
        if len(kinds) < len(names):
            written["nullable"] = True
        if len(kinds) == 1:
            written["type"] = kinds[0].upper()
        elif kinds:
            written["anyOf"] = [{"type": kind.upper()} for kind in kinds]

    def _resolved(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        target = schema.get("$ref")
        if not isinstance(target, str):
            return schema
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        found = self._find(target) if depth < _DEEP else None
        if found is None:
            self._told("dropped", f"{self._place}.$ref", f"{target} cannot be written out")
            return beside
        return self._resolved({**found, **beside}, depth + 1)

    def _find(self, target: str) -> dict[str, Any] | None:
        at = self._root
        for name in target.removeprefix("#").strip("/").split("/") if target != "#" else ():
            at = at.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
        return at if isinstance(at, dict) else None


def from_openapi(schema: Any) -> Any:
    """The schema as JSON Schema: small letters for types, and null as one of them."""
    if isinstance(schema, list):
        return [from_openapi(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    read: dict[str, Any] = {}
    for written, value in schema.items():
        name: Any = _SNAKE.get(written, written)
        if name == "properties" and isinstance(value, dict):
            read[name] = {key: from_openapi(inner) for key, inner in value.items()}
        elif name in ("items", "anyOf"):
            read[name] = from_openapi(value)
        elif name == "type" and isinstance(value, str):
            read[name] = value.lower()
        elif name != "nullable":
            read[name] = value
    return _nullable(read) if schema.get("nullable") is True else read


def _nullable(read: dict[str, Any]) -> dict[str, Any]:
    if isinstance(read.get("type"), str):
        return {**read, "type": [read["type"], "null"]}
    if isinstance(read.get("anyOf"), list):
        return {**read, "anyOf": [*read["anyOf"], {"type": "null"}]}
    return read
