"""Schemas in the form that strict modes want."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from hamr.shapes.shape import shape
from hamr.shapes.strict import strict


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    born: dt.date | None = Field(default=None, description="when")


class Node(BaseModel):
    name: str
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    inner: list[Node] = []
    best: Cat = Field(default=Cat(kind="cat"), description="a sibling of the reference")


class Loose(BaseModel):
    anything: Any


class Keyed(BaseModel):
    counts: dict[str, int]


class Paired(BaseModel):
    pair: tuple[int, str]


class Open(BaseModel, extra="allow"):
    name: str


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object schema within."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


@pytest.mark.parametrize("kind", [Cat, Dog, Node, list[Node], Cat | Dog, int, Literal["a", "b"]])
def test_every_object_is_closed_and_all_of_it_required(kind: Any) -> None:
    """Pain 20."""
    made = shape(kind)
    assert made.strict is True
    schema = made.schema
    assert isinstance(schema, dict)
    assert schema["type"] == "object"
    jsonschema.Draft202012Validator.check_schema(schema)
    for each in objects(schema):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    written = str(schema)
    assert not any(f"'{word}':" in written for word in ("default", "oneOf", "discriminator", "title"))


def test_a_reference_stands_alone() -> None:
    schema = shape(Node).schema
    assert isinstance(schema, dict)
    assert schema["properties"]["best"] == {"$ref": "#/$defs/Cat"}
    assert schema["properties"]["inner"] == {"type": "array", "items": {"$ref": "#/$defs/Node"}}


@pytest.mark.parametrize("kind", [Loose, Keyed, Paired, Open, dict[str, int], Any])
def test_what_strict_cannot_say_goes_as_it_is(kind: Any) -> None:
    made = shape(kind)
    assert made.strict is None
    assert made.schema is not None
    jsonschema.Draft202012Validator.check_schema(made.schema)


def test_a_property_may_be_called_as_a_keyword_is() -> None:
    made = strict({"type": "object", "properties": {"default": {"type": "string", "default": "x"}}})
    assert made is not None
    assert made["properties"] == {"default": {"type": "string"}}
