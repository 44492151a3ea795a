"""A value that satisfies a JSON Schema, always the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hamr_sim.scalar import impossible, scalar

DEEP = 4
"""From this depth on only what a schema requires is made, so that a recursive one comes to an end."""
DEEPEST = 60
MOST = 10_000
"""How many values are made, inner ones included."""


class Maker:
    """Makes the value for a schema, whose `$ref`s point into itself."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema
        self._left = MOST

    def make(self) -> Any:
        """The value; raises BadRequest for a schema that it cannot satisfy."""
        try:
            return self._value(self._root, 0)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, re.error) as error:
            raise impossible(f"it is no JSON Schema ({error})") from error

    def _value(self, schema: Any, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise impossible("it requires itself without an end" if depth > DEEPEST else f"it has over {MOST} values")
        if not isinstance(schema, Mapping):
            return "sim"
        schema = self._resolved(schema, depth)
        for name in ("const", "default"):
            if name in schema:
                return schema[name]
        for name in ("enum", "examples"):
            if schema.get(name):
                return schema[name][0]
        return self._of_kind(schema, depth)

    def _of_kind(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = _kind(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        return scalar(kind, schema)

    def _resolved(self, schema: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        """The schema with what it refers to, combines or chooses from laid into it."""
        for _ in range(DEEPEST):
            if "$ref" in schema:
                schema = {**self._at(schema["$ref"]), **_without(schema, "$ref")}
            elif "allOf" in schema:
                schema = _merged(_without(schema, "allOf"), *(self._resolved(each, depth) for each in schema["allOf"]))
            elif "anyOf" in schema or "oneOf" in schema:
                name = "anyOf" if "anyOf" in schema else "oneOf"
                schema = _merged(_without(schema, name), _pick(schema[name], depth))
            else:
                return schema
        raise impossible("its $refs go round in a circle")

    def _at(self, reference: str) -> Mapping[str, Any]:
        found: Any = self._root
        try:
            for name in reference.removeprefix("#").split("/")[1:]:
                step = name.replace("~1", "/").replace("~0", "~")
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise impossible(f"its $ref {reference!r} leads nowhere") from error
        return found if isinstance(found, Mapping) else {}

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required, known = schema.get("required", ()), schema.get("properties", {})
        names = [name for name in known if name in required or depth < DEEP]
        names += [name for name in required if name not in known]
        more = schema.get("additionalProperties", True)
        made = {name: self._value(known.get(name, more), depth + 1) for name in names}
        for count in range(len(made), schema.get("minProperties", 0)):
            made[f"sim{count + 1}"] = self._value(more, depth + 1)
        return made

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first = schema.get("prefixItems", [])
        items = schema.get("items", schema.get("contains", {}))
        fewest = max(schema.get("minItems", 0 if depth >= DEEP else 1), len(first))
        count = min(fewest, schema.get("maxItems", fewest))
        made = [self._value(first[place] if place < len(first) else items, depth + 1) for place in range(count)]
        return _distinct(made, self._resolved(items, depth)) if schema.get("uniqueItems") else made


def _kind(schema: Mapping[str, Any]) -> str:
    """The type that the schema names (the first that is not null), or the one its keywords are of."""
    named = schema.get("type")
    if isinstance(named, list):
        return next((kind for kind in named if kind != "null"), "null")
    if isinstance(named, str):
        return named
    if schema.keys() & {"properties", "required", "additionalProperties", "minProperties"}:
        return "object"
    if schema.keys() & {"items", "prefixItems", "contains", "minItems"}:
        return "array"
    return "number" if schema.keys() & {"minimum", "maximum", "multipleOf"} else "string"


def _pick(choices: list[Any], depth: int) -> Mapping[str, Any]:
    """The first choice that is not null; deep down null comes first, for it ends a recursion."""
    null = [choice for choice in choices if choice.get("type") == "null"]
    other = [choice for choice in choices if choice.get("type") != "null"]
    order = [*null, *other] if depth >= DEEP else [*other, *null]
    picked: Mapping[str, Any] = order[0] if order else {}
    return picked


def _merged(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    """One schema that asks for all of them: properties and required names are added up, else the later counts."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        required = [*merged.get("required", ()), *schema.get("required", ())]
        merged |= schema
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": list(dict.fromkeys(required))} if required else {}
    return merged


def _distinct(values: list[Any], schema: Mapping[str, Any]) -> list[Any]:
    """Values that differ, out of equal ones."""
    if schema.get("enum"):
        return list(schema["enum"][: len(values)])
    made: list[Any] = []
    for count, value in enumerate(values):
        if isinstance(value, str) and count:
            made.append(f"{value}{count + 1}")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            made.append(value + count * schema.get("multipleOf", 1))
        elif value not in made:
            made.append(value)
    return made


def _without(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != name}
