"""The core's own plugin: http, auth by header, the shared wires. It is asked last."""

from __future__ import annotations

import importlib

from hamr.auth.header import HeaderAuth
from hamr.errors import ConfigError
from hamr.specs import Auth, ToolWire, Transport, hookimpl
from hamr.transports.http import HttpTransport
from hamr.types import Route
from hamr.types.secret import variable_place

WIRES = {
    "anthropic-messages": "hamr.wires.anthropic_messages:AnthropicMessages",
    "openai-completions": "hamr.wires.openai_completions:OpenAICompletions",
    "openai-responses": "hamr.wires.openai_responses:OpenAIResponses",
    "gemini": "hamr.wires.gemini:Gemini",
}
STYLES = ("none", "bearer", "header", "oauth")
TRANSPORTS = ("http",)


class Builtin:
    """Answers the hooks for one client, whose HTTP transport it shares among all routes."""

    def __init__(self) -> None:
        self.http = HttpTransport()

    @hookimpl
    def hamr_transport(self, route: Route) -> Transport | None:
        """HTTP for `transport = "http"`."""
        return self.http if route.provider.transport in TRANSPORTS else None

    @hookimpl
    def hamr_auth(self, route: Route) -> Auth | None:
        """The styles `none`, `bearer`, `header` and `oauth`."""
        spec = route.provider.auth
        if spec.style == "none":
            return HeaderAuth(lambda: None)
        if spec.style == "bearer":
            return HeaderAuth(route.secret, waits=route.waits)
        if spec.style == "oauth":
            from hamr.auth.oauth import OAuth

            return OAuth(route)
        if spec.style != "header":
            return None
        if spec.header is None:
            raise ConfigError(f"{route.provider.id}: auth style `header` needs the name of the header")
        bearer = tuple(map(variable_place, spec.bearer_env))
        more = {variable_place(name): headers for name, headers in spec.env_headers.items()}
        return HeaderAuth(route.secret, spec.header, spec.prefix or "", bearer, route.waits, more)

    @hookimpl
    def hamr_toolwire(self, route: Route) -> ToolWire | None:
        """The wires that two or more providers speak, each imported when it is first used."""
        if (place := WIRES.get(route.wire)) is None:
            return None
        module, _, name = place.partition(":")
        wire: ToolWire = getattr(importlib.import_module(module), name)(route)
        return wire
