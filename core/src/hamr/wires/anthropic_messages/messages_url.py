"""Where each thing is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.deployment import placed

if TYPE_CHECKING:
    from hamr.types import Route
    from hamr.wires.anthropic_messages.compat import Compat


def messages_url(route: Route, compat: Compat, path: str) -> str:
    """The URL of a path, for a base URL with or without a version, a trailing slash or the whole path of messages.

    A query stays at the end; `{model}` becomes the name of the model and `{name}` that parameter of the provider's,
    their characters escaped.
    """
    base, mark, query = route.provider.base_url.partition("?")
    base = base.rstrip("/").removesuffix(compat.messages_path.rstrip("/")).rstrip("/")
    version = compat.base_path.rstrip("/")
    while version and base.endswith(version):
        base = base.removesuffix(version)
    if "{model}" in path:
        path = path.replace("{model}", _escaped(route.model.id))
    path = placed(path, route, route.model.id)
    return f"{base}{version}{path}{mark}{query}"


def _escaped(model: str) -> str:
    from urllib.parse import quote

    return quote(model, safe="@:")
