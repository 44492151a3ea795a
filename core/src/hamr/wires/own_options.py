"""The user's own fields in a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def with_options(
    body: dict[str, Any],
    options: Mapping[str, Any],
    merged: Collection[str] = (),
    apart: Collection[str] = ("model",),
) -> dict[str, Any]:
    """The body with these laid over: `tools` are added to its own, the tables `merged` into its own.

    All others take the place of what is there, but for those `apart`, which are no fields of it: the route decides the
    model.
    """
    for name, value in options.items():
        if name == "tools" and isinstance(value, list | tuple):
            body[name] = [*body.get(name, ()), *value]
        elif name in merged and isinstance(value, dict):
            body[name] = {**body.get(name, {}), **value}
        elif name not in apart:
            body[name] = value
    return body
