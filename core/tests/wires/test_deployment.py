"""What a model is called where deployments have names, and paths with names in them."""

from __future__ import annotations

import pytest

from hamr.types import Model, Provider, Route
from hamr.wires.deployment import deployment, placed
from hamr.wires.told import Told


def route(**parameters: str) -> Route:
    return Route(Provider("p", "P", "https://x", "w", parameters=parameters), Model("a model"), lambda: None)


@pytest.mark.parametrize(
    ("parameters", "name", "mapped"),
    [
        ({}, "a model", "a model"),
        ({"one": ""}, "a model", "a model"),
        ({"one": "mine"}, "mine", "a model"),
        ({"one": "other=x"}, "a model", "a model"),
        ({"one": "other=x,a model = mine "}, "mine", "mine"),
        ({"one": "other=x", "two": "mine"}, "mine", "a model"),
        ({"three": "mine"}, "a model", "a model"),
    ],
)
def test_which_deployment_is_meant(parameters: dict[str, str], name: str, mapped: str) -> None:
    told = Told("w")
    assert deployment(route(**parameters), ("one", "two"), told) == name
    assert [each.field for each in told.all] == ([] if name == "a model" else ["model"])
    assert deployment(route(**parameters), ("one", "two"), Told("w"), mapped_only=True) == mapped


def test_names_in_a_path_lead_nowhere_else() -> None:
    there = route(version="2&x=1", model="no")
    assert placed("/plain", there, "m") == "/plain"
    assert placed("/{model}/{version}/{unknown}", there, "../m?") == "/..%2Fm%3F/2%26x%3D1/{unknown}"
