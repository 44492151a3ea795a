"""Agents that speak the Agent Client Protocol (ACP), each a program on this machine."""

from __future__ import annotations

import os

from hamr.api import ConfigError, Route, ToolWire, Transport, hookimpl

NAME = "acp"
"""What the wire and the transport are both called in a manifest."""


@hookimpl
def hamr_transport(route: Route) -> Transport | None:
    """Programs that are spoken to by their standard streams, for `transport = "acp"`."""
    if route.provider.transport != NAME:
        return None
    if os.name == "nt":
        raise ConfigError(
            f"{route.provider.id}: agents cannot be started on Windows yet", hint="Use it within WSL, for now."
        )
    from hamr_provider_acp.transport import AgentTransport

    return AgentTransport(route)


@hookimpl
def hamr_toolwire(route: Route) -> ToolWire | None:
    """The protocol's messages, for `wire = "acp"`."""
    if route.wire != NAME:
        return None
    from hamr_provider_acp.wire import AgentWire

    return AgentWire(route)
