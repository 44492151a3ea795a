"""Where each thing is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hamr.wires.deployment import placed
from hamr.wires.openai_url import beside_chat

if TYPE_CHECKING:
    from hamr.types import Route
    from hamr.wires.gemini.compat import Compat

_ROOTS = {"models": "models", "tunedModels": "models", "projects": "projects"} | {
    "publishers": "publishers",
    "endpoints": "publishers",
}
"""What a model's name begins with that is a path of its own, and what stands at its place in the path of others."""


def model_url(route: Route, method: str, compat: Compat, query: str = "") -> str:
    """The URL of a method of the route's model, such as `generateContent`."""
    base, name = base_url(route, compat), quote(route.model.id.strip("/"), safe="/@.-_~")
    head, _, tail = compat.model_path.partition("{model}")
    head, place = placed(head, route, ""), f"{name}{tail}"
    root = name.partition("/")[0]
    if "/" in name and root in _ROOTS:
        place = name
        at = f"{base}{head}/".find(f"/{_ROOTS[root]}/")
        base, head = (f"{base}{head}"[:at], "/") if at >= 0 else (base, "/")
    return f"{base}{head}{place}:{method}{query}"


def base_url(route: Route, compat: Compat) -> str:
    """The base URL with the version, where it has none."""
    return beside_chat(route.provider.base_url, "", base_path=compat.base_path, chat_path="")


def resource(route: Route) -> str:
    """The model's name as a body names it."""
    name = route.model.id.strip("/")
    return name if name.partition("/")[0] in _ROOTS else f"models/{name}"
