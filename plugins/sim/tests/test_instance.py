from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from hamr.api import BadRequest
from hamr_sim.instance import Maker

TREE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "required": ["name", "children"],
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "empty": {},
    "object": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    "no properties": {"type": "object", "additionalProperties": False},
    "unnamed properties": {"type": "object", "required": ["a"], "minProperties": 3},
    "additional": {"type": "object", "required": ["x"], "additionalProperties": {"type": "integer"}},
    "kinds": {"type": ["null", "integer"]},
    "only null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "enum": {"enum": ["red", "green"]},
    "const": {"const": {"a": [1]}},
    "minimum": {"type": "integer", "minimum": 7},
    "above": {"type": "integer", "exclusiveMinimum": 7},
    "maximum": {"type": "integer", "maximum": -3},
    "narrow": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "half": {"type": "number", "minimum": 0.5, "maximum": 0.5},
    "steps": {"type": "number", "multipleOf": 0.25, "minimum": 0.3},
    "steps of five": {"type": "integer", "multipleOf": 5, "minimum": 11, "maximum": 15},
    "long": {"type": "string", "minLength": 12},
    "short": {"type": "string", "maxLength": 1},
    "pattern": {"type": "string", "pattern": "^[A-Z]{2,4}$"},
    "long pattern": {"type": "string", "pattern": "^[0-9]+$", "minLength": 30},
    "date": {"type": "string", "format": "date-time"},
    "array": {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 4},
    "no items": {"type": "array", "maxItems": 0},
    "unique": {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True},
    "unique enum": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 2, "uniqueItems": True},
    "tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    "anyOf": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]},
    "oneOf": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "allOf": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"const": 2}}, "required": ["b"]},
        ]
    },
    "ref": {"$defs": {"day": {"enum": ["Monday"]}}, "type": "object", "properties": {"d": {"$ref": "#/$defs/day"}}},
    "tree": {"$ref": "#/$defs/node", "$defs": {"node": TREE}},
    "linked list": {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
        "additionalProperties": False,
    },
    "named like keywords": {
        "type": "object",
        "properties": {"default": {"type": "integer"}, "enum": {"type": "array"}},
    },
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_value_is_valid_and_always_the_same(schema: dict[str, Any]) -> None:
    made = Maker(schema).make()
    jsonschema.Draft202012Validator(schema).validate(made)
    assert Maker(schema).make() == made


def test_optional_properties_are_made_too() -> None:
    assert Maker(SCHEMAS["object"]).make() == {"city": "sim", "days": 1}


def test_default_and_examples_are_taken() -> None:
    schema = {"properties": {"a": {"type": "integer", "default": 9}, "b": {"type": "string", "examples": ["Rome"]}}}
    assert Maker(schema).make() == {"a": 9, "b": "Rome"}


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "a circle": ({"$ref": "#"}, "round in a circle"),
    "without end": ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "without an end"),
    "nowhere": ({"$ref": "#/$defs/none"}, "leads nowhere"),
    "a pattern": ({"type": "string", "pattern": "^sim-[0-9]{3}-x$"}, "matches the pattern"),
    "no pattern": ({"type": "string", "pattern": "("}, "no JSON Schema"),
    "no number": ({"type": "integer", "minimum": 3, "maximum": 2}, "within the limits"),
    "no step": ({"type": "integer", "multipleOf": 0, "minimum": 1}, "no JSON Schema"),
    "too long": ({"type": "string", "minLength": 10**30}, "more than 1,000,000 characters"),
    "too many": ({"type": "array", "minItems": 10**30}, "over 10000 values"),
    "no schema": ({"type": "object", "properties": 3}, "no JSON Schema"),
}


@pytest.mark.parametrize(("schema", "why"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_made_up_is_refused_with_the_reason_and_the_remedy(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest, match=why) as raised:
        Maker(schema).make()
    assert "`examples`" in raised.value.message
    assert raised.value.status == 400
