from __future__ import annotations

from typing import Any

import pytest

from hamr.wires.gemini.partial_args import PartialArgs


def put(*pieces: Any) -> PartialArgs:
    args = PartialArgs()
    for piece in pieces:
        args.add(piece)
    args.finish()
    return args


def test_pieces_find_their_places() -> None:
    args = put(
        {"jsonPath": "$.a", "stringValue": "x"},
        {"jsonPath": "$.a", "stringValue": "y"},
        {"jsonPath": "$.b[0][0]", "numberValue": 1.5},
        {"jsonPath": "$.b[0][1]", "numberValue": 2.0},
        {"jsonPath": "$.b[1].c", "boolValue": False},
        {"jsonPath": "$.b[1].c", "boolValue": True},
        {"jsonPath": "$['e f']", "stringValue": ""},
    )
    assert (args.value, args.problem) == ({"a": "xy", "b": [[1.5, 2], {"c": True}], "e f": ""}, None)
    assert list(args.value) == ["a", "b", "e f"]


def test_a_value_may_take_the_place_of_nothing() -> None:
    args = put({"jsonPath": "$.a[0]", "nullValue": "NULL_VALUE"}, {"jsonPath": "$.a[0].b", "numberValue": 3})
    assert (args.value, args.problem) == ({"a": [{"b": 3}]}, None)


@pytest.mark.parametrize(
    "pieces",
    [
        [{}],
        [7],
        [{"jsonPath": "$"}],
        [{"jsonPath": "d", "numberValue": 1}],
        [{"jsonPath": "$[0]", "numberValue": 1}],
        [{"jsonPath": "$.a[2]", "numberValue": 1}],
        [{"jsonPath": "$.a[999999999]", "numberValue": 1}],
        [{"jsonPath": "$.a.b", "numberValue": 1}, {"jsonPath": "$.a[0]", "numberValue": 1}],
        [{"jsonPath": "$.a", "numberValue": 1}, {"jsonPath": "$.a.b", "numberValue": 1}],
        [{"jsonPath": "$.a[x]", "numberValue": 1}],
    ],
)
def test_pieces_without_a_place_are_told(pieces: list[Any]) -> None:
    assert put(*pieces).problem
