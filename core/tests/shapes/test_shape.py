"""Types as the shape of an answer, whole and growing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from hamr import ConfigError
from hamr.options import request
from hamr.shapes.shape import Shape, shape


class Street(BaseModel):
    name: str
    houses: int = 0


class City(BaseModel):
    """A city."""

    name: str
    founded: dt.date
    people: int = Field(alias="inhabitants")
    streets: list[Street] = []
    mayor: Street | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int = 1
    of: Street | None = None
    tags: list[str] = dataclasses.field(default_factory=list)


class Table(TypedDict):
    rows: list[int]
    city: Street


ROME = '{"name": "Rome", "founded": "2026-01-02", "inhabitants": 3, "streets": [{"name": "Via", "houses": 2}]}'


def test_a_model() -> None:
    made = shape(City)
    assert (made.name, made.description) == ("City", "A city.")
    city = made.read(ROME)
    assert isinstance(city, City)
    assert (city.people, city.streets) == (3, [Street(name="Via", houses=2)])
    assert shape(City) is made


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (int, '{"value": 3}', 3),
        (list[Size], '{"value": [{"width": 2}]}', [Size(2)]),
        (Literal["a", "b"], '{"value": "b"}', "b"),
        (int | None, '{"value": null}', None),
        (Street | Size, '{"value": {"name": "Via"}}', Street(name="Via")),
        (Size, '{"width": 2}', Size(2)),
        (Table, '{"rows": [1], "city": {"name": "x"}}', {"rows": [1], "city": Street(name="x")}),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (int, '```json\n{"value": 3}\n```', 3),
        (Annotated[int, Field(gt=1)], '{"value": 3}', 3),
    ],
)
def test_types_of_all_kinds(kind: Any, text: str, value: Any) -> None:
    assert shape(kind).read(text) == value


def test_it_is_what_a_type_as_response_format_becomes() -> None:
    wanted = request("hi", {"response_format": list[City]}, stream=False).response_format
    assert isinstance(wanted, Shape)
    assert wanted.schema is not None
    assert wanted.schema["required"] == ["value"]


@pytest.mark.parametrize("kind", [threading.Lock, object(), list[threading.Thread], 5])
def test_what_no_schema_can_express(kind: Any) -> None:
    with pytest.raises(ConfigError, match="response_format"):
        shape(kind)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Invalid JSON"),
        ("Rome", "Invalid JSON"),
        (ROME.replace("3", "null"), "inhabitants: Input should be a valid integer"),
        ('{"name": "Rome"}', "founded: Field required; inhabitants: Field required"),
    ],
)
def test_what_does_not_fit_is_told_by_place(text: str, told: str) -> None:
    """`null` where the schema says never is one of them."""
    with pytest.raises(ValueError, match=told):
        shape(City).read(text)


def test_a_growing_model_has_what_has_come() -> None:
    grow = shape(City).partial
    nothing: Any = grow({})
    assert isinstance(nothing, City)
    assert [nothing.name, nothing.founded, nothing.people, nothing.streets] == [None, None, None, []]
    some = grow({"name": "Ro", "founded": "2026-0"})
    assert (some.name, some.founded) == ("Ro", None)
    more = grow({"name": "Rome", "founded": "2026-01-02", "streets": [{"name": "Via", "houses": 1}, {}], "mayor": {}})
    assert more.founded == dt.date(2026, 1, 2)
    assert more.streets[0] == Street(name="Via", houses=1)
    assert more.streets[1].name is None
    assert more.mayor is not None
    assert more.mayor.name is None


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        (Size, {}, Size(None, 1, None, [])),  # type: ignore[arg-type]  # what has not come is None
        (Size, {"width": 2, "of": {"name": "V"}}, Size(2, of=Street(name="V"))),
        (list[Size], {"value": [{"width": 2}, {"height": 3}]}, [Size(2), Size(None, 3)]),  # type: ignore[arg-type]  # as above
        (list[Size], {}, None),
        (int, {"value": "x"}, None),
        (Literal["alpha"], {"value": "alp"}, None),
        (dict[str, Size], {"a": {}}, {"a": Size(None)}),  # type: ignore[arg-type]  # as above
        (tuple[int, str], {"value": [1]}, None),
        (set[int], {"value": [1, "x"]}, {1}),
        (Annotated[list[Size], Field(min_length=2)], {"value": [{"width": 1}]}, [Size(1)]),
    ],
)
def test_growing_values_of_all_kinds(kind: Any, value: Any, made: Any) -> None:
    assert shape(kind).partial(value) == made


def test_a_growing_typed_dict() -> None:
    assert shape(Table).partial({"rows": [1], "city": {}})["rows"] == [1]
