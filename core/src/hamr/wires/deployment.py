"""What a model is called where users name deployments of their own, and paths in which names stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Route
    from hamr.wires.told import Told


def deployment(route: Route, parameters: Sequence[str], told: Told, *, mapped_only: bool = False) -> str:
    """The name that the model is sent by: the one that a parameter says in its place, or its own.

    A parameter may also be pairs, `model=name,other=name`. `mapped_only` is for what one name for all is not meant for,
    such as embeddings.
    """
    said = route.provider.parameters if parameters else {}
    for parameter in parameters:
        value = said.get(parameter, "").strip()
        if "=" in value:
            pairs = dict(pair.partition("=")[::2] for pair in value.split(","))
            name = next((to.strip() for model, to in pairs.items() if model.strip() == route.model.id), "")
        else:
            name = "" if mapped_only else value
        if name and name != route.model.id:
            place = route.provider.origins.get(f"parameters.{parameter}", f"the parameter {parameter}")
            told("changed", "model", f"{place} names the deployment {name}")
        if name:
            return name
    return route.model.id


def placed(path: str, route: Route, model: str) -> str:
    """The path with `{model}` and the provider's parameters in their places, none of which can lead elsewhere."""
    if "{" not in path:
        return path
    from urllib.parse import quote

    for name, value in {**route.provider.parameters, "model": model}.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path
