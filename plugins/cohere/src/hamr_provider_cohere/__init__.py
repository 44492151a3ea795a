"""Cohere, by its own API."""

from __future__ import annotations

from hamr.api import Route, ToolWire, hookimpl


@hookimpl
def hamr_toolwire(route: Route) -> ToolWire | None:
    """The wire of Cohere's own API; its other one is the core's."""
    if route.wire != "cohere":
        return None
    from hamr_provider_cohere.wire import Cohere

    return Cohere(route)
