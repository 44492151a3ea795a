"""What the transport adds to a call by itself: what is configured, may be secret, and is therefore in no call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hamr_provider_acp.known import compat_of

if TYPE_CHECKING:
    from hamr.api import Route
    from hamr_provider_acp.asked import Asked


@dataclass(frozen=True, slots=True)
class Own:
    """The variables and the servers of a route's agent."""

    env: Mapping[str, str]
    mcp_servers: tuple[Mapping[str, Any], ...]

    def laid_under(self, asked: Asked) -> Asked:
        """With what the call says itself laid over."""
        servers = self.mcp_servers if asked.mcp_servers is None else asked.mcp_servers
        return replace(asked, env={**self.env, **(asked.env or {})}, mcp_servers=servers)


def own(route: Route) -> Own:
    """Those that a route is configured with; raises ConfigError."""
    compat = compat_of(route)
    if not (route.model.id or compat.command):  # a list of agents is asked for, which starts none
        return Own({}, ())
    _, agent = compat.named(route.model.id, route.provider.id)
    return Own(agent.env, tuple(server.table() for server in agent.mcp_servers))
