"""What tools give back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from hamr.errors import NoSuchModel
from hamr.tools.result import failure, refusal, result
from hamr.types import File, Image, Text, ToolCall, ToolResult

CALL = ToolCall("c1", "look", {})
PNG = Image(data=b"\x89PNG", media_type="image/png")


class City(BaseModel):
    name: str


@dataclasses.dataclass
class Size:
    width: int


class Mood(enum.StrEnum):
    GLAD = "glad"


def numbers() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (Mood.GLAD, "glad"),
        (None, "null"),
        ({"a": [1, 2.5, True]}, '{"a":[1,2.5,true]}'),
        (City(name="Rome"), '{"name":"Rome"}'),
        ([Size(2)], '[{"width":2}]'),
        (dt.date(2026, 1, 2), '"2026-01-02"'),
        (Decimal("1.50"), '"1.50"'),
        (float("nan"), '"NaN"'),
        ([], "[]"),
        ("caf\udce9 \ud83d\ude00", "caf\ufffd \N{GRINNING FACE}"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert result(CALL, value) == ToolResult("c1", (Text(text),), "look")


def test_parts_stay_parts() -> None:
    assert result(CALL, PNG).parts == (PNG,)
    assert result(CALL, ["seen:", PNG, File(file_id="f1"), {"a": 1}]).parts == (
        Text("seen:"), PNG, File(file_id="f1"), Text('{"a":1}'),
    )  # fmt: skip


def circle() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (object(), "object"),
        (numbers(), "generator"),
        (b"\xff", "bytes"),
        (circle(), "list"),
        ({"a": print}, "dict"),
    ],
)
def test_what_json_cannot_hold_is_named(value: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"the tool returned a {kind}, which JSON cannot hold"):
        result(CALL, value)


def test_a_failure_that_names_half_a_character_can_be_sent() -> None:
    (part,) = failure(CALL, OSError("caf\udce9")).parts
    assert part == Text("OSError: caf\ufffd")


def test_failures_and_refusals() -> None:
    told = failure(CALL, KeyError("Rome"))
    assert (told.parts, told.is_error) == ((Text("KeyError: 'Rome'"),), True)
    assert failure(CALL, ValueError()).parts == (Text("ValueError"),)
    assert failure(CALL, NoSuchModel("gone")).parts == (Text("NoSuchModel: gone"),)
    assert refusal(CALL, "no").is_error
