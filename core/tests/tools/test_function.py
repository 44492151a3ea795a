"""Tools made of functions and types."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import enum
import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional

import jsonschema
import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

import hamr
from hamr import BrokenReply, ConfigError, FunctionTool, ToolCall
from hamr.options import request


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    """A point on the map.

    More of it.
    """

    x: int = Field(description="eastward")
    y: int = 0


class Tree(BaseModel):
    name: str
    inner: list[Tree] = []


@dataclasses.dataclass
class Size:
    width: int
    height: int = 1


class Table(TypedDict):
    rows: int


def get_weather(city: str, units: Literal["C", "F"] = "C", days: int | None = None) -> str:
    """The weather in a city.

    Args:
        city: Its name.
    """
    return f"{city} {units} {days}"


def place(  # one of each kind
    at: Point,
    size: Size,
    table: Table,
    *,
    colour: Colour = Colour.RED,
    when: dt.date = dt.date(2026, 1, 1),
    price: Decimal = Decimal("1.5"),
) -> dict[str, Any]:
    return dict(locals())


def mark(
    tags: set[str] = frozenset(),  # type: ignore[assignment]  # a default that cannot be changed
    schema: Annotated[int, Field(gt=0, description="odd name")] = 1,
    _hidden: Annotated[str, "plain words"] = "",
    either: int | str = 0,
    anything: Any = None,
) -> dict[str, Any]:
    return dict(locals())


class Desk:
    """A desk."""

    def look(self, at: str) -> str:
        """Look at something."""
        return f"I see {at}"

    def __call__(self, under: str) -> str:
        return f"nothing under {under}"

    async def wait(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "waited"


def called(tool: FunctionTool, **arguments: Any) -> Any:
    return tool.invoke(ToolCall("c1", tool.name, arguments))


def test_a_function() -> None:
    tool = hamr.tool(get_weather)
    assert (tool.name, tool.description, tool.is_async) == ("get_weather", "The weather in a city.", False)
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Its name."},
            "units": {"type": "string", "enum": ["C", "F"], "default": "C"},
            "days": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
    assert tool("Rome", days=3) == "Rome C 3"
    assert called(tool, city="Rome") == "Rome C None"


def test_every_kind_of_hint_is_converted() -> None:
    tool = hamr.tool(place)
    assert tool.parameters["required"] == ["at", "size", "table"]
    given: dict[str, Any] = {
        "at": {"x": 1},
        "size": {"width": 2},
        "table": {"rows": 3},
        "colour": "blue",
        "when": "2026-02-03",
        "price": "2.50",
    }
    jsonschema.validate(given, tool.parameters)
    assert called(tool, **given) == {
        "at": Point(x=1),
        "size": Size(2),
        "table": {"rows": 3},
        "colour": Colour.BLUE,
        "when": dt.date(2026, 2, 3),
        "price": Decimal("2.50"),
    }


def test_odd_names_and_loose_hints() -> None:
    tool = hamr.tool(mark)
    properties = tool.parameters["properties"]
    assert properties["schema"] == {"type": "integer", "exclusiveMinimum": 0, "description": "odd name", "default": 1}
    assert properties["_hidden"]["description"] == "plain words"
    assert "required" not in tool.parameters
    given = {"tags": ["a", "b"], "schema": 7, "_hidden": "h", "either": "e", "anything": [1]}
    jsonschema.validate(given, tool.parameters)
    assert called(tool, **given) == {**given, "tags": {"a", "b"}}


def test_methods_partials_objects_and_async_functions() -> None:
    desk = Desk()
    assert (hamr.tool(desk.look).name, called(hamr.tool(desk.look), at="it")) == ("look", "I see it")
    assert (hamr.tool(desk).name, hamr.tool(desk).description) == ("Desk", "A desk.")
    assert called(hamr.tool(desk), under="it") == "nothing under it"
    filled = hamr.tool(functools.partial(get_weather, units="F"))
    assert (filled.name, list(filled.parameters["properties"])) == ("get_weather", ["city", "days"])
    assert called(filled, city="Rome") == "Rome F None"
    first = hamr.tool(functools.partial(get_weather, "Oslo"))
    assert (list(first.parameters["properties"]), called(first)) == (["units", "days"], "Oslo C None")
    waiting = hamr.tool(desk.wait)
    assert waiting.is_async
    assert asyncio.run(called(waiting, seconds=0)) == "waited"


def test_a_model_is_its_own_schema_and_a_call_gives_an_instance() -> None:
    tool = hamr.tool(Point)
    assert (tool.name, tool.description) == ("Point", "A point on the map.")
    assert tool.parameters["required"] == ["x"]
    assert "description" not in tool.parameters
    assert called(tool, x="3") == Point(x=3)
    assert called(hamr.tool(Size), width=3) == Size(3)
    assert called(hamr.tool(Table), rows=3) == {"rows": 3}


def test_a_recursive_model_has_an_object_at_its_root() -> None:
    tool = hamr.tool(Tree)
    assert tool.parameters["type"] == "object"
    jsonschema.validate({"name": "a", "inner": [{"name": "b"}]}, tool.parameters)
    assert called(tool, name="a", inner=[{"name": "b"}]) == Tree(name="a", inner=[Tree(name="b")])


def test_a_decorator_with_a_name_and_a_description() -> None:
    @hamr.tool(name="other", description="Another.")
    def one(a: int) -> int:
        """One."""
        return a

    assert (one.name, one.description, one(3)) == ("other", "Another.", 3)
    assert hamr.tool(lambda: 5).name == "_lambda_"
    long = hamr.tool(type("Ünder" * 30, (BaseModel,), {}))
    assert len(long.name) == 64
    assert long.name.startswith("_nder")
    with pytest.raises(ConfigError, match="the tool name 'no name' is none"):
        hamr.tool(get_weather, name="no name")


def nameless(a, b=2):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201  # that is what it shows
    return a, b


def starred(*args: int) -> None: ...
def double_starred(**kwargs: int) -> None: ...
def positional(a: int, /) -> None: ...
def back(call: Callable[[int], int]) -> None: ...
def opaque(fine: int, thing: object, lock: Desk) -> None: ...
def unknown(a: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037  # that is what it shows
def defaulted(a: int = Field(3)) -> None: ...


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (nameless, "the tool nameless: the parameter a has no type hint"),
        (starred, r"the tool starred: the parameter \*args.* takes any arguments"),
        (double_starred, r"the tool double_starred: the parameter \*\*kwargs.* takes any arguments"),
        (positional, "the tool positional: the parameter a.* is positional only"),
        (back, "the tool back: the parameter call: "),
        (opaque, "the tool opaque: the parameter lock: "),
        (unknown, "the tool unknown: a type hint cannot be resolved: name 'Missing'"),
        (defaulted, "the tool defaulted: the default of a is a Field"),
        (Desk.look, "the parameter self has no type hint(.|\n)*bound method"),
        (Desk, "the tool Desk: "),
        (int, "the tool int is no object"),
        (print, "the tool print: "),
    ],
)
def test_what_no_schema_can_express_is_told_by_function_and_parameter(given: Any, told: str) -> None:
    """Pain 20."""
    with pytest.raises(ConfigError, match=told) as caught:
        hamr.tool(given)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "city: Field required"),
        ({"city": None}, "city: Input should be a valid string"),
        ({"city": "Rome", "units": "K"}, "units: Input should be 'C' or 'F'"),
        ({"city": "Rome", "sky": "blue"}, "sky: Extra inputs are not permitted"),
        ({str(n): 0 for n in range(9)}, "and 5 more"),
        ({"city": "\ud800"}, "surrogates not allowed"),
    ],
)
def test_arguments_that_do_not_fit(arguments: dict[str, Any], told: str) -> None:
    """`null` where the schema says never is one of them; the values are not told."""
    with pytest.raises(BrokenReply, match="the arguments of get_weather do not fit its schema") as caught:
        called(hamr.tool(get_weather), **arguments)
    assert told in caught.value.message


def test_a_call_with_a_problem_is_not_run() -> None:
    with pytest.raises(BrokenReply, match="was not run: they are no JSON"):
        hamr.tool(get_weather).invoke(ToolCall("c1", "get_weather", {}, "{", "they are no JSON"))


def test_the_tool_of_a_function_is_made_once() -> None:
    first = request("hi", {"tools": [get_weather]}, stream=False).tools[0]
    assert request("hi", {"tools": [get_weather]}, stream=False).tools[0] is first


def test_two_tools_of_one_name() -> None:
    with pytest.raises(ConfigError, match=r"tools\[0\] and tools\[1\] are both named 'get_weather'"):
        request("hi", {"tools": [get_weather, {"name": "get_weather"}]}, stream=False)


def test_an_implicit_none_may_be_sent() -> None:
    def look(at: str = None, by: Optional[Annotated[str, Field(description="the lamp")]] = None) -> str:  # type: ignore[assignment]  # noqa: RUF013, UP045  # as people write
        return f"{at} {by}"

    tool = hamr.tool(look)
    assert called(tool, at=None) == "None None"
    assert "the lamp" in str(tool.parameters["properties"]["by"])
