"""Ollama, by its own API."""

from __future__ import annotations

from hamr.api import Route, ToolWire, hookimpl


@hookimpl
def hamr_toolwire(route: Route) -> ToolWire | None:
    """The wire of Ollama's own API; its other one is the core's."""
    if route.wire != "ollama":
        return None
    from hamr_provider_ollama.wire import Ollama

    return Ollama(route)
