"""Where each thing is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hamr.wires.openai_url import beside_chat

if TYPE_CHECKING:
    from hamr.types import Route
    from hamr.wires.gemini.compat import Compat

_ROOTS = frozenset({"models", "tunedModels", "projects", "publishers", "endpoints"})
"""A model's name that begins with one of these is a path of its own."""


def model_url(route: Route, method: str, compat: Compat, query: str = "") -> str:
    """The URL of a method of the route's model, such as `generateContent`."""
    base = base_url(route, compat)
    name = quote(route.model.id.strip("/"), safe="/@.-_~")
    root = name.partition("/")[0]
    if "/" not in name or root not in _ROOTS:
        name = f"models/{name}"
    elif f"/{root}/" in base:  # a full name on a base URL that holds the beginning of one
        base = base[: base.index(f"/{root}/")]
    return f"{base}/{name}:{method}{query}"


def base_url(route: Route, compat: Compat) -> str:
    """The base URL with the version, where it has none."""
    return beside_chat(route.provider.base_url, "", base_path=compat.base_path, chat_path="")


def resource(route: Route) -> str:
    """The model's name as a body names it."""
    name = route.model.id.strip("/")
    return name if name.partition("/")[0] in _ROOTS else f"models/{name}"
